"""Exporters: what train_and_evaluate exports after an evaluation - each model, the best so far, or the last."""

from __future__ import annotations

import glob
import inspect
import os
import re
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, final

from estimators import logging
from estimators.summaries.event_file import summary_iterator
from model_fns.errors import DataLossError

_LOSS = "loss"


class Exporter(ABC):
    """Something that is called after each evaluation of train_and_evaluate."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The directory below `export` that it writes into."""

    @abstractmethod
    def export(
        self, estimator: Any, export_path: Any, checkpoint_path: Any, eval_result: Any, is_the_final_export: bool
    ) -> Any:
        """Exports the model of a checkpoint below `export_path`; what export_saved_model returns, None for nothing."""


def _loss_smaller(best_eval_result: Mapping[str, Any], current_eval_result: Mapping[str, Any]) -> bool:
    """Whether the loss is smaller now. ValueError if there is none."""
    for name, result in (("best_eval_result", best_eval_result), ("current_eval_result", current_eval_result)):
        if not result or _LOSS not in result:
            raise ValueError(f"{name} cannot be empty or no loss is found in it.")
    return bool(best_eval_result[_LOSS] > current_eval_result[_LOSS])


@final
class FinalExporter(Exporter):
    """Exports once, at the end of the training. Arguments as of Estimator.export_saved_model."""

    def __init__(
        self, name: str, serving_input_receiver_fn: Any, assets_extra: Any = None, as_text: bool = False
    ) -> None:
        self._name = name
        self._write = _Write(serving_input_receiver_fn, assets_extra, as_text)

    @property
    def name(self) -> str:
        return self._name

    def export(
        self, estimator: Any, export_path: Any, checkpoint_path: Any, eval_result: Any, is_the_final_export: bool
    ) -> Any:
        if not is_the_final_export:
            return None
        logging.info("Performing the final export in the end of training.")
        return self._write(estimator, export_path, checkpoint_path)


@final
class LatestExporter(Exporter):
    """Exports after each evaluation and keeps the newest `exports_to_keep`, None for all."""

    def __init__(
        self,
        name: str,
        serving_input_receiver_fn: Any,
        assets_extra: Any = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        _check_number(exports_to_keep)
        self._name, self._exports_to_keep = name, exports_to_keep
        self._write = _Write(serving_input_receiver_fn, assets_extra, as_text)

    @property
    def name(self) -> str:
        return self._name

    def export(
        self, estimator: Any, export_path: Any, checkpoint_path: Any, eval_result: Any, is_the_final_export: bool
    ) -> Any:
        result = self._write(estimator, export_path, checkpoint_path)
        _remove_oldest(export_path, self._exports_to_keep)
        return result


@final
class BestExporter(Exporter):
    """Exports when an evaluation was better than all before it.

    Args:
      compare_fn: function of (best_eval_result, current_eval_result): whether the current one is better; by default
        whether its loss is smaller.
      event_file_pattern: the event files below model_dir from which, after a restart, the best result is read; None:
        from none.
      Others as of LatestExporter.
    Raises ValueError for a compare_fn with other arguments.
    """

    def __init__(
        self,
        name: str = "best_exporter",
        serving_input_receiver_fn: Any = None,
        event_file_pattern: str | None = "eval/*.tfevents.*",
        compare_fn: Callable[..., bool] | None = _loss_smaller,
        assets_extra: Any = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        if compare_fn is None:
            raise ValueError("`compare_fn` must not be None.")
        _check_compare_fn(compare_fn)
        _check_number(exports_to_keep)
        self._name, self._exports_to_keep = name, exports_to_keep
        self._compare_fn, self._event_file_pattern = compare_fn, event_file_pattern
        self._write = _Write(serving_input_receiver_fn, assets_extra, as_text)
        self._model_dir: str | None = None
        self._best: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        return self._name

    def export(
        self, estimator: Any, export_path: Any, checkpoint_path: Any, eval_result: Any, is_the_final_export: bool
    ) -> Any:
        if self._model_dir != estimator.model_dir and self._event_file_pattern:
            logging.info("Loading best metric from event files.")
            self._model_dir = estimator.model_dir
            self._best = self._best_written(os.path.join(estimator.model_dir, self._event_file_pattern))
        if self._best is not None and not self._is_better(eval_result):
            return None
        logging.info("Performing best model export.")
        self._best = eval_result
        result = self._write(estimator, export_path, checkpoint_path)
        _remove_oldest(export_path, self._exports_to_keep)
        return result

    def _is_better(self, result: Mapping[str, Any]) -> bool:
        return self._compare_fn(best_eval_result=self._best, current_eval_result=result)

    def _best_written(self, pattern: str) -> Mapping[str, Any] | None:
        """The best of the results that event files hold."""
        best: Mapping[str, Any] | None = None
        for path in sorted(glob.glob(pattern)):
            try:
                for event in summary_iterator(path):
                    result = {v.tag: v.simple_value for v in event.summary.value if v.HasField("simple_value")}
                    if result and (best is None or self._compare_fn(best_eval_result=best, current_eval_result=result)):
                        best = result
            except DataLossError as error:
                logging.warning("Evaluations written to %s are left out: %s", path, error)
        return best


@final
class _Write:
    """Writes the model of a checkpoint."""

    def __init__(self, serving_input_receiver_fn: Any, assets_extra: Any, as_text: bool) -> None:
        self._arguments = serving_input_receiver_fn, assets_extra, as_text

    def __call__(self, estimator: Any, export_path: Any, checkpoint_path: Any) -> Any:
        receiver_fn, assets_extra, as_text = self._arguments
        return estimator.export_saved_model(
            export_path, receiver_fn, assets_extra=assets_extra, as_text=as_text, checkpoint_path=checkpoint_path
        )


def _check_number(exports_to_keep: int | None) -> None:
    if exports_to_keep is not None and exports_to_keep <= 0:
        raise ValueError(f"`exports_to_keep`, if provided, must be a positive number. Got {exports_to_keep}")


def _check_compare_fn(compare_fn: Callable[..., Any]) -> None:
    names = list(inspect.signature(compare_fn).parameters)
    for wanted in ("best_eval_result", "current_eval_result"):
        if wanted not in names:
            raise ValueError(f"compare_fn ({compare_fn}) must include {wanted} argument.")
    others = [name for name in names if name not in ("best_eval_result", "current_eval_result")]
    if others:
        raise ValueError(f"compare_fn ({compare_fn}) has following not expected args: {others}")


def _remove_oldest(export_path: Any, kept: int | None) -> None:
    """Removes all exports, directories whose names are times, but the newest."""
    directory = os.fsdecode(export_path)
    if kept is None or not os.path.isdir(directory):
        return
    exports = sorted(name for name in os.listdir(directory) if re.fullmatch(r"\d{10}", name))
    for name in exports[:-kept]:
        try:
            shutil.rmtree(os.path.join(directory, name))
        except OSError as error:
            logging.warning("Can not delete %s recursively: %s", os.path.join(directory, name), error)
