"""The README: its programs run, its commands are those of the continuous integration, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from estimators.command.arguments import READY_MODELS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
VARIABLES = ("ESTIMATORS_CACHE", "ESTIMATORS_DATA", "ESTIMATORS_NUM_THREADS")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_its_programs_run(tmp_path):
    """One after the other in one process, as a reader would try them."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    program = "\n".join(blocks("python"))
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    accuracies = [float(text) for text in re.findall(r"'accuracy': np\.float32\(([\d.]+)\)", done.stdout)]
    assert len(accuracies) == 2 and min(accuracies) > 0.94
    assert accuracies[0] == accuracies[1], "the same program through the facade learns something else"
    assert "def run(table, worker, workers):" in done.stdout


def test_its_commands_are_short():
    install, test = blocks("sh")
    assert install.startswith("python -m pip install . && python -m estimators train model_fns.")
    assert test == 'python -m pip install ".[test]" && python -m pytest\n'


@pytest.mark.parametrize("path", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_its_links_lead_somewhere(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize("name", [*(f"model_fns.{name}" for name in READY_MODELS), *VARIABLES])
def test_it_tells_of(name):
    assert f"`{name}`" in README or f"[{name}]" in README
