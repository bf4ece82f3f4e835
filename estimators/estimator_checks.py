"""What an Estimator looks at before it does anything: its class, its configuration, and how long it is to train."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from estimators import logging
from estimators.epochs import check_epochs
from estimators.run_config import RunConfig

_TRAINS_NOT = ("ps", "evaluator")  # the tasks of a cluster that do not train
_NOT_TO_BE_OVERRIDDEN = (
    "train",
    "evaluate",
    "predict",
    "model_dir",
    "config",
    "params",
    "model_fn",
    "latest_checkpoint",
    "get_variable_names",
    "get_variable_value",
    "eval_dir",
    "evaluate_session",
    "last_training",
    "export_saved_model",
    "export_savedmodel",
)


def check_not_overridden(kind: type, base: type) -> None:
    """ValueError for a subclass that has public members of Estimator, `base`, of its own."""
    for name in _NOT_TO_BE_OVERRIDDEN:
        if getattr(kind, name) is not getattr(base, name):
            raise ValueError(
                f"Subclasses of Estimator cannot override members of Estimator. {kind} does override {name}"
            )


def config_with_directory(config: RunConfig | None, model_dir: Any) -> RunConfig:
    """The configuration, its model_dir filled in from the argument or with a new temporary directory."""
    if config is None:
        config = RunConfig()
        logging.info("Using default config.")
    elif not isinstance(config, RunConfig):
        raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
    model_dir = None if model_dir is None else os.fspath(model_dir)
    if model_dir is not None and config.model_dir is not None and model_dir != config.model_dir:
        raise ValueError(
            "`model_dir` are set both in constructor and `RunConfig`, but with different values. In constructor: "
            f"'{model_dir}', in `RunConfig`: '{config.model_dir}' "
        )
    if model_dir is None and config.model_dir is None:
        model_dir = tempfile.mkdtemp()
        logging.warning("Using temporary folder as model directory: %s", model_dir)
    return config if model_dir is None or config.model_dir == model_dir else config.replace(model_dir=model_dir)


def check_training(config: RunConfig, epochs: Any, steps: int | None, max_steps: int | None) -> None:
    """ValueError for a task that does not train, two lengths or non-positive ones; TypeError for odd epochs."""
    if config.task_type in _TRAINS_NOT:
        raise ValueError(
            "Train has been called wrong configuration. Please use tf.estimator.train_and_evaluate which calls "
            f"proper API according to given configuration. Current configuration: {config}."
        )
    if epochs is not None:
        check_epochs(epochs, steps, max_steps)
    if steps is not None and max_steps is not None:
        raise ValueError("Can not provide both steps and max_steps.")
    check_positive("steps", steps)
    check_positive("max_steps", max_steps)


def check_positive(name: str, number: int | None) -> None:
    if number is not None and number <= 0:
        raise ValueError(f"Must specify {name} > 0, given: {number}")
