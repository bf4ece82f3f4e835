"""The best checkpoint of a model directory: in its directory `best`, out of the way of those that come and go.

`best/index.json` says which it is, by what, and how good. It is written when the checkpoint is whole and on the disk,
and the one before is removed after that: whatever happens, the index names a checkpoint that is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from estimators import logging
from estimators.best_metric import BestMetric
from estimators.checkpoint.atomic_file import link_file, remove_abandoned, replace_file
from estimators.checkpoint.format import Arrays, checkpoint_exists, checkpoint_file, remove_checkpoint, write_checkpoint
from estimators.fork_safe_lock import ForkSafeLock
from model_fns.graph.keys import GraphKeys

_DIRECTORY, _INDEX = "best", "index.json"
_FORMAT = "estimators best checkpoint 1"
_keeping = ForkSafeLock()  # evaluations may go on in several threads
_OURS = re.compile(r"(model\.ckpt-\d+)\.safetensors")


@final
@dataclass(frozen=True)
class BestCheckpoint:
    """The best checkpoint of a model directory. It can be given wherever a checkpoint's name can.

    Attributes:
      path: the checkpoint's name, as latest_checkpoint gives one.
      metric, score, higher_is_better: by what it is the best, and how good.
      step: the global step.
      metrics: all numbers of that evaluation by name.
    """

    path: str
    metric: str
    score: float
    higher_is_better: bool
    step: int
    metrics: Mapping[str, float]

    def __fspath__(self) -> str:
        return self.path

    def __str__(self) -> str:
        return self.path


def best_checkpoint(model_dir: Any) -> BestCheckpoint | None:
    """The best checkpoint of a model directory; None if none was kept (RunConfig's keep_best).

    An index that is damaged, or whose checkpoint is gone, is left out with a warning.
    """
    directory = os.path.join(os.fspath(model_dir), _DIRECTORY)
    path = os.path.join(directory, _INDEX)
    try:
        with open(path, encoding="utf-8") as file:
            found = _of_json(directory, json.load(file))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        logging.warning("The best checkpoint is not known, as %s cannot be read: %r", path, error)
        return None
    if not checkpoint_exists(found.path):
        logging.warning("The best checkpoint is gone: there is no file of %s.", found.path)
        return None
    return found


def _of_json(directory: str, data: Any) -> BestCheckpoint:
    if data["format"] != _FORMAT:
        raise ValueError(f"its format is {data['format']!r}")
    name = os.path.basename(data["checkpoint"])
    metrics = {str(key): float(value) for key, value in data["metrics"].items()}
    score, step = float(data["score"]), int(data["step"])
    return BestCheckpoint(
        os.path.join(directory, name), str(data["metric"]), score, bool(data["higher_is_better"]), step, metrics
    )


def keep_if_best(
    model_dir: Any, by: BestMetric, results: Mapping[str, Any], step: int, put: Callable[[str], None]
) -> BestCheckpoint | None:
    """Keeps a checkpoint if its evaluation is better than that of the one kept; it then, else None.

    Args:
      results: of the evaluation. ValueError if `by` is not among them.
      put: puts the checkpoint under the name that it is given.
    If it cannot be written, a warning says so and the one before stays.
    """
    if by.name not in results:
        there = ", ".join(sorted(results))
        raise ValueError(f"RunConfig's keep_best is {by}, but the metrics of the evaluation are {there}.")
    with _keeping:
        return _keep_if_best(model_dir, by, results, step, put)


def _keep_if_best(
    model_dir: Any, by: BestMetric, results: Mapping[str, Any], step: int, put: Callable[[str], None]
) -> BestCheckpoint | None:
    score, before = float(results[by.name]), best_checkpoint(model_dir)
    comparable = before is not None and (before.metric, before.higher_is_better) == (by.name, by.higher_is_better)
    if not by.prefers(score, before.score if before is not None and comparable else float("nan")):
        return None
    directory = os.path.join(os.fspath(model_dir), _DIRECTORY)
    path = os.path.join(directory, f"model.ckpt-{step}")
    numbers = {
        name: float(value) for name, value in results.items() if name != GraphKeys.GLOBAL_STEP and _is_number(value)
    }
    best = BestCheckpoint(path, by.name, score, by.higher_is_better, step, numbers)
    try:
        os.makedirs(directory, exist_ok=True)
        remove_abandoned(directory)
        put(path)
        replace_file(os.path.join(directory, _INDEX), _to_json(best))
    except OSError as error:
        logging.warning("The best checkpoint so far, %s = %s at step %d, was not kept: %s", by.name, score, step, error)
        return None
    _remove_others(directory, path)
    logging.info("The best checkpoint so far, %s = %s at step %d, is kept as %s.", by.name, score, step, path)
    return best


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.integer | np.floating)


def _to_json(best: BestCheckpoint) -> bytes:
    data = {
        "format": _FORMAT,
        "checkpoint": os.path.basename(best.path),
        "metric": best.metric,
        "score": best.score,
        "higher_is_better": best.higher_is_better,
        "step": best.step,
        "metrics": dict(best.metrics),
    }
    return (json.dumps(data, indent=1) + "\n").encode()


def _remove_others(directory: str, kept: str) -> None:
    """Removes the best one before, and one whose index was never written."""
    with contextlib.suppress(OSError):
        for name in os.listdir(directory):
            match = _OURS.fullmatch(name)
            if match and match[1] != os.path.basename(kept):
                remove_checkpoint(os.path.join(directory, match[1]))


def put_link(source: Any) -> Callable[[str], None]:
    """For keep_if_best: the checkpoint named `source`, which takes no more room than it did."""
    return lambda path: link_file(checkpoint_file(source), checkpoint_file(path))


def put_values(arrays: Arrays, resume: Mapping[str, Any]) -> Callable[[str], None]:
    """For keep_if_best: variables in memory, and what a run needs to go on from them."""
    return lambda path: write_checkpoint(path, arrays, {"resume": dict(resume)})
