"""How far a study is, and where the time of its cores goes."""

from __future__ import annotations

from typing import Any

from experiments.sweeps.running import sessions
from experiments.sweeps.store import Store

SHOWN = 3  # failed runs that are told in full


def of(store: Store, now: float) -> dict[str, Any]:
    """What `llo sweep status` says, as plain data."""
    past = sessions(store)
    tasks = sum(s["tasks"] for s in past)
    model, wall = sum(s["model"] for s in past), sum(s["wall"] for s in past)
    cores = sum(s["elapsed"] * s["width"] for s in past)
    runs, failures, failed = sum(s["runs"] for s in past), [], 0
    for failed, failure in enumerate(store.failures(), 1):
        if failed <= SHOWN:
            failures.append(failure)
    running = bool(past) and not past[-1]["ended"]
    elapsed = sum(s["elapsed"] for s in past)
    rate = runs / elapsed if elapsed > 0 else None
    done = store.runs_done()
    return {
        "store": str(store.folder),
        "title": store.meta["title"],
        "runs": store.runs,
        "done": done,
        "failed": failed,
        "draws": store.rows,
        "seeds": len({s.seed for s in store.stretches}),
        "runs_a_second": rate,
        "seconds_left": (store.runs - done) / rate if rate else None,
        "model_share": model / cores if cores > 0 else None,
        "seconds_a_run": model / runs if runs else None,
        "overhead_a_run": (cores - model) / runs if runs else None,
        "outside_the_model": (wall - model) / runs if runs else None,
        "tasks": tasks,
        "busy": _who(past[-1]) if running else "",
        "failures": failures,
    }


def _who(session: dict[str, Any]) -> str:
    """Which command works on the store, or was killed while it did."""
    where = f"process {session['process']} on {session['host']}, {session['engine']}"
    return f"{where}, since {session['began']}"


def told(store: Store, found: dict[str, Any]) -> str:
    """The same in words."""
    share = 100 * found["done"] / max(found["runs"], 1)
    text = [
        f"{found['store']}: {found['title']}".rstrip(": "),
        (
            f"  {found['done']:,} of {found['runs']:,} runs done ({share:.0f}%): "
            f"{found['draws']:,} draws, {found['seeds']} seeds; {found['failed']} failed"
        ),
    ]
    if found["busy"]:
        text.append(f"  at work, or killed at it: {found['busy']}")
    if found["seconds_a_run"] is not None and found["runs_a_second"]:
        left = found["seconds_left"] or 0.0
        text.append(
            f"  {found['seconds_a_run']:.2f} core-seconds a run, {found['runs_a_second']:.2f} runs "
            f"a second" + (f"; {_lasting(left)} left at that pace" if left else "")
        )
        text.append(
            f"  {100 * found['model_share']:.0f}% of the cores' time in the model; a run costs "
            f"{1000 * found['overhead_a_run']:.0f} ms besides, waiting for the last tasks included"
        )
    for failure in found["failures"]:
        given = ", ".join(f"{k} = {v:g}" for k, v in failure["factors"].items())
        text.append(
            f"  failed: draw {failure['row']}, seed {failure['seed']}: {failure['error']} ({given})"
        )
    if found["done"] < found["runs"] and not found["busy"]:
        text.append(f"  go on with: llo sweep restart {found['store']}")
    return "\n".join(text)


def _lasting(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3600:.1f} hours"
