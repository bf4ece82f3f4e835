"""A case for every op: how to apply it, and to inputs of what kind.

A case is a function from input tensors to output tensors. Its inputs have the batch as their first axis where
that makes sense (None in the shape), so that one compiled program can be run with several batches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import Constant, constant
from model_fns.graph.op import Op
from model_fns.graph.shapes import to_dims
from model_fns.graph.tensor import Tensor
from model_fns.ops import (
    accumulation,
    activation,
    arithmetic,
    bias,
    candidate_sampling,
    categories,
    checks,
    comparison,
    computed_resize,
    computed_slicing,
    control,
    convolution,
    data_sizes,
    decoding,
    division,
    elementary,
    embeddings,
    examples,
    files,
    gather_nd,
    host_function,
    indexing,
    input,
    joining,
    linalg,
    linear_systems,
    matrices,
    non_max_suppression,
    pooling,
    printing,
    queue,
    random,
    reader,
    reduction,
    row_updates,
    rows,
    segments,
    shaping,
    slicing,
    softmax,
    sorting,
    sparse,
    special,
    state,
    strings,
    table_lookup,
    table_rows,
    text,
    vocabulary,
)
from model_fns.ops.apply import apply, operation

Shape = tuple[int | None, ...]


@dataclass(frozen=True)
class Input:
    """An input's shape (None: the batch) and kind: real, positive, unit (inside -1..1), apart (no two equal), bool,
    rows (each sums to 1), or `below n` for integers from 0 to n - 1."""

    shape: Shape
    kind: str = "real"

    def dtype(self, floating: str) -> str:
        if self.kind == "bool":
            return "bool"
        return "int32" if self.kind.startswith("below") else floating

    def array(self, batch: int, floating: str, number: int = 0) -> np.ndarray:
        """The same numbers for the same batch, every time."""
        sizes = [batch if size is None else size for size in self.shape]
        generator = np.random.default_rng([number, *sizes])
        if self.kind == "bool":
            return generator.random(sizes) < 0.5
        if self.kind.startswith("below"):
            return generator.integers(0, int(self.kind.split()[1]), sizes).astype("int32")
        away = np.where(generator.random(sizes) < 0.5, -1, 1) * generator.uniform(0.1, 2.0, sizes)  # never near 0
        values = {
            "real": lambda: away,
            "positive": lambda: np.abs(away) + 0.2,
            "unit": lambda: away * 0.45,
            "apart": lambda: generator.permutation(int(np.prod(sizes))).reshape(sizes) * 0.25 - 2.05,
            "rows": lambda: np.abs(away) / np.abs(away).sum(-1, keepdims=True) if away.size else away,
        }[self.kind]()
        return np.asarray(values, floating)


@dataclass(frozen=True)
class Case:
    """One way to use `op`. `gradient`: 2 if it can be differentiated twice, 1 once, 0 not at all (or only to zero)."""

    op: type[Op]
    build: Callable[..., Any]
    inputs: tuple[Input, ...]
    gradient: int = 2
    label: str = ""
    on_host: bool = False  # whether the compiled step has to call Python back, although the op can be compiled

    @property
    def name(self) -> str:
        return f"{self.op.__name__} {self.label}".strip()

    def outputs(self, *inputs: Tensor) -> list[Tensor]:
        made = self.build(*inputs)
        return list(made) if isinstance(made, list | tuple) else [made]


_QUEUES = "needs the queue of a session: tests/estimators/test_queues.py"
_READERS = "needs the reader of a session: tests/estimators/test_readers.py"

# Ops that cannot run alone, and where they are tested.
SKIPPED: dict[type[Op], str] = {
    control.Placeholder: "is fed, never run: tests of the session",
    control.NoOp: "has no outputs: tests/test_compiler.py",
    control.PreventGradient: "exists to raise: tests/test_every_op.py",
    input.NextBatch: "needs an input pipeline: tests of the run loop",
    input.IteratorGetNext: "needs an iterator: tests/estimators/test_iterators.py",
    input.MakeIterator: "needs an iterator: tests/estimators/test_iterators.py",
    queue.FIFOQueueOp: _QUEUES,
    queue.PaddingFIFOQueueOp: _QUEUES,
    queue.PriorityQueueOp: _QUEUES,
    queue.RandomShuffleQueueOp: _QUEUES,
    queue.QueueEnqueue: _QUEUES,
    queue.QueueEnqueueMany: _QUEUES,
    queue.QueueClose: _QUEUES,
    queue.QueueSize: _QUEUES,
    queue.QueueIsClosed: _QUEUES,
    queue.QueueDequeue: _QUEUES,
    queue.QueueDequeueMany: _QUEUES,
    queue.QueueDequeueUpTo: _QUEUES,
    reader.TextLineReaderOp: _READERS,
    reader.FixedLengthRecordReaderOp: _READERS,
    reader.TFRecordReaderOp: _READERS,
    reader.WholeFileReaderOp: _READERS,
    reader.IdentityReaderOp: _READERS,
    reader.ReaderRead: _READERS,
    reader.ReaderReadUpTo: _READERS,
    reader.ReaderNumRecordsProduced: _READERS,
    reader.ReaderNumWorkUnitsCompleted: _READERS,
    reader.ReaderSerializeState: _READERS,
    reader.ReaderRestoreState: _READERS,
    reader.ReaderReset: _READERS,
    files.AssignNames: "needs a variable of unknown size: tests/estimators/test_input_producers.py",
    decoding.DecodeRaw: "its size is in the strings, so the host runs it: tests/test_reading_ops.py",
    examples.ParseExample: "takes serialized messages: tests/test_reading_ops.py",
    examples.ParseSingleExample: "takes a serialized message: tests/test_reading_ops.py",
    files.ReadFile: "reads a file: tests/test_reading_ops.py",
    files.WriteFile: "writes a file: tests/test_reading_ops.py",
    files.MatchingFiles: "looks for files: tests/test_reading_ops.py",
    sparse.StringSplit: "its size is in the strings, so the host runs it: tests/test_reading_ops.py",
    sparse.StringSplitV2: "its size is in the strings, so the host runs it: tests/test_reading_ops.py",
    rows.LongEnough: "has a size of its own: tests/test_golden_control_flow.py",
    sparse.SparseToDense: "its size is in its input, so the host runs it: tests/test_reading_ops.py",
    state.VariableV2: "is state: tests/test_compiler.py",
    state.ReadVariable: "needs a variable: tests/test_compiler.py",
    state.IsVariableInitialized: "needs a variable: tests/test_compiler.py",
    state.Assign: "changes a variable: tests/test_compiler.py",
    state.AssignAdd: "changes a variable: tests/test_compiler.py",
    state.AssignSub: "changes a variable: tests/test_compiler.py",
    row_updates.PutRows: "changes a variable: tests/test_row_updates.py",
    row_updates.ScatterUpdate: "changes a variable: tests/test_scatter.py",
    row_updates.ScatterAddRows: "changes a variable: tests/test_scatter.py",
    row_updates.ScatterSubRows: "changes a variable: tests/test_scatter.py",
    checks.Assert: "has no outputs: tests/test_checks.py",
    computed_resize.ComputedResize: "makes float32 of all types: tests/test_computed_resize.py",
    computed_resize.ComputedResizeGrad: "makes float32 of all types: tests/test_computed_resize.py",
    host_function.PyFunc: "has no shape of its own: tests/test_checks.py",
    printing.Print: "prints: tests/test_checks.py",
    comparison.Where: "has sizes of its own: tests/test_array_ops.py",
    data_sizes.ListDiff: "has sizes of its own: tests/test_array_ops.py",
    data_sizes.NumbersUpTo: "has sizes of its own: tests/test_array_ops.py",
    data_sizes.StitchPlaces: "has sizes of its own: tests/test_array_ops.py",
    data_sizes.UniqueWithCounts: "has sizes of its own: tests/test_array_ops.py",
    non_max_suppression.NonMaxSuppressionV3: "has a size of its own: tests/test_non_max_suppression.py",
}

MATRIX, PAIR = Input((None, 4)), Input((None, 3, 4))
POSITIVE, UNIT, APART = Input((None, 4), "positive"), Input((None, 4), "unit"), Input((None, 4), "apart")
TRUTH, WHOLE = Input((None, 4), "bool"), Input((None, 4), "below 5")
ROW, COLUMN, SINGLE, NUMBER = Input((4,)), Input((None, 1)), Input((1, 4)), Input(())
IMAGE = Input((None, 5, 6, 3))
SQUARES = Input((None, 3, 3))
CASES: list[Case] = []


def add(
    op: type[Op], build: Callable[..., Any], *inputs: Input, gradient: int = 2, label: str = "", on_host: bool = False
) -> None:
    CASES.append(Case(op, build, inputs, gradient, label, on_host))


def of(definition: Op) -> Callable[..., Any]:
    """The op itself, applied to all inputs."""

    def build(*inputs: Tensor) -> tuple[Tensor, ...]:
        return operation(definition, None, None, **{f"input_{i}": tensor for i, tensor in enumerate(inputs)}).outputs

    return build


# -- elementwise ------------------------------------------------------------------------------------------------------

for kind in (
    arithmetic.Add,
    arithmetic.AddV2,
    arithmetic.Sub,
    arithmetic.Mul,
    arithmetic.RealDiv,
    arithmetic.SquaredDifference,
):
    add(kind, of(kind()), MATRIX, MATRIX)
    add(kind, of(kind()), MATRIX, ROW, label="with a row")
for kind in (arithmetic.Maximum, arithmetic.Minimum):
    add(kind, of(kind()), APART, Input((None, 4)))
    add(kind, of(kind()), COLUMN, ROW, label="column with row")
add(arithmetic.Add, of(arithmetic.Add()), COLUMN, SINGLE, label="column with row")
add(arithmetic.Mul, of(arithmetic.Mul()), MATRIX, NUMBER, label="with a number")
add(arithmetic.Mul, of(arithmetic.Mul()), WHOLE, WHOLE, gradient=0, label="of integers")
add(arithmetic.Mul, lambda x: x * x + x, MATRIX, label="twice the same input")
for kind in (arithmetic.FloorDiv, arithmetic.FloorMod):
    add(kind, of(kind()), MATRIX, POSITIVE, gradient=0 if kind is arithmetic.FloorDiv else 1)
    add(kind, of(kind()), WHOLE, WHOLE, gradient=0, label="of integers, zero among them")
for kind in (arithmetic.Neg, arithmetic.Abs, arithmetic.Square):
    add(kind, of(kind()), MATRIX)
    add(kind, of(kind()), WHOLE, gradient=0, label="of integers")
add(arithmetic.Pow, of(arithmetic.Pow()), POSITIVE, MATRIX)
add(arithmetic.Pow, lambda x: x**2, MATRIX, label="of a negative base")
add(arithmetic.SafeLog, of(arithmetic.SafeLog()), POSITIVE)
add(arithmetic.SafeLog, of(arithmetic.SafeLog()), MATRIX, gradient=0, label="of negative numbers")
for kind in (arithmetic.WhereNotLess, arithmetic.WhereLess):
    add(kind, of(kind()), MATRIX, MATRIX, APART)
for kind in (arithmetic.Sign, arithmetic.IsPositive, activation.SignOf):
    add(kind, of(kind()), MATRIX, gradient=0)
add(arithmetic.Sign, of(arithmetic.Sign()), WHOLE, gradient=0, label="of integers")
add(arithmetic.AddN, lambda x, y, z: arithmetic.add_n([x, y, z, x]), MATRIX, MATRIX, MATRIX)
add(arithmetic.AddN, lambda x: arithmetic.add_n([x], "alone"), MATRIX, label="of one")
for target in ("float32", "float64", "int32", "int64", "bool"):
    add(
        arithmetic.Cast,
        of(arithmetic.Cast(dtypes.as_dtype(target))),
        MATRIX,
        gradient=0,
        label=f"of floats to {target}",
    )
    add(
        arithmetic.Cast,
        of(arithmetic.Cast(dtypes.as_dtype(target))),
        WHOLE,
        gradient=0,
        label=f"of integers to {target}",
    )
add(arithmetic.Cast, lambda x: arithmetic.cast(arithmetic.cast(x, "float64"), x.dtype), MATRIX, label="there and back")
add(arithmetic.Cast, of(arithmetic.Cast(dtypes.float32)), TRUTH, gradient=0, label="of truth values")

for kind in (
    elementary.Exp,
    elementary.Expm1,
    elementary.Erf,
    elementary.Sin,
    elementary.Cos,
    elementary.Atan,
    elementary.Reciprocal,
    activation.Sigmoid,
    activation.Tanh,
    activation.Softplus,
    activation.Softsign,
    activation.Elu,
    activation.Selu,
    activation.Relu,
    activation.Relu6,
    activation.LeakyRelu,
    activation.SoftsignSlope,
):
    add(kind, of(kind()), MATRIX)
for kind in (elementary.Log, elementary.Log1p, elementary.Sqrt, elementary.Rsqrt):
    add(kind, of(kind()), POSITIVE)
for kind in (elementary.Tan, elementary.Asin, elementary.Acos):
    add(kind, of(kind()), UNIT)
for kind in (elementary.Floor, elementary.Ceil, elementary.Round):
    add(kind, of(kind()), MATRIX, gradient=0)
add(activation.LeakyRelu, of(activation.LeakyRelu(0.01)), MATRIX, label="with another slope")
add(activation.Relu6, lambda x: activation.relu6(x * 9.0), MATRIX, label="above six")
for grad in (
    activation.ReluGrad,
    activation.Relu6Grad,
    activation.LeakyReluGrad,
    activation.EluGrad,
    activation.EluCurve,
    activation.SeluGrad,
):
    add(grad, of(grad()), MATRIX, UNIT)

for kind in (
    comparison.Equal,
    comparison.NotEqual,
    comparison.Less,
    comparison.LessEqual,
    comparison.Greater,
    comparison.GreaterEqual,
):
    add(kind, of(kind()), MATRIX, MATRIX, gradient=0)
    add(kind, of(kind()), WHOLE, Input((None, 1), "below 5"), gradient=0, label="of integers")
add(comparison.Equal, of(comparison.Equal()), TRUTH, TRUTH, gradient=0, label="of truth values")
for kind in (comparison.LogicalAnd, comparison.LogicalOr, comparison.LogicalXor):
    add(kind, of(kind()), TRUTH, TRUTH, gradient=0)
add(comparison.LogicalNot, of(comparison.LogicalNot()), TRUTH, gradient=0)
for kind in (comparison.IsNan, comparison.IsInf, comparison.IsFinite):
    add(kind, lambda x, kind=kind: of(kind())(arithmetic.divide(x, arithmetic.maximum(x, 0.0))), MATRIX, gradient=0)
    add(kind, lambda x, kind=kind: of(kind())(elementary.log(x)), MATRIX, gradient=0, label="of logarithms")
add(comparison.Select, of(comparison.Select()), TRUTH, MATRIX, MATRIX)
add(comparison.Select, of(comparison.Select()), Input((None, 1), "bool"), ROW, NUMBER, label="broadcast")
add(comparison.Select, of(comparison.Select()), TRUTH, WHOLE, WHOLE, gradient=0, label="of integers")
add(comparison.Select, of(comparison.Select()), TRUTH, TRUTH, TRUTH, gradient=0, label="of truth values")
add(comparison.Select, lambda c, x: comparison.where(c, x, -x), Input((None,), "bool"), MATRIX, label="of rows")
add(bias.BiasAdd, of(bias.BiasAdd()), MATRIX, ROW)
add(bias.BiasAdd, of(bias.BiasAdd()), IMAGE, Input((3,)), label="of an image")
add(bias.BiasAdd, lambda x, b: bias.bias_add(x, b, "NCHW"), Input((None, 3, 2, 2)), Input((3,)), label="channels first")
add(softmax.SigmoidCrossEntropy, of(softmax.SigmoidCrossEntropy()), MATRIX, UNIT)

for kind in (special.Sinh, special.Cosh, special.Asinh):
    add(kind, of(kind()), MATRIX)
add(special.Acosh, lambda x: of(special.Acosh())(x + 1.0), POSITIVE)
add(special.Atanh, of(special.Atanh()), UNIT)
add(special.Erfc, of(special.Erfc()), MATRIX)
add(special.Lgamma, of(special.Lgamma()), POSITIVE, gradient=1)
add(special.Digamma, of(special.Digamma()), MATRIX, gradient=0)
add(special.Atan2, of(special.Atan2()), MATRIX, ROW)

# -- identity and shapes ----------------------------------------------------------------------------------------------

add(control.Identity, of(control.Identity()), MATRIX)
add(control.StopGradient, of(control.StopGradient()), MATRIX, gradient=0)
add(control.PlaceholderWithDefault, lambda x: control.placeholder_with_default(x, [None, 4]), MATRIX)
add(Constant, lambda x: constant([[1.5], [2.5]], x.dtype), MATRIX, gradient=0)
add(Constant, lambda x: constant(np.arange(6).reshape(2, 3)), MATRIX, gradient=0, label="of integers")
add(shaping.Shape, of(shaping.Shape()), PAIR, gradient=0)
add(shaping.Shape, of(shaping.Shape(dtypes.int64)), PAIR, gradient=0, label="int64")
add(shaping.Shape, lambda x: shaping.shape(x)[0] * 2 + shaping.shape(x)[1], PAIR, gradient=0, label="reckoned with")
add(shaping.Size, of(shaping.Size()), PAIR, gradient=0)
add(shaping.SizeRatio, lambda x, y: y * apply(shaping.SizeRatio(y.dtype), x=x, y=y), PAIR, Input((None,)), gradient=0)
add(shaping.SizeRatio, of(shaping.SizeRatio(dtypes.float32)), PAIR, ROW, gradient=0, label="that the batch decides")
add(shaping.Reshape, lambda x: shaping.reshape(x, [-1, 12]), PAIR)
add(shaping.Reshape, lambda x: shaping.reshape(x, [-1]), PAIR, label="flat")
add(shaping.Reshape, lambda x: shaping.reshape(x, [shaping.shape(x)[0], 2, 6]), PAIR, label="with a computed size")
add(shaping.ReshapeLike, of(shaping.ReshapeLike()), PAIR, Input((None, 12)))
add(shaping.ExpandDims, of(shaping.ExpandDims(1)), MATRIX)
add(shaping.ExpandDims, lambda x: x[:, None] - x[None, :], Input((None,)), label="against itself")
add(shaping.Squeeze, of(shaping.Squeeze((1,))), Input((None, 1, 4)))
add(shaping.Squeeze, of(shaping.Squeeze()), Input((4, 1, 3, 1)), label="of all axes of size 1")
add(shaping.BroadcastTo, lambda x, y: shaping.broadcast_to(x, shaping.shape(y)), ROW, MATRIX)
add(shaping.BroadcastTo, lambda x: shaping.broadcast_to(x, [3, 2, 4]), Input((2, 1)), label="of known size")
add(shaping.BroadcastLike, of(shaping.BroadcastLike()), ROW, PAIR)
add(shaping.SumTo, of(shaping.SumTo()), PAIR, ROW)
add(shaping.SumTo, of(shaping.SumTo()), PAIR, Input((None, 1, 4)), label="an axis of size 1")
add(shaping.SumTo, of(shaping.SumTo()), PAIR, Input((3, 1)), label="axes apart")
add(shaping.SumTo, of(shaping.SumTo()), PAIR, NUMBER, label="a number")
add(shaping.FillLike, lambda x: of(shaping.FillLike(2.5, x.dtype))(x), MATRIX, gradient=0)
add(shaping.FillLike, lambda x: shaping.ones_like(x, "int32"), MATRIX, gradient=0, label="of integers")
add(shaping.Fill, lambda x, v: shaping.fill(shaping.shape(x), v), MATRIX, NUMBER)
add(shaping.Fill, lambda v: shaping.fill([2, 3], v), NUMBER, label="of known size")

# -- joining and slicing ----------------------------------------------------------------------------------------------

add(joining.Concat, of(joining.Concat(1)), MATRIX, Input((None, 2)), MATRIX)
add(joining.Concat, of(joining.Concat(0)), MATRIX, Input((2, 4)), MATRIX, label="along the batch")
add(joining.Concat, of(joining.Concat(-1)), WHOLE, WHOLE, gradient=0, label="of integers")
add(joining.Concat, of(joining.Concat(1)), TRUTH, TRUTH, gradient=0, label="of truth values")
add(joining.ConcatGrad, of(joining.ConcatGrad(1, 2)), Input((None, 6)), Input((None, 2)), MATRIX)
add(joining.Split, of(joining.Split(1, (0, 0))), MATRIX)
add(joining.Split, of(joining.Split(-1, (1, -1))), MATRIX, label="by sizes")
add(joining.Split, lambda x: joining.split(x, 2, 1)[0], MATRIX, label="of which one part is used")
add(joining.Pack, of(joining.Pack(1)), MATRIX, MATRIX)
add(joining.Pack, of(joining.Pack(0)), MATRIX, MATRIX, MATRIX, label="along a new first axis")
add(joining.Pack, of(joining.Pack()), NUMBER, NUMBER, label="of numbers")
add(joining.Unpack, of(joining.Unpack(1, 3)), PAIR)
add(joining.Unpack, lambda x: joining.unstack(x, axis=-1)[1:3], PAIR, label="of which some parts are used")
add(joining.Unpack, lambda x: joining.unstack(x), Input((3,)), label="of a vector")
add(joining.Transpose, of(joining.Transpose((1, 0))), MATRIX)
add(joining.Transpose, of(joining.Transpose((0, 3, 1, 2))), IMAGE, label="of an image")
add(joining.ComputedTranspose, lambda x: of(joining.ComputedTranspose())(x, constant([2, 0, 1])), PAIR)
add(joining.InvertPermutation, of(joining.InvertPermutation()), Input((1,), "below 1"), gradient=0)
add(joining.Reverse, of(joining.Reverse((0,))), MATRIX)
add(joining.Reverse, of(joining.Reverse((1, -1))), PAIR, label="of two axes")
add(joining.Tile, lambda x: joining.tile(x, [1, 3]), MATRIX)
add(joining.Tile, lambda x: joining.tile(x, [2, 1, 3]), PAIR, label="of the batch")
add(joining.Range, lambda x: joining.range_(shaping.shape(x)[0]), MATRIX, gradient=0)
add(joining.Range, lambda x: joining.range_(2, shaping.shape(x)[0] * 3, 2), MATRIX, gradient=0, label="with a step")
for label, key in {
    "of columns": (slice(None), slice(1, 3)),
    "without the first row": (slice(1, None),),
    "without the last row": (slice(None, -1),),
    "of the first two rows": (slice(None, 2),),
    "of every second row": (slice(None, None, 2),),
    "of the last two rows": (slice(-2, None),),
    "backwards": (slice(None, None, -1), slice(None, None, -2)),
    "one column": (slice(None), 2),
    "the last column": (Ellipsis, -1),
    "with a new axis": (slice(None), None, slice(0, 2)),
}.items():
    add(slicing.StridedSlice, lambda x, key=key: x[key], MATRIX, label=label)
add(slicing.StridedSliceGrad, of(slicing.StridedSliceGrad(((None, None, 1), (1, 3, 1)))), Input((None, 2)), MATRIX)
add(computed_slicing.ComputedSlice, lambda x, i: x[..., i[0], None], MATRIX, Input((3,), "below 4"))
add(computed_slicing.ComputedSlice, lambda x, i: x[:, i[1]], PAIR, Input((3,), "below 2"), label="of three axes")
add(
    computed_slicing.ComputedSliceGrad,
    lambda dy, like, i: of(computed_slicing.ComputedSliceGrad((":", "index")))(dy, like, i, i, constant([1, 1])),
    Input((None,)),
    MATRIX,
    Input((2,), "below 4"),
)
add(slicing.ComputedPad, lambda x: slicing.pad(x, [[1, 20 - shaping.shape(x)[0]], [0, 2]], constant_values=3.0), MATRIX)
add(shaping.Rank, of(shaping.Rank()), MATRIX, gradient=0)
add(indexing.ComputedOneHot, lambda i: indexing.one_hot(i, shaping.shape(i)[0], 2.0, -1.0), WHOLE, gradient=0)
add(slicing.Slice, lambda x: slicing.slice_(x, [0, 1], [-1, 2]), MATRIX, gradient=1)
add(
    slicing.Slice,
    lambda x: slicing.slice_(x, [0, 1, 0], [shaping.shape(x)[0], 2, 3]),
    PAIR,
    gradient=1,
    label="of a computed size",
)
add(
    slicing.SliceGrad,
    lambda dy, x: of(slicing.SliceGrad())(dy, x, constant([0, 1])),
    Input((None, 2)),
    MATRIX,
    gradient=0,
)
add(slicing.Pad, of(slicing.Pad(((0, 0), (1, 2)))), MATRIX)
add(slicing.Pad, of(slicing.Pad(((1, 0), (0, 0), (2, 1)), -1.5)), PAIR, label="with a number, rows too")
add(slicing.Pad, of(slicing.Pad(((0, 0), (1, 2)), 7)), WHOLE, gradient=0, label="of integers")

# -- reductions, products, choosing -----------------------------------------------------------------------------------

for kind in (reduction.Sum, reduction.Mean, reduction.Prod, reduction.Max, reduction.Min):
    add(kind, of(kind((1,))), APART if kind in (reduction.Max, reduction.Min) else MATRIX)
    add(kind, of(kind((0, -1), True)), Input((None, 3, 4), "apart"), label="of axes apart, kept")
    add(kind, of(kind(None)), Input((3, 4), "apart"), label="of everything")
    add(kind, of(kind(None)), NUMBER, label="of a number")
    add(kind, of(kind((1,))), Input((None, 4), "below 5"), gradient=0, label="of integers")
for kind in (reduction.Sum, reduction.Max, reduction.Min):
    add(kind, of(kind((0,))), APART, label="of the batch")
add(reduction.Sum, of(reduction.Sum()), MATRIX, label="of the whole batch")
add(reduction.Mean, of(reduction.Mean()), MATRIX, label="of the whole batch")
add(reduction.Mean, of(reduction.Mean((0, 1, 2))), IMAGE, label="of each channel")
add(reduction.Prod, of(reduction.Prod((1,))), Input((None, 3), "below 2"), gradient=0, label="of zeros and ones")
add(reduction.Max, of(reduction.Max((1,))), Input((None, 3), "rows"), label="of rows")
for kind in (reduction.All, reduction.Any_):
    add(kind, of(kind((1,))), TRUTH, gradient=0)
    add(kind, of(kind()), TRUTH, gradient=0, label="of everything")
for kind in (reduction.ArgMax, reduction.ArgMin):
    add(kind, of(kind(1)), APART, gradient=0)
    add(kind, of(kind(-1)), WHOLE, gradient=0, label="of integers with ties")
    add(kind, of(kind(1, dtypes.int32)), APART, gradient=0, label="int32")
    add(kind, of(kind(1)), Input((None, 3, 4), "apart"), gradient=0, label="of the middle axis")
for left in (False, True):
    for right in (False, True):
        shapes = Input((5, None) if left else (None, 5)), Input((4, 5) if right else (5, 4))
        add(linalg.MatMul, of(linalg.MatMul(left, right)), *shapes, label=f"{left} {right}" if left or right else "")
        shapes = Input((None, 5, 2) if left else (None, 2, 5)), Input((None, 4, 5) if right else (None, 5, 4))
        add(
            linalg.BatchMatMul,
            of(linalg.BatchMatMul(left, right)),
            *shapes,
            label=f"{left} {right}" if left or right else "",
        )
add(
    linalg.MatMul,
    lambda x, w: linalg.matmul(linalg.matmul(x, w), w, transpose_b=True),
    MATRIX,
    Input((4, 7)),
    label="there and back",
)
add(linalg.MatMul, lambda x: linalg.matmul(x, x, transpose_a=True), MATRIX, label="of a matrix with itself")
add(linalg.BatchMatMul, of(linalg.BatchMatMul()), PAIR, Input((4, 2)), label="broadcast", on_host=True)
add(indexing.Gather, of(indexing.Gather()), Input((5, 2)), Input((None,), "below 5"))
add(indexing.Gather, of(indexing.Gather(1)), PAIR, Input((2, 2), "below 3"), label="of the middle axis")
add(indexing.Gather, of(indexing.Gather()), Input((5,)), WHOLE, label="of a vector")
add(indexing.Gather, lambda x, i: embeddings.embedding_lookup(x, i), Input((5, 3)), WHOLE, label="of an embedding")
add(indexing.ScatterAdd, of(indexing.ScatterAdd()), Input((None, 2)), Input((None,), "below 5"), Input((5, 2)))
add(
    indexing.ScatterAdd,
    of(indexing.ScatterAdd(1)),
    Input((3, 2, 4)),
    Input((2,), "below 5"),
    Input((3, 5, 4)),
    label="of the middle axis",
)
SOME_ROWS = Input((None,), "below 4")
add(table_rows.PresentRows, lambda x, i: table_rows.present_rows(x, i - 1), Input((3, 2)), SOME_ROWS)
add(
    table_rows.PresentRows,
    lambda x, i: table_rows.present_rows(x, i - 1, summed=False),
    Input((5, 2, 3)),
    WHOLE,
    label="each for itself",
)
add(
    table_rows.DistinctRows,
    lambda i, x: table_rows.distinct_rows(i - 1, x),
    Input((None,), "below 6"),
    Input((5, 2)),
    gradient=0,
)
add(
    table_rows.SumRepeated,
    lambda x, i: apply(table_rows.SumRepeated(), x=x, places=table_rows.distinct_rows(i - 1, constant([0] * 3))[1]),
    PAIR,
    SOME_ROWS,
)
add(indexing.OneHot, of(indexing.OneHot(5)), Input((None,), "below 5"), gradient=0)
add(indexing.OneHot, lambda i: indexing.one_hot(i - 1, 3, 2.5, -1.5), WHOLE, gradient=0, label="bad indices among them")
add(indexing.OneHot, of(indexing.OneHot(3, -1, 1, 0, dtypes.bool_)), WHOLE, gradient=0, label="of truth values")
add(indexing.OneHot, of(indexing.OneHot(3, 0)), WHOLE, gradient=0, label="along the first axis", on_host=True)


def spread(x: Tensor) -> Tensor:
    """Square matrices that are far from having no inverse."""
    return x + 6.0 * matrices.eye(3, dtype=x.dtype)


# -- places, orders, running sums, segments ---------------------------------------------------------------------------

PLACES = Input((None, 2), "below 3")
add(gather_nd.GatherNd, of(gather_nd.GatherNd()), Input((3, 4, 2)), PLACES)
add(gather_nd.GatherNd, of(gather_nd.GatherNd()), Input((3, 4)), PLACES, label="of elements")
add(
    gather_nd.GatherNd,
    lambda x, i: indexing.gather(x, i, batch_dims=1),
    PAIR,
    Input((None, 2), "below 3"),
    label="of a batch",
)
add(gather_nd.ScatterNdLike, of(gather_nd.ScatterNdLike()), MATRIX, PLACES, Input((3, 4, 4)))
add(gather_nd.ScatterNd, lambda i, x: gather_nd.scatter_nd(i, x, [3, 5, 4]), PLACES, MATRIX)
add(sorting.TopK, of(sorting.TopK(2)), APART)
add(sorting.TopK, of(sorting.TopK(-1)), WHOLE, gradient=0, label="of ties, all")
add(sorting.TakeAlong, of(sorting.TakeAlong()), MATRIX, Input((None, 3), "below 4"))
add(sorting.PutAlong, of(sorting.PutAlong()), Input((None, 3)), Input((None, 3), "below 4"), MATRIX)
add(accumulation.Cumsum, of(accumulation.Cumsum(1)), MATRIX)
add(accumulation.Cumsum, of(accumulation.Cumsum(0, True, True)), MATRIX, label="of the batch, backwards")
add(accumulation.Cumprod, of(accumulation.Cumprod(1)), MATRIX)
add(accumulation.Cumprod, of(accumulation.Cumprod(-1, True)), PAIR, label="without itself")
SEGMENT = Input((None,), "below 4")
for kind in (segments.UnsortedSegmentSum, segments.UnsortedSegmentMax, segments.UnsortedSegmentMin):

    def of_its_segment(x: Tensor, i: Tensor, kind: type[Op] = kind) -> Tensor:
        """For each row what its segment makes: nothing of the segments without rows, which are infinite."""
        return indexing.gather(apply(kind(), x=x, ids=i, number=constant(4)), i)

    add(kind, of_its_segment, APART, SEGMENT, gradient=1)
add(
    segments.UnsortedSegmentSum,
    lambda x, i: segments.unsorted_segment_sum(x, i - 1, 3),
    PAIR,
    SEGMENT,
    label="with rows that belong to none",
)
add(linear_systems.MatrixInverse, lambda x: linear_systems.matrix_inverse(spread(x)), SQUARES)
add(linear_systems.MatrixDeterminant, lambda x: linear_systems.matrix_determinant(spread(x)), SQUARES)
add(linear_systems.MatrixSolve, lambda x, y: linear_systems.matrix_solve(spread(x), y), SQUARES, Input((None, 3, 2)))
add(
    linear_systems.MatrixSolve,
    lambda x, y: linear_systems.matrix_solve(spread(x), y, adjoint=True),
    SQUARES,
    Input((None, 3, 2)),
    label="transposed",
)
add(
    linear_systems.MatrixTriangularSolve,
    lambda x, y: linear_systems.matrix_triangular_solve(spread(x), y),
    SQUARES,
    Input((None, 3, 2)),
)
add(
    linear_systems.Cholesky,
    lambda x: linear_systems.cholesky(linalg.matmul(spread(x), spread(x), transpose_b=True)),
    SQUARES,
)
add(linear_systems.Orthonormal, of(linear_systems.Orthonormal()), Input((5, 3)), gradient=0)
add(division.Divisor, of(division.Divisor()), MATRIX, gradient=1)
add(division.Divisor, lambda x, y: division.floordiv(x, y + 1), WHOLE, WHOLE, gradient=0, label="of integers")
add(checks.CheckNumerics, of(checks.CheckNumerics("x")), MATRIX)
for kind in (
    candidate_sampling.UniformCandidateSampler,
    candidate_sampling.LogUniformCandidateSampler,
    candidate_sampling.FixedUnigramCandidateSampler,
):
    frequencies = {"frequencies": (1.0, 2.0, 4.0, 1.0, 3.0)} if "Fixed" in kind.__name__ else {}
    add(kind, of(kind(3, True, 5, 7, 1, **frequencies)), Input((None, 1), "below 5"), gradient=0)

# -- classification ---------------------------------------------------------------------------------------------------

for kind in (softmax.Softmax, softmax.LogSoftmax):
    add(kind, of(kind()), MATRIX)
    add(kind, of(kind()), PAIR, label="of rank 3")
    add(kind, lambda x, kind=kind: of(kind())(x * 300.0), MATRIX, gradient=0, label="of large numbers")
add(softmax.Softmax, lambda x: softmax.softmax(x, 1), PAIR, label="of the middle axis")
cross_entropy = softmax.softmax_cross_entropy_with_logits_v2
add(softmax.SoftmaxCrossEntropyWithLogits, lambda x, y: cross_entropy(y, x), MATRIX, Input((None, 4), "rows"))
add(
    softmax.SoftmaxCrossEntropyWithLogits,
    lambda x, y: cross_entropy(y, x),
    PAIR,
    Input((None, 3, 4), "rows"),
    label="of rank 3",
)
sparse_cross_entropy = softmax.sparse_softmax_cross_entropy_with_logits
add(
    softmax.SparseSoftmaxCrossEntropyWithLogits,
    lambda x, y: sparse_cross_entropy(logits=x, labels=y),
    MATRIX,
    Input((None,), "below 4"),
)
add(
    softmax.SparseSoftmaxCrossEntropyWithLogits,
    lambda x, y: sparse_cross_entropy(logits=x, labels=y),
    PAIR,
    Input((None, 3), "below 4"),
    label="of rank 3",
)

# -- images -----------------------------------------------------------------------------------------------------------

KERNEL = Input((3, 2, 3, 4))
for strides in ((1, 1), (2, 1), (2, 3)):
    for padding in ("SAME", "VALID"):
        add(convolution.Conv2D, of(convolution.Conv2D(strides, padding)), IMAGE, KERNEL, label=f"{strides} {padding}")
add(
    convolution.Conv2D,
    of(convolution.Conv2D((1, 1), "SAME")),
    Input((None, 4, 4, 1)),
    Input((5, 5, 1, 2)),
    label="larger than the image",
)
add(convolution.Conv2D, of(convolution.Conv2D((1, 1), "SAME")), IMAGE, Input((1, 1, 3, 5)), label="of single pixels")
add(
    convolution.Conv2D,
    lambda x, w: convolution.conv2d(x, w, [1, 1, 2, 2], "SAME", data_format="NCHW"),
    Input((None, 3, 5, 6)),
    KERNEL,
    label="channels first",
)
add(
    convolution.Conv2DBackpropInput,
    of(convolution.Conv2DBackpropInput((2, 1), "SAME")),
    Input((None, 3, 6, 4)),
    KERNEL,
    IMAGE,
)
add(
    convolution.Conv2DBackpropFilter,
    of(convolution.Conv2DBackpropFilter((2, 1), "SAME")),
    IMAGE,
    Input((None, 3, 6, 4)),
    KERNEL,
)
for window, strides, padding in (
    ((2, 2), (2, 2), "SAME"),
    ((2, 2), (2, 2), "VALID"),
    ((3, 2), (2, 1), "SAME"),
    ((3, 3), (1, 2), "VALID"),
):
    label = f"{window} {strides} {padding}"
    add(
        pooling.MaxPool,
        of(pooling.MaxPool(window, strides, padding)),
        Input((None, 5, 6, 3), "apart"),
        gradient=1,
        label=label,
    )
    add(pooling.AvgPool, of(pooling.AvgPool(window, strides, padding)), IMAGE, label=label)
add(
    pooling.MaxPoolGrad,
    lambda x, dy: apply(pooling.MaxPoolGrad((2, 2), (2, 2), "VALID"), x=x, y=pooling.max_pool(x, 2, 2, "VALID"), dy=dy),
    Input((None, 4, 6, 3), "apart"),
    Input((None, 2, 3, 3)),
    gradient=0,
)
add(
    pooling.MaxPool,
    lambda x: pooling.max_pool(arithmetic.cast(x, "float32"), 2, 2, "SAME"),
    Input((None, 5, 4, 3), "below 3"),
    gradient=0,
    label="with ties",
)
add(pooling.AvgPoolGrad, of(pooling.AvgPoolGrad((3, 2), (2, 1), "SAME")), Input((None, 3, 6, 3)), IMAGE)

# -- random numbers ---------------------------------------------------------------------------------------------------

add(random.RandomUniform, lambda x: random.random_uniform(shaping.shape(x), dtype=x.dtype, seed=3), MATRIX, gradient=0)
add(
    random.RandomUniform,
    lambda x: random.random_uniform([2, 3], -1.0, 2.0, dtype=x.dtype, seed=3),
    MATRIX,
    gradient=0,
    label="of known size",
)
add(
    random.RandomUniformInt,
    lambda x: random.random_uniform(shaping.shape(x), 2, 9, "int32", seed=4),
    MATRIX,
    gradient=0,
)
add(
    random.RandomStandardNormal,
    lambda x: random.random_normal(shaping.shape(x), dtype=x.dtype, seed=5),
    MATRIX,
    gradient=0,
)
add(
    random.TruncatedNormal,
    lambda x: random.truncated_normal(shaping.shape(x), dtype=x.dtype, seed=6),
    MATRIX,
    gradient=0,
)
add(random.RandomShuffle, lambda x: random.random_shuffle(x, seed=7), MATRIX, gradient=0)
add(random.Dropout, of(random.Dropout(0.4, 8, 9)), MATRIX)
add(
    random.RandomUniform,
    lambda x: random.dropout(x, rate=0.5, noise_shape=[None, 1], seed=3),
    MATRIX,
    label="for dropout of rows",
)

# -- strings and categories: strings come from numbers and end as numbers, which can be compared bit by bit ------------

for label, item in {"": WHOLE, "of floats": MATRIX, "of truth values": TRUTH}.items():
    add(
        strings.AsString,
        lambda x: strings.string_to_hash_bucket_fast(strings.as_string(x), 1000),
        item,
        gradient=0,
        label=label,
    )
add(
    strings.StringToHashBucketFast,
    lambda i: strings.string_to_hash_bucket_fast(strings.as_string(i), 3),
    WHOLE,
    gradient=0,
)
add(rows.ReplaceRows, lambda x, z: rows.replace_rows(x, constant(2), z), Input((4, 3)), Input((3,)))
add(
    rows.ReplaceRows,
    lambda x, z: rows.replace_rows(x, constant([3, 0]), z),
    Input((4, None)),
    Input((2, None)),
    label="of several numbers",
)
add(vocabulary.VocabularyIds, lambda i: vocabulary.vocabulary_ids(i, [3, 0, 4]), WHOLE, gradient=0)
add(table_lookup.TableLookup, of(table_lookup.TableLookup((0, 3), (1.5, -2.0), 9.0, dtypes.float32)), WHOLE, gradient=0)
add(
    vocabulary.VocabularyIds,
    lambda i: vocabulary.vocabulary_ids(strings.as_string(i), ["3", "0"], oov_buckets=4),
    WHOLE,
    gradient=0,
    label="of strings, with buckets for others",
)
add(
    vocabulary.VocabularyStrings,
    lambda i: vocabulary.vocabulary_ids(vocabulary.vocabulary_strings(i, ["b", "a"]), ["a", "UNK"]),
    WHOLE,
    gradient=0,
)
add(
    categories.AbsentWhere,
    lambda i: of(categories.AbsentWhere())(i - 1, arithmetic.cast(i, "int64")),
    WHOLE,
    gradient=0,
)
add(categories.InRange, of(categories.InRange(-9.0, 9.0, "too low", "too high")), MATRIX)
add(categories.InRange, of(categories.InRange(0, 4, "too low", "too high")), WHOLE, gradient=0, label="of integers")
add(categories.SparseCross, of(categories.SparseCross(11, 5)), WHOLE, Input((None,), "below 3"), gradient=0)
add(
    categories.SparseCross,
    lambda i, j: of(categories.SparseCross(101, 7))(strings.as_string(i), j, i),
    WHOLE,
    Input((None, 2), "below 3"),
    gradient=0,
    label="of strings and integers",
)

# -- reading text -----------------------------------------------------------------------------------------------------


def hashed(text: Tensor) -> Tensor:
    """Strings as numbers, so that they can be compared bit by bit."""
    return strings.string_to_hash_bucket_fast(text, 1 << 40)


def add_of_text(kind: type[Op], definition: Op) -> None:
    """A case for an op from strings to strings, given numbers as strings."""
    add(kind, lambda x: hashed(of(definition)(strings.as_string(x))[0]), MATRIX, gradient=0)


add(
    decoding.DecodeCSV,
    lambda i: decoding.decode_csv(text.string_join([strings.as_string(i), strings.as_string(i)], ","), [[0], [0.0]])[0],
    WHOLE,
    gradient=0,
)
add(decoding.StringToNumber, lambda x: decoding.string_to_number(strings.as_string(x)), MATRIX, gradient=0)
add_of_text(text.StringLower, text.StringLower())
add_of_text(text.StringUpper, text.StringUpper())
add_of_text(text.StringStrip, text.StringStrip())
add_of_text(text.RegexReplace, text.RegexReplace(r"([0-9])\.([0-9])", r"\2,\1"))
add_of_text(text.ReduceJoin, text.ReduceJoin((1,), separator="-"))
add(text.StringLength, lambda x: text.string_length(strings.as_string(x)), MATRIX, gradient=0)
add(text.RegexFullMatch, lambda x: text.regex_full_match(strings.as_string(x), "-.*"), MATRIX, gradient=0)
add(text.StringJoin, lambda i: hashed(text.string_join(["<", strings.as_string(i), ">"])), WHOLE, gradient=0)
add(text.Substr, lambda i: hashed(text.substr(strings.as_string(i + 10), 0, [1, 2, 1, 2])), WHOLE, gradient=0)


def placeholders(case: Case, floating: str) -> list[Tensor]:
    """The case's inputs in the default graph, the batch unknown."""
    made = []
    for number, item in enumerate(case.inputs):
        definition = control.Placeholder(dtypes.as_dtype(item.dtype(floating)), to_dims(list(item.shape)))
        made.append(operation(definition, f"given_{number}").outputs[0])
    return made
