"""Code for processors other than this one, which this one can run, too: a training step equal to the reference."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from estimators.kernels.host import Host, features
from tests.kernels.network_step import network_step, titled

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-4  # of an array's largest number
PATIENCE = 240  # seconds


class Processor(NamedTuple):
    """A processor by LLVM's name and features, and what kernels are to make of it."""

    name: str
    features: str
    host: Host


PROCESSORS = [
    Processor(
        "haswell",
        "+avx2,+fma,+bmi,+bmi2,+avx,+sse4.2,+popcnt",
        Host(vector_bytes=32, rows=6, masks=True, halves=False, fused=True),
    ),
    # The least that a processor of this kind has: no fused multiply-add, no masked vectors.
    Processor("x86-64", "+sse2", Host(vector_bytes=16, rows=6, masks=False, halves=False, fused=False)),
]


def start(processor: Processor, directory: Path) -> subprocess.Popen[str]:
    environment = os.environ | {
        "NUMBA_CPU_NAME": processor.name,
        "NUMBA_CPU_FEATURES": processor.features,
        "ESTIMATORS_CACHE": str(directory / f"cache {processor.name}"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kernels.network_step", str(directory / f"{processor.name}.npz")],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def reference() -> dict[str, np.ndarray]:
    """The results in float64, of NumPy alone."""
    state: dict[str, np.ndarray] = {}
    with tf.Graph().as_default():
        step = network_step(tf.float64)
        evaluate([tf.global_variables_initializer()], {}, state)
        loss, *gradients, _ = evaluate([step.loss, *step.gradients.values(), step.update], step.feeds, state)
    return titled(loss, dict(zip(step.gradients, gradients, strict=True)), state)


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="the processors are of another kind")
def test_a_training_step_equals_the_reference(tmp_path: Path) -> None:
    """Compiled for each processor whose instructions this one has, all at the same time."""
    here = {*features().split(","), "+sse2"}
    able = [processor for processor in PROCESSORS if set(processor.features.split(",")) <= here]
    children = [start(processor, tmp_path) for processor in able]
    try:
        expected = reference()
        told = [child.communicate(timeout=PATIENCE) for child in children]
    finally:
        for child in children:
            child.kill()
            child.wait()
    for processor, child, (output, errors) in zip(able, children, told, strict=True):
        assert child.returncode == 0, f"{processor.name}: {errors}"
        assert json.loads(output) == asdict(processor.host)
        with np.load(tmp_path / f"{processor.name}.npz") as results:
            assert set(results) == set(expected)
            for title, wanted in expected.items():
                found = results[title]
                assert (found.dtype, found.shape) == (np.float32, wanted.shape)
                away = np.abs(found - wanted).max() / np.abs(wanted).max()
                assert away < TOLERANCE, f"{processor.name}: {title} is {away:.1e} away"
