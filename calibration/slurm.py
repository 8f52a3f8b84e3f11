"""The jobs of SLURM in which workers run: submitted, renewed when they end, and taken away."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from distributed import SchedulerPlugin
from distributed.core import Status

from calibration.signals import kept, unheard

with kept():  # it makes of Ctrl-C a quiet end of the process, as if all had gone well
    from dask_jobqueue import SLURMCluster
    from dask_jobqueue.slurm import SLURMJob

if TYPE_CHECKING:
    from calibration.engines import Options

AT_ONCE = 20  # jobs that are submitted together: a login node is shared
A_ROUND = 10.0  # seconds between two looks at the queue
PATIENT = 30  # seconds that a command of SLURM may take
NO_SCHEDULER = 120  # seconds after which a worker that finds no scheduler ends its job
STILLBORN = 3  # jobs in a row that ended before their worker came, after which we give up
CARRIED = ("PYTHONPATH", "XDG_CACHE_HOME")  # sbatch may be set not to hand the environment on
LEAD = (30, 300)  # seconds by which a worker ends before its job: least and most
TOO_LONG = 2.0  # lifetimes of a worker in which a task ran in vain, after which it is given up
SCRATCH = "llo_scratch"


class Job(SLURMJob):
    """A job that keeps the words with which SLURM refused it, where Dask would only log them."""

    asking: ClassVar[set[Process]] = set()  # sbatch, where it has not answered yet
    refused = ""

    async def start(self) -> None:
        try:
            await super().start()
        except (OSError, RuntimeError, ValueError) as error:
            self.refused = _words(str(error))
            self.status = Status.running  # a job that fails makes the cluster raise in its own loop

    async def _submit_job(self, script_filename: str) -> str:
        """What sbatch says; it is not left to wait until SLURM takes more, which may last."""
        command = [*shlex.split(self.submit_command), script_filename]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        self.asking.add(process)
        try:
            out, err = await asyncio.wait_for(process.communicate(), PATIENT)
        except TimeoutError:
            process.kill()
            raise RuntimeError(f"SLURM takes no job now: sbatch waited {PATIENT} s") from None
        finally:
            self.asking.discard(process)
        if process.returncode:
            raise RuntimeError(err.decode(errors="replace") or "sbatch failed without a word")
        return out.decode(errors="replace")

    async def close(self) -> None:
        await super().close()
        self.status = Status.closed


class Watch(SchedulerPlugin):
    """Which workers came, and how long every task has run in vain, in seconds."""

    name = "llo-watch"

    def __init__(self) -> None:
        self.came: set[str] = set()
        self.vain: dict[Any, float] = {}
        self._began: dict[Any, float] = {}

    def add_worker(self, scheduler: Any, worker: str) -> None:
        self.came.add(str(scheduler.workers[worker].name))

    def transition(self, key: Any, start: str, finish: str, *args: Any, **more: Any) -> None:
        if finish == "processing":
            self._began[key] = time.monotonic()
        elif start == "processing":
            ran = time.monotonic() - self._began.pop(key, time.monotonic())
            if finish == "released":  # its worker has gone
                self.vain[key] = self.vain.get(key, 0.0) + ran
        if finish == "forgotten":
            self.vain.pop(key, None)


class Jobs:
    """So many jobs of one kind, kept at that number from a thread of its own until `stop`."""

    def __init__(self, cluster: SLURMCluster, name: str, options: Options, log: Path) -> None:
        self.cluster, self.name, self.many, self.log = cluster, name, options.jobs, log
        self.patience = 60 * options.patience
        self.too_long = TOO_LONG * lifetime(options.seconds)[0]
        self.watch = Watch()
        self.failure = ""
        self._born_dead = 0
        self._step = AT_ONCE
        self._ran = time.monotonic()
        self._end = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="llo-slurm", daemon=True)
        cluster.scheduler.add_plugin(self.watch)
        # Of the scheduler: a client of the cluster itself would wait until all is submitted.
        self.address: str = cluster.scheduler_address

    def start(self) -> None:
        """Submit one job, and the others from the thread; OSError with SLURM's own words if it is
        not taken.
        """
        self._grow(1)
        first = next(iter(self.cluster.workers.values()))
        if first.refused:
            raise OSError(f"engine slurm: the queue takes no job: {first.refused}")
        with unheard():
            self._keeper.start()

    def stop(self) -> None:
        """No job is submitted any more."""
        self._end.set()
        for process in list(Job.asking):
            with suppress(ProcessLookupError):
                process.kill()
        if self._keeper.is_alive():
            self._keeper.join(timeout=PATIENT)

    def running(self) -> int:
        """Workers that are there."""
        many = len(self.cluster.scheduler.workers)
        if many:
            self._ran = time.monotonic()
        return many

    def outlived(self) -> list[Any]:
        """The keys of tasks that ran in vain for longer than workers live, twice over.

        How often they lost a worker does not tell: many workers may end within one short task.
        """
        return [key for key, ran in self.watch.vain.copy().items() if ran >= self.too_long]

    def check(self) -> None:
        """OSError with one line if no worker will come, or none came for too long."""
        if self.failure:
            raise OSError(self.failure)
        if not self.running() and time.monotonic() - self._ran > self.patience:
            raise OSError(
                f"engine slurm: no job ran for {self.patience / 60:.0f} min; {self.queued()}; "
                "what is done is kept: llo sweep restart goes on"
            )

    def queued(self) -> str:
        """States of our jobs, with SLURM's reason for each: 2 PENDING (Resources)."""
        found = self._listed()
        if found is None:
            return "SLURM does not answer to squeue"
        if not found:
            return "none of our jobs is in the queue"
        counts = Counter(found.values())
        told = ", ".join(f"{many} {state}" for state, many in sorted(counts.items()))
        silent = " RUNNING" in told and not self.running()
        hint = f", but no worker reaches {self.address} (see interface in docs/cluster.md)"
        return f"SLURM says of our jobs: {told}{hint if silent else ''}"

    def _listed(self) -> dict[str, str] | None:
        """Number of each of our jobs to its state and reason; None if SLURM does not answer."""
        done = _told("squeue", "--noheader", "--name", self.name, "--format", "%i|%T|%r")
        if done is None or done.returncode:
            return None
        found = {}
        for line in done.stdout.splitlines():
            number, state, reason = line.strip().split("|", 2)
            found[number] = f"{state} ({reason})" if state == "PENDING" else state
        return found

    def _grow(self, many: int) -> None:
        """Submit until there are so many, some at a time; it stops where one is refused."""
        while True:
            some = min(len(self.cluster.worker_spec) + self._step, many)
            self.cluster.sync(self._submit, some)
            refused = any(job.refused for job in list(self.cluster.workers.values()))
            self._step = 1 if refused else AT_ONCE  # where no more are allowed, ask for one
            if some == many or refused or self._end.is_set():
                return

    async def _submit(self, many: int) -> None:
        self.cluster.scale(many)
        await self.cluster

    async def _forget(self, names: list[Any]) -> None:
        """Let go of jobs that are over, so that others take their place."""
        for name in names:
            self.cluster.worker_spec.pop(name, None)
            job = self.cluster.workers.pop(name, None)
            if job is not None:
                job.status = Status.closed
        await asyncio.sleep(0)

    def _keep(self) -> None:
        with suppress(OSError, RuntimeError):
            self._grow(self.many)
        while not self._end.wait(A_ROUND):
            with suppress(OSError, RuntimeError):
                self._round()

    def _round(self) -> None:
        """Put new jobs in the place of those that are no longer in the queue."""
        self.running()
        jobs = dict(self.cluster.workers)
        listed = self._listed()
        if listed is None:
            return
        over = [name for name, job in jobs.items() if job.refused or job.job_id not in listed]
        for name in over:
            if jobs[name].refused:
                continue
            came = str(name) in self.watch.came
            self._born_dead = 0 if came else self._born_dead + 1
            if self._born_dead >= STILLBORN and not self.running():
                last = self._last_words(jobs[name].job_id)
                self.failure = (
                    f"engine slurm: {self._born_dead} jobs ended before their worker came; the "
                    f"last wrote: {last}"
                )
                return
        self.cluster.sync(self._forget, over)
        if not self._end.is_set():
            self._grow(self.many)

    def _last_words(self, job_id: str) -> str:
        lines: list[str] = []
        for path in sorted(self.log.glob(f"*-{job_id}.*")):
            with suppress(OSError):
                lines += path.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "nothing")


@contextmanager
def jobs(
    options: Options, environment: Mapping[str, object], settings: Mapping[str, object]
) -> Iterator[Jobs]:
    """Jobs in a queue, one worker each, with these variables and settings of Dask; all are
    cancelled at the end.

    OSError with SLURM's own words if the queue takes none of them.
    """
    name = f"llo-{uuid4().hex[:8]}"
    with _log_folder(name) as log:
        with unheard():
            cluster = _cluster(options, prologue(environment, settings), name, log)
        found = Jobs(cluster, name, options, log)
        try:
            found.start()
            yield found
        finally:
            found.stop()
            try:
                cluster.close(timeout=PATIENT)
            finally:
                # Also what was submitted while we were interrupted.
                _told("scancel", "--name", name, "--user", getpass.getuser())


def _cluster(options: Options, before: list[str], name: str, log: Path) -> SLURMCluster:
    from dask import config

    lasts, stagger = lifetime(options.seconds)
    network = options.interface or config.get("jobqueue.slurm.interface", None)
    try:
        return SLURMCluster(
            job_cls=Job, queue=options.queue, account=options.account, walltime=options.walltime,
            cores=1, processes=1, memory=options.memory, interface=network, job_name=name,
            python=shlex.quote(sys.executable), death_timeout=NO_SCHEDULER, nanny=True,
            local_directory=f'"${SCRATCH}"', log_directory=shlex.quote(str(log)),
            job_extra_directives=[
                line.removeprefix("#SBATCH").strip() for line in options.directives
            ] or None,
            worker_extra_args=[
                "--no-dashboard", "--lifetime", f"{lasts}s", "--lifetime-stagger", f"{stagger}s",
            ],
            job_script_prologue=before,
            scheduler_options={"dashboard": False, "dashboard_address": ":0"},
            silence_logs=logging.CRITICAL,
        )  # fmt: skip
    except (OSError, RuntimeError, ValueError) as error:
        raise OSError(f"engine slurm: no scheduler can be started here ({error})") from None


def lifetime(walltime: int) -> tuple[int, int]:
    """How long a worker works, and by how much that may differ, in seconds.

    It ends before its job does, so that what it holds moves on; and not all end at once.
    """
    lead = min(max(walltime // 10, LEAD[0]), LEAD[1])
    lasts = walltime - lead
    return lasts, min(lead // 3, lasts // 4)


def prologue(environment: Mapping[str, object], settings: Mapping[str, object]) -> list[str]:
    """Lines of a job before its worker: its variables, and a folder that goes when it goes."""
    # None takes Dask's own threshold of trimming away.
    spawned = {"MALLOC_TRIM_THRESHOLD_": None, **environment}
    variables = {one: os.environ[one] for one in CARRIED if one in os.environ}
    told = {**settings, "distributed.nanny.pre-spawn-environ": spawned}
    for one, value in told.items():
        variables["DASK_" + one.upper().replace(".", "__").replace("-", "_")] = str(value)
    return [
        *(f"export {one}={shlex.quote(value)}" for one, value in variables.items()),
        f'{SCRATCH}=$(mktemp -d "${{TMPDIR:-/tmp}}/llo-XXXXXX") || exit 1',
        f"trap 'rm -rf \"${SCRATCH}\"' EXIT",
    ]


@contextmanager
def _log_folder(name: str) -> Iterator[Path]:
    """Where jobs write; in the cache, since that is on a disk that all nodes see."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "llo"
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache))
    except OSError as error:
        raise OSError(
            f"{cache}: cannot be written ({error.strerror}); set XDG_CACHE_HOME to a folder that "
            "every node of the cluster sees"
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(*command: str) -> subprocess.CompletedProcess[str] | None:
    """What a command of SLURM said; None if it cannot be asked."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _words(error: str) -> str:
    """What sbatch itself said, of all that it wrote."""
    said = re.findall(r"^\w+: (?:error|fatal): (.+)$", error, re.MULTILINE)
    return said[-1].strip() if said else error.strip().splitlines()[-1]
