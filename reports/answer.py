"""The answer in five sentences, each with its bands and lights."""

from __future__ import annotations

from experiments.estimates import Array
from experiments.table import NULL, cost, extra_learners, ratio
from reports import names
from reports.context import Context, light_of
from reports.measures import TARGET_YEAR
from reports.parts import Bullets, Figure90, Number, Plain, Said, Value, _

FLEX = "outlay lower a year after its generosity is halved"
PRACTICAL = "practically educated among public learners"
FIRST = "from the decision to the first learner"


def sentences(context: Context) -> Bullets:
    """Participation, targeting, cost, efficiency, and flexibility with time."""
    made = (_participation, _targeting, _cost, _efficiency, _time)
    return Bullets(tuple(make(context) for make in made), ordered=True)


def _named(variant: str) -> Value:
    return names.variant(variant)


def _extremes(
    context: Context, label: str, *, most: bool = False
) -> tuple[str, Figure90, str, Figure90] | None:
    """The variants with the lowest and highest figure of a criterion; None where none has one."""
    found = [(v, context.of_criterion(label, v)) for v in context.others]
    kept = [(f.estimate.middle, v, f) for v, f in found if f.estimate is not None]
    if not kept:
        return None
    _low, first, one = min(kept, key=lambda k: k[0])
    _high, last, other = max(kept, key=lambda k: k[0])
    return (last, other, first, one) if most else (first, one, last, other)


def _participation(context: Context) -> Said:
    """How many learn without the variants, and which adds most."""
    c = context.compared
    year = TARGET_YEAR if TARGET_YEAR in c.full_years else 0
    key = "AES scale: learning in 12 months, 25-64 *"
    null = (context.figure(c.in_year("aes", NULL, year), 1, variant=NULL, key=key) if year
            else context.of_line(key, NULL))  # fmt: skip
    gains: dict[str, Array] = {v: c.gain(v, "all", "aes") for v in context.others}
    best, lives = c.best(gains)
    gain = context.of_line(f"{key}: change against null", best)
    when = _("in {year}", year=Number(year, 0, grouped=False)) if year else _("at the end")
    return _(
        "Participation: without new policy {null}% of persons of 25 to 64 learn {when}, on the "
        "scale on which the target is 62%; {best} adds most to it at the end of the years shown, "
        "{gain} percentage points ({light}), and does so in {lives} of {of} simulated lives.",
        null=null, when=when, best=_named(best), gain=gain, light=light_of(gain),
        lives=Number(lives), of=Number(c.count),
    )  # fmt: skip


def _targeting(context: Context) -> Said:
    found = _extremes(context, PRACTICAL, most=True)
    if found is None:
        return _("Targeting: no variant pays for a learner.")
    best, most, last, least = found
    if best == last:
        return _(
            "Targeting: of the public learners of {best} {most}% are practically educated "
            "({light}).", best=_named(best), most=most, light=light_of(most),
        )  # fmt: skip
    return _(
        "Targeting: the practically educated are the largest part of the public learners of "
        "{best}, {most}% ({light}), and the smallest of those of {last}, {least}% ({light2}).",
        best=_named(best), most=most, light=light_of(most), last=_named(last), least=least,
        light2=light_of(least),
    )  # fmt: skip


def _cost(context: Context) -> Said:
    found = _extremes(context, "cost a year above the null")
    if found is None:
        return _("Cost: no variant costs the State anything.")
    first, low, last, high = found
    owing = max(
        context.others,
        key=lambda v: float(context.compared.yearly("outstanding_eur", v)[:, -1].mean()),
    )
    rights = context.of_line("unused rights outstanding at the end", owing)
    owed: Value = Said("")
    if rights.estimate is not None and rights.estimate.middle > 0:
        owed = _("; at the end the State still owes most under {owing}, EUR {rights} bn of unused "
                 "rights ({light})",
                 owing=_named(owing), rights=rights, light=light_of(rights))  # fmt: skip
    if first == last:
        return _("Cost: {first} costs the State EUR {low} mln a year above the null option "
                 "({light}){owed}.",
                 first=_named(first), low=low, light=light_of(low), owed=owed)  # fmt: skip
    return _(
        "Cost: above the null option the State pays from EUR {low} mln a year for {first} "
        "({light}) to EUR {high} mln for {last} ({light2}){owed}.",
        low=low, first=_named(first), light=light_of(low), high=high, last=_named(last),
        light2=light_of(high), owed=owed,
    )  # fmt: skip


def _efficiency(context: Context) -> Said:
    """The share of the public euro that is additional, and what an extra learner costs."""
    c, keys = context.compared, ("additional", "cost per extra learner (any course)")
    share = {v: context.of_line(keys[0], v) for v in context.others}
    kept = [(f.estimate.middle, v) for v, f in share.items() if f.estimate is not None]
    if not kept:
        return _("Efficiency: no variant pays for a course.")
    best = max(kept)[1]
    own = {v: c.data.sel(variant=v).assign_attrs(introduced=c.introduced) for v in c.variants}
    price = {v: ratio(cost(own[v], own[NULL]), extra_learners(own[v], own[NULL]))
             for v in context.others}  # fmt: skip
    cheap, lives = c.best(price, -1)
    per = context.of_line(keys[1], cheap)
    return _(
        "Efficiency (doelmatigheid): of a public euro for courses most is additional under {best}, "
        "{share}% ({light}); an extra learner costs least under {cheap}, EUR {per} ({light2}), and "
        "does so in {lives} of {of} simulated lives.",
        best=_named(best), share=share[best], light=light_of(share[best]), cheap=_named(cheap),
        per=per, light2=light_of(per), lives=Number(lives), of=Number(c.count),
    )  # fmt: skip


def _time(context: Context) -> Said:
    found = _extremes(context, FIRST)
    flex = _extremes(context, FLEX, most=True)
    told = (
        _("outlay follows fastest under {best}, where it is {most}% lower a year after generosity "
          "is halved", best=_named(flex[0]), most=flex[1]) if flex
        else _("how fast outlay can be steered is not in this results file ({command} tells it)",
               command=Plain("llo criteria"))
    )  # fmt: skip
    if found is None:
        return _("Time to introduce and flexibility: no variant has a learner; {told}.", told=told)
    first, soon, last, late = found
    if first == last or soon.estimate == late.estimate:
        return _(
            "Time to introduce and flexibility: from the decision to the first learner takes "
            "{soon} months ({light}); {told}.", soon=soon, light=light_of(soon), told=told,
        )  # fmt: skip
    return _(
        "Time to introduce and flexibility: the first learner comes soonest under {first}, {soon} "
        "months after the decision ({light}), and latest under {last}, after {late} ({light2}); "
        "{told}.", first=_named(first), soon=soon, light=light_of(soon), last=_named(last),
        late=late, light2=light_of(late), told=told,
    )  # fmt: skip
