"""Prediction: what a model makes of each example, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from estimators import logging
from estimators.built_graph import BuiltGraph
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.run_loop import RunLoop
from estimators.session import Session


def chosen_predictions(predictions: Any, predict_keys: Any) -> Any:
    """The predictions named by `predict_keys`, all of them by default. ValueError if none is."""
    if not predict_keys:
        return predictions
    if not isinstance(predictions, dict):
        raise ValueError("predict_keys argument is not valid in case of non-dict predictions.")
    keys = [predict_keys] if isinstance(predict_keys, str) else list(predict_keys)
    chosen = {key: value for key, value in predictions.items() if key in keys}
    if not chosen:
        raise ValueError(f"Expected to run at least one output from {list(predictions)}, provided {keys}.")
    return chosen


def predict(
    session: Session, built: BuiltGraph, predictions: Any, hooks: Iterable[SessionRunHook], single: bool
) -> Iterator[Any]:
    """The predictions of each batch, or with `single` of each example."""
    tensors = list(predictions.values()) if isinstance(predictions, dict) else [predictions]
    loop = RunLoop(session, tensors, hooks, title="Prediction.")
    loop.start()
    if not built.graph.sources:
        logging.warning(
            "Input graph does not use tf.data.Dataset or contain a QueueRunner. That means predict yields forever. "
            "This is probably a mistake."
        )
    while not loop.should_stop:
        values = loop.advance(1)
        if values is None:
            break
        batch = dict(zip(predictions, values, strict=True)) if isinstance(predictions, dict) else values[0]
        if single:
            yield from _examples(batch)
        else:
            yield batch
    loop.end()


def _examples(batch: Any) -> Iterator[Any]:
    if not isinstance(batch, dict):
        yield from batch
        return
    first = None
    for key, value in batch.items():
        length = len(value) if np.ndim(value) else None
        first = length if first is None else first
        if length is None or length != first:
            raise ValueError(
                f"Batch length of predictions should be same. {key} has different batch length than others."
            )
    for row in range(first or 0):
        yield {key: value[row] for key, value in batch.items()}
