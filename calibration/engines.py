"""Where many independent tasks run: this machine's cores, a Dask scheduler, or jobs of SLURM."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from calibration.signals import unheard

if TYPE_CHECKING:
    from distributed import Client

    from calibration.slurm import Jobs

Item = TypeVar("Item")
Key = tuple[str, int]

NEEDS = (
    "engines need the packages of an extra: pip install 'llo-simulator[calibrate]', and for SLURM "
    "'llo-simulator[sweep]'"
)
LOST = "the scheduler no longer answers; what is done is kept: llo sweep restart goes on"
# Dask also sets a threshold of trimming (MALLOC_TRIM_THRESHOLD_), with which memory is given back
# and asked for anew all the time: a third of every life.
SPAWNED = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1)
# One task a thread and the rest with the scheduler: then who dies of a task takes no other along.
SCHEDULING = {
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.scheduler.allowed-failures": 2,
    # A worker that is started again in its job may have to load from a slow disk.
    "distributed.deploy.lost-worker-timeout": "60s",
}
# Dask looks at itself up to a hundred times a second, for pages that nobody opens here: without
# that, 5% more of two cores are left for the model.
UNWATCHED = {
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
}
OUTLIVED = "jobs ended before it did, again and again; give a longer --walltime"
ANSWERS = 10  # seconds within which a scheduler has to answer
A_LOOK = 0.5  # seconds between two looks at whether the engine still is there
A_LINE = 60.0  # seconds between two lines about a queue
WALLTIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
MEMORY = re.compile(r"[1-9]\d*(?:\.\d+)?\s?(?:[KMGT]i?B)")


@dataclass(frozen=True)
class Options:
    """What an engine may be told.

    `workers` is for `local`: processes, 0 for one a core. All else is for `slurm`, and says what
    one job is: one core, `memory` ("2GB"), `walltime` ("HH:MM:SS") in a `queue` (a partition; None:
    the cluster's own default) on an `account`; `directives` are further lines of #SBATCH. `jobs` is
    how many of them, `interface` the network by which they reach this process ("ib0"), and
    `patience` the minutes that may go by without any job that runs.
    """

    workers: int = 0
    queue: str | None = None
    walltime: str = "01:00:00"
    jobs: int = 10
    memory: str = "2GB"
    account: str | None = None
    interface: str | None = None
    directives: tuple[str, ...] = ()
    patience: float = 720.0

    @property
    def seconds(self) -> int:
        """The walltime."""
        found = WALLTIME.fullmatch(self.walltime)
        if found is None:
            raise ValueError(f"walltime {self.walltime!r}: give HH:MM:SS, such as 01:30:00")
        hours, minutes, seconds = map(int, found.groups())
        return 3600 * hours + 60 * minutes + seconds

    def check(self) -> None:
        """ValueError with one line on what no engine could do."""
        if self.workers < 0:
            raise ValueError(f"workers {self.workers}: give 1 or more, or 0 for one on every core")
        if self.jobs < 1:
            raise ValueError(f"jobs {self.jobs}: at least 1 has to run; give --jobs 1 or more")
        if self.seconds < 60:
            raise ValueError(
                f"walltime {self.walltime}: SLURM counts in minutes; give 00:01:00 or more"
            )
        if not MEMORY.fullmatch(self.memory):
            raise ValueError(f"memory {self.memory!r}: give a number with its unit, such as 2GB")
        if not self.patience > 0:
            raise ValueError(f"patience {self.patience:g}: give minutes, more than 0")
        for name in ("queue", "account", "interface"):
            value = getattr(self, name)
            if value is not None and not re.fullmatch(r"[^\s;|&$`'\"]+", value):
                raise ValueError(f"{name} {value!r}: give one word")
        for line in self.directives:
            if "\n" in line or not line.removeprefix("#SBATCH").strip().startswith("-"):
                raise ValueError(f"directive {line!r}: give one option of sbatch, --qos=short")

    def given(self) -> list[str]:
        """The names of what is not as it is by default."""
        usual = Options()
        return [f.name for f in fields(self) if getattr(self, f.name) != getattr(usual, f.name)]


@dataclass(frozen=True)
class Engine:
    """An engine that runs; `width` is how many tasks it runs at once, when all of it is there."""

    name: str
    client: Client
    width: int
    patience: float = 60.0
    jobs: Jobs | None = None

    @property
    def executor(self) -> Executor:
        """The same as an executor of the standard library."""
        return self.client.get_executor(pure=False, retries=0)

    def workers(self) -> int:
        """How many tasks it can run at once now; OSError if its scheduler is lost."""
        if self.client.status != "running":
            raise OSError(LOST)
        if self.jobs is not None:
            return self.jobs.running()
        try:
            return sum(self.client.nthreads().values())
        except (OSError, CancelledError):
            raise OSError(LOST) from None

    def queued(self) -> str:
        """What the queue says of our jobs, in some words; empty where there is no queue."""
        return "" if self.jobs is None else self.jobs.queued()

    def check(self) -> None:
        """OSError with one line if it will not work any more."""
        if self.client.status != "running":
            raise OSError(LOST)
        if self.jobs is not None:
            self.jobs.check()

    def wait(self, timeout: float | None = None, tell: Callable[[str], None] | None = None) -> None:
        """Until something runs; OSError after `timeout` seconds (None: as its options say).

        `tell` is given a line once a minute, with what SLURM says of the jobs.
        """
        allowed = 60 * self.patience if timeout is None else timeout
        begun = told = time.monotonic()
        while self.workers() == 0:
            self.check()
            now = time.monotonic()
            if now - begun >= allowed:
                raise OSError(
                    f"engine {self.name}: nothing started within {_lasting(allowed)}; "
                    + (self.queued() or "no worker has come to that scheduler")
                )
            if tell is not None and now - told >= A_LINE:
                told = now
                tell(f"waiting: {self.queued() or 'no worker yet'}")
            time.sleep(min(A_LOOK, allowed))


def check_engine(name: str, options: Options | None = None) -> None:
    """ValueError with one line if there is no such engine, or not with these options."""
    chosen = options or Options()
    if name not in {"local", "slurm"} and not re.fullmatch(r"tcp://\S+:\d+", name):
        raise ValueError(
            f"engine {name!r}: give local, slurm, or tcp:// and the address of a scheduler"
        )
    chosen.check()
    understood = {"local": {"workers"}, "slurm": set(chosen.given()) - {"workers"}}.get(name, set())
    strange = [one for one in chosen.given() if one not in understood]
    if strange:
        owner = "local" if strange == ["workers"] else "slurm"
        raise ValueError(
            f"engine {name}: it has no {', '.join(strange)}; leave that out, or give "
            f"--engine {owner}"
        )
    if name == "slurm" and shutil.which("sbatch") is None:
        raise ValueError(
            "engine slurm: there is no sbatch on this machine; start this on a login node of the "
            "cluster, or give --engine local"
        )


@contextmanager
def engine(name: str = "local", *, options: Options | None = None) -> Iterator[Engine]:
    """An engine for the time of the context: `local`, `slurm`, or the tcp:// of a scheduler.

    ValueError if there is no such engine; OSError if it does not answer or its queue refuses.
    """
    chosen = options or Options()
    check_engine(name, chosen)
    try:
        import dask.config as dask_config
        import distributed  # noqa: F401

        if name == "slurm":
            from calibration import slurm
    except ImportError:
        raise ValueError(NEEDS) from None

    with (
        quiet(),
        tempfile.TemporaryDirectory(prefix="llo-", ignore_cleanup_errors=True) as scratch,
        dask_config.set({**SCHEDULING, **UNWATCHED, "temporary-directory": scratch}),
    ):
        if name == "local":
            with _local(chosen.workers) as cluster, _client(name, cluster) as client:
                yield Engine(name, client, len(cluster.workers))
        elif name == "slurm":
            jobs = slurm.jobs(chosen, SPAWNED, UNWATCHED)
            with jobs as found, _client(name, found.address) as client:
                yield Engine(name, client, chosen.jobs, chosen.patience, found)
        else:
            with _client(name, name) as client:
                yield Engine(name, client, max(sum(client.nthreads().values()), 1))


@contextmanager
def _client(name: str, cluster: Any) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(cluster, timeout=ANSWERS, set_as_default=False)
    except OSError as error:
        raise OSError(f"engine {name}: no scheduler answers there ({error})") from None
    try:
        yield client
    finally:
        with suppress(OSError, CancelledError):
            client.close(timeout=5)


@contextmanager
def _local(workers: int) -> Iterator[Any]:
    """One process a core, with one thread each."""
    import dask.config as dask_config
    from dask.system import CPU_COUNT
    from distributed import LocalCluster

    with unheard(), dask_config.set({"distributed.nanny.pre-spawn-environ": SPAWNED}):
        cluster: Any = LocalCluster(
            n_workers=workers or CPU_COUNT, threads_per_worker=1, dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        )  # fmt: skip
    try:
        yield cluster
    finally:
        cluster.close()


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing of Dask's own log on the terminal; what else is logged stays."""
    import distributed  # noqa: F401  (its handlers are made when it is loaded)

    names = ("distributed", "distributed.client", "tornado", "tornado.application")
    handlers = {h for name in names for h in logging.getLogger(name).handlers}
    before = {handler: handler.level for handler in handlers}
    for handler in handlers:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in before.items():
            handler.setLevel(level)


def results(
    at: Engine, function: Callable[[Item], Any], items: Iterable[Item], ahead: int = 2
) -> Iterator[tuple[Item, Any]]:
    """Every item with what the function gave of it, or with the exception, as they come.

    At most `ahead * width` items are taken from the iterable before their results are: a million
    of them need no memory. An item whose worker died runs again elsewhere; after three workers its
    result is the exception. OSError if the scheduler is lost. What runs is cancelled at the end.
    """
    group, many = f"llo-{uuid4().hex}", 0
    source = iter(items)
    done: SimpleQueue[Any] = SimpleQueue()
    todo: dict[Key, tuple[Any, Item]] = {}

    def fill() -> None:
        # Dask keeps tasks from workers that have one only when their group is larger than twice
        # the threads; until then no more are given out than there are threads.
        nonlocal many
        while len(todo) < (ahead if many > 2 * at.width else 1) * at.width:
            try:
                item = next(source)
            except StopIteration:
                return
            key, many = (group, many), many + 1
            future = at.client.submit(function, item, key=key, pure=False, retries=0)
            todo[key] = future, item
            future.add_done_callback(done.put)

    try:
        _watched(at, fill)
        while todo:
            key, future, answer = _next(at, done, todo)
            _, item = todo.pop(key)
            yield item, answer
            _watched(at, fill)  # before the future is let go: with its last task a group is gone
            del future
    finally:
        with suppress(OSError, RuntimeError, CancelledError):
            if todo and at.client.status == "running":
                at.client.cancel([future for future, _ in todo.values()], force=True)


def _watched(at: Engine, fill: Callable[[], None]) -> None:
    """Give out tasks; OSError with one line if there is nobody to take them."""
    at.check()
    fill()


def _next(
    at: Engine, done: SimpleQueue[Any], todo: dict[Key, tuple[Any, Item]]
) -> tuple[Key, Any, Any]:
    """The next task that has ended: its key, its future and its result or exception."""
    while True:
        try:
            future = done.get(timeout=A_LOOK)
        except Empty:
            at.check()
            for key in at.jobs.outlived() if at.jobs is not None else ():
                if key in todo:
                    future = todo[key][0]
                    future.cancel(force=True)
                    return key, future, TimeoutError(OUTLIVED)
            continue
        if future.key not in todo:
            continue
        try:
            # A result may have to be made again, if its worker died with it.
            answer = future.exception() if future.status == "error" else future.result()
        except (CancelledError, OSError):
            raise OSError(LOST) from None
        except Exception as error:  # noqa: BLE001  (whatever a task raises is its result)
            answer = error
        return future.key, future, answer


def _lasting(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
