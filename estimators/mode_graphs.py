"""ModeGraphs: the graphs of a model, one for each mode, each built once and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from estimators import logging
from estimators.built_graph import BuiltGraph, Sources, call_input_fn, call_model_fn, fingerprint
from estimators.checkpoint.state_file import latest_checkpoint
from estimators.evaluation import add_evaluation_ops
from estimators.fork_safe_lock import ForkSafeLock
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.training import add_saver, guarded_loss
from estimators.warm_start import warm_start
from input_fns.array_input import ArrayInput
from model_fns import summary
from model_fns.global_step import create_global_step
from model_fns.graph.graph import Graph, set_random_seed
from model_fns.graph.keys import GraphKeys
from model_fns.mode_keys import ModeKeys


@final
class ModeGraphs:
    """What input functions and a model function made, by mode. Whoever asks for a graph holds the `lock`."""

    def __init__(self, model_fn: Callable[..., Any], config: RunConfig, warm_start_settings: Any) -> None:
        self.lock = ForkSafeLock()
        self.built: dict[str, BuiltGraph] = {}
        self.config = config
        self._model_fn = model_fn
        self._warm_start_settings = warm_start_settings

    def of(self, mode: str, input_fn: Callable[..., Any], params: dict[str, Any]) -> tuple[BuiltGraph, Sources]:
        """The mode's graph: the one at hand if the input function makes the same structure again, else a new one.

        Then the model function is not called, and the log does not say `Calling model_fn.`, as TensorFlow's does each
        time: here that line would be untrue.
        """
        built, description = self.built.get(mode), None
        if isinstance(input_fn, ArrayInput):
            description, source = input_fn.described()
            if built is not None and built.described == description:
                return built, dict.fromkeys(built.graph.sources, source)
        graph = Graph()
        with graph.as_default():
            set_random_seed(self.config.tf_random_seed)
            create_global_step(graph)
            features, labels = call_input_fn(input_fn, mode, params, self.config)
        if built is not None and built.takes_input_of(graph):
            built.described = description
            return built, dict(zip(built.graph.sources, graph.sources.values(), strict=True))
        built = self._with_model(graph, features, labels, mode, params)
        built.described = description
        self.built[mode] = built
        return built, dict(graph.sources)

    def _with_model(self, graph: Graph, features: Any, labels: Any, mode: str, params: dict[str, Any]) -> BuiltGraph:
        """Calls the model function, and adds what training or evaluation needs besides."""
        mark = fingerprint(graph)
        with graph.as_default():
            if mode == ModeKeys.PREDICT:
                labels = None
            spec = call_model_fn(self._model_fn, features, labels, mode, params, self.config)
            self._warm_start(mode)
            built = BuiltGraph(graph, features, labels, spec, mark, spec.scaffold or Scaffold())
            if mode == ModeKeys.TRAIN:
                self._add_training(built)
            if mode == ModeKeys.EVAL:
                built.extras = add_evaluation_ops(built)
        return built

    def _warm_start(self, mode: str) -> None:
        if self._warm_start_settings is None:
            return
        if mode == ModeKeys.TRAIN or not latest_checkpoint(self.config.model_dir):
            logging.info("Warm-starting with WarmStartSettings: %s", self._warm_start_settings)
            warm_start(*self._warm_start_settings)

    def _add_training(self, built: BuiltGraph) -> None:
        graph, loss = built.graph, built.spec.loss
        if not any(item.op.name == "loss" for item in graph.get_collection(GraphKeys.SUMMARIES)):
            summary.scalar("loss", loss)
        graph.add_to_collection(GraphKeys.LOSSES, loss)
        if self.config.nan_policy != "raise":
            built.guard = guarded_loss(loss)
        add_saver(built, self.config)
