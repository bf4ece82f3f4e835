"""The benchmarks: what they count, how they read their arguments and tables, and that a run of ours answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import chosen, parsed
from tests.benchmarks.contestants import OURS, OURS_ON_ONE_THREAD, PEERS
from tests.benchmarks.peers.install import PACKAGES, interpreter
from tests.benchmarks.tables import GOALS, everything
from tests.benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[1]


def test_a_step_costs_its_products_three_times_but_for_the_first_layers_input():
    assert list(WORKLOADS["cnn_lenet"].kernels()) == [((5, 5, 1, 20), 576), ((5, 5, 20, 50), 64), ((800, 10), 1)]
    assert WORKLOADS["mlp"].flops == 2 * (2 * 64 * 25 + 3 * 25 * 10)
    forward = [2 * 784 * 25 * 32, 2 * 196 * 800 * 64, 2 * 3136 * 1024, 2 * 1024 * 10]
    assert WORKLOADS["cnn_wide"].flops == 3 * sum(forward) - forward[0]


def test_every_workload_has_goals():
    assert set(GOALS) == set(WORKLOADS)


@pytest.mark.parametrize("words", [["mlp", "nonsense"], ["--peer", "nonsense"], ["--rounds", "0"], ["--threads", "0"]])
def test_senseless_arguments_are_refused(words):
    with pytest.raises(SystemExit, match="2"):
        parsed(words)


def test_ours_runs_alone_unless_peers_are_asked_for():
    assert chosen(parsed(["--threads", "1"]), PACKAGES) == [OURS]
    assert chosen(parsed(["--threads", "1", "--peers"]), PACKAGES) == [OURS, *PEERS]
    installed = chosen(parsed(["--threads", "1", "--peers"]), ["jax"])
    assert [contestant.name for contestant in installed] == ["ours", "jax_step", "jax_scan"]
    with pytest.raises(SystemExit, match="peers.install installs them"):
        chosen(parsed(["--peers"]), [])


def test_every_peer_has_an_environment_that_can_be_installed(tmp_path):
    assert {peer.environment for peer in PEERS} == set(PACKAGES)
    (tmp_path / "jax").mkdir()
    assert interpreter(tmp_path, "jax") is None  # begun, but not finished
    (tmp_path / "jax" / "installed").touch()
    assert interpreter(tmp_path, "jax").parent.parent == tmp_path / "jax"


def cells(table):
    """The first row below the heads."""
    return [cell.strip() for cell in table.splitlines()[2].strip("|").split("|")]


def test_tables_set_ours_beside_the_fastest_peer():
    rounds = ((9e6, 8.0), (6e6, 1.0), (6e6, 1.0))
    found = {
        OURS.name: [
            {"train": rate, "evaluate": 60.0, "first_step": first, "fma_peak": 100.0} for rate, first in rounds
        ],
        OURS_ON_ONE_THREAD.name: [{"train": 4e6, "first_step": 1.0}],
        "slow": [{"train": 1e6, "evaluate": 50.0, "first_step": 2.0}],
        "fast": [{"train": 2e6, "evaluate": 20.0, "first_step": 3.0}],
        "failed": [],
    }
    head, ratios, train, evaluate, cold, warm = everything({"mlp": found}, 2)
    assert head == "2 threads, FMA peak 200 GFLOP/s in float32"
    training = ["6,000,000", "fast", "3.00", "2", "23.7%", "7.9%", "1.50"]  # an example costs 7,900 operations
    assert cells(ratios) == ["mlp", *training, "60", "slow", "1.20", "2"]
    assert cells(train) == ["mlp", "6,000,000", "4,000,000", "1,000,000", "2,000,000"]
    assert OURS_ON_ONE_THREAD.name not in evaluate  # which was not measured there
    assert cells(cold) == ["mlp", "8.00", "1.00", "2.00", "3.00"]
    assert cells(warm) == ["mlp", "1.00"]


@pytest.mark.slow
def test_a_short_run_measures_everything(tmp_path):
    words = ["linreg", "--threads", "1", "--rounds", "2", "--seconds", "0.02", "--json", str(tmp_path / "runs")]
    command = [sys.executable, "-m", "tests.benchmarks", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    first, second = json.loads((tmp_path / "runs").read_text())["linreg"]["ours"]
    assert {"train", "evaluate", "predict", "first_step", "peak_memory", "hook", "loss", "fma_peak"} <= set(first)
    assert min(second["train"], second["evaluate"], second["predict"], second["peak_memory"]) > 0
    assert second["loss"] < 1e-3  # it has learnt the line
    assert "| first step, warm, s " in done.stdout
