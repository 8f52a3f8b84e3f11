"""A scenario as a difference from a base: what is inherited, what is not, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.scenario import BASELINE, load, read

OWN = """
base = "baseline.toml"
persons = 5000

[time]
years_after = 4

[instruments.voucher]
use = "voucher"
amount = 600

[parameters.market]
slack = 0.3

[parameters.action]
no_show = 0.2

[variants]
smaller = ["voucher"]
"""


def test_everything_but_variants_is_inherited() -> None:
    base, own = load(BASELINE), read(OWN)
    assert own.names() == ["null", "smaller"]
    assert own.standing == base.standing
    assert (own.persons, own.seeds) == (5_000, base.seeds)
    assert own.time.years_after == 4
    assert own.time.years_before == base.time.years_before
    assert own.parameters == {"market": {"on": 1.0, "slack": 0.3}, "action": {"no_show": 0.2}}


def test_an_instrument_of_the_same_name_is_replaced_as_a_whole() -> None:
    voucher = read(OWN).policies("smaller")[-1]
    assert voucher.values["amount"] == 600
    assert read(OWN).instruments["voucher"] == {"use": "voucher", "amount": 600}


def test_what_is_inherited_and_not_used_need_not_fit_in_time() -> None:
    text = OWN.replace('base = "baseline.toml"', 'base = "baseline.toml"\nstanding = ["oeno"]')
    scenario = read(text.replace("[time]", '[time]\nintroduction = "2035-01"'))
    assert [p.name for p in scenario.in_force()] == ["oeno_fonds"]


def test_a_base_beside_the_file_goes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "baseline.toml").write_text("persons = 7000\n", encoding="utf-8")
    mine = tmp_path / "my.toml"
    mine.write_text('base = "baseline.toml"\n', encoding="utf-8")
    assert load(mine).persons == 7_000


def test_an_odd_value_of_a_base_is_replaced_or_refused(tmp_path: Path) -> None:
    mine = tmp_path / "my.toml"
    mine.write_text('base = "odd.toml"\n[parameters.market]\non = 1\n', encoding="utf-8")
    (tmp_path / "odd.toml").write_text("parameters = 5\n", encoding="utf-8")
    assert load(mine).parameters == {"market": {"on": 1.0}}
    (tmp_path / "odd.toml").write_text("time = 5\n", encoding="utf-8")
    with pytest.raises(ValueError, match="time: 5: "):
        load(mine)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('"none.toml"', "base: 'none.toml': cannot be used as a base"),
        ("5", "base: 5: give the name of a scenario file"),
        ('"cpf.toml"', "base: 'cpf.toml': is a difference from another scenario itself"),
    ],
)
def test_a_base_that_cannot_be_is_refused(value: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"my\.toml:2: ") as caught:
        read(f"\nbase = {value}\n", "my.toml")
    assert message in str(caught.value)
