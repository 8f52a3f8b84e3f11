"""The tutorials work: a reader who types what they say, from first page to last, gets on."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from experiments import __main__ as entry
from experiments import results, table
from scenarios.scenario import read

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "tutorials"
PAGES = ("first-comparison", "own-question", "own-policy", "reading-results", "sweep-and-sobol")
INVENTED = "reading-results"  # read a file of invented numbers
BLOCK = re.compile(r'^```(\w+)(?: title="([\w.]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
INDEX = (FOLDER / "index.md").read_text(encoding="utf-8")
# What the tests make smaller stands on the page, for all to see.
SMALLER = dict(re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", INDEX, re.MULTILINE))


def text_of(page: str) -> str:
    return (FOLDER / f"{page}.md").read_text(encoding="utf-8")


def shrunk(text: str) -> str:
    """A file or block of a page with the smaller numbers that the page of tutorials declares."""
    for words, fewer in SMALLER.items():
        text = text.replace(words, fewer)
    return text


class Reader:
    """Somebody in an empty folder who types what the pages say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.space: dict[str, Any] = {}
        self.said: dict[str, str] = {}
        self.small: set[str] = set()

    def types(self, line: str) -> None:
        """One command of `llo`, in this process; it must go well."""
        program, *words = shlex.split(line, comments=True)
        assert program == ".venv/bin/llo", line
        name = f"llo {words[0]}"
        if name in SMALLER:
            self.small.add(name)
            words += SMALLER[name].split()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
            patch.setattr(sys, "argv", ["llo", *words])
            with redirect_stderr(StringIO()) as err:
                try:
                    entry.main()
                    code: object = 0
                except SystemExit as stop:
                    code = stop.code or 0
        assert code == 0, f"{line}: {err.getvalue()}"
        self.said[line] = out.getvalue()

    def follows(self, page: str) -> None:
        """Every block of a page, in order."""
        self.space = {"__name__": "__main__"}
        for language, name, text in BLOCK.findall(text_of(page)):
            if name:
                self.small |= {words for words in SMALLER if words in text}
                (self.folder / name).write_text(shrunk(text), encoding="utf-8")
            elif language == "sh":
                for line in text.splitlines():
                    self.types(line)
            elif language == "python":
                self.small |= {words for words in SMALLER if words in text}
                with redirect_stdout(StringIO()) as out:
                    exec(compile(shrunk(text), page, "exec"), self.space)
                self.said[page] = self.said.get(page, "") + out.getvalue()


@pytest.fixture(scope="module")
def reader(
    tmp_path_factory: pytest.TempPathFactory, invented: Callable[..., xr.Dataset]
) -> Iterator[Reader]:
    """A reader who has followed all pages; compare.nc of the first comparison is in real.nc."""
    folder = tmp_path_factory.mktemp("tutorials")
    found = Reader(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(str(folder))
        for page in PAGES:
            if page == INVENTED:
                (folder / "out" / "compare.nc").rename(folder / "real.nc")
                results.write(invented(), folder / "out" / "compare.nc")
            found.follows(page)
        yield found
    sys.modules.pop("flexbon", None)


def test_every_tutorial_is_listed_and_followed() -> None:
    assert tuple(re.findall(r"^\d\. \[.+?\]\((.+?)\.md\)", INDEX, re.MULTILINE)) == PAGES
    assert {path.stem for path in FOLDER.glob("*.md")} == {"index", *PAGES}


def test_all_of_it_runs_and_nothing_more_is_made_smaller_than_is_said(reader: Reader) -> None:
    assert reader.small == set(SMALLER)
    for name in ("out/mine/compare.nc", "out/equal/compare.nc", "added.png",
                 "out/voucher/sobol/indices.nc"):  # fmt: skip
        assert (reader.folder / name).stat().st_size > 1_000


def test_the_first_comparison_has_the_variants_that_the_page_names(reader: Reader) -> None:
    data = results.read(reader.folder / "real.nc")
    assert list(data["variant"].values) == [
        "null", "voucher", "leerrekening", "leerrecht", "together"]  # fmt: skip


def test_the_excerpt_has_the_labels_of_the_table() -> None:
    (excerpt,) = [text for kind, _, text in BLOCK.findall(text_of(PAGES[0])) if kind == "text"]
    first = [line[:36].strip() for line in excerpt.splitlines()]
    labels = {row.label.strip() for row in table.ROWS}
    assert f"{first[1]} {first[2]}" in labels
    assert first[3] in labels


def test_the_question_is_answered_for_its_variants_at_one_cost(reader: Reader) -> None:
    data = results.read(reader.folder / "out" / "equal" / "compare.nc")
    assert list(data["variant"].values) == ["null", "small", "account"]
    cost = table.yearly_cost(data, data.sel(variant="null")).sel(year=2028).mean("seed") / 1e6
    for variant in ("small", "account"):
        assert float(cost.sel(variant=variant)) == pytest.approx(100, rel=0.25)


def with_line(text: str, section: str, line: str) -> str:
    """A scenario with one line more, or changed, in a section that may be new."""
    key = line.split(" = ", maxsplit=1)[0]
    if f"[{section}]" not in text:
        return f"{text}\n[{section}]\n{line}\n"
    text = re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)
    return text.replace(f"[{section}]\n", f"[{section}]\n{line}\n")


def test_what_the_question_may_be_changed_into_can_run_and_a_wrong_amount_cannot() -> None:
    page = text_of("own-question")
    ((_, _, text),) = (block for block in BLOCK.findall(page) if block[1])
    rows = re.findall(r"^\| .+? \| (`.+`) under `\[([\w.]+)\]` \|$", page, re.MULTILINE)
    assert len(rows) == 5
    before = read(text)
    for lines, section in rows:
        changed = text
        for line in re.findall(r"`(.+?)`", lines):
            changed = with_line(changed, section, line)
        assert read(changed) != before
    with pytest.raises(ValueError, match=r"amount = -500: allowed is "):
        read(text.replace("amount = 500", "amount = -500"))


def test_the_policy_pays_for_flexible_workers_only(reader: Reader) -> None:
    data = results.read(reader.folder / "out" / "mine" / "compare.nc")
    assert {"small", "account"} < set(data["variant"].values)
    said = reader.said["own-policy"].splitlines()
    assert "temporary-prospect" in said[0]
    assert "permanent'" not in said[0]
    assert said[1:3] == ["300.0 240.0", "1000.0 600.0"]
    assert said[3].startswith("flexbon ")


def test_invented_results_are_of_the_same_form_as_real_ones(
    reader: Reader, invented: Callable[..., xr.Dataset]
) -> None:
    real, made = results.read(reader.folder / "real.nc"), invented(members=0)
    own = {"replicate", "value"}  # of comparisons over parameter sets
    assert set(made.data_vars) - own == set(real.data_vars) - own
    for name in set(real.data_vars) - own:
        assert set(made[name].dims) == set(real[name].dims), name
        assert made[name].attrs == real[name].attrs, name
    assert set(made.attrs) == set(real.attrs)


def test_reading_prints_every_variable_and_the_reach(reader: Reader) -> None:
    said = reader.said[INVENTED]
    assert re.search(r"^awards_eur +EUR/year ", said, re.MULTILINE)
    assert "practically educated" in said
    assert len(re.findall(r"of which chance \d+%", said)) >= 4


def test_the_study_tells_what_its_factors_do(reader: Reader) -> None:
    said = next(text for line, text in reader.said.items() if "llo sobol" in line)
    assert "voucher.amount" in said
    assert "action.pi" in said
    assert "2 base samples" in said
