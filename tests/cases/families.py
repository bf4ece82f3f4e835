"""The golden cases of layers, losses, optimizers and metrics as parts of compiled programs, fed for any batch."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from estimators.compiler.reference import evaluate
from model_fns.autodiff import gradients
from model_fns.global_step import get_or_create_global_step
from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast, square
from model_fns.ops.control import control_dependencies, placeholder
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import reduce_mean
from model_fns.optimizers import ExponentialMovingAverage, GradientDescentOptimizer
from model_fns.variable_scope import get_variable
from model_fns.variables import global_variables_initializer
from tests import test_every_metric as metric_tests
from tests import test_every_optimizer as optimizer_tests
from tests.compiled import Part
from tests.golden import inputs
from tests.golden.comparison import Built
from tests.golden.layer_cases import CASES as LAYERS
from tests.golden.loss_cases import FUNCTIONS, LOSSES
from tests.golden.namespace import tf

METRICS = metric_tests.CASES
OPTIMIZERS = optimizer_tests.CASES

Build = Callable[..., Tensor]


def names_called(build: Build) -> set[str]:
    """The layers and losses that a golden case calls."""
    return set(re.findall(r"\btf\.(?:layers|losses)\.(\w+)\(", inspect.getsource(build)))


def with_batch(tensor: Tensor, batch: int) -> tuple[int, ...]:
    assert tensor.dims is not None
    return tuple(batch if isinstance(size, Symbol) else size for size in tensor.dims)


class Projected:
    """A golden case, a fed projection of its output, and the gradients of that by its inputs and variables."""

    def __init__(self, build: Build, given: Callable[[int], Mapping[str, Any]], training: bool | None = None) -> None:
        """`given`: batch -> label -> array. A size that changes with the batch is unknown when the graph is built."""
        declared = {}
        for (label, array), other in zip(given(1).items(), given(2).values(), strict=True):
            shape = [a if a == b else None for a, b in zip(array.shape, other.shape, strict=True)]
            declared[label] = (shape, array.dtype, array)
        self.case = case = Built(build, declared, training)
        self.given = given
        self.outputs = [case.output]  # and the penalties, of its type
        self.projection: Tensor | None = None
        self.gradients: dict[str, tuple[Tensor, Tensor]] = {}  # label -> (by what, gradient)
        if not case.output.dtype.is_floating:
            return
        with case.graph.as_default() as graph:
            dims = case.output.dims
            self.projection = placeholder(case.output.dtype, [None if isinstance(d, Symbol) else d for d in dims])
            penalties = graph.get_collection(GraphKeys.REGULARIZATION_LOSSES)
            self.outputs += [cast(penalty, case.output.dtype) for penalty in penalties]
            targets = {label: tensor for label, tensor in case.sources.items() if tensor.dtype.is_floating}
            targets |= {variable.op.name: variable for variable in case.trained}
            weights = [self.projection, *(constant(1, case.output.dtype) for _ in penalties)]
            found = gradients(self.outputs, list(targets.values()), weights)
            self.gradients = {
                label: (target, convert_to_tensor(gradient))
                for (label, target), gradient in zip(targets.items(), found, strict=True)
                if gradient is not None
            }

    def feeds(self, batch: int) -> dict[Tensor, Any]:
        case = self.case
        fed = {case.sources[label]: array for label, array in self.given(batch).items()}
        fed |= {tensor: array for tensor, array in case.feeds.items() if tensor not in fed}  # whether it is training
        if self.projection is not None:
            generator = np.random.default_rng(batch)
            fed[self.projection] = generator.uniform(-1, 1, with_batch(self.projection, batch))
        return fed

    def part(self, name: str) -> Part:
        fetches: dict[str, Any] = {"output": self.case.output}
        fetches |= {f"gradient/{label}": gradient for label, (_, gradient) in self.gradients.items()}
        updates = self.case.graph.get_collection(GraphKeys.UPDATE_OPS)
        fetches |= {f"update/{number}": update for number, update in enumerate(updates)}
        return Part(name, fetches, self.feeds, self.case.state)


def layer(name: str, floating: str = "float32") -> Projected:
    """Some cases are in float64 whatever is asked for."""
    build, shapes, options = LAYERS[name]
    dtype = "float64" if "float64" in (floating, options["dtype"]) else floating

    def given(batch: int) -> dict[str, Any]:
        return {label: inputs.wave((batch, *shape[1:]), 0.1, dtype) for label, shape in shapes.items()}

    return Projected(lambda **tensors: build(tf, **tensors), given, options["training"])


def loss(name: str, floating: str = "float32") -> Projected:
    build = (LOSSES | FUNCTIONS)[name]

    def given(batch: int) -> dict[str, Any]:
        arrays = inputs.loss_inputs(batch)
        return {key: array.astype(floating) if array.dtype.kind == "f" else array for key, array in arrays.items()}

    return Projected(lambda **tensors: build(tf, SimpleNamespace(**tensors)), given)


def optimizer(name: str, floating: str = "float32") -> Part:
    """A linear regression fed with its batch, wide enough for workers to share; its loss before the step."""
    with Graph().as_default():
        x, y = placeholder(floating, [None, 33], "x"), placeholder(floating, [None, 17], "y")
        kernel = get_variable("kernel", initializer=constant(0.5 * inputs.wave((33, 17), 0.3, floating)))
        bias = get_variable("bias", initializer=constant(inputs.wave((17,), 0.7, floating)))
        value = reduce_mean(square(matmul(x, kernel) + bias - y))
        step = get_or_create_global_step()
        if name == "moving average":
            train_op = GradientDescentOptimizer(0.1).minimize(value, step)
            with control_dependencies([train_op]):
                train_op = ExponentialMovingAverage(0.9, num_updates=step).apply()
        else:
            case = OPTIMIZERS[name]
            train_op = optimizer_tests.made(case["kind"], case["arguments"]).minimize(value, step)
        state: dict[str, np.ndarray] = {}
        evaluate([global_variables_initializer()], {}, state)

    def feeds(batch: int) -> dict[Tensor, Any]:
        generator = np.random.default_rng(batch)
        return {x: generator.uniform(-1, 1, (batch, 33)), y: generator.uniform(-1, 1, (batch, 17))}

    return Part(name, {"loss": value, "train": train_op}, feeds, state)


def metric(name: str) -> tuple[Part, Part]:
    """Its update, and its value."""
    with Graph().as_default():
        value, update, fed = metric_tests.made(METRICS[name])
        state = metric_tests.initial_state()

    def feeds(batch: int) -> dict[Tensor, Any]:
        return {
            tensor: rows(metric_tests.WHOLE[source], with_batch(tensor, batch)[0]) for tensor, source in fed.items()
        }

    def rows(examples: np.ndarray, number: int) -> np.ndarray:
        return examples[np.arange(number) * 5 % len(examples)]  # some of them again and again

    return Part(name, {"update": update}, feeds, state), Part(name, {"value": value}, lambda batch: {}, state)
