"""One task in several frameworks: persons move between five stages of change.

The monthly chances are constant, so that the exact shares are known. Who can has two ways: stage
by stage, and one draw for a whole column. `benchmarks/peers.py` runs and compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simulator.laws import Names, law
from simulator.parameters import param, parameters

# The task: everybody starts in precontemplation; chances a month of a move, by (from, to).
CHANCES: dict[tuple[int, int], float] = {
    (1, 2): 0.03, (2, 1): 0.035, (2, 3): 0.06, (3, 2): 0.06, (3, 4): 0.05, (4, 5): 0.5,
    (5, 3): 0.035, (5, 1): 0.02, (5, 2): 0.02,
}  # fmt: skip
STAGES = (1, 2, 3, 4, 5)
WAYS = {s: [(to, p) for (at, to), p in CHANCES.items() if at == s] for s in STAGES}
LEAVE = {s: sum(p for _, p in ways) for s, ways in WAYS.items()}

Run = tuple[Callable[[], object], Callable[[], list[int]]]  # run all months; count by stage
Make = Callable[[int, int, int], Run]  # persons, months and seed to a run that is ready


def exact(months: int) -> list[float]:
    """The shares of the stages after so many months, from the Markov chain itself."""
    shares = [1.0, 0.0, 0.0, 0.0, 0.0]
    for _ in range(months):
        moved = list(shares)
        for (at, to), chance in CHANCES.items():
            moved[at - 1] -= shares[at - 1] * chance
            moved[to - 1] += shares[at - 1] * chance
        shares = moved
    return shares


def tallied(stage: Any) -> list[int]:
    """Persons in each stage, from an array of stages."""
    import numpy as np

    return [int(n) for n in np.bincount(np.asarray(stage), minlength=6)[1:6]]


def moved(stage: Any, u: Any) -> Any:
    """The stages a month later of a whole column, from one uniform draw a person."""
    later = stage.copy()
    for at, ways in WAYS.items():
        here, edge = stage == at, LEAVE[at]
        for to, chance in reversed(ways):
            later[here & (u < edge)] = to
            edge -= chance
    return later


P = parameters("peers", **{
    f"p{at}{to}": param(p, "1/month", f"chance of {at}->{to}", "this script", "A", bounds=(0, 1))
    for (at, to), p in CHANCES.items()
})  # fmt: skip


def _leaves_1(u, p):
    return u < p.p12


def _leaves_2(u, p):
    return u < p.p21 + p.p23


def _leaves_3(u, p):
    return u < p.p32 + p.p34


def _leaves_4(u, p):
    return u < p.p45


def _leaves_5(u, p):
    return u < p.p53 + p.p51 + p.p52


@law("stage", p=P, at=("stage", 1), when=_leaves_1, u="stage")
def consider():
    """1->2."""
    return 2


@law("stage", p=P, at=("stage", 2), when=_leaves_2, u="stage")
def fade_or_plan(u, p):
    """2->1 or 2->3."""
    return 1 if u < p.p21 else 3


@law("stage", p=P, at=("stage", 3), when=_leaves_3, u="stage")
def drop_or_start(u, p):
    """3->2 or 3->4."""
    return 2 if u < p.p32 else 4


@law("stage", p=P, at=("stage", 4), when=_leaves_4, u="stage")
def finish():
    """4->5."""
    return 5


@law("stage", p=P, at=("stage", 5), when=_leaves_5, u="stage")
def repeat_or_relapse(u, p):
    """5->3, 5->1 or 5->2."""
    if u < p.p53:
        return 3
    return 1 if u < p.p53 + p.p51 else 2


@law("stage", p=P, u="stage")
def move(stage, u, p):
    """All moves at once, so that the loop over the column becomes vector code."""
    if stage == 1:
        return 2 if u < p.p12 else 1
    if stage == 2:
        return 1 if u < p.p21 else (3 if u < p.p21 + p.p23 else 2)
    if stage == 3:
        return 2 if u < p.p32 else (4 if u < p.p32 + p.p34 else 3)
    if stage == 4:
        return 5 if u < p.p45 else 4
    if u < p.p53:
        return 3
    return 1 if u < p.p53 + p.p51 else (2 if u < p.p53 + p.p51 + p.p52 else 5)


def ours(laws: Sequence[Any], threads: int) -> Make:
    """The laws fused into a sweep over a table of one column."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from simulator import draws
    from simulator.columns import code, table
    from simulator.kernel import Kernel

    columns = table([code("stage", "stage of change", 5, 1, 1)])
    names = Names(columns, {}, {}, {P.owner: tuple(P)}, ())
    pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def make(persons: int, months: int, seed: int) -> Run:
        column = {"stage": np.ones(persons, np.int8)}
        bound = Kernel(laws, names).bind(column, {}, {P.owner: P.values()})
        key = draws.key(seed)

        def run() -> None:
            for t in range(months):
                bound.sweep(t, key, {}, pool)

        return run, lambda: tallied(column["stage"])

    return make


def bare_numpy() -> Make:
    """No framework: one array, one generator."""
    import numpy as np

    def make(persons: int, months: int, seed: int) -> Run:
        held = {"stage": np.ones(persons, np.int8)}
        luck = np.random.default_rng(seed)

        def run() -> None:
            for _ in range(months):
                held["stage"] = moved(held["stage"], luck.random(persons, np.float32))

        return run, lambda: tallied(held["stage"])

    return make


def mesa_agents() -> Make:
    """One Python object a person, each with a step of its own."""
    import mesa

    class Person(mesa.Agent):
        """A person in a stage of change."""

        def __init__(self, model: Any) -> None:
            super().__init__(model)
            self.stage = 1

        def step(self) -> None:
            """One month."""
            u = self.random.random()
            if u < LEAVE[self.stage]:
                for to, chance in WAYS[self.stage]:
                    if u < chance:
                        self.stage = to
                        return
                    u -= chance

    class Country(mesa.Model):
        """All persons."""

        def step(self) -> None:
            """One month for everybody."""
            self.agents.do("step")

    def make(persons: int, months: int, seed: int) -> Run:
        model = Country(seed=seed)
        Person.create_agents(model, persons)

        def run() -> None:
            for _ in range(months):
                model.step()

        return run, lambda: tallied(model.agents.get("stage"))

    return make


def starsim_module(by_stage: bool) -> Make:
    """A module with a vectorised step; by stage, a Bernoulli draw says who leaves."""
    import numpy as np
    import starsim as ss

    class ByStage(ss.Module):
        """Who leaves a stage, then whereto."""

        def __init__(self) -> None:
            super().__init__(name="change")
            self.define_states(ss.IntArr("stage", default=1))
            self.leaves = {s: ss.bernoulli(p=LEAVE[s], name=f"leave_{s}") for s in STAGES}
            self.whereto = {
                s: ss.choice([w[0] for w in ways], [w[1] / LEAVE[s] for w in ways], name=f"to_{s}")
                for s, ways in WAYS.items()
                if len(ways) > 1
            }

        def step(self) -> None:
            """One month: whoever moves is not met again in it."""
            held = {s: (self.stage == s).uids for s in STAGES}
            for s, uids in held.items():
                gone = self.leaves[s].filter(uids)
                self.stage[gone] = self.whereto[s].rvs(gone) if s in self.whereto else WAYS[s][0][0]

    class WholeColumn(ss.Module):
        """One draw a person."""

        def __init__(self) -> None:
            super().__init__(name="change")
            self.define_states(ss.IntArr("stage", default=1))
            self.luck = ss.random(name="luck")

        def step(self) -> None:
            """One month."""
            self.stage[:] = moved(self.stage.values, self.luck.rvs(self.stage.auids))

    def make(persons: int, months: int, seed: int) -> Run:
        change = ByStage() if by_stage else WholeColumn()
        sim = ss.Sim(
            n_agents=persons, modules=change, start="2000-01-01", dt=ss.month,
            dur=ss.months(months - 1), rand_seed=seed, verbose=0, people_results=False,
            copy_inputs=False,
        )  # fmt: skip
        sim.init()
        return sim.run, lambda: tallied(np.asarray(change.stage.values))

    return make


def vivarium_component(by_stage: bool) -> Make:
    """A state machine with its transitions; else a component with one draw a person."""
    import pandas as pd
    from vivarium import Component, InteractiveContext
    from vivarium.framework.state_machine import Machine, State

    def machine() -> Any:
        states = {s: State(str(s)) for s in STAGES}
        for (at, to), p in CHANCES.items():
            states[at].add_transition(
                output_state=states[to],
                probability_function=lambda index, p=p: pd.Series(p, index=index),
            )
        return Machine("stage", list(states.values()), initial_state=states[1])

    class WholeColumn(Component):
        """One draw a person."""

        def setup(self, builder: Any) -> None:
            """Ask for a stream of draws and for the column."""
            self.luck = builder.randomness.get_stream("change")
            builder.population.register_initializer(initializer=self.begin, columns="stage")

        def begin(self, made: Any) -> None:
            """Everybody in precontemplation."""
            stage = pd.Series(1, index=made.index, name="stage", dtype="int8")
            self.population_view.initialize(stage)

        def on_time_step(self, event: Any) -> None:
            """One month."""
            u = self.luck.get_draw(event.index).to_numpy()
            self.population_view.update(
                "stage", lambda s: pd.Series(moved(s.to_numpy(), u), index=s.index, name=s.name)
            )

    def make(persons: int, months: int, seed: int) -> Run:
        settings = {
            "population": {"population_size": persons},
            "randomness": {"random_seed": seed},
            "time": {"step_size": 30},
        }
        part = machine() if by_stage else WholeColumn()
        sim = InteractiveContext(components=[part], configuration=settings, logging_verbosity=0)
        return (
            lambda: sim.take_steps(months, with_logging=False),
            lambda: tallied(sim.get_population(["stage"])["stage"].astype("int8")),
        )

    return make


@dataclass(frozen=True)
class Entry:
    """One line of the table: what runs, the package it needs and how many persons it is given."""

    package: str
    way: str
    persons: int
    load: Callable[[], Make]
    need: str = ""  # what pip installs

    @property
    def title(self) -> str:
        return f"{self.package}, {self.way}"


LAWS = (consider, fade_or_plan, drop_or_start, finish, repeat_or_relapse)
ENTRIES = (
    Entry("ours", "a law a stage, 1 thread", 5_000_000, lambda: ours(LAWS, 1)),
    Entry("ours", "a law a stage, 2 threads", 10_000_000, lambda: ours(LAWS, 2)),
    Entry("ours", "one law, 1 thread", 10_000_000, lambda: ours((move,), 1)),
    Entry("ours", "one law, 2 threads", 20_000_000, lambda: ours((move,), 2)),
    Entry("numpy", "one draw", 1_000_000, bare_numpy, "numpy>=2.0"),
    Entry("starsim", "a distribution a stage", 1_000_000, lambda: starsim_module(True),
          "starsim>=3.7.2,<3.8"),
    Entry("starsim", "one draw", 1_000_000, lambda: starsim_module(False), "starsim>=3.7.2,<3.8"),
    Entry("vivarium", "state machine", 200_000, lambda: vivarium_component(True),
          "vivarium>=4.1.6,<4.2"),
    Entry("vivarium", "one draw", 500_000, lambda: vivarium_component(False),
          "vivarium>=4.1.6,<4.2"),
    Entry("mesa", "plain agents", 100_000, mesa_agents, "mesa>=3.3,<3.4"),
)  # fmt: skip
