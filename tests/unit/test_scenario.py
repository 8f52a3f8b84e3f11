"""A scenario either loads with values inside their bounds, or is refused in one line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.scenario import BASELINE, NULL, OWNERS, Scenario, available, load, read
from simulator.parameters import Parameter

LINES = BASELINE.read_text(encoding="utf-8").splitlines()
KEYS = [n for n, line in enumerate(LINES) if re.match(r"\w+ *=", line)]
ENDS = {n: n + 1 for n in KEYS}  # first line after the value of each key
for _n in KEYS:
    if LINES[_n].rstrip().endswith("["):
        ENDS[_n] = next(k for k in range(_n, len(LINES)) if LINES[k].startswith("]")) + 1
SHARED = {"use", "standing"}  # what else stands there depends on them
OF_INSTRUMENTS = [
    (kind, name, parameter)
    for kind, policy in available().items()
    for name, parameter in policy.parameters.declared.items()
]
OF_GROUPS = [
    (owner, name, parameter)
    for owner, group in OWNERS.items()
    for name, parameter in group.declared.items()
]
ODD = ("[]", "{}", "[[]]", "[1]", '["x"]', "{ x = 1 }", "0", "-1", "1.5", "nan", "inf", "-inf",
       "1e999", "1e-999", "true", '""', '"x"', '"a\\nb"', "2027-01-01", "12:00:00", "9" * 400,
       "0x10", '["voucher", 1]', '"../levels.toml"')  # fmt: skip


def refusal(action: Callable[[], object]) -> str:
    """The one line with which something is refused; "" if it is not refused."""
    told = ""
    try:
        action()
    except ValueError as error:
        told = str(error)
    assert len(told.splitlines()) <= 1, told
    return told


def changed(number: int, line: str) -> str:
    """The baseline with one key's line, and the rest of its value, replaced."""
    return "\n".join([*LINES[:number], line, *LINES[ENDS[number] :]])


@st.composite
def out_of_bounds(
    draw: st.DrawFn, declared: list[tuple[str, str, Parameter]]
) -> tuple[str, str, float]:
    """An owner, one of its parameters, and a value outside its bounds."""
    owner, name, parameter = draw(st.sampled_from(declared))
    low, high = parameter.bounds
    options: list[st.SearchStrategy[float]] = [st.sampled_from([math.nan, math.inf, -math.inf])]
    if math.isfinite(low):
        options.append(st.floats(max_value=low, exclude_max=True, allow_infinity=False))
    if math.isfinite(high):
        options.append(st.floats(min_value=high, exclude_min=True, allow_infinity=False))
    return owner, name, draw(st.one_of(options))


@st.composite
def within_bounds(
    draw: st.DrawFn, declared: list[tuple[str, str, Parameter]]
) -> tuple[str, str, float]:
    owner, name, parameter = draw(st.sampled_from(declared))
    low, high = (None if math.isinf(b) else b for b in parameter.bounds)
    return owner, name, draw(st.floats(low, high, allow_nan=False, allow_infinity=False))


@given(out_of_bounds(OF_INSTRUMENTS))
def test_no_instrument_takes_a_value_out_of_bounds(case: tuple[str, str, float]) -> None:
    kind, name, value = case
    told = refusal(lambda: available()[kind](**{name: value}))
    assert told.startswith(f"{kind}.{name} = ")
    low, high = available()[kind].parameters.declared[name].bounds
    assert not math.isfinite(value) or f"allowed is {low:g} to {high:g}" in told


@given(out_of_bounds(OF_INSTRUMENTS))
def test_a_scenario_names_the_line_of_a_value_out_of_bounds(case: tuple[str, str, float]) -> None:
    kind, name, value = case
    told = refusal(lambda: read(f'[instruments.x]\nuse = "{kind}"\n\n{name} = {value!r}\n', "f"))
    assert told.startswith(f"f:4: instruments.x.{name}: {kind}.{name} = ")


@given(out_of_bounds(OF_GROUPS))
def test_no_group_takes_a_value_out_of_bounds(case: tuple[str, str, float]) -> None:
    owner, name, value = case
    told = refusal(lambda: read(f"[parameters.{owner}]\n{name} = {value!r}\n", "f"))
    assert told.startswith(f"f:2: parameters.{owner}.{name}: {owner}.{name} = ")


@given(within_bounds(OF_GROUPS))
def test_a_value_within_bounds_is_taken_as_given(case: tuple[str, str, float]) -> None:
    owner, name, value = case
    found = read(f"[parameters.{owner}]\n{name} = {value!r}\n")
    assert found.parameters == {owner: {name: value}}


@given(data=st.data())
@settings(max_examples=300)
def test_any_bytes_dropped_or_replaced_load_or_are_refused_in_one_line(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(BASELINE.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content) - 1))
        stop = start + data.draw(st.integers(0, 40))
        content[start:stop] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / "my.toml"
    path.write_bytes(content)
    told = refusal(lambda: load(path))
    assert not told or told.startswith(str(path))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:12])
def test_any_value_of_the_baseline_made_odd_loads_or_is_refused_with_its_line(odd: str) -> None:
    for number in KEYS:
        text = changed(number, LINES[number].split("=")[0] + f"= {odd}")
        told = refusal(partial(read, text, "my.toml"))
        key = LINES[number].split("=")[0].strip()
        assert not told or told.startswith(f"my.toml:{number + 1}: ") or key in SHARED, told


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:12])
@pytest.mark.parametrize(
    "table", ["title", "time", "seeds", "instruments", "parameters", "variants", "months_after",
              "instruments.voucher", "instruments.voucher.opens", "instruments.voucher.closes",
              "instruments.voucher.order", "instruments.voucher.carry_over", "parameters.stages",
              "parameters.stages.a12"],
)  # fmt: skip
def test_any_odd_table_loads_or_is_refused_in_one_line(table: str, odd: str) -> None:
    use = 'instruments.voucher.use = "voucher"\n' if table.count(".") == 2 else ""
    told = refusal(lambda: read(f"{use}{table} = {odd}\n", "my.toml"))
    assert not told or told.startswith("my.toml:")


def test_a_number_of_too_many_digits_is_refused_by_file() -> None:
    assert refusal(lambda: read(f"persons = {'9' * 5000}\n", "my.toml")).startswith("my.toml")


def test_every_key_of_the_baseline_is_refused_when_misspelt_with_its_line() -> None:
    assert len(KEYS) > 15
    for number in KEYS:
        name = LINES[number].split("=")[0].strip()
        if LINES.index("[variants]") < number:
            continue  # a variant may have any name
        value = "x" + "\n".join(LINES[number : ENDS[number]])
        told = refusal(partial(read, changed(number, value), "my.toml"))
        if name == "use":  # then it is the use that is missing, of the instrument above
            assert re.match(rf"my\.toml:{number}: instruments\.\w+\.use: None", told)
        else:
            assert re.match(rf"my\.toml:{number + 1}: (\w+\.)*x{name}: ", told), told


def test_a_key_in_a_comment_or_another_table_is_not_its_line() -> None:
    text = '# amount = 9\n[time]\n[instruments.v]\nuse = "voucher"\n\n  amount  = -1\n'
    assert refusal(lambda: read(text, "f")).startswith("f:6: ")


@given(st.integers(max_value=999) | st.integers(min_value=10_000_001))
def test_persons_out_of_range_are_refused_by_the_option(persons: int) -> None:
    assert refusal(lambda: load().changed(persons=persons)).startswith(f"--persons: {persons}: ")


def test_a_change_leaves_the_rest_and_the_scenario_itself() -> None:
    scenario = load()
    changed = scenario.changed(persons=2_000, seeds=3, months=7)
    assert (changed.persons, changed.seeds.count, changed.months_after) == (2_000, 3, 7)
    assert changed.design().after == 7
    assert scenario == load()
    assert changed.changed(persons=scenario.persons, seeds=scenario.seeds.count).model_dump(
        exclude={"months_after", "uncertainty"}
    ) == scenario.model_dump(exclude={"months_after", "uncertainty"})
    assert changed.uncertainty.persons == 2_000
    assert scenario.changed(members=3).uncertainty.members == 3


def test_the_null_is_first_and_has_no_policies() -> None:
    scenario = read('[instruments.v]\nuse = "voucher"\n[variants]\na = ["v"]\nnull = []\nb = []\n')
    assert scenario.names() == [NULL, "a", "b"]
    assert [len(scenario.policies(v)) for v in scenario.names()] == [0, 1, 0]


def test_policies_are_fresh_and_carry_the_values_of_the_scenario() -> None:
    scenario = load()
    first, second = (scenario.policies("together") for _ in range(2))
    assert [p.name for p in first if not p.standing] == ["voucher", "leerrekening", "leerrecht"]
    assert len([p for p in first if p.standing]) == len(scenario.standing) > 10
    assert all(a is not b for a, b in zip(first, second, strict=True))
    assert first[-3].values["budget"] == 160e6
    assert first[-2].values["ceiling"] == 5000


def test_parameters_of_the_scenario_go_before_the_solved_levels() -> None:
    plain, given_ = Scenario(), Scenario(parameters={"stages": {"a12": -3.25}})
    solved = plain.design().parameters["stages"]
    assert solved["a12"] != -3.25
    assert given_.design().parameters["stages"] == {**solved, "a12": -3.25}
