"""The cache of compiled code: many processes that begin with an empty one, and directories that others can write to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from estimators.kernels import disk

ROOT = Path(__file__).parents[2]

# Trains a little model; prints where code is kept, how much was compiled, and a hash of the weights.
TRAINS = """
import hashlib, sys, tempfile
from estimators.compiler import load
from estimators.estimator import Estimator
from estimators.kernels import disk
from estimators.run_config import RunConfig
from tests.estimators.models import line_input
from tests.estimators.test_train_and_evaluate import linear_model

compiled, compile_module = [], load.object_code
load.object_code = lambda module: compiled.append(module) or compile_module(module)
with tempfile.TemporaryDirectory() as directory:
    estimator = Estimator(linear_model, directory, RunConfig(tf_random_seed=1))
    estimator.train(line_input(), steps=7)
    total = hashlib.sha256()
    for name in estimator.get_variable_names():
        total.update(estimator.get_variable_value(name).tobytes())
print(disk.cache_directory(), len(compiled), total.hexdigest())
"""


def start(cache: Path | str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ESTIMATORS_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", TRAINS], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def outcome(process: subprocess.Popen[str]) -> tuple[str, int, str]:
    """(where code is kept, how often something was compiled, a hash of the weights)"""
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    place, compiled, weights = output.split()
    return place, int(compiled), weights


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, int, str]]]:
    """A cache that was empty when two processes began at the same time, and what became of them."""
    cache = tmp_path_factory.mktemp("cache") / "compiled"
    processes = [start(cache) for _ in range(2)]
    return cache, [outcome(process) for process in processes]


def test_two_processes_compile_into_one_empty_cache(shared: tuple[Path, list[tuple[str, int, str]]]) -> None:
    cache, outcomes = shared
    assert {place for place, _, _ in outcomes} == {str(cache)}
    assert len({weights for _, _, weights in outcomes}) == 1
    assert max(compiled for _, compiled, _ in outcomes) > 0
    files = [path for path in cache.rglob("*") if path.is_file()]
    assert files and all(path.suffix == ".o" for path in files), "something temporary was left behind"
    place, compiled, weights = outcome(start(cache))
    assert (place, compiled) == (str(cache), 0), "the third one found what it needs"
    assert weights == outcomes[0][2]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs users")
def test_a_directory_that_others_can_write_to(shared: tuple[Path, list[tuple[str, int, str]]], tmp_path: Path) -> None:
    """There may lie anything. Nothing of it is run, and nothing is put there."""
    cache, outcomes = shared
    planted = tmp_path / "planted"
    for path in cache.rglob("*.o"):
        target = planted / path.relative_to(cache)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    planted.chmod(0o777)
    before = sorted(planted.rglob("*"))
    place, compiled, weights = outcome(start(planted))
    assert (place, weights) == ("None", outcomes[0][2])
    assert compiled > 0, "it ran what lay there"
    assert sorted(planted.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(disk.CACHE_VARIABLE, str(tmp_path))
    disk.cache_directory.cache_clear()
    try:
        assert disk.cache_directory() == tmp_path
        os.chown(tmp_path, 12345, 12345)
        disk.cache_directory.cache_clear()
        assert disk.cache_directory() is None
    finally:
        os.chown(tmp_path, os.getuid(), os.getgid())
        monkeypatch.undo()
        disk.cache_directory.cache_clear()
