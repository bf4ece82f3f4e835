"""Kernels compiled by two processes: all of them are on disk afterwards, whatever becomes of the second process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from estimators.kernels import calling, disk, prepare

COPIES = [
    ("movement", name, signature)
    for name, signature in (
        ("fill", "none(int64[::1], int64, int64, int64)"),
        ("fill", "none(float32[::1], float32, int64, int64)"),
        ("gather_rows", "none(float32[::1], int64[::1], float32[::1], int64, int64, int64)"),
        ("gather_rows", "none(int32[::1], int64[::1], int32[::1], int64, int64, int64)"),
    )
]
TRANSPOSE = (
    "contraction",
    "matmul",
    "none(float32[::1], float32[::1], float32[::1], " + ", ".join(["int64"] * 7) + ")",
)
ALL = [*COPIES, TRANSPOSE]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty cache, and nothing compiled in this process."""
    monkeypatch.setenv(disk.CACHE_VARIABLE, str(tmp_path))
    monkeypatch.setattr(prepare.os, "cpu_count", lambda: 2)
    disk.cache_directory.cache_clear()
    calling.address_of.cache_clear()
    yield
    disk.cache_directory.cache_clear()
    calling.address_of.cache_clear()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The processes that are started during the test."""
    processes: list[Any] = []
    popen = subprocess.Popen

    def noted(*arguments: Any, **options: Any) -> Any:
        processes.append(popen(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(prepare.subprocess, "Popen", noted)
    return processes


def test_the_second_process_does_its_share(started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    prepare.prepare(ALL)
    assert all(disk.has(calling.entry_of(*kernel)) for kernel in ALL)
    assert [process.returncode for process in started] == [0]
    monkeypatch.setattr(calling, "_compiled", None)
    assert all(calling.address_of(*kernel) for kernel in ALL)
    prepare.prepare(ALL)
    assert len(started) == 1, "there was nothing left to do"


def test_a_process_that_fails_costs_nothing_but_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "_PROGRAM", "raise SystemExit(1)")
    prepare.prepare(ALL)
    assert [disk.has(calling.entry_of(*kernel)) for kernel in ALL] == [False] * len(COPIES) + [True]
    assert calling.address_of(*COPIES[0])


@pytest.mark.parametrize("reason", ["few kernels", "one processor", "no cache", "no processes"])
def test_without_a_second_process(reason: str, started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = [COPIES[0], TRANSPOSE] if reason == "few kernels" else ALL
    if reason == "one processor":
        monkeypatch.setattr(prepare.os, "cpu_count", lambda: 1)
    if reason == "no cache":
        monkeypatch.setenv(disk.CACHE_VARIABLE, "off")
        disk.cache_directory.cache_clear()
    if reason == "no processes":

        def refused(*arguments: Any, **options: Any) -> None:
            raise OSError("no more processes")

        monkeypatch.setattr(prepare.subprocess, "Popen", refused)
    prepare.prepare(kernels)
    assert not started
