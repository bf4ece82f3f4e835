"""Early stopping: hooks that end a training when the results of its evaluations say so."""

from __future__ import annotations

import glob
import operator
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from estimators import logging
from estimators.estimator import Estimator
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.hooks.stop_at_step import StopAtStepHook
from estimators.hooks.stop_on_predicate import StopOnPredicateHook
from estimators.summaries.event_file import summary_iterator
from model_fns.errors import DataLossError, NotFoundError


def make_early_stopping_hook(
    estimator: Estimator,
    should_stop_fn: Callable[[], bool],
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
    restore_best: bool = False,
) -> SessionRunHook:
    """A hook that calls `should_stop_fn` every so many seconds or steps and ends the training when it returns True.

    With `restore_best`, which TensorFlow does not have, the Estimator then goes back to its best checkpoint: weights,
    optimizer and global_step, in memory and as its latest checkpoint. It needs RunConfig's keep_best.
    Raises TypeError for something that is no Estimator, ValueError for both intervals, and without a keep_best.
    """
    if not isinstance(estimator, Estimator):
        raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`. Got: {type(estimator)}")
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("Only one of `run_every_secs` and `run_every_steps` must be set.")
    if restore_best and estimator.config.keep_best is None:
        raise ValueError(
            "restore_best=True needs an Estimator that keeps its best checkpoint. Give it a RunConfig with "
            "keep_best=BestMetric(name, higher_is_better)."
        )
    return StopOnPredicateHook(should_stop_fn, run_every_secs, run_every_steps, restore_best)


def stop_if_higher_hook(
    estimator: Estimator,
    metric_name: str,
    threshold: float,
    eval_dir: Any = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
    restore_best: bool = False,
) -> SessionRunHook:
    """Ends the training when an evaluation at `min_steps` or later gave a metric higher than `threshold`.

    Args:
      metric_name: as evaluate names it.
      eval_dir: where the evaluations wrote; by default estimator.eval_dir().
      run_every_secs, run_every_steps: how often to look; not both.
      restore_best: as of make_early_stopping_hook.
    """
    crossed = _Crossed(operator.gt, "greater than", estimator, metric_name, threshold, eval_dir, min_steps)
    return make_early_stopping_hook(estimator, crossed, run_every_secs, run_every_steps, restore_best)


def stop_if_lower_hook(
    estimator: Estimator,
    metric_name: str,
    threshold: float,
    eval_dir: Any = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
    restore_best: bool = False,
) -> SessionRunHook:
    """Ends the training when a metric was lower than `threshold`. Arguments as of stop_if_higher_hook."""
    crossed = _Crossed(operator.lt, "less than", estimator, metric_name, threshold, eval_dir, min_steps)
    return make_early_stopping_hook(estimator, crossed, run_every_secs, run_every_steps, restore_best)


def stop_if_no_increase_hook(
    estimator: Estimator,
    metric_name: str,
    max_steps_without_increase: int,
    eval_dir: Any = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
    restore_best: bool = False,
) -> SessionRunHook:
    """Ends the training when a metric has had no new highest value for so many steps.

    Other arguments as of stop_if_higher_hook.
    """
    stalled = _Stalled(operator.gt, "increase", estimator, metric_name, max_steps_without_increase, eval_dir, min_steps)
    return make_early_stopping_hook(estimator, stalled, run_every_secs, run_every_steps, restore_best)


def stop_if_no_decrease_hook(
    estimator: Estimator,
    metric_name: str,
    max_steps_without_decrease: int,
    eval_dir: Any = None,
    min_steps: int = 0,
    run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
    restore_best: bool = False,
) -> SessionRunHook:
    """Ends the training when a metric has had no new lowest value for so many steps.

    Other arguments as of stop_if_higher_hook.
    """
    stalled = _Stalled(operator.lt, "decrease", estimator, metric_name, max_steps_without_decrease, eval_dir, min_steps)
    return make_early_stopping_hook(estimator, stalled, run_every_secs, run_every_steps, restore_best)


def make_stop_at_checkpoint_step_hook(
    estimator: Estimator, last_step: int, wait_after_file_check_secs: float = 30
) -> SessionRunHook:
    """A hook that ends the training at `last_step`; in one process there are no others' checkpoints to wait for."""
    return StopAtStepHook(last_step=last_step)


class _Criterion:
    """What a metric was in each evaluation from `min_steps` on."""

    def __init__(
        self,
        is_better: Callable[[float, float], bool],
        word: str,
        estimator: Estimator,
        metric_name: str,
        limit: float,
        eval_dir: Any,
        min_steps: int,
    ) -> None:
        self.is_better, self.word, self.metric_name, self.limit = is_better, word, metric_name, limit
        self._estimator, self._eval_dir, self._min_steps = estimator, eval_dir, min_steps
        self.reason: str | None = None  # why the training is to stop

    def _found(self, sentence: str, *values: Any) -> bool:
        """Logs why the training is to stop."""
        self.reason = sentence % values
        logging.info(sentence, *values)
        return True

    def values(self) -> list[tuple[int, float]]:
        results = read_eval_metrics(self._eval_dir or self._estimator.eval_dir())
        return [(step, metrics[self.metric_name]) for step, metrics in results.items() if step >= self._min_steps]


class _Crossed(_Criterion):
    """Whether the metric was ever beyond the limit."""

    def __call__(self) -> bool:
        for step, value in self.values():
            if self.is_better(value, self.limit):
                return self._found(
                    'At step %s, metric "%s" has value %s which is %s the configured threshold (%s) for early '
                    "stopping.",
                    step,
                    self.metric_name,
                    value,
                    self.word,
                    self.limit,
                )
        return False


class _Stalled(_Criterion):
    """Whether the metric once was no better than before for so many steps."""

    def __call__(self) -> bool:
        best: tuple[int, float] | None = None
        for step, value in self.values():
            if best is None or self.is_better(value, best[1]):
                best = step, value
            if step - best[0] >= self.limit:
                return self._found(
                    'No %s in metric "%s" for %s steps, which is greater than or equal to max steps (%s) configured '
                    "for early stopping.",
                    self.word,
                    self.metric_name,
                    step - best[0],
                    self.limit,
                )
        return False


def read_eval_metrics(eval_dir: Any) -> OrderedDict[int, dict[str, float]]:
    """The numbers that evaluations wrote into a directory: by step, in order, a dict by name. Empty if there are none.

    A file that is damaged, or being written, is read up to there, with a warning.
    """
    found: dict[int, dict[str, float]] = {}
    for path in sorted(glob.glob(os.path.join(glob.escape(os.fspath(eval_dir)), "*.tfevents.*"))):
        try:
            for event in summary_iterator(path):
                numbers = {v.tag: v.simple_value for v in event.summary.value if v.HasField("simple_value")}
                if numbers:
                    found[event.step] = numbers
        except (DataLossError, NotFoundError) as error:
            logging.warning("Evaluations written to %s are left out: %s", path, error)
    return OrderedDict(sorted(found.items()))
