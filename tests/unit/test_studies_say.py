"""What studies say: indices and verdicts of runs whose numbers are known in closed form."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments import deciding, sensing
from experiments.analysis import weights
from experiments.sensing import as_data
from experiments.sweeps import expanding, reading, running, sensitivity, verdicts
from experiments.sweeps.outcomes import OUTCOMES, SIX, chosen
from experiments.sweeps.store import Done, Store, write_shard
from experiments.sweeps.study import checked
from experiments.sweeps.writer import writing

WORLD = """
base = "baseline.toml"
[time]
spin_up_months = 12
[variants]
voucher = ["voucher"]
leerrekening = ["leerrekening"]
"""
STUDY = """
scenario = "world.toml"
persons = 1000
years_before = 1
years_after = 5
[seeds]
first = 1
count = {seeds}
[design]
kind = "{kind}"
draws = {draws}
levels = 4
intercepts = "kept"
[[factor]]
name = "action.pi"
low = 100.0
high = 900.0
[[factor]]
name = "{second}"
low = 100.0
high = 900.0
"""
PARTICIPATION, COST = chosen(["participation", "cost"])


def answer(store: Store, x: np.ndarray) -> np.ndarray:
    """Rows of runs in which the voucher does nothing and the leerrekening what x says.

    Participation gains 2 u + v points, of factors u and v from 0 to 1; it costs 200 u + 200 mln
    EUR, of which a share v is deadweight.
    """
    u, v = (x.T - 100.0) / 800.0
    layout = store.layout
    numbers = {p.name: np.zeros((len(x), *p.shape)) for p in layout.parts}
    mine = layout.variants.index("leerrekening")
    after = np.array([year >= store.meta["introduced"] for year in layout.years])
    numbers["aes"][:] = 0.6
    gain = np.where(after, 0.01 * (2 * u + v)[:, None], 0.0)
    numbers["aes"][:, mine] += gain[:, :, None]
    money = np.where(after, (200e6 * u + 200e6)[:, None], 0.0)
    numbers["cost"][:, mine] = numbers["public"][:, mine] = money
    numbers["deadweight"][:, mine] = money * v[:, None]
    numbers["learners"][:, mine] = 1e5 * gain[:, :, None]
    numbers["recipients"][:, mine] = np.where(after, 1e4, 0.0)[None, :, None]
    return np.concatenate([n.reshape(len(x), -1) for n in numbers.values()], axis=1)


def fill(store: Store, wrong: tuple[int, ...] = ()) -> None:
    """Do what is missing; the rows named fail."""
    with writing(store) as writer:
        for task in list(store.missing()):
            x = store.values(task.first, task.rows)
            rows = answer(store, x).astype(np.float32)
            failed: list[dict[str, Any]] = []
            for k in range(task.rows):
                if task.first + k in wrong:
                    rows[k] = np.nan
                    failed.append({"row": task.first + k, "seed": task.seed, "error": "it failed",
                                   "factors": {}})  # fmt: skip
            digest = write_shard(store, task.number, rows)
            writer.keep(Done(task.number, digest, 0.1, 0.1, tuple(failed)))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Store]:
    """A study of two factors, with no run done."""

    def made(
        kind: str = "sobol", draws: int = 128, second: str = "action.tau", seeds: int = 1
    ) -> Store:
        (tmp_path / "world.toml").write_text(WORLD, encoding="utf-8")
        text = STUDY.format(kind=kind, draws=draws, second=second, seeds=seeds)
        file = tmp_path / "study.toml"
        file.write_text(text, encoding="utf-8")
        return running.make(checked(text, tomllib.loads(text), file), tmp_path / "store", file)

    return made


def test_indices_are_those_of_the_closed_form(make: Callable[..., Store]) -> None:
    store = make()
    fill(store)
    found = sensitivity.sensed(store, [PARTICIPATION, COST], ["leerrekening", "voucher"])
    gain = found.column(PARTICIPATION, "leerrekening")
    money = found.column(COST, "leerrekening")
    for column, truth in ((gain, [0.8, 0.2]), (money, [1.0, 0.0])):  # variances of 2 u and v
        for index in (found.indices.first, found.indices.total):
            assert np.all(index.low[:, column] - 1e-6 <= truth)
            assert np.all(truth <= index.high[:, column] + 1e-6)
    assert found.indices.flat.tolist() == [False, True, False, True]  # the voucher does nothing
    assert found.ranking.rank[:, gain].tolist() == [1, 2]
    assert found.pawn is not None
    assert found.pawn.above[0, money]
    assert not found.pawn.above[1, money]
    assert found.yearly.value.shape == (2, 4, len(found.years))
    np.testing.assert_allclose(found.yearly.value[0, gain], 0.8, atol=0.1)
    rows = as_data(found)["indices"]
    assert {r["factor"] for r in rows} == {"action.pi", "action.tau"}
    assert next(r for r in rows if r["variant"] == "voucher")["total"]["value"] is None


def test_a_study_grows_until_it_is_sure_enough(make: Callable[..., Store]) -> None:
    store = make(draws=8)
    seen: list[int] = []

    def run() -> bool:
        fill(store)
        return True

    found, end = sensitivity.grown(
        store, [PARTICIPATION], ["leerrekening"], 0.3, 4096, run,
        lambda base: expanding.expand(store, draws=base) and None,
        lambda base, w: seen.append(base),
    )  # fmt: skip
    assert end == "converged: leading total indices are within 0.3"
    assert seen == [8 * 2**k for k in range(len(seen))]
    assert found.draws == seen[-1] == store.meta["design"]["draws"]
    assert sensitivity.widest(found) < 0.3
    _, end = sensitivity.grown(store, [PARTICIPATION], ["leerrekening"], 1e-6, seen[-1], run, print)
    assert end == f"{seen[-1]} base samples are the most that was allowed"
    _, end = sensitivity.grown(store, [PARTICIPATION], ["leerrekening"], 1e-6, 4096,
                               lambda: False, print)  # fmt: skip
    assert end == "the time given is spent"


def test_expanding_leaves_what_is_done_as_it_is(make: Callable[..., Store]) -> None:
    store = make(draws=16, seeds=2)
    fill(store)
    before = reading.by_draw(store)
    expanding.expand(store, draws=32)
    assert list(store.missing())
    half = reading.by_draw(store).isel(draw=slice(0, before.sizes["draw"]))
    xr.testing.assert_identical(half.drop_attrs(), before.drop_attrs())
    fill(store)
    assert np.isfinite(reading.by_draw(store)["cost"].values).all()


def test_a_failed_run_costs_its_own_base_sample(make: Callable[..., Store]) -> None:
    store = make(draws=32)
    fill(store, wrong=(5,))
    found = sensitivity.sensed(store, [PARTICIPATION], ["leerrekening"])
    assert found.indices.left_out.tolist() == [1]
    assert [f["error"] for f in store.failures()] == ["it failed"]


def test_morris_screens_by_size_of_effect(make: Callable[..., Store]) -> None:
    store = make("morris", draws=10)
    fill(store)
    labels, found = sensitivity.screened(store, [PARTICIPATION], ["leerrekening"])
    assert labels == ["action.pi", "action.tau"]
    np.testing.assert_allclose(found.mu_star.value[:, 0], [2.0, 1.0], rtol=1e-4)
    with pytest.raises(ValueError, match="its design is morris: indices need one of kind sobol"):
        sensitivity.sensed(store, [PARTICIPATION], ["leerrekening"])


def test_a_verdict_names_when_the_budget_is_missed(make: Callable[..., Store]) -> None:
    store = make("latin", draws=200)
    fill(store)
    said = verdicts.verdict(store, weights.read(), verdicts.thresholds())
    assert said.draws == 200
    satisfied = said.satisfied
    assert satisfied is not None
    budget = "at most EUR 250 million a year"
    share = satisfied["share"].sel(threshold=budget)
    assert float(share.sel(variant="leerrekening")) == pytest.approx(0.25, abs=0.01)
    assert float(share.sel(variant="voucher")) == 1.0
    missed = next(f for f in said.failures
                  if f.variant == "leerrekening" and f.threshold.name == budget)  # fmt: skip
    box = missed.found.boxes[0]
    assert [r.factor for r in box.restrictions] == ["action.pi"]
    assert box.restrictions[0].low == pytest.approx(300.0, abs=45.0)
    assert "willingness to pay" in missed.sentences[0]
    assert missed.share == pytest.approx(0.75, abs=0.01)
    participation = next(j for j in said.judged if j.outcome.name == "participation_2030")
    best = participation.best["probability"]
    assert float(best.sel(variant="leerrekening")) == pytest.approx(1.0)
    assert float(participation.regret["mean"].sel(variant="null")) == pytest.approx(1.5, abs=0.02)


def test_the_front_needs_settings_crossed_with_the_rest(make: Callable[..., Store]) -> None:
    store = make("grid", second="leerrekening.deposit")
    fill(store)
    found = verdicts.settings(store, OUTCOMES["cost"], OUTCOMES["participation"])["leerrekening"]
    assert found.sizes["variant"] == 4
    # Cost does not depend on the deposit here, participation does: the most generous is the front.
    assert found["front"].values.tolist() == [0, 0, 0, 1]


def test_a_screening_is_printed_and_kept_as_a_page(
    make: Callable[..., Store], capsys: pytest.CaptureFixture[str]
) -> None:
    store = make("morris", draws=8)
    fill(store)
    sensing.sobol(str(store.folder), minutes=0, outcome=["participation", "cost"])
    shown, text = capsys.readouterr().out, (store.folder / "sobol" / "screening.md").read_text()
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    # Participation gains 2 u + v points, cost rises with u alone.
    assert [row[0].endswith(f"({name})") for row, name in
            zip(rows, ("action.pi", "action.tau"), strict=True)] == [True, True]  # fmt: skip
    assert [row[1:3] for row in rows] == [["100 [100, 100]"] * 2, ["50 [50, 50]", "0 [0, 0]"]]
    assert [row[3] for row in rows] == ["yes |", "yes |"]  # both are in the shipped indices
    assert "8 walks" in text
    assert "Written: " in shown


def test_a_front_is_printed_and_written_with_its_picture(
    make: Callable[..., Store], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, out = make("grid", second="leerrekening.deposit"), tmp_path / "told" / "front.md"
    fill(store)
    deciding.decide(store.folder, front=True, reach="participation", out=out)
    text, shown = out.read_text(encoding="utf-8"), capsys.readouterr().out
    pictures = [f"front-{v}.png" for v in store.layout.variants if v != "null"]
    assert sorted(p.name for p in out.parent.iterdir()) == sorted(["front.md", *pictures])
    assert (store.folder / "decide" / "front-leerrekening.png").stat().st_size > 5_000
    assert all(f"]({picture})" in text for picture in pictures)
    part = text[text.index("## leerrekening") :]
    rows = [line for line in part.splitlines() if "leerrekening.deposit=" in line]
    assert len(rows) == 4
    assert part.count(" * |") == 1
    cells = {cell for row in rows for cell in row.replace("|", " ").split()}
    assert not [cell for cell in cells if cell not in shown]
    assert "Written: " in shown


def test_a_front_without_levers_is_refused(make: Callable[..., Store]) -> None:
    store = make("grid")
    fill(store)
    with pytest.raises(ValueError, match="no factor is a parameter of an instrument"):
        verdicts.settings(store, OUTCOMES["cost"], OUTCOMES["participation"])


def test_outcomes_are_refused_by_name(make: Callable[..., Store]) -> None:
    with pytest.raises(ValueError, match="outcome 'gain': there is none; there are participation"):
        chosen(["gain"])
    store = make(draws=2)
    data = reading.by_draw(store, ["cost"])
    with pytest.raises(ValueError, match="the study kept no 'aes': add it to its outputs"):
        PARTICIPATION.value(data)
    with pytest.raises(ValueError, match="0 base samples are done: two are needed"):
        sensitivity.sensed(store, chosen(SIX), ["voucher"])


def test_years_that_were_not_lived_have_no_value(make: Callable[..., Store]) -> None:
    store = make(draws=2)
    fill(store)
    data = reading.by_draw(store)
    short = data.isel(year=slice(0, 3))
    assert np.isnan(OUTCOMES["participation_60"].value(short)).all()
    assert np.isfinite(OUTCOMES["participation_60"].value(data)).all()
