"""Runs: one contestant at one workload, in a process of its own, and what it answers."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.contestants import Contestant

_ROOT = Path(__file__).parents[2]
_TIME_LIMIT = 900  # seconds

# Where each framework keeps compiled code, so that the first round finds nothing and later ones what it left.
_CACHES = ("ESTIMATORS_CACHE", "JAX_COMPILATION_CACHE_DIR", "TORCHINDUCTOR_CACHE_DIR")
_SETTINGS = {
    "CUDA_VISIBLE_DEVICES": "",
    "JAX_PLATFORMS": "cpu",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
# Of no concern to the programs: where to look for modules, and whether these may be kept as bytecode.
_LEFT_OUT = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS", "ESTIMATORS_NUM_THREADS")


class RunError(Exception):
    """A program did not answer."""


@dataclass(frozen=True)
class Runner:
    """Starts programs. `examples` and `cache` are directories; `interpreters` are by peers' environment."""

    interpreters: Mapping[str, Path]
    threads: int
    seconds: float

    def run(self, contestant: Contestant, workload: str, examples: Path, cache: Path) -> dict[str, float]:
        """What the program measured, and as `company` the share of the processors that others took meanwhile."""
        command = [contestant.variant, workload, str(examples), "--seconds", str(self.seconds)]
        before, start = _busy(), time.monotonic()
        command += ["--started", str(start)]
        answer = self._start(contestant, command + (["--only", contestant.only] if contestant.only else []), cache)
        processors = (time.monotonic() - start) * (os.cpu_count() or 1)
        result: dict[str, float] = json.loads(answer.splitlines()[-1])
        return result | {"company": max(0.0, _busy() - before) / processors}

    def import_only(self, contestant: Contestant, workload: str, examples: Path, cache: Path) -> None:
        """Brings the libraries' files into memory, so that no first step waits for the disk."""
        self._start(contestant, [contestant.variant, workload, str(examples), "--only", "imports"], cache)

    def _start(self, contestant: Contestant, arguments: list[str], cache: Path) -> str:
        threads = contestant.threads or self.threads
        environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
        environment |= _SETTINGS | {"OMP_NUM_THREADS": str(threads)} | {name: str(cache / name) for name in _CACHES}
        python = self.interpreters[contestant.environment] if contestant.environment else sys.executable
        command = [str(python), "-m", contestant.module, *arguments]
        try:
            done = subprocess.run(
                command,
                cwd=_ROOT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=_TIME_LIMIT,
                preexec_fn=_pinned_to(threads),
            )
        except subprocess.TimeoutExpired:
            raise RunError(f"{contestant.name}: no answer after {_TIME_LIMIT} s") from None
        if done.returncode:
            raise RunError(f"{contestant.name}: exit status {done.returncode}\n{done.stderr.strip()[-2000:]}")
        return done.stdout


def processors_at_hand() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _pinned_to(threads: int) -> partial[None] | None:
    """What a new process calls to keep to as many processors as it has threads, where the system can do that."""
    if sys.platform != "linux":
        return None
    return partial(os.sched_setaffinity, 0, sorted(os.sched_getaffinity(0))[:threads])


def _busy() -> float:
    """Seconds that processors spent on anything but our own programs since the machine started; 0 where not known."""
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:9]
    except OSError:
        return 0.0
    user, nice, system, _, _, interrupts, soft_interrupts, stolen = map(int, fields)
    all_of_it = (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    return all_of_it - ours.ru_utime - ours.ru_stime
