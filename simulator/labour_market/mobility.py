"""Moves between positions: who leaves one in a month, and for which other.

A position is a contract with an employer, self-employment, unemployment, or being outside the
labour force for a while. How often positions are left is published (by how long they are held);
where people go follows from what is published of flows and from the number that each position is to
hold: what is relative here is made to fit by iterative proportional fitting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator import codes
from simulator.parameters import param, parameters

Floats = NDArray[np.float64]
POSITIONS = len(codes.CONTRACT)
TERMS = 2  # held for a short or a long time
NEW = POSITIONS  # the origin of who enters
EMPLOYEES = list(codes.EMPLOYEE_CONTRACTS)
FLEXIBLE = list(codes.FLEXIBLE_CONTRACTS)
SELF = list(codes.SELF_EMPLOYED_CONTRACTS)

PARAMETERS = parameters(
    "mobility",
    switch_new=param(0.0292, "1/month", "leave an employer of less than 2 years for another: 8.5% "
                     "a quarter", "CBS 2023/08, 2022", "D", bounds=(0, 0.5), prior=(0.02, 0.035)),
    switch_settled=param(0.0094, "1/month", "idem, of 2 years or more: 2.8% a quarter",
                         "CBS 2023/08, 2022", "D", bounds=(0, 0.5), prior=(0.006, 0.011)),
    switch_45=param(0.7, "ratio", "idem, from the age of 45, besides the effect of tenure",
                    "CBS 2017 by age: 13% of 25-44, 6% of 45+ a year; split no source", "A",
                    bounds=(0, 5), prior=(0.5, 0.9)),
    switch_low=param(0.7, "ratio", "idem, low-educated", "CBS 2017: 6% low, 11% high a year", "A",
                     bounds=(0, 5), prior=(0.5, 0.9)),
    switch_high=param(1.2, "ratio", "idem, high-educated", "CBS 2017", "A", bounds=(0, 5),
                      prior=(1.0, 1.4)),
    loss_permanent=param(0.0018, "1/month", "become unemployed from a permanent contract",
                         "total CBS, Jan-Apr 2024: 116 thousand a quarter, which is 52 a month as "
                         "most soon find work; split no source", "A", bounds=(0, 0.5),
                         prior=(0.001, 0.004)),
    loss_flexible=param(0.014, "1/month", "idem, from a flexible contract", "as above", "A",
                        bounds=(0, 0.5), prior=(0.008, 0.02)),
    loss_self=param(0.0025, "1/month", "idem, from self-employment", "as above", "A",
                    bounds=(0, 0.5), prior=(0.001, 0.005)),
    out=param(0.0035, "1/month", "leave work for a time outside the labour force, ages 25-64",
              "CBS, Jan-Apr 2024: 209 thousand a quarter at all ages; those of 25-64 no source",
              "A", bounds=(0, 0.5), prior=(0.002, 0.005)),
    convert=param(0.027, "1/month", "flexible contracts made permanent by the same employer: 7.6 "
                  "to 8.9% a quarter", "CBS, first half of 2022", "D", bounds=(0, 0.5),
                  prior=(0.02, 0.035)),
    hired=param(0.0125, "1/month", "self-employed without staff who become employees: 32 and 59 "
                "thousand a quarter", "CBS Q1 2024, Q1 2025", "D", bounds=(0, 0.5),
                prior=(0.009, 0.016)),
    found_new=param(0.31, "1/month", "leave unemployment of less than 6 months",
                    "CBS, Jan-Apr 2024: 39% to work and 25% out a quarter; split by duration no "
                    "source", "A", bounds=(0, 1), prior=(0.25, 0.45)),
    found_long=param(0.15, "1/month", "idem, of 6 months or more", "as above", "A", bounds=(0, 1),
                     prior=(0.1, 0.25)),
    back_new=param(0.12, "1/month", "return after less than 6 months outside the labour force",
                   "CBS, Jan-Apr 2024: 5.6% to work and 3.9% to unemployment a quarter, at ages "
                   "15-74; split by duration no source", "A", bounds=(0, 1), prior=(0.05, 0.2)),
    back_long=param(0.02, "1/month", "idem, after 6 months or more", "as above", "A",
                    bounds=(0, 1), prior=(0.01, 0.04)),
    new_share=param(1 / 3, "share", "of employees, held their job for less than 2 years: mixes the "
                    "two chances above where no tenure is known", "CBS 2023/08, 2022: 4.7% of "
                    "all a quarter, 8.5 and 2.8% by tenure", "D", bounds=(0, 1),
                    prior=(0.3, 0.37)),
    like=param(3.0, "ratio", "a post of the kind that one holds, beside another, for who changes "
               "employer", "no source", "A", bounds=(0, 100), prior=(1.5, 6)),
    hired_staff=param(0.25, "ratio", "self-employed with staff who become employees, beside those "
                      "without", "no source", "A", bounds=(0, 10), prior=(0.1, 0.5)),
    to_work=param(0.05, "1/month", "of who was without work or comes from school: to a post as an "
                  "employee; only relative to the next five", "no source", "A",
                  bounds=(0.0001, 1), prior=(0.03, 0.08)),
    to_self=param(0.002, "1/month", "to self-employment, from anywhere else", "no source", "A",
                  bounds=(0, 1), prior=(0.001, 0.004)),
    to_outside=param(0.03, "1/month", "from unemployment out of the labour force",
                     "CBS, Jan-Apr 2024: 25 of the 64% who leave it a quarter", "D",
                     bounds=(0, 1), prior=(0.02, 0.04)),
    to_search=param(0.03, "1/month", "from outside the labour force to unemployment",
                    "CBS, Jan-Apr 2024: 3.9 of the 9.5% who return a quarter", "D",
                    bounds=(0, 1), prior=(0.02, 0.04)),
    begin_search=param(0.02, "1/month", "from school to unemployment", "no source", "A",
                       bounds=(0, 1), prior=(0.01, 0.03)),
    begin_outside=param(0.002, "1/month", "from school to outside the labour force", "no source",
                        "A", bounds=(0, 1), prior=(0.001, 0.004)),
    same_sector=param(0.6, "share", "stay in their sector when they change employer for a contract "
                      "of the same kind", "no source", "A", bounds=(0, 1), prior=(0.4, 0.8)),
)  # fmt: skip

# Months after which a position is held for a long time.
LONG_AFTER = np.full(POSITIONS, 24, np.int64)
LONG_AFTER[[codes.UNEMPLOYED, codes.INACTIVE]] = 6


def leaving(p: dict[str, float]) -> Floats:
    """Monthly chance of leaving a position: [contract, term, age band, education class]."""
    age = np.array([1.0, 1.0, 1.0, p["switch_45"], p["switch_45"], p["switch_45"]])
    level = np.array([p["switch_low"], 1.0, p["switch_high"]])
    switch = np.array([p["switch_new"], p["switch_settled"]])
    chance = np.zeros((POSITIONS, TERMS, age.size, level.size))
    loss = _losing(p)
    for c in range(POSITIONS):
        for term in range(TERMS):
            if c in EMPLOYEES:
                always = loss[c] + p["out"] + (p["convert"] if c in FLEXIBLE else 0.0)
                chance[c, term] = always + switch[term] * np.outer(age, level)
            elif c == codes.UNEMPLOYED:
                chance[c, term] = p["found_new" if term == 0 else "found_long"]
            elif c == codes.INACTIVE:
                chance[c, term] = p["back_new" if term == 0 else "back_long"]
            else:
                staff = p["hired_staff"] if c == codes.SELF_EMPLOYED_STAFF else 1.0
                chance[c, term] = loss[c] + p["out"] + p["hired"] * staff
    return np.clip(chance, 0.0, 1.0)


def _losing(p: dict[str, float]) -> Floats:
    loss = np.zeros(POSITIONS)
    loss[codes.PERMANENT] = p["loss_permanent"]
    loss[FLEXIBLE] = p["loss_flexible"]
    loss[SELF] = p["loss_self"]
    return loss


def attraction(p: dict[str, float], stock: Floats) -> Floats:
    """Relative chances of going from a position (or from outside: NEW) to another.

    stock: persons in each position, which tells how many posts there are to go to. Rows are where
    people come from; a row is only relative, and so is a column in the end.
    """
    found = np.zeros((POSITIONS + 1, POSITIONS))
    posts = np.zeros(POSITIONS)
    posts[EMPLOYEES] = stock[EMPLOYEES] / max(float(stock[EMPLOYEES].sum()), 1e-12)
    loss = _losing(p)
    switch = p["new_share"] * p["switch_new"] + (1.0 - p["new_share"]) * p["switch_settled"]
    for c in EMPLOYEES:
        found[c] = switch * posts
        found[c, c] *= p["like"]
        if c in FLEXIBLE:
            found[c, codes.PERMANENT] += p["convert"]
    found[[codes.UNEMPLOYED, codes.INACTIVE, NEW]] = p["to_work"] * posts
    found[:, codes.UNEMPLOYED], found[:, codes.INACTIVE] = 0.0, 0.0
    found[:POSITIONS, codes.UNEMPLOYED] = loss
    found[:POSITIONS, codes.INACTIVE] = p["out"]
    for c in SELF:
        found[c, EMPLOYEES] = p["hired"] * posts[EMPLOYEES]
    for c in (*EMPLOYEES, codes.UNEMPLOYED, codes.INACTIVE, NEW):
        found[c, SELF] = p["to_self"] * stock[SELF] / max(float(stock[SELF].sum()), 1e-12)
    found[codes.UNEMPLOYED, codes.INACTIVE] = p["to_outside"]
    found[codes.INACTIVE, codes.UNEMPLOYED] = p["to_search"]
    found[NEW, codes.UNEMPLOYED], found[NEW, codes.INACTIVE] = p["begin_search"], p["begin_outside"]
    found[codes.UNEMPLOYED, codes.UNEMPLOYED] = found[codes.INACTIVE, codes.INACTIVE] = 0.0
    return found


def made_permanent(p: dict[str, float], stock: Floats) -> Floats:
    """Of who goes from a position to a permanent contract, the share at the same employer."""
    found = np.zeros(POSITIONS)
    to = attraction(p, stock)[FLEXIBLE, codes.PERMANENT]
    found[FLEXIBLE] = np.divide(p["convert"], to, out=np.zeros_like(to), where=to > 0)
    return found


def destinations(origins: Floats, posts: Floats, relative: Floats, rounds: int = 60) -> Floats:
    """Chances by destination for each origin, so that the expected arrivals fill the posts.

    origins: persons who leave, [band, origin]; posts: to be filled, [band, destination]; relative:
    [band, origin, destination]. Iterative proportional fitting in every band; posts are scaled to
    the number who leave. Rows without anybody keep their relative chances.
    """
    total = origins.sum(axis=1, keepdims=True)
    wanted = posts * (total / np.maximum(posts.sum(axis=1, keepdims=True), 1e-300))
    column = np.ones_like(wanted)
    for _ in range(rounds):
        weight = relative * column[:, None, :]
        row = weight.sum(axis=2)
        share = origins / np.maximum(row, 1e-300)
        arrivals = (share[:, :, None] * weight).sum(axis=1)
        factor = np.where(arrivals > 1e-300, wanted / np.maximum(arrivals, 1e-300), 0.0)
        column *= factor
        if np.abs(factor[wanted > 0] - 1.0).max(initial=0.0) < 1e-9:
            break
    weight = relative * column[:, None, :]
    row = weight.sum(axis=2, keepdims=True)
    plain = relative / np.maximum(relative.sum(axis=2, keepdims=True), 1e-300)
    found = np.where(row > 1e-300, weight / np.maximum(row, 1e-300), plain)
    return np.asarray(found, np.float64)
