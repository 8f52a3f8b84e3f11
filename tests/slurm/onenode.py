"""A SLURM of one node, this machine, for as long as a context lasts."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel", "sinfo")
PACKAGES = ("slurm-wlm", "munge")
ORDINARY, SHORT = "ordinary", "short"  # partitions; the second allows one minute
STARTS = 30.0  # seconds within which it has to be idle
PREFIX = "llo-slurm-"

CONF = """\
ClusterName=onenode
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ctld}
SlurmdPort={slurmd}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=1,sched_interval=2,bf_interval=2
KillWait=5
MinJobAge=10
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName={ordinary} Nodes=ALL Default=YES MaxTime=60 OverSubscribe=FORCE:4 State=UP
PartitionName={short} Nodes=ALL MaxTime=1 OverSubscribe=FORCE:4 State=UP
"""


class NoSlurmError(Exception):
    """There can be no SLURM on this machine; why not."""


def install() -> None:
    """Debian's packages, if they are not there; NoSlurmError if that cannot be done."""
    # Debian puts daemons where not everybody looks.
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if os.geteuid() != 0:
        raise NoSlurmError("a SLURM of one node needs root")
    if all(map(shutil.which, PROGRAMS)):
        return
    if shutil.which("apt-get") is None:
        raise NoSlurmError("no SLURM here, and no apt-get to install it")
    quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (("update",), ("install", "-y", "--no-install-recommends", *PACKAGES)):
        done = subprocess.run(["apt-get", "-qq", *words], env=quietly, capture_output=True,
                              text=True, timeout=600, check=False)  # fmt: skip
        if done.returncode:
            raise NoSlurmError(f"apt-get {words[0]} failed: {done.stderr.strip()[-200:]}")
    missing = [one for one in PROGRAMS if shutil.which(one) is None]
    if missing:
        raise NoSlurmError(f"{' '.join(PACKAGES)} brought no {', '.join(missing)}")


@contextmanager
def running() -> Iterator[Path]:
    """SLURM, idle, with SLURM_CONF set to its file; its folder, with logs. All ends with it."""
    install()
    _stop_older()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    folder.chmod(0o755)
    (folder / "owner").write_text(f"{os.getpid()} {_program(os.getpid())}", encoding="utf-8")
    before = os.environ.get("SLURM_CONF")
    try:
        _configure(folder)
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        _start_munge(folder)
        _start("slurmctld", "-D", folder=folder)
        _start("slurmd", "-D", "-N", _host(), folder=folder)
        _await_idle(folder)
        yield folder
    finally:
        _stop(folder)
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            os.environ.pop("SLURM_CONF", None)
        else:
            os.environ["SLURM_CONF"] = before


def _host() -> str:
    return socket.gethostname().split(".")[0]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _configure(folder: Path) -> None:
    kilobytes = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text("utf-8"))
    assert kilobytes is not None
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    text = CONF.format(
        host=_host(), ctld=_free_port(), slurmd=_free_port(), folder=folder,
        cores=os.cpu_count(), memory=int(kilobytes[1]) // 1024 * 9 // 10, ordinary=ORDINARY,
        short=SHORT,
    )  # fmt: skip
    (folder / "slurm.conf").write_text(text, encoding="utf-8")


def _start_munge(folder: Path) -> None:
    """A munged of our own, with a key of its own: one that runs already is left alone."""
    munge = pwd.getpwnam("munge")
    place, socket_file = folder / "munge", folder / "munge" / "socket"
    place.mkdir(mode=0o755)
    key = place / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    for path in (place, key):
        os.chown(path, munge.pw_uid, munge.pw_gid)
    _start(
        "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={socket_file}",
        f"--pid-file={place}/munged.pid", f"--seed-file={place}/munged.seed",
        f"--log-file={place}/munged.log", folder=folder, user="munge",
    )  # fmt: skip
    _until(socket_file.exists, folder, "munged makes no socket")


def _start(program: str, *words: str, folder: Path, user: str | None = None) -> None:
    """Start a daemon in the foreground of a session of its own, and note its number."""
    path = shutil.which(program)
    assert path is not None
    with (folder / f"{program}.out").open("wb") as out:
        daemon = subprocess.Popen([path, *words], stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=subprocess.STDOUT, start_new_session=True, user=user,
                                  group=user, extra_groups=[] if user else None)  # fmt: skip
    with (folder / "started").open("a", encoding="utf-8") as started:
        started.write(f"{daemon.pid} {program}\n")


def _stop(folder: Path) -> None:
    """End what was started from this folder: politely, then by force; the last started first."""
    try:
        lines = (folder / "started").read_text("utf-8").split("\n")
    except OSError:
        return
    ours = [(int(pid), name) for pid, name in (line.split() for line in lines if line)]
    if any(name == "slurmctld" and _lives(pid, name) for pid, name in ours):
        _cancel(folder)
    for pid, name in reversed(ours):
        for signum, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 2.0)):
            if not _lives(pid, name):
                break
            with suppress(ProcessLookupError):
                os.kill(pid, signum)
            end = time.monotonic() + patience
            while _lives(pid, name) and time.monotonic() < end:
                time.sleep(0.05)


def _cancel(folder: Path) -> None:
    """Take its jobs away; without their daemon they would stay for ever."""
    its = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}

    def told(*command: str) -> str:
        done = subprocess.run(command, env=its, capture_output=True, text=True, timeout=10,
                              check=False)  # fmt: skip
        return done.stdout

    with suppress(OSError, subprocess.SubprocessError):
        told("scancel", "--user", "root")
        end = time.monotonic() + 10
        while told("squeue", "--noheader") and time.monotonic() < end:
            time.sleep(0.2)


def _lives(pid: int, name: str) -> bool:
    """Whether that process still is that program; one that ended and is ours is cleared away."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return _program(pid) == name[:15]


def _program(pid: int) -> str:
    """The name of a living process, as the kernel cuts it; empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return ""
    name, rest = stat.split("(", 1)[1].rsplit(")", 1)
    return "" if rest.split()[0] == "Z" else name


def _stop_older() -> None:
    """End what a run that was killed has left."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):
            pid, name = (folder / "owner").read_text("utf-8").split(maxsplit=1)
            if _lives(int(pid), name):
                continue
        _stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _await_idle(folder: Path) -> None:
    def idle() -> bool:
        done = subprocess.run(["sinfo", "--noheader", "--format", "%T"], capture_output=True,
                              text=True, timeout=20, check=False)  # fmt: skip
        return set(done.stdout.split()) == {"idle"}

    _until(idle, folder, "it is not idle")


def _until(fine: object, folder: Path, trouble: str) -> None:
    end = time.monotonic() + STARTS
    while not fine():  # type: ignore[operator]
        if time.monotonic() > end:
            logs = sorted([*folder.glob("*.log"), *folder.glob("*.out")])
            texts = "\n".join(path.read_text("utf-8", "replace")[-1500:] for path in logs)
            raise RuntimeError(f"SLURM: {trouble} within {STARTS:.0f} s\n{texts}")
        time.sleep(0.2)
