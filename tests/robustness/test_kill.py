"""kill -9 at random instants, in steps, in saves and in evaluations: nothing is lost, and the end is the same.

All 200 kills are made if $ESTIMATORS_ALL_KILLS is set; else a few.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.robustness import kill_and_resume

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("kill_and_resume.py")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def killed(directory: Path, kills: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, str(SCRIPT), str(directory), str(kills), str(seed)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@needs_fork
def test_a_few_kills(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**31)  # another one each time: many runs of the tests are many instants
    result = killed(tmp_path, 6, seed)
    assert result["wrong"] == [], seed
    assert sum(result["hits"].values()) == 6


@needs_fork
@pytest.mark.slow
@pytest.mark.skipif("ESTIMATORS_ALL_KILLS" not in os.environ, reason="takes minutes: set $ESTIMATORS_ALL_KILLS")
def test_200_kills(tmp_path: Path) -> None:
    result = killed(tmp_path, 200, 1)
    assert result["wrong"] == []
    assert sum(result["hits"].values()) == 200
    assert result["hits"].keys() == set(kill_and_resume.PHASES), "some phase was never hit"
