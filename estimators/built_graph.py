"""BuiltGraph: what an input function and a model function made of a graph, for one mode."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, final

from estimators import logging
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.scaffold import Scaffold
from estimators.session import Session
from input_fns.data.dataset import Dataset
from model_fns.estimator_spec import EstimatorSpec
from model_fns.graph.graph import Graph, Mark
from model_fns.graph.tensor import Operation
from model_fns.ops.input import iterators_made_by

Sources = dict[Operation, Any]  # by the operation of a graph that yields their batches


@final
@dataclass(eq=False)
class BuiltGraph:
    """A graph with the model in it.

    `fingerprint` tells the structure of the input part: an input function that makes the same one again, for other
    arrays perhaps, can use the graph, and all that was compiled of it, again.
    """

    graph: Graph
    features: Any
    labels: Any
    spec: EstimatorSpec
    fingerprint: tuple[Any, ...]
    scaffold: Scaffold
    session: Session | None = None
    extras: Any = None  # what evaluation adds: update operations and values
    guard: Any = None  # what training adds if its steps may be skipped: a number that is NaN if the loss is not finite
    mark: Mark | None = None  # the graph as it was before the first hook's begin
    described: Any = None  # what an ArrayInput says of itself, if the input part is one's
    untouched: bool = False  # by hooks, since the graph was last restored
    users: int = 0  # how many evaluations and predictions are going on with it
    idle: list[Session] = field(default_factory=list)  # of predictions that have ended

    def begin(self, hooks: Iterable[SessionRunHook]) -> None:
        """Calls every hook's begin, the last moment at which operations may be added.

        What the hooks of an earlier call added is taken back before.
        """
        every = list(hooks)
        if self.untouched and not every:
            return
        self.idle.clear()
        self.untouched = not every
        if self.mark is None:
            self.mark = self.graph.mark()
        self.graph.restore(self.mark)
        self.scaffold.reset()
        with self.graph.as_default():
            for hook in every:
                hook.begin()
        if self.session is not None:
            self.session.forget_what_was_taken_back()

    def serves(self, hooks: Iterable[SessionRunHook]) -> bool:
        """Whether another call with these hooks leaves those alone that are going on."""
        return self.users == 0 or (self.untouched and not list(hooks))

    def takes_input_of(self, graph: Graph) -> bool:
        """Whether the input part of `graph` has the structure of this one's.

        Not if it has an iterator that must be started: a hook or the scaffold holds the operation that does it.
        """
        return not iterators_made_by(graph) and fingerprint(graph) == self.fingerprint


def fingerprint(graph: Graph) -> tuple[Any, ...]:
    """The operations of a graph: kinds with their attributes, names and inputs."""
    return tuple(
        (operation.name, operation.definition, tuple(tensor.name for tensor in operation.inputs))
        for operation in graph.operations
    )


def call_input_fn(input_fn: Callable[..., Any], mode: str, params: dict[str, Any], config: Any) -> tuple[Any, Any]:
    """(features, labels) of an input function, given those of mode, params and config that it names."""
    arguments = {"mode": mode, "params": params, "config": config}
    names = argument_names(input_fn)
    result = input_fn(**{name: copy.deepcopy(value) for name, value in arguments.items() if name in names})
    if isinstance(result, Dataset):
        result = result.make_one_shot_iterator().get_next()
    if isinstance(result, list | tuple):
        if len(result) != 2:
            raise ValueError("input_fn should return (features, labels) as a len 2 tuple.")
        return result[0], result[1]
    return result, None


def call_model_fn(
    model_fn: Callable[..., Any], features: Any, labels: Any, mode: str, params: dict[str, Any], config: Any
) -> EstimatorSpec:
    """The EstimatorSpec of a model function, given those arguments that it names."""
    names = argument_names(model_fn)
    arguments: dict[str, Any] = {}
    if "labels" in names:
        arguments["labels"] = labels
    elif labels is not None:
        raise ValueError("model_fn does not take labels, but input_fn returns labels.")
    for name, value in (("mode", mode), ("params", params), ("config", config)):
        if name in names:
            arguments[name] = copy.deepcopy(value)
    logging.info("Calling model_fn.")
    spec = model_fn(features=features, **arguments)
    logging.info("Done calling model_fn.")
    if not isinstance(spec, EstimatorSpec):
        raise ValueError("model_fn should return an EstimatorSpec.")
    return spec


def argument_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters, those already bound (self, functools.partial) left out."""
    bound = function.keywords if isinstance(function, functools.partial) else {}
    return tuple(
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY) and name not in bound
    )


_EXPECTED = ("features", "labels", "mode", "params", "config", "self")


def verify_model_fn(model_fn: Any, params: Any) -> None:
    """ValueError, in TensorFlow's words, for a model function with other arguments than it may have."""
    if model_fn is None:
        raise ValueError("model_fn must be provided to Estimator.")
    names = argument_names(model_fn)
    if "features" not in names:
        raise ValueError(f"model_fn ({model_fn}) must include features argument.")
    if params is not None and "params" not in names:
        raise ValueError(
            f"model_fn ({model_fn}) does not include params argument, but params ({params}) is passed to Estimator."
        )
    if params is None and "params" in names:
        logging.warning(
            "Estimator's model_fn (%s) includes params argument, but params are not passed to Estimator.", model_fn
        )
    unexpected = [name for name in names if name not in _EXPECTED]
    if unexpected:
        raise ValueError(f"model_fn ({model_fn}) has following not expected args: {unexpected}")
