"""Running tests, and what they ask of the machine: tf.test.main, get_temp_dir, is_gpu_available."""

from __future__ import annotations

import sys
import tempfile
import unittest
from functools import cache
from pathlib import Path
from typing import Any


def main(argv: list[str] | None = None) -> None:
    """Runs the tests of the program that calls this, and ends it with their exit code."""
    unittest.main(module="__main__", argv=sys.argv if argv is None else argv)


@cache
def get_temp_dir() -> str:
    """A directory for this process's tests to write to; the same one at each call."""
    return tempfile.mkdtemp(prefix="test_")


def test_src_dir_path(relative_path: str) -> str:
    """`relative_path` below the directory that the program that runs is in."""
    return str(Path(sys.argv[0]).resolve().parent / relative_path)


test_src_dir_path.__test__ = False  # type: ignore[attr-defined]  # it is no test, although its name says so


def is_built_with_cuda() -> bool:
    """False: everything runs on the CPU."""
    return False


def is_built_with_rocm() -> bool:
    """False: everything runs on the CPU."""
    return False


def is_built_with_gpu_support() -> bool:
    """False: everything runs on the CPU."""
    return False


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """False: everything runs on the CPU."""
    return False


def gpu_device_name() -> str:
    """'', as there is none."""
    return ""
