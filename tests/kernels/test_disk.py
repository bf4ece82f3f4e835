"""The kernels' entries on disk: used, made anew when damaged, done without when the disk is full."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core import caching, types

from estimators.kernels import disk
from estimators.kernels.compile import kernel

INTEGER = (types.int64,)


def make() -> Any:
    """A kernel that this process has not compiled yet; all made here share their entries on disk."""

    @kernel
    def doubled(number):
        return 2 * number

    return doubled


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(disk.CACHE_VARIABLE, str(tmp_path))
    disk.cache_directory.cache_clear()
    yield tmp_path
    disk.cache_directory.cache_clear()


def works(function: Any) -> bool:
    return function.overloads[INTEGER].entry_point(21) == 42


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in cache.rglob("*") if path.suffix in (".nbi", ".nbc"))


def test_the_second_kernel_comes_from_disk(cache: Path) -> None:
    first, second = make(), make()
    disk.compiled(first, INTEGER)
    assert len(entries(cache)) == 2
    disk.compiled(second, INTEGER)
    assert works(first) and works(second) and sum(second.stats.cache_hits.values()) == 1


@pytest.mark.parametrize("content", [b"", b"\x80\x04nonsense", b"not at all an entry"])
def test_a_damaged_entry_is_made_anew(cache: Path, content: bytes) -> None:
    disk.compiled(make(), INTEGER)
    for path in entries(cache):
        path.write_bytes(content)
    damaged, later = make(), make()
    disk.compiled(damaged, INTEGER)
    disk.compiled(later, INTEGER)
    assert works(damaged) and works(later)


def test_a_full_disk_costs_the_entry_and_no_other(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.compiled(make(), INTEGER)
    there = entries(cache)

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "save", full)
    unsaved = make()
    disk.compiled(unsaved, (types.float64,))
    assert unsaved.overloads[types.float64,].entry_point(np.float64(1.5)) == 3.0
    assert entries(cache) == there
