"""Estimator: trains, evaluates and predicts with a model function, and keeps what was learnt in a directory.

Each mode's graph is built and compiled once and kept, with the weights in memory: the next call builds nothing,
compiles nothing, and reads nothing from disk unless another process wrote there.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from estimators import logging
from estimators.best_weights import keep, restore_best
from estimators.built_graph import BuiltGraph, Sources, call_model_fn, verify_model_fn
from estimators.checkpoint.reader import list_variables, load_variable
from estimators.checkpoint.state_file import latest_checkpoint
from estimators.epochs import repeated_input, repeated_sources
from estimators.estimator_checks import check_not_overridden, check_positive, check_training, config_with_directory
from estimators.evaluation import evaluate, evaluation_hooks
from estimators.export.served_model import write_served_model
from estimators.guarded_session import GuardedSession
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.hooks.stop_at_step import StopAtStepHook
from estimators.mode_graphs import ModeGraphs
from estimators.model_dir_lock import training_lock
from estimators.prediction import chosen_predictions, predict
from estimators.reading import reading
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.summaries.evaluation_results import write_checkpoint_path, write_results
from estimators.training import (
    checked_hooks,
    checked_listeners,
    final_step,
    result_of,
    train,
    training_hooks,
    training_session,
)
from estimators.training_result import Ending, StopReason, TrainingResult, ending_by
from estimators.warm_start import settings_of
from estimators.weights import Weights, share_into
from input_fns.array_input import ArrayInput
from model_fns.errors import NanLossDuringTrainingError
from model_fns.graph.keys import GraphKeys
from model_fns.mode_keys import ModeKeys


class Estimator:
    """A model that can be trained, evaluated and asked.

    Args:
      model_fn: function of (features, labels, mode, params, config), of which it takes those it names, that returns an
        EstimatorSpec. It is called once for each mode, and again only for input of another structure.
      model_dir: where checkpoints are; by default the configuration's, else a temporary directory.
      config: a RunConfig.
      params: a dict handed to the model function.
      warm_start_from: a checkpoint, or WarmStartSettings: what the variables begin with if there is no checkpoint in
        the model directory yet.
    Raises ValueError for a model function with other arguments, and for two different model directories.
    """

    def __init__(
        self,
        model_fn: Callable[..., Any],
        model_dir: Any = None,
        config: RunConfig | None = None,
        params: dict[str, Any] | None = None,
        warm_start_from: Any = None,
    ) -> None:
        check_not_overridden(type(self), Estimator)
        self._config = config_with_directory(config, model_dir)
        verify_model_fn(model_fn, params)
        self._graphs = ModeGraphs(model_fn, self._config, settings_of(warm_start_from))
        self._model_fn = model_fn
        self._params = copy.deepcopy(params or {})
        self._weights = Weights(self._config)
        self._last_training: TrainingResult | None = None
        logging.info("Using config: %s", str(vars(self._config)))

    @property
    def model_dir(self) -> str:
        return self._config.model_dir  # type: ignore[return-value]  # __init__ saw to it

    @property
    def config(self) -> RunConfig:
        return copy.deepcopy(self._config)

    @property
    def params(self) -> dict[str, Any]:
        return copy.deepcopy(self._params)

    @property
    def model_fn(self) -> Callable[..., Any]:
        """The model function with its params bound: takes features, labels, mode and config."""

        def public_model_fn(features: Any, labels: Any, mode: str, config: Any) -> Any:
            return call_model_fn(self._model_fn, features, labels, mode, self._params, config)

        return public_model_fn

    # -- training ---------------------------------------------------------------------------------------------------

    def train(
        self,
        input_fn: Callable[..., Any],
        hooks: Iterable[SessionRunHook] | None = None,
        steps: int | None = None,
        max_steps: int | None = None,
        saving_listeners: Any = None,
        *,
        epochs: int | None = None,
    ) -> Estimator:
        """Trains for `steps` more steps, or until global_step is `max_steps`, or until the input ends.

        Or for `epochs` times the data of the input function, whether it repeats them for ever or not at all: the last
        batch may be short, as with numpy_input_fn's num_epochs.

        Begins where the latest checkpoint in model_dir stands; interrupted and run again, it goes on exactly there: a
        numpy_input_fn in the middle of its epochs, a tf.data pipeline at its beginning. `last_training` then tells why
        it stopped. Returns self. Raises ValueError for two lengths or non-positive ones, NanLossDuringTrainingError if
        the loss becomes NaN, RuntimeError if another process trains in model_dir.
        """
        self._last_training, began = None, time.perf_counter()
        check_training(self._config, epochs, steps, max_steps)
        user_hooks = checked_hooks(hooks)
        listeners = checked_listeners(saving_listeners)
        start = self._weights.step() if max_steps is not None else 0
        if max_steps is not None and max_steps <= start:
            logging.info("Skipping training since max_steps has already saved.")
            sentence = f"global_step is {start} already, and max_steps is {max_steps}."
            seconds = time.perf_counter() - began
            self._last_training = TrainingResult(StopReason.MAX_STEPS_BEFORE, sentence, 0, start, seconds)
            return self
        if epochs is not None:
            input_fn = repeated_input(input_fn, epochs)
        with self._graphs.lock:
            built, sources = self._graphs.of(ModeKeys.TRAIN, input_fn, self._params_for(ModeKeys.TRAIN))
            if epochs is not None and not isinstance(input_fn, ArrayInput):
                sources = repeated_sources(built.graph, sources, epochs)
        stop = None if steps is None and max_steps is None else StopAtStepHook(steps, max_steps)
        with training_lock(self.model_dir):
            ended = self._train(built, sources, user_hooks, stop, listeners, steps, max_steps, began)
        if ended.loss is not None:
            logging.info("Loss for final step: %s.", ended.loss)
        return self

    @property
    def last_training(self) -> TrainingResult | None:
        """What the last call of train came to, and why it stopped, also if it raised; None before the first."""
        return self._last_training

    def _train(
        self,
        built: BuiltGraph,
        sources: Sources,
        user_hooks: list[SessionRunHook],
        stop: StopAtStepHook | None,
        listeners: Any,
        steps: int | None,
        max_steps: int | None,
        began: float,
    ) -> Ending:
        with built.graph.as_default():
            hooks = training_hooks(built, self._config, user_hooks, stop, listeners)
            built.begin(hooks)
            session = self._session(built)
            step = int(session.state.arrays[GraphKeys.GLOBAL_STEP])
            try:
                ended = train(session, built, hooks, final_step(step, steps, max_steps), sources)
                restores = getattr(ended.hook, "restore_best", False)
                best = restore_best(session, built.scaffold, self.model_dir, hooks) if restores else None
            except BaseException as error:
                if isinstance(error, NanLossDuringTrainingError) and not isinstance(session, GuardedSession):
                    self._weights.forget()  # the weights are NaN by now: what follows begins at the last checkpoint
                else:
                    self._weights.saved(session.state)  # as of the last whole step
                self._last_training = result_of(ending_by(error), session, step, began)
                raise
            self._weights.saved(session.state)
            self._last_training = result_of(ended, session, step, began, best)
            return ended

    # -- evaluation -------------------------------------------------------------------------------------------------

    def evaluate(
        self,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
        checkpoint_path: Any = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """The metrics of the model over the input, or its first `steps` batches: a dict with `loss` and `global_step`.

        Uses the weights in memory, or those of the latest checkpoint, or of `checkpoint_path`.
        """
        path = checkpoint_path or self._weights.newest_checkpoint()
        if checkpoint_path is None:
            self._weights.announce("evaluate")
        result = self._evaluate(
            input_fn,
            steps,
            hooks,
            name,
            path,
            lambda session, scaffold: self._weights.read_into(session, scaffold, checkpoint_path),
        )
        if self._config.keep_best is not None:
            trained = None if checkpoint_path else self._graphs.built.get(ModeKeys.TRAIN)
            held = None if trained is None else self._weights.holder(trained.session, path)
            keep(self._config, name, result, None if held is not None else path, held)
        return result

    def evaluate_session(
        self,
        session: Session,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
        name: str | None = None,
    ) -> dict[str, Any]:
        """As evaluate, with the weights that a session - one that trains this model - holds now; no checkpoint."""
        result = self._evaluate(
            input_fn, steps, hooks, name, None, lambda other, scaffold: share_into(other, scaffold, session.state)
        )
        keep(self._config, name, result, None, session)
        return result

    def _evaluate(
        self,
        input_fn: Callable[..., Any],
        steps: int | None,
        hooks: Iterable[SessionRunHook] | None,
        name: str | None,
        path: Any,
        fill: Callable[[Session, Scaffold], None],
    ) -> dict[str, Any]:
        check_positive("steps", steps)
        user_hooks = checked_hooks(hooks)
        hooks_for = partial(evaluation_hooks, steps=steps, hooks=user_hooks)
        params = self._params_for(ModeKeys.EVAL)
        with reading(self._graphs, ModeKeys.EVAL, input_fn, params, hooks_for, fill) as (built, every, session):
            result = evaluate(session, built, every)
        step = int(result[GraphKeys.GLOBAL_STEP])
        write_results(self.eval_dir(name), result, step)
        if path:
            logging.info("Saving 'checkpoint_path' summary for global step %d: %s", step, path)
            write_checkpoint_path(self.eval_dir(name), os.fspath(path), step)
        return result

    def eval_dir(self, name: str | None = None) -> str:
        """Where the results of evaluations called `name` belong."""
        return os.path.join(self.model_dir, "eval" if not name else f"eval_{name}")

    # -- prediction -------------------------------------------------------------------------------------------------

    def predict(
        self,
        input_fn: Callable[..., Any],
        predict_keys: Any = None,
        hooks: Iterable[SessionRunHook] | None = None,
        checkpoint_path: Any = None,
        yield_single_examples: bool = True,
    ) -> Iterator[Any]:
        """A generator of predictions, by example or by batch. Nothing runs before the first is asked for."""
        user_hooks = checked_hooks(hooks)
        if checkpoint_path is None:
            self._weights.announce("predict")
        with reading(
            self._graphs,
            ModeKeys.PREDICT,
            input_fn,
            self._params_for(ModeKeys.PREDICT),
            lambda built: [*user_hooks, *built.spec.prediction_hooks],
            lambda session, scaffold: self._weights.read_into(session, scaffold, checkpoint_path),
            reused_with=self._weights if checkpoint_path is None else None,
        ) as (built, every, session):
            predictions = chosen_predictions(built.spec.predictions, predict_keys)
            yield from predict(session, built, predictions, every, yield_single_examples)

    # -- export -----------------------------------------------------------------------------------------------------

    def export_saved_model(
        self,
        export_dir_base: Any,
        serving_input_receiver_fn: Callable[[], Any] | None,
        assets_extra: Any = None,
        as_text: bool = False,
        checkpoint_path: Any = None,
        experimental_mode: str = ModeKeys.PREDICT,
    ) -> bytes:
        """Writes the model as a directory of its own, for estimators.predictor; the directory's name, as bytes.

        Args:
          export_dir_base: below it, in a directory named after the time.
          serving_input_receiver_fn: function that makes a ServingInputReceiver.
          assets_extra: files to go along, by the names they get.
          as_text: accepted; the file is text.
          checkpoint_path: by default the latest.
          experimental_mode: only `infer`.
        Raises ValueError without a checkpoint.
        """
        if experimental_mode != ModeKeys.PREDICT:
            raise ValueError(
                f"export_saved_model: only experimental_mode='infer' is available, not {experimental_mode!r}."
            )
        if not serving_input_receiver_fn:
            raise ValueError("An input_receiver_fn must be defined.")
        path = checkpoint_path or self.latest_checkpoint()
        if not path:
            raise ValueError(f"Couldn't find trained model at {self.model_dir}.")
        written = write_served_model(
            export_dir_base, serving_input_receiver_fn, self.model_fn, self._config, assets_extra, path
        )
        return os.fsencode(written)

    def export_savedmodel(
        self,
        export_dir_base: Any,
        serving_input_receiver_fn: Callable[[], Any],
        assets_extra: Any = None,
        as_text: bool = False,
        checkpoint_path: Any = None,
        strip_default_attrs: bool = False,
    ) -> bytes:
        """The older name of export_saved_model."""
        return self.export_saved_model(
            export_dir_base, serving_input_receiver_fn, assets_extra, as_text, checkpoint_path
        )

    # -- what was learnt --------------------------------------------------------------------------------------------

    def get_variable_names(self) -> list[str]:
        """The names of all variables in the latest checkpoint. ValueError if there is none."""
        self._check_trained()
        return [name for name, _ in list_variables(self.model_dir)]

    def get_variable_value(self, name: str) -> np.ndarray:
        """A variable's value in the latest checkpoint. ValueError if there is none."""
        self._check_trained()
        return load_variable(self.model_dir, name)

    def latest_checkpoint(self) -> str | None:
        """The name of the latest checkpoint in model_dir, None if there is none."""
        return latest_checkpoint(self.model_dir)

    def _check_trained(self) -> None:
        if self.latest_checkpoint() is None:
            raise ValueError(f"Could not find trained model in model_dir: {self.model_dir}.")

    # -- what was compiled ------------------------------------------------------------------------------------------

    def compiled_source(self, mode: str = ModeKeys.TRAIN) -> str:
        """The Python source that was compiled for a mode. ValueError if the mode has not run yet."""
        return self._prepared(mode).source

    def _prepared(self, mode: str) -> Any:
        built = self._graphs.built.get(mode)
        prepared = None if built is None or built.session is None else built.session.last_prepared
        if prepared is None:
            raise ValueError(f"Nothing was compiled for mode {mode!r} yet: train, evaluate or predict first.")
        return prepared

    def explain(self, mode: str = ModeKeys.TRAIN) -> str:
        """What the compiler made of a mode's graph, pass by pass. ValueError if the mode has not run yet."""
        return self._prepared(mode).explanation()

    # -- graphs and sessions ----------------------------------------------------------------------------------------

    def _params_for(self, mode: str) -> dict[str, Any]:
        """The params that input function and model function get in a mode."""
        return self._params

    def _session(self, built: BuiltGraph) -> Session:
        """The training session, its variables at hand, restored or initialized."""
        scaffold = built.scaffold
        scaffold.finalize()
        logging.info("Graph was finalized.")
        state = self._weights.state_for(built.graph)
        if built.session is None or built.session.state is not state:
            built.session = training_session(built, self._config, state)
        self._weights.initialize(built.session, scaffold)
        return built.session
