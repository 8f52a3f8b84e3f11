"""One contract over every registered law, derived quantity, parameter and instrument."""

from __future__ import annotations

import pytest

from scenarios.scenario import OWNERS, available
from simulator.behaviour import register
from simulator.columns import TEAM, WORKER, table
from simulator.laws import Derived, Law, law
from simulator.parameters import Parameter, param
from simulator.policy import Null, Policy
from simulator.settlement import scratch

LAWS = (
    *register.AT_BIRTH, *register.MONTHLY, *register.STAGES, *register.TEAM, *register.STARTED,
    *register.TURNED_AWAY,
)  # fmt: skip
KINDS = available()
DECLARED = {
    **{f"{o}.{n}": p for o, group in OWNERS.items() for n, p in group.declared.items()},
    **{f"{k}.{n}": p for k, kind in KINDS.items() for n, p in kind.parameters.declared.items()},
}


@pytest.mark.parametrize("rule", [*LAWS, *register.DERIVED], ids=lambda rule: rule.name)
def test_a_law_says_what_it_is(rule: Law | Derived) -> None:
    text = rule.function.__doc__ or ""
    assert text.strip().splitlines()[0].endswith((".", ":")), "one sentence first"


@pytest.mark.parametrize("rule", LAWS, ids=lambda rule: rule.name)
def test_a_law_writes_columns_that_are_declared(rule: Law) -> None:
    known = table(WORKER).keys() | table(TEAM).keys() | {c.name for c in scratch(())}
    assert set(rule.writes) <= known
    assert len(set(rule.tallies)) == len(rule.tallies)


@pytest.mark.parametrize("name", DECLARED)
def test_a_parameter_carries_what_a_sceptic_asks(name: str) -> None:
    p: Parameter = DECLARED[name]
    assert p.unit
    assert p.doc
    assert p.source
    assert p.tag
    assert p.bounds[0] <= p.default <= p.bounds[1]
    assert p.bounds[0] > -float("inf"), "a hard lower bound"
    assert p.bounds[1] < float("inf"), "a hard upper bound"
    if p.prior:
        assert p.bounds[0] <= p.prior[0] <= p.prior[1] <= p.bounds[1]


def test_a_prior_holds_the_central_value() -> None:
    outside = [
        n for n, p in DECLARED.items() if p.prior and not p.prior[0] <= p.default <= p.prior[1]
    ]
    assert not outside


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_instrument_is_usable_as_it_comes(kind: type[Policy]) -> None:
    made = kind()
    assert made.values.keys() == kind.parameters.declared.keys()
    with pytest.raises(ValueError, match=rf"{kind.name}.hassle = -1: allowed is 0"):
        kind(hassle=-1)
    with pytest.raises(ValueError, match="finite number"):
        kind(hassle=float("nan"))
    with pytest.raises(ValueError, match="no such parameter"):
        kind(hasle=1)


def test_the_null_pays_nobody() -> None:
    assert Null.eligible() is False
    assert Null.covers() == 0.0


def test_a_rule_that_reads_what_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="policy wrong: rule covers reads 'wage'"):

        class Wrong(Policy):
            name = "wrong"

            def covers(wage):  # type: ignore[no-untyped-def, override] # noqa: N805
                return wage


def test_a_policy_has_no_part_in_working_lives() -> None:
    with pytest.raises(ValueError, match="policy wrong: yearly writes 'contract', which working"):

        class Wrong(Policy):
            name = "wrong"

            @law("contract", tallies=("granted_eur", "lapsed_eur"))
            def yearly(contract):  # type: ignore[no-untyped-def, override] # noqa: N805
                return contract, 0.0, 0.0


def test_a_parameter_may_not_be_named_as_a_setting() -> None:
    with pytest.raises(ValueError, match="policy wrong: pots is a setting of every scheme"):

        class Wrong(Policy):
            name = "wrong"
            pots = param(1.0, "share", "test", "test", "A", bounds=(0, 1))
