"""Ministries as data: what is read, what is refused in one line, and weights shared out."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.analysis.weights import TAGS, read

TWO = """
[[outcome]]
name = "gain"
label = "gain"
unit = "points"
sense = "more"
scale = [0, 5]
[[outcome]]
name = "cost"
label = "cost"
unit = "mln EUR"
sense = "less"
scale = "range"
absent = 1.0
[[ministry]]
name = "M"
ver = "A"
source = "assumption"
[ministry.weights]
gain = 0.75
cost = 0.25
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_ours_name_four_ministries_whose_weights_are_assumptions() -> None:
    ours = read()
    assert [m.name for m in ours.ministries] == ["SZW", "OCW", "EZ", "Financiën"]
    assert [o.name for o in ours.outcomes] == [
        "participation_2030", "extra_learners", "cost", "cost_per_extra", "deadweight", "practical",
        "reach_flexible", "time_to_introduce", "steering",
    ]  # fmt: skip
    for m in ours.ministries:
        assert m.ver == "A"
        assert m.source.startswith("assumption;")
        assert sum(m.weights.values()) == pytest.approx(1.0)
    weighed = {n for m in ours.ministries for n, w in m.weights.items() if w > 0}
    assert weighed == {o.name for o in ours.outcomes}


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    found = read(written(tmp_path, TWO))
    gain, cost = found.outcomes
    assert (gain.scale, gain.absent) == ((0.0, 5.0), None)
    assert (cost.scale, cost.sense, cost.absent) == ("range", "less", 1.0)
    assert found.ministries[0].weights == {"gain": 0.75, "cost": 0.25}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("cost = 0.25", "cost = 0.3", "ministry M: weights add up to 1.05: make them add up to 1"),
        ("cost = 0.25", "cost = -0.25", "weight of cost = -0.25: give 0 or more"),
        ("cost = 0.25", "fun = 0.25", "weight of fun: no such outcome; there are gain, cost"),
        ('source = "assumption"', "", "ministry M: source is missing"),
        ('ver = "A"', "", "ministry M: ver is missing"),
        ('ver = "A"', 'ver = "Z"', f"ver = 'Z': use letters of {TAGS}"),
        ('sense = "less"', 'sense = "low"', "outcome cost: sense = 'low': give more or less"),
        ("[0, 5]", "[5, 0]", "more is better, so give the worst first and then a larger best"),
        ("[0, 5]", '"log"', "scale = 'log': give range, band or"),
        ("absent = 1.0", "absent = 2.0", "absent = 2.0: give a worth from 0 to 1"),
        ('name = "cost"', 'name = "gain"', "outcome gain: given twice, keep one"),
        ("[[ministry]]", "[[other]]", "no .*ministry.* in it"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = TWO.replace(old, new)
    if new == "[[other]]":
        text = text.replace("[ministry.weights]", "[other.weights]")
    with pytest.raises(ValueError, match=message.replace("[", r"\[")) as caught:
        read(written(tmp_path, text))
    assert "\n" not in str(caught.value)


def test_a_weight_of_what_was_not_measured_is_shared_out_and_said(tmp_path: Path) -> None:
    whole = read(written(tmp_path, TWO))
    same, said = whole.among(["gain", "cost"])
    assert (same, said) == (whole, ())
    found, said = whole.among(["gain"])
    assert found.ministries[0].weights == {"gain": 1.0}
    assert said[0].startswith("M: without cost (25% of its weight), which was not measured;")
    assert len(said) == 1
    found, said = whole.among([])
    assert found.ministries == ()
    assert said == ("M: left out, for nothing that it weighs was measured",)
