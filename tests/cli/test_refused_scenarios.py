"""A scenario with a mistake: one line of file, place, key, value and remedy; no file is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scenarios.scenario import BASELINE

Refused = Callable[..., str]
EARLIER = b"results of an earlier run"
SMALL = ("--persons", "1000", "--months", "1", "--seeds", "1", "--members", "0")


@dataclass(frozen=True)
class Mistake:
    """A line of the baseline, what stands in its place (# here: the line to name), what is told."""

    line: str
    instead: str
    told: tuple[str, ...]


VOUCHER, LAST = 'use = "voucher"', 'together = ["voucher", "leerrekening", "leerrecht"]'
MISTAKES = {
    "unknown key": Mistake(
        "[time]", "bogus = 1  # here\n[time]", ("bogus: no such key", "baseline.toml")
    ),
    "unknown key in time": Mistake(
        "years_after = 14", "years_aftr = 14  # here", ("time.years_aftr: no such key",)
    ),
    "unknown key in an instrument": Mistake(
        "ceiling = 5000",
        "roof = 5000  # here",
        ("instruments.leerrekening.roof", "no such parameter", "ceiling, carried"),
    ),
    "unknown parameter": Mistake(
        LAST,
        f"{LAST}\n[parameters.stages]\na99 = 1  # here",
        ("parameters.stages.a99", "no such parameter", "a12, "),
    ),
    "unknown group of parameters": Mistake(
        LAST,
        f"{LAST}\n[parameters.phases]  # here\na12 = 1",
        ("parameters.phases", "no such group", "stages"),
    ),
    "negative amount": Mistake(
        "amount = 1000",
        "amount = -1  # here",
        ("voucher.amount = -1", "allowed is 0 to 100000 EUR"),
    ),
    "ages the wrong way round": Mistake(
        "amount = 1000",
        "age_from = 70  # here",
        ("voucher.age_from: 70 is not below age_to = 67", "lower one or raise the other"),
    ),
    "open-ended with closing moments": Mistake(
        "amount = 1000",
        'opens = []  # here\ncloses = ["03-01 10:00"]',
        ("voucher.opens: [] makes the scheme open-ended", "leave out closes"),
    ),
    "share over 1": Mistake(
        "time_share = 0.5",
        "time_share = 1.5  # here",
        ("leerrecht.time_share = 1.5", "allowed is 0 to 1 share"),
    ),
    "not a number": Mistake(
        "amount = 1000", "amount = nan  # here", ("voucher.amount = nan", "finite number in EUR")
    ),
    "infinite": Mistake(
        "budget = 160e6", "budget = inf  # here", ("voucher.budget = inf", "finite number in EUR")
    ),
    "infinite parameter": Mistake(
        LAST,
        f"{LAST}\n[parameters.stages]\na12 = -inf  # here",
        ("stages.a12 = -inf", "give a finite number"),
    ),
    "larger than any number": Mistake(
        "amount = 1000",
        f"amount = 1{400 * '0'}  # here",
        ("instruments.voucher.amount", "EUR"),
    ),
    "text for an amount": Mistake(
        "amount = 1000",
        'amount = "1000"  # here',
        ("voucher.amount = '1000'", "give a finite number"),
    ),
    "text for a parameter": Mistake(
        LAST,
        f'{LAST}\n[parameters.stages]\na12 = "x"  # here',
        ("parameters.stages.a12: 'x'", "valid number"),
    ),
    "truth for an amount": Mistake(
        "deposit = 500", "deposit = true  # here", ("leerrekening.deposit = True", "finite number")
    ),
    "text for a count": Mistake(
        "years_before = 17",
        'years_before = "5"  # here',
        ("time.years_before: '5'", "valid integer"),
    ),
    "no seeds": Mistake(
        "count = 2", "count = 0  # here", ("seeds.count: 0", "greater than or equal to 1")
    ),
    "a number for a group of parameters": Mistake(
        "[parameters.market]",
        "[parameters]\nmarket = 5  # here\n[parameters.stages]",
        ("parameters.market: 5",),
    ),
    "window that closes before it opens": Mistake(
        VOUCHER,
        f'{VOUCHER}\nopens = ["03-01 10:00"]\ncloses = ["02-01 10:00"]  # here',
        ("closes 02-01 10:00 before it opens 03-01 10:00", "let it close later"),
    ),
    "overlapping windows": Mistake(
        VOUCHER,
        f'{VOUCHER}\nopens = ["03-01 10:00", "03-15 10:00"]  # here\n'
        'closes = ["04-01 10:00", "05-01 10:00"]',
        ("windows overlap", "let one close before the next opens"),
    ),
    "no such moment": Mistake(
        VOUCHER,
        f'{VOUCHER}\nopens = ["03-01 10:00"]\ncloses = ["04-31 10:00"]  # here',
        ("'04-31 10:00'", 'give "MM-DD HH:MM"'),
    ),
    "a number for windows": Mistake(
        VOUCHER, f"{VOUCHER}\nopens = 5  # here", ("opens = 5", "give a list")
    ),
    "a priority group that does not exist": Mistake(
        VOUCHER,
        f'{VOUCHER}\npriority = ["education:none"]  # here',
        ("voucher.priority", "'education:none' is no group", "education:practical"),
    ),
    "a stack rule that goes in a circle": Mistake(
        "deposit = 500",
        'deposit = 500\nafter = ["leerrekening"]  # here',
        ("leerrekening.after: the order of paying goes in a circle", "take one of them out"),
    ),
    "paying after what is no instrument": Mistake(
        "deposit = 500",
        'deposit = 500\nafter = ["bonus"]  # here',
        ("leerrekening.after: 'bonus' is no instrument; there are ",),
    ),
    "excluding what is no instrument": Mistake(
        "deposit = 500",
        'deposit = 500\nexcludes = "voucher"  # here',
        ("leerrekening.excludes = 'voucher': give a list",),
    ),
    "a policy outside its years": Mistake(
        "deposit = 500",
        'deposit = 500\nfrom = "2041-01"  # here',
        ("leerrekening.from: it would never be in force", "2027-01 to 2040-12"),
    ),
    "a variant's policy before its introduction": Mistake(
        "deposit = 500",
        'deposit = 500\nfrom = "2020-01"  # here',
        ("leerrekening.from: 2020-01 is before the introduction", "put it under standing"),
    ),
    "standing that is no instrument": Mistake(
        "standing = [", 'standing = [  # here\n"bonus",', ("'bonus' is not among [instruments]",)
    ),
    "a month that is none": Mistake(
        "deposit = 500",
        'deposit = 500\nuntil = "2030-13"  # here',
        ("leerrekening.until = '2030-13'", 'give a month as "YYYY-MM"'),
    ),
    "reserved pots above the budget": Mistake(
        VOUCHER,
        f'{VOUCHER}\npots = {{"education:practical" = 200e6}}  # here',
        ("voucher.pots", "200,000,000 in all is above", "lower pots or raise budget"),
    ),
    "unknown order": Mistake(
        VOUCHER,
        f'{VOUCHER}\norder = "first"  # here',
        ("order = 'first'", "allowed is lottery or arrival"),
    ),
    "text for carrying over": Mistake(
        VOUCHER, f'{VOUCHER}\ncarry_over = "no"  # here', ("carry_over = 'no'", "true or false")
    ),
    "unknown kind of instrument": Mistake(
        VOUCHER,
        'use = "cheque"  # here',
        ("instruments.voucher.use: 'cheque'", "there are", "leerrecht"),
    ),
    "a list for the kind": Mistake(
        VOUCHER, 'use = ["voucher"]  # here', ("instruments.voucher.use: ['voucher']",)
    ),
    "no kind of instrument": Mistake(
        "[instruments.voucher]",
        "[instruments.cheque]  # here\namount = 5\n[instruments.voucher]",
        ("instruments.cheque.use: None", "there are", "voucher"),
    ),
    "unknown instrument in a variant": Mistake(
        'voucher = ["voucher"]',
        'voucher = ["cheque"]  # here',
        ("variants.voucher: 'cheque'", "voucher, leerrekening, leerrecht"),
    ),
    "an instrument twice": Mistake(
        LAST, 'together = ["voucher", "voucher"]  # here', ("variants.together", "keep one")
    ),
    "a null with instruments": Mistake(
        LAST, 'null = ["voucher"]  # here', ("variants.null", "another name")
    ),
    "no such month": Mistake(
        'introduction = "2027-01"',
        'introduction = "2027-13"  # here',
        ("time.introduction: '2027-13'", '"YYYY-MM"'),
    ),
    "a start before the calendar": Mistake(
        'introduction = "2027-01"',
        'introduction = "1900-01"  # here',
        ("time.introduction", "1900"),
    ),
    "levels that are not there": Mistake(
        'levels = "levels.toml"', 'levels = "nosuch.toml"  # here', ("nosuch.toml",)
    ),
    "margins that are not there": Mistake(
        'margins = "margins/nl-2022.toml"', 'margins = "nosuch.toml"  # here', ("nosuch.toml",)
    ),
    "margins that are a folder": Mistake(
        'margins = "margins/nl-2022.toml"', 'margins = "margins"  # here', ("margins",)
    ),
}


def with_mistake(mistake: Mistake) -> tuple[str, int]:
    """The baseline with one line replaced, and the number of the line that must be named."""
    lines = BASELINE.read_text(encoding="utf-8").splitlines()
    place = [line.split("  #")[0].rstrip() for line in lines].index(mistake.line)
    lines[place] = mistake.instead
    text = "\n".join(lines) + "\n"
    number = next(n for n, line in enumerate(text.splitlines(), 1) if line.endswith("# here"))
    return text, number


@pytest.mark.parametrize("words", [("check",), ("compare", *SMALL)], ids=lambda words: words[0])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(
    name: str, words: tuple[str, ...], tmp_path: Path, refused: Refused
) -> None:
    text, number = with_mistake(MISTAKES[name])
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "compare.nc").write_bytes(EARLIER)
    told = refused(*words, "my.toml")
    assert told.startswith(f"my.toml:{number}: ")
    assert [words for words in MISTAKES[name].told if words not in told] == []


@pytest.mark.parametrize("command", ["check", "compare", "run"])
def test_invalid_toml_is_told_with_its_line(command: str, tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "my.toml").write_text("persons = 1000\n\nthis is not TOML\n", encoding="utf-8")
    told = refused(command, "my.toml")
    assert told.startswith("my.toml")
    assert "no valid TOML" in told
    assert "line 3" in told


@pytest.mark.parametrize("command", ["check", "compare", "run"])
def test_a_scenario_that_is_no_text_file_is_told(
    command: str, tmp_path: Path, refused: Refused
) -> None:
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    (tmp_path / "folder.toml").mkdir()
    for name in ("binary.toml", "folder.toml", "nosuch.toml"):
        told = refused(command, name)
        assert told.startswith(f"{name}: cannot be read"), told


@pytest.mark.parametrize(
    "content",
    ["[parameters.nonsense]\na12 = 1\n", "[parameters.stages]\na12 = 'x'\n", "parameters = 5\n",
     "not TOML\n", "\x00"],
)  # fmt: skip
def test_a_damaged_levels_file_is_told_by_name(
    content: str, tmp_path: Path, refused: Refused
) -> None:
    (tmp_path / "mine.toml").write_text(content, encoding="utf-8")
    (tmp_path / "my.toml").write_text('levels = "mine.toml"\n', encoding="utf-8")
    assert "mine.toml" in refused("check", "my.toml")


@pytest.mark.parametrize("content", ["margin = 5\n", "not TOML\n", "teams = []\n", "margin = []\n"])
def test_a_damaged_margins_file_is_told_by_name(
    content: str, tmp_path: Path, refused: Refused
) -> None:
    (tmp_path / "mine.toml").write_text(content, encoding="utf-8")
    (tmp_path / "my.toml").write_text('margins = "mine.toml"\n', encoding="utf-8")
    assert "mine.toml" in refused("check", "my.toml")


def test_the_baseline_is_in_order(llo: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = llo("check", BASELINE)
    assert (code, err) == (0, "")
    assert "in order" in out
    assert "variants null, voucher, leerrekening, leerrecht, together, 100,000 persons" in out
