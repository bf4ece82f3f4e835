"""The results of an evaluation as summaries."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimators import logging
from estimators.summaries.file_writer import FileWriterCache
from model_fns.graph.keys import GraphKeys
from model_fns.protos.summary import Summary
from model_fns.protos.tensor import make_tensor_proto

_CHECKPOINT_PATH = "checkpoint_path"
_NUMBERS = (float, int, np.float32, np.int32, np.int64)


def write_results(output_dir: Any, results: dict[str, Any], global_step: int) -> None:
    """Writes each result but `global_step` under its name: numbers, arrays, and the summaries a metric may be."""
    shown = Summary()
    for name, value in results.items():
        if value is None or name == GraphKeys.GLOBAL_STEP:
            continue
        if isinstance(value, _NUMBERS):
            shown.value.add(tag=name, simple_value=float(value))
        elif isinstance(value, bytes):
            inside = Summary.FromString(value).value
            for number, item in enumerate(inside):
                item.tag = f"{name}/{number}"
            shown.value.extend(inside)
        elif isinstance(value, np.ndarray):
            shown.value.add(node_name=name, tag=name, tensor=make_tensor_proto(value))
            logging.info(
                "Summary for np.ndarray is not visible in Tensorboard by default. Consider using a Tensorboard plugin "
                "for visualization (see https://github.com/tensorflow/tensorboard-plugin-example/blob/master/README.md "
                "for more information)."
            )
        else:
            logging.warning(
                "Skipping summary for %s, must be a float, np.float32, np.int64, np.int32 or int or np.ndarray or a "
                "serialized string of Summary.",
                name,
            )
    _write(output_dir, shown, global_step)


def write_checkpoint_path(output_dir: Any, checkpoint_path: str, global_step: int) -> None:
    """Writes which checkpoint was evaluated."""
    shown = Summary()
    shown.value.add(tag=_CHECKPOINT_PATH, tensor=make_tensor_proto(checkpoint_path, "string"))
    _write(output_dir, shown, global_step)


def _write(output_dir: Any, shown: Summary, global_step: int) -> None:
    writer = FileWriterCache.get(output_dir)
    writer.add_summary(shown, global_step)
    writer.flush()
