"""The first run on a machine: kernels that are not on disk yet are compiled by two processes at once.

numba compiles one function at a time in a process. The second process compiles above all what calls no shared
kernel, leaves it on disk and ends; if it cannot be started, or fails, this process compiles all of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from estimators.kernels import disk
from estimators.kernels.calling import CALLERS, address_of, entry_of

_WORTH_A_PROCESS = 4  # kernels; starting one takes as long as compiling two or three
_PATIENCE = 120  # seconds

Kernel = tuple[str, str, str]  # module, name, signature

_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from estimators.kernels.calling import address_of
for kernel in json.loads(sys.argv[2]):
    address_of(*kernel)
"""


def prepare(kernels: Sequence[Kernel]) -> None:
    """Sees to it that all `kernels` are compiled."""
    missing = [kernel for kernel in kernels if not disk.has(entry_of(*kernel))]
    theirs = [kernel for kernel in missing if kernel[0] not in CALLERS]
    ours = [kernel for kernel in missing if kernel[0] in CALLERS]
    # The longest to compile; when its turn comes, what it calls has been left on disk by this process.
    longest = [kernel for kernel in ours if kernel[0] == "winograd"][2:]
    theirs, ours = [*theirs, *longest], [kernel for kernel in ours if kernel not in longest]
    if len(theirs) < _WORTH_A_PROCESS or not ours or not _may_start_a_process():
        return
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, json.dumps(sys.path), json.dumps(theirs)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return
    try:
        for kernel in ours:
            address_of(*kernel)
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()


def _may_start_a_process() -> bool:
    """Not where there is nothing to gain, nowhere to leave what was compiled, or no Python to start."""
    frozen = getattr(sys, "frozen", False) or not sys.executable
    return not frozen and (os.cpu_count() or 1) > 1 and disk.cache_directory() is not None
