"""Softmax, its logarithm, and the cross-entropies of classification.

softmax(x)_j = exp(x_j) / sum_k exp(x_k)        cross-entropy(labels, x) = - sum_j labels_j * log softmax(x)_j
"""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, is_known, may_equal, merged, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Elementwise, Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.activation import relu, sigmoid
from model_fns.ops.apply import apply, operation
from model_fns.ops.arithmetic import add, add_n, cast
from model_fns.ops.control import stop_gradient
from model_fns.ops.elementary import exp, log1p
from model_fns.ops.joining import transpose
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import broadcast_like, expand_dims, reshape, shape


def log_softmax_of(x: Any) -> Any:
    shifted = x - np.max(x, -1, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.sum(np.exp(shifted), -1, keepdims=True))


class LastAxis(Op):
    """A function of the numbers along the last axis"""

    def output_shape(self, *inputs: Dims) -> Dims:
        if not inputs[0]:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
        return inputs[0]


@final
class Softmax(LastAxis):
    """exp(x) divided by its sum, along the last axis"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return ((upstream - reduce_sum(upstream * output, -1, True)) * output,)

    def kernel(self, *inputs: Any) -> Any:
        return np.exp(log_softmax_of(inputs[0])).astype(inputs[0].dtype)


@final
class LogSoftmax(LastAxis):
    """x less the logarithm of the sum of exp(x), along the last axis"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream - reduce_sum(upstream, -1, True) * softmax(inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return log_softmax_of(inputs[0]).astype(inputs[0].dtype)


@final
class SoftmaxCrossEntropyWithLogits(Op):
    """Outputs the loss of each row and its gradient by the logits x, for labels y that are distributions"""

    takes_missing_gradients: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], inputs[0]

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        logits, labels = inputs
        if len(logits) != 2 or len(labels) != 2 or not all(map(may_equal, logits, labels)):
            raise ValueError(
                f"logits and labels must be broadcastable: logits_size={text(logits)} labels_size={text(labels)}"
            )
        both = tuple(map(merged, logits, labels))
        return [both[:1], both]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        logits, labels = inputs
        of_loss, of_gradient = upstream
        by_labels = [] if of_loss is None else [-log_softmax(logits) * expand_dims(of_loss, -1)]
        if of_gradient is not None:
            by_labels.append(reduce_sum(of_gradient * softmax(logits), -1, True) - of_gradient)
        return _by_logits(upstream, output, logits, reduce_sum(labels, -1, True)), add_n(by_labels)

    def kernel(self, *inputs: Any) -> Any:
        logits, labels = inputs
        logs = log_softmax_of(logits)
        products = np.where(labels == 0, 0, labels * logs)  # 0 * -inf is 0 here
        gradient = np.exp(logs) * labels.sum(-1, keepdims=True) - labels
        return (-products.sum(-1)).astype(logits.dtype), gradient.astype(logits.dtype)


@final
class SparseSoftmaxCrossEntropyWithLogits(Op):
    """Outputs the loss of each row and its gradient by the logits x, for labels y that are class numbers"""

    takes_missing_gradients: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        if not inputs[1].is_integer:
            raise TypeError(f"labels must be int32 or int64, not {inputs[1].name}")
        return inputs[0], inputs[0]

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        logits, labels = inputs
        if len(logits) != 2 or len(labels) != 1 or not may_equal(logits[0], labels[0]):
            raise ValueError(f"Dimensions must be equal, but are {text(logits[:1])} and {text(labels)}")
        return [(merged(logits[0], labels[0]),), (merged(logits[0], labels[0]), logits[1])]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return _by_logits(upstream, output, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        logits, labels = inputs
        rows, classes = np.arange(len(labels)), logits.shape[1]
        if not classes:
            raise InvalidArgumentError(
                message=f"Must have at least one class, but got logits shape {text(np.shape(logits))}"
            )
        check_labels(labels, classes)
        logs = log_softmax_of(logits)
        gradient = np.exp(logs)
        gradient[rows, labels] -= 1
        return (-logs[rows, labels]).astype(logits.dtype), gradient.astype(logits.dtype)


def check_labels(labels: Any, classes: int) -> None:
    """InvalidArgumentError, in TensorFlow's words, unless all labels are in [0, classes)."""
    labels = np.asarray(labels)
    bad = labels[(labels < 0) | (labels >= classes)]
    if bad.size:
        shown = " ".join(map(str, labels.ravel()[:20])) + (" ..." if labels.size > 20 else "")
        raise InvalidArgumentError(
            message=f"Received a label value of {bad.flat[0]} which is outside the valid range of [0, {classes}).  "
            f"Label values: {shown}"
        )


def _by_logits(upstream: Any, output: Any, logits: Tensor, weight: Any = 1.0) -> Tensor:
    """The gradient by the logits, of the losses and (for second derivatives) of softmax(logits) * weight - labels."""
    of_loss, of_gradient = upstream
    parts = [] if of_loss is None else [expand_dims(of_loss, -1) * output[1]]
    if of_gradient is not None:
        probabilities = softmax(logits)
        inner = reduce_sum(of_gradient * probabilities, -1, True)
        parts.append((of_gradient - inner) * probabilities * weight)
    return add_n(parts)


@final
class SigmoidCrossEntropy(Elementwise):
    """max(x, 0) - x * y + log(1 + exp(-|x|)) for logits x and labels y: cross-entropy of a sigmoid, without overflow"""

    expression: ClassVar[str] = "maximum(x, 0) - x * y + log1p(exp(-absolute(x)))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        logits, labels = inputs
        return upstream * (sigmoid(logits) - labels), -upstream * logits


def _along_last_axis(definition: Op, logits: Any, axis: int | None, name: str | None) -> Tensor:
    logits = convert_to_tensor(logits)
    rank = None if logits.dims is None else len(logits.dims)
    if axis in (None, -1) or rank is None or axis == rank - 1:
        return apply(definition, name, logits=logits)
    if not -rank <= axis < rank:
        raise InvalidArgumentError(
            message=f"Dimension ({axis}) must be in the range [{-rank}, {rank}) where {rank} is the number of "
            "dimensions in the input."
        )
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    return transpose(apply(definition, name, logits=transpose(logits, order)), order)


def softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Tensor:
    """Probabilities along `axis`, by default the last."""
    return _along_last_axis(Softmax(), logits, dim if axis is None else axis, name)


def log_softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Tensor:
    """Logarithms of probabilities along `axis`, by default the last."""
    return _along_last_axis(LogSoftmax(), logits, dim if axis is None else axis, name)


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> Tensor:
    """The cross-entropy of each row of `logits` against the distribution in `labels`; gradients flow into both."""
    _both_given("softmax_cross_entropy_with_logits", labels, logits)
    logits = convert_to_tensor(logits)
    with logits.graph.as_default(), logits.graph.name_scope(name or "softmax_cross_entropy_with_logits"):
        labels = cast(convert_to_tensor(labels), logits.dtype)
        rank = None if logits.dims is None else len(logits.dims)
        axis = dim if axis is None else axis
        axis = -1 if axis is None else axis
        if rank is None and axis != -1:
            raise ValueError(f"The rank of {logits.name} must be known for the axis {axis}; give it with set_shape().")
        if rank is not None and axis % rank != rank - 1:
            order = [i for i in range(rank) if i != axis % rank] + [axis % rank]
            logits, labels = transpose(logits, order), transpose(labels, order)
        if rank == 2:
            logits, labels = _broadcast(logits, labels), _broadcast(labels, logits)
            return operation(SoftmaxCrossEntropyWithLogits(), None, None, features=logits, labels=labels).outputs[0]
        classes = shape(logits)[-1]
        rows = {"features": reshape(logits, [-1, classes]), "labels": reshape(labels, [-1, classes])}
        losses = operation(SoftmaxCrossEntropyWithLogits(), None, None, **rows).outputs[0]
        return reshape(losses, shape(logits)[:-1])


def _broadcast(x: Tensor, like: Tensor) -> Tensor:
    """The matrix x, repeated along axes of size 1 where `like` has more."""
    if x.dims is None or like.dims is None or len(x.dims) != len(like.dims):
        return x
    repeated = any(own == 1 and is_known(other) and other != 1 for own, other in zip(x.dims, like.dims, strict=True))
    return broadcast_like(x, like) if repeated else x


def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
    axis: int | None = None,
) -> Tensor:
    """As the v2 function, but no gradient flows into `labels`."""
    _named_only("softmax_cross_entropy_with_logits", _sentinel)
    _both_given("softmax_cross_entropy_with_logits", labels, logits)
    name = name or "softmax_cross_entropy_with_logits_sg"
    return softmax_cross_entropy_with_logits_v2(stop_gradient(labels), logits, dim if axis is None else axis, name)


def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross-entropy of each row of `logits` against the class number in `labels`."""
    _named_only("sparse_softmax_cross_entropy_with_logits", _sentinel)
    _both_given("sparse_softmax_cross_entropy_with_logits", labels, logits)
    logits, labels = convert_to_tensor(logits), convert_to_tensor(labels)
    definition = SparseSoftmaxCrossEntropyWithLogits()
    if logits.dims is not None and labels.dims is not None and len(labels.dims) != len(logits.dims) - 1:
        raise ValueError(
            f"Rank mismatch: Rank of labels (received {len(labels.dims)}) should equal rank of logits minus 1 "
            f"(received {len(logits.dims)})."
        )
    if not logits.shape[:-1].is_compatible_with(labels.shape):
        raise ValueError(
            f"Shape mismatch: The shape of labels (received {labels.shape}) should equal the shape of logits except "
            f"for the last dimension (received {logits.shape}): labels '{labels.name}', logits '{logits.name}'."
        )
    with logits.graph.as_default(), logits.graph.name_scope(name or definition.type):
        if logits.dims is not None and len(logits.dims) == 2:
            return operation(definition, None, None, features=logits, labels=labels).outputs[0]
        rows = {"features": reshape(logits, [-1, shape(logits)[-1]]), "labels": reshape(labels, [-1])}
        return reshape(operation(definition, None, None, **rows).outputs[0], shape(labels))


def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross-entropy of sigmoid(logits) against `labels` in [0, 1], elementwise."""
    _named_only("sigmoid_cross_entropy_with_logits", _sentinel)
    _both_given("sigmoid_cross_entropy_with_logits", labels, logits)
    logits = convert_to_tensor(logits)
    labels = convert_to_tensor(labels, None if isinstance(labels, Tensor) else logits.dtype)
    if (
        logits.dims is not None
        and labels.dims is not None
        and not (len(logits.dims) == len(labels.dims) and all(map(may_equal, logits.dims, labels.dims)))
    ):
        raise ValueError(f"logits and labels must have the same shape ({logits.shape} vs {labels.shape})")
    return apply(SigmoidCrossEntropy(), name or "logistic_loss", logits=logits, labels=labels)


def _named_only(function: str, sentinel: Any) -> None:
    if sentinel is not None:
        raise ValueError(f"Only call `{function}` with named arguments (labels=..., logits=..., ...)")


def _both_given(function: str, labels: Any, logits: Any) -> None:
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")


def weighted_cross_entropy_with_logits(
    labels: Any = None, logits: Any = None, pos_weight: Any = None, name: str | None = None, targets: Any = None
) -> Tensor:
    """Sigmoid cross-entropy with positive labels weighted by `pos_weight`."""
    labels, logits = convert_to_tensor(targets if labels is None else labels), convert_to_tensor(logits)
    with logits.graph.as_default(), logits.graph.name_scope(name or "logistic_loss") as scope:
        weight = 1 + (pos_weight - 1) * labels
        return add((1 - labels) * logits, weight * (log1p(exp(-abs(logits))) + relu(-logits)), scope)
