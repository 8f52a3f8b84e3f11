"""Reading a study: what it leaves open is filled in, and what cannot be is one clear line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

from experiments.sweeps import factors, identity
from experiments.sweeps.running import rows_of, shape_of
from experiments.sweeps.study import FOLDER, Ready, read
from scenarios.scenario import BASELINE

PI = '[[factor]]\nname = "action.pi"\n'
DEPOSIT = '[[factor]]\nname = "leerrekening.deposit"\nlow = 200.0\nhigh = 1000.0\n'
SOLVED = factors.solved()[0].name


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def ready(folder: Path, text: str) -> Ready:
    return read(str(written(folder, text)))


def rows(of: Ready) -> np.ndarray:
    return np.concatenate(list(rows_of(of, shape_of(of))))


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_our_own_studies_can_be_run(name: str) -> None:
    found = read(name)
    assert found.study.title
    assert next(rows_of(found, shape_of(found))).shape[1] == len(found.names)


def test_a_study_is_held_to_all_that_decides_its_runs() -> None:
    own = {"experiments." + n[:-3].replace("/", ".") for n in (*identity.OWN, "table.py")}
    seen = set()
    for name in identity.OWN:
        for node in ast.walk(ast.parse((identity.EXPERIMENTS / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("experiments"):
                seen |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    files = {s for s in seen if (identity.ROOT / (s.replace(".", "/") + ".py")).is_file()}
    # Where shards lie, what a study says (its text counts), names of variables; twins of a command.
    others = {"experiments.sweeps.store", "experiments.sweeps.study", "experiments.results",
              "experiments.runner"}  # fmt: skip
    assert files - own == others
    assert "experiments/sweeps/lives.py" in identity.of(read("quick"))


def test_what_a_study_leaves_open_is_as_the_scenario_has_it(tmp_path: Path) -> None:
    found = ready(tmp_path, PI + DEPOSIT)
    assert found.names == found.labels == ["action.pi", "leerrekening.deposit"]
    assert found.scenario.names() == ["null", "voucher", "leerrekening", "leerrecht",
                                      "together"]  # fmt: skip
    assert found.scenario.uncertainty.members == 0
    prior, deposit = found.study.factors
    known = factors.known_priors()["action.pi"]
    assert (prior.distribution, prior.low, prior.high) == ("prior", known.low, known.high)
    assert (deposit.distribution, deposit.low, deposit.high) == ("uniform", 200.0, 1000.0)


def test_a_scenario_and_a_table_beside_the_study_go_before_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BASELINE.read_text(encoding="utf-8").replace("deposit = 500", "deposit = 750")
    (tmp_path / "baseline.toml").write_text(text, encoding="utf-8")
    (tmp_path / "runs.csv").write_text("action.pi\n700\n", encoding="utf-8")
    monkeypatch.chdir(FOLDER)
    found = ready(tmp_path, f'[design]\nkind = "table"\nfile = "runs.csv"\n{PI}')
    assert found.scenario.instruments["leerrekening"]["deposit"] == 750
    assert rows(found).tolist() == [[700.0]]


def test_values_lie_in_their_distributions(tmp_path: Path) -> None:
    name = '[[factor]]\nname = "leerrekening.{}"\n'
    found = ready(
        tmp_path,
        "[design]\ndraws = 1000\n"
        + name.format("deposit") + 'distribution = "log"\nlow = 100.0\nhigh = 1000.0\n'
        + name.format("ceiling") + "mean = 5000.0\nsd = 1000.0\n"
        + PI.replace("\n", '\nvalues = [400.0, 500.0, 600.0, 700.0]\n', 1).replace(
            'values = [400.0, 500.0, 600.0, 700.0]\nname = "action.pi"\n',
            'name = "action.pi"\nvalues = [400.0, 500.0, 600.0, 700.0]\n',
        ),
    )  # fmt: skip
    deposit, ceiling, pi = rows(found).T
    assert np.mean(deposit < 10**2.5) == pytest.approx(0.5, abs=0.002)
    assert (ceiling.mean(), ceiling.std()) == pytest.approx((5000, 1000), rel=0.01)
    assert dict(zip(*np.unique(pi, return_counts=True), strict=True)) == {
        400: 250, 500: 250, 600: 250, 700: 250,
    }  # fmt: skip


def test_factors_of_a_group_move_together(tmp_path: Path) -> None:
    grouped = PI + 'group = "money"\n' + DEPOSIT + 'group = "money"\n'
    other = '[[factor]]\nname = "leerrekening.ceiling"\nlow = 3e3\nhigh = 6e3\n'
    design = '[design]\nkind = "sobol"\ndraws = 4\n'
    found = ready(tmp_path, design + grouped + other)
    assert found.labels == ["money", "leerrekening.ceiling"]
    assert shape_of(found).block == 4
    first, moved, still, _ = rows(found)[:4]
    assert [*(moved != first), *(still != first)] == [True, True, False, False, False, True]


REFUSED = {
    "unknown owner": (PI.replace("action.pi", "acton.pi"), "factor 'acton.pi': no parameter of"),
    "unknown key": (
        DEPOSIT.replace("deposit", "gift"),
        "factor 'leerrekening.gift': the instrument leerrekening has no 'gift'; it has ",
    ),
    "below its bounds": (
        DEPOSIT.replace("200.0", "-200.0"),
        "factor 'leerrekening.deposit': leerrekening.deposit = -200: allowed is 0 to ",
    ),
    "a value outside its bounds": (
        '[[factor]]\nname = "leerrekening.deposit"\nvalues = [100.0, -1.0]\n',
        "leerrekening.deposit = -1: allowed is 0 to ",
    ),
    "the wrong way round": (DEPOSIT.replace("200.0", "2e3"), "low 2000.0, high 1000.0: give two,"),
    "not a number": (DEPOSIT.replace("200.0", "nan"), "low nan, high 1000.0: give two,"),
    "one end": (DEPOSIT.replace("low = 200.0\n", ""), "low None, high 1000.0: give two,"),
    "log of nothing": (
        DEPOSIT.replace("200.0", '0.0\ndistribution = "log"'),
        "low 0: a range on a log scale lies above 0",
    ),
    "half a normal": (
        '[[factor]]\nname = "leerrekening.deposit"\nsd = 3.0\n',
        "a normal distribution needs a mean and a sd",
    ),
    "no choice": (PI + 'distribution = "choice"\n', "a choice needs values = [...]"),
    "no prior": ('[[factor]]\nname = "leerrekening.age_from"\n', "it has no prior: give low and"),
    "a prior and a range": (
        PI + 'distribution = "prior"\nlow = 400.0\n',
        "a prior has its own range: leave low and high out",
    ),
    "twice": (PI + PI, "factor 'action.pi': given twice; keep one"),
    "solved": (
        f'[[factor]]\nname = "{SOLVED}"\n',
        f"factor '{SOLVED}' is solved in every run: leave it out, or give design.intercepts = ",
    ),
    "ensemble with a range": (
        '[[factor]]\nname = "ensemble"\nlow = 0.0\nhigh = 1.0\n',
        "factor 'ensemble': the ensemble has its own weights: give its name alone",
    ),
    "ensemble and one of its parameters": (
        f'[[factor]]\nname = "ensemble"\n{PI}',
        "factor 'action.pi' is among what a member of the ensemble says: keep one",
    ),
    "no factor": ("", "factor: "),
    "unknown key of the study": ("person = 1000\n" + PI, "person: "),
    "too few persons": ("persons = 10\n" + PI, "persons: "),
    "unknown distribution": (PI + 'distribution = "beta"\n', "factor.0.distribution: "),
    "unknown variant": (
        'variants = ["vouchers"]\n' + PI,
        "scenario 'baseline.toml': no variant 'vouchers'; there are voucher, ",
    ),
    "the null as a variant": ('variants = ["null"]\n' + PI, "no variant 'null'; there are "),
    "unknown scenario": ('scenario = "none.toml"\n' + PI, "scenario 'none.toml': "),
    "too many years": ("years_before = 50\n" + PI, "scenario 'baseline.toml': "),
    "unknown output": ('outputs = ["joy"]\n' + PI, "outputs: no 'joy'; there are aes, nea, "),
    "a halving without years for it": (
        'years_after = 1\noutputs = ["cost", "outlay_halved"]\n' + PI,
        "outputs: 'outlay_halved' is of a halving half-way: give years_after = 2 or more"),
    "no output": ("outputs = []\n" + PI, "outputs: "),
    "unknown group": ('groups = ["left"]\n' + PI, "groups: no 'left'; there are all, "),
    "a table without a file": (
        f'[design]\nkind = "table"\n{PI}', 'design.file: a table needs the name of a CSV file'
    ),
    "one trajectory": (f'[design]\nkind = "morris"\ndraws = 1\n{PI}', "design.draws: 1: one traj"),
    "unknown design": (f'[design]\nkind = "random"\n{PI}', "design.kind: "),
    "not TOML": ("factor = [", "cannot be read as a study ("),
}  # fmt: skip


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_cannot_be_run_is_told(wrong: str, tmp_path: Path) -> None:
    text, told = REFUSED[wrong]
    with pytest.raises(ValueError, match=re.escape(told)) as refusal:
        ready(tmp_path, text)
    assert str(refusal.value).startswith(f"{tmp_path / 'mine.toml'}: ")
    assert "\n" not in str(refusal.value)


def test_a_solved_intercept_may_be_a_factor_where_it_is_kept(tmp_path: Path) -> None:
    solved = factors.declared(SOLVED, read("quick").scenario)
    assert solved is not None
    ends = f"low = {0.9 * solved.default}\nhigh = {1.1 * solved.default}\n"
    text = f'[design]\nintercepts = "kept"\n[[factor]]\nname = "{SOLVED}"\n{ends}'
    assert ready(tmp_path, text).names == [SOLVED]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"mine\.toml: cannot be read as a study"):
        read(str(path))
    with pytest.raises(ValueError, match=r"^none: no such study; give a TOML file, or one of ours"):
        read("none")
