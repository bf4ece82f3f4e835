"""RunMetadata: what a run is asked to tell of itself, as tf.RunOptions and tf.RunMetadata."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from model_fns.protos.run import DeviceStepStats, NodeExecStats, RunMetadata, RunOptions

_CPU = "/job:localhost/replica:0/task:0/device:CPU:0"
_STEP = "step"  # the whole of it: operations are fused, and have no times of their own


@contextmanager
def traced(options: Any, run_metadata: Any) -> Iterator[None]:
    """If `options` ask for a trace, when the run began and how long it took goes to `run_metadata`.

    TypeError for what is no tf.RunOptions or tf.RunMetadata.
    """
    if not isinstance(options, RunOptions | None):
        raise TypeError(f"options must be a tf.RunOptions, but got {type(options)}")
    if not isinstance(run_metadata, RunMetadata | None):
        raise TypeError(f"run_metadata must be a tf.RunMetadata, but got {type(run_metadata)}")
    began, ticks = time.time(), time.perf_counter()
    yield
    if run_metadata is not None:
        run_metadata.Clear()
        if options is not None and options.trace_level > RunOptions.NO_TRACE:
            taken = int((time.perf_counter() - ticks) * 1e6)
            run_metadata.step_stats.dev_stats.append(_stats(int(began * 1e6), taken))


def _stats(began: int, taken: int) -> DeviceStepStats:
    """What the CPU did from `began` on, for so many microseconds."""
    whole = NodeExecStats(node_name=_STEP, all_start_micros=began, op_end_rel_micros=taken, all_end_rel_micros=taken)
    return DeviceStepStats(device=_CPU, node_stats=[whole])
