"""Emitted sources as functions: compiled once, kept on disk, right whatever befalls what is kept there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimators.compiler import load as loading
from estimators.kernels import disk

SOURCE = """
def run(table, worker, workers):
    return table[0] * {number} + workers
"""


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is compiled during the test."""
    modules: list[str] = []
    compile_module = loading.object_code

    def noted(module: str) -> bytes:
        modules.append(module)
        return compile_module(module)

    monkeypatch.setattr(loading, "object_code", noted)
    return modules


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache of one's own."""
    monkeypatch.setenv(disk.CACHE_VARIABLE, str(tmp_path / "cache"))
    disk.cache_directory.cache_clear()
    yield tmp_path / "cache"
    disk.cache_directory.cache_clear()


def answer(number: int) -> int:
    """What a source, loaded as another process would load it, gives for 2 in its table and 3 workers, less those."""
    loading.load.cache_clear()
    table = np.array([2], np.int64)
    return loading.load(SOURCE.format(number=number))(table.ctypes.data, 0, 3) - 3


def entries(cache: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file()}


def test_the_second_load_compiles_nothing(cache: Path, compiled: list[str]):
    assert answer(11) == 22 and len(compiled) == 1
    written = entries(cache)
    assert len(written) == 1
    assert answer(11) == 22 and len(compiled) == 1
    assert entries(cache) == written


def test_another_process_needs_no_numba(cache: Path):
    source = SOURCE.format(number=12)
    loading.load(source)
    program = "import sys; from estimators.compiler.load import load; load(sys.argv[1]); print('numba' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program, source], capture_output=True, text=True, check=True, timeout=120
    )
    assert result.stdout.strip() == "False", result.stdout + result.stderr


DAMAGES: dict[str, Any] = {
    "truncated": lambda content: content[: len(content) // 2],
    "one bit": lambda content: content[:-9] + bytes([content[-9] ^ 4]) + content[-8:],
    "garbage": lambda content: b"garbage" * 20,
    "empty": lambda content: b"",
    "deleted": None,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_entries_are_made_anew(cache: Path, compiled: list[str], damage: str):
    answer(13)
    (path,) = entries(cache)
    path.unlink() if damage == "deleted" else path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert answer(13) == 26 and len(compiled) == 2
    assert answer(13) == 26 and len(compiled) == 2, "the damaged entry was not replaced"


def test_a_cache_deleted_under_us_is_done_without(cache: Path):
    assert answer(14) == 28
    for path in sorted(cache.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    cache.rmdir()
    assert answer(14) == 28
    assert answer(15) == 30


def test_a_full_disk_costs_the_entry(cache: Path, monkeypatch: pytest.MonkeyPatch):
    answer(16)
    kept = entries(cache)

    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert answer(17) == 34
    assert entries(cache) == kept


def unusable_file(path: Path) -> str:
    path.write_text("in the way")
    return str(path / "cache")


def unusable_read_only(path: Path) -> str:
    path.mkdir(mode=0o500)
    return str(path / "cache")


def unsafe_for_others(path: Path) -> str:
    path.mkdir()
    path.chmod(0o777)
    return str(path)


@pytest.mark.parametrize("place", [lambda path: "off", unusable_file, unusable_read_only, unsafe_for_others])
def test_no_place_for_a_cache_is_no_harm(
    place: Any, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
):
    if place is unusable_read_only and os.geteuid() == 0:
        pytest.skip("nothing is read-only for root")
    monkeypatch.setenv(disk.CACHE_VARIABLE, place(tmp_path / "place"))
    disk.cache_directory.cache_clear()
    try:
        assert disk.cache_directory() is None
        assert answer(18) == answer(18) == 36 and len(compiled) == 2
    finally:
        disk.cache_directory.cache_clear()


def test_entries_that_others_can_write_are_not_used(cache: Path, compiled: list[str]):
    cache.mkdir(mode=0o700)
    (cache / disk.surroundings()).mkdir()
    (cache / disk.surroundings()).chmod(0o777)
    assert answer(19) == answer(19) == 38 and len(compiled) == 2
    assert not entries(cache)
