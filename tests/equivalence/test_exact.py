"""The same result to the last bit: agents and sweep, threads, blocks, resume, null and nothing.

Every test is held twice: of people who stay as they are, and of working lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.kernel import Kernel
from simulator.model import LearningModel
from simulator.policy import Null, Policy
from simulator.population import Worker, side_by_side
from simulator.record import load_checkpoint, save_checkpoint

Make = Callable[..., LearningModel]
Three = Callable[[], list[Policy]]


@pytest.fixture(params=["people stay as they are", "working lives"])
def model(request: pytest.FixtureRequest, model: Make, living: Make) -> Make:
    return living if request.param == "working lives" else model


def same(one: LearningModel, other: LearningModel) -> None:
    for name, column in one.population.worker.items():
        assert np.array_equal(column, other.population.worker[name]), name
    for name, column in one.population.team.items():
        assert np.array_equal(column, other.population.team[name]), name
    assert one.snapshot() == other.snapshot()


def test_agents_and_sweep_agree_over_24_months(model: Make, three: Three) -> None:
    fast = model(*three(), persons=1_000).run(24)
    slow = model(*three(), persons=1_000, agents=True).run(24)
    assert len(slow.agents) == slow.population.rows >= 1_000
    assert fast.ledger.balances["state:voucher"] < 0
    same(fast, slow)


@pytest.mark.parametrize("threads", [2, 7])
def test_threads_change_nothing(model: Make, three: Three, threads: int) -> None:
    one = model(*three(), block_rows=97).run(24)
    same(one, model(*three(), block_rows=97, threads=threads).run(24))


@pytest.mark.parametrize("block_rows", [64, 1_500, 65_536])
def test_block_size_changes_nothing(model: Make, three: Three, block_rows: int) -> None:
    same(model(*three(), block_rows=333).run(24), model(*three(), block_rows=block_rows).run(24))


def test_a_run_resumes_at_month_12(model: Make, three: Three, tmp_path: Path) -> None:
    whole = model(*three()).run(24)
    half = model(*three()).run(12)
    save_checkpoint(half, tmp_path / "at12.h5")
    resumed = load_checkpoint(tmp_path / "at12.h5", model(*three()))
    assert resumed.t == 12
    same(whole, resumed.run(12))


def test_a_foreign_or_cut_checkpoint_is_refused(model: Make, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    save_checkpoint(model().run(1), path)
    path.write_bytes(path.read_bytes()[:2_000])
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        load_checkpoint(path, model())


def test_the_null_policy_is_no_policy(model: Make) -> None:
    same(model().run(24), model(Null()).run(24))


def test_a_branch_without_policy_goes_on_as_it_was(model: Make) -> None:
    straight = model().run(18)
    same(straight, model().run(9).branch([]).run(9))


def test_a_worker_is_a_window_on_its_row(model: Make) -> None:
    run = model().run(6)
    worker = run.worker(17)
    assert isinstance(worker, Worker)
    assert worker.stage == run.population.worker["stage"][17]
    assert worker.plan_price == run.population.worker["plan_price"][17] / 100
    assert worker.culture == run.population.team["culture"][run.population.worker["team"][17]]
    with pytest.raises(AttributeError, match="no column 'wage'"):
        _ = worker.wage
    rows = run.population.rows
    with pytest.raises(ValueError, match=f"rows are 0 to {rows - 1}"):
        run.worker(rows)


def test_what_is_read_in_one_go_must_lie_side_by_side(model: Make, three: Three) -> None:
    made = model(*three(), persons=1_000)
    kernel, team = made.wiring.sweep.kernel, made.population.team
    apart = {name: column.copy() for name, column in team.items()}
    assert kernel.body.four
    with pytest.raises(ValueError, match=r"trained_share: use population\.side_by_side"):
        kernel.bind(made.population.worker, apart, made.wiring.values)
    kernel.bind(made.population.worker, side_by_side(apart), made.wiring.values)


def test_bounds_of_affordability_settle_as_affordability_itself_does(
    model: Make, three: Three
) -> None:
    made = model(*three(), persons=20_000).run(30)
    worker, kernel = made.population.worker, made.wiring.sweep.kernel
    bounded = [replace(one, after=()) for one in kernel.body.laws if one.sure]
    assert [one.name for one in bounded] == ["form_plan", "repeat"]
    last = [replace(one, when=one.when[-1:], sure=()) for one in bounded]
    before = {name: column.copy() for name, column in worker.items()}
    found, after = [], []
    for laws in (bounded, last):
        for name, column in before.items():
            worker[name][:] = column
        bound = Kernel(laws, kernel.names).bind(worker, made.population.team, made.wiring.values)
        found.append(bound.sweep(made.t, made.key, made._now))
        after.append({name: column.copy() for name, column in worker.items()})
    assert found[0] == found[1]
    assert found[0]["planned"] > 50
    assert found[0]["repeated"] > 5
    assert all(np.array_equal(after[0][name], after[1][name]) for name in worker)
