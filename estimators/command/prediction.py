"""predict: predictions beside the truth, and pictures of what was looked at."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from estimators.command.job import Job
from estimators.command.pictures import images_among, pictures
from model_fns.mode_keys import ModeKeys

_CLASS_KEYS = ("classes", "class_ids")


def predict(job: Job) -> None:
    """Predicts the first examples of predict_input_fn, and prints what came out."""
    job.check_trained()
    print(f"Predicting with {job.module.name} on {job.data(ModeKeys.PREDICT)}.", flush=True)
    show_predictions(job, job.options.examples)
    print(f"The model is in {job.model_dir}, at step {job.reached_step()}.")


def show_predictions(job: Job, count: int) -> None:
    """Prints predictions of the first `count` examples: as rows of numbers if one number says it, else one by one."""
    features, truth = job.input_facts("predict_input_fn", ModeKeys.PREDICT).first_rows(count)
    found = list(islice(job.estimator.predict(job.input_fn("predict_input_fn")), count))
    shown = _one_number_each(found)
    if shown is None:
        with np.printoptions(precision=4, suppress=True, threshold=20):
            print("\n".join(f"{number}: {prediction}" for number, prediction in enumerate(found, start=1)))
        return
    known = _numbers(truth, len(found))
    images = images_among(features, getattr(job.module.inputs, "IMAGE_SHAPE", None))
    if images is not None:
        print(pictures(images[: len(found)], _captions(shown, known)))
    rows = {**({} if images is not None else _single_features(features, len(found))), "predicted": shown}
    print(_table(rows if known is None else {**rows, "true": known}))


def _captions(shown: list[Any], known: list[Any] | None) -> list[str]:
    """What each was taken for, and where that is wrong, what it is."""
    pairs = zip(shown, shown if known is None else known, strict=True)
    return [_text(guess) if guess == truth else f"{_text(guess)}, not {_text(truth)}" for guess, truth in pairs]


def _one_number_each(found: list[Any]) -> list[Any] | None:
    """Of each prediction the class, or the only entry that is one number; None if there is no such thing."""
    if not found:
        return None
    keys: list[Any] = list(found[0]) if isinstance(found[0], dict) else [None]
    values = {key: _numbers([item if key is None else item[key] for item in found], len(found)) for key in keys}
    single = {key: numbers for key, numbers in values.items() if numbers is not None}
    chosen = [key for key in _CLASS_KEYS if key in single] or list(single)
    return single[chosen[0]] if chosen and (len(single) == 1 or chosen[0] in _CLASS_KEYS) else None


def _numbers(values: Any, count: int) -> list[Any] | None:
    """`count` plain values, or None if these are not of the shape [n], [n, 1], ..."""
    if values is None or isinstance(values, dict):
        return None
    array = np.asarray(values)
    if array.ndim == 0 or len(array) < count or array[:count].size != count:
        return None
    return [item.decode() if isinstance(item, bytes) else item for item in array[:count].ravel().tolist()]


def _single_features(features: Any, count: int) -> dict[str, list[Any]]:
    """The features that are one number for each example, by name."""
    named = features if isinstance(features, dict) else {"features": features}
    rows = {str(name): _numbers(values, count) for name, values in named.items()}
    return {name: numbers for name, numbers in rows.items() if numbers is not None}


def _table(rows: dict[str, list[Any]]) -> str:
    cells = {name: [_text(value) for value in values] for name, values in rows.items()}
    columns = [max(map(len, column)) for column in zip(*cells.values(), strict=True)]
    first = max(map(len, cells))
    return "\n".join(
        f"{name:<{first}}  " + " ".join(f"{cell:>{width}}" for cell, width in zip(row, columns, strict=True))
        for name, row in cells.items()
    )


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
