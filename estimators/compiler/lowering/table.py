"""Which op becomes calls of which kernels. An op not in it runs its reference kernel, called back by the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.compiler.code import SINGLE, Code
from estimators.compiler.fused import BiasReluMaxPool, BiasReluMaxPoolGrad
from estimators.compiler.lowering import (
    array_rows,
    classification,
    draws,
    fused_pooling,
    images,
    moves,
    products,
    reductions,
    sizes,
    table_rows,
)
from estimators.compiler.program import Statement
from estimators.compiler.structured import AddRows, OnHost, WriteRows
from model_fns.graph.dtypes import string
from model_fns.ops.convolution import Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput
from model_fns.ops.indexing import Gather, OneHot, ScatterAdd
from model_fns.ops.joining import Concat, ConcatGrad, Pack, Reverse, Split, Tile, Transpose, Unpack
from model_fns.ops.linalg import BatchMatMul, MatMul
from model_fns.ops.random import Dropout, RandomUniform
from model_fns.ops.reduction import ArgMax, ArgMin
from model_fns.ops.row_updates import PutRows, ScatterAddRows, ScatterSubRows, ScatterUpdate
from model_fns.ops.rows import ReplaceRows
from model_fns.ops.segments import UnsortedSegmentSum
from model_fns.ops.shaping import Shape, Size, SizeRatio
from model_fns.ops.slicing import Pad, Slice, SliceGrad, StridedSlice, StridedSliceGrad
from model_fns.ops.softmax import (
    LogSoftmax,
    Softmax,
    SoftmaxCrossEntropyWithLogits,
    SparseSoftmaxCrossEntropyWithLogits,
)
from model_fns.ops.table_rows import DistinctRows, PresentRows, SumRepeated

Lowering = Callable[[Statement, Code], Any]  # False: not in this case

LOWERINGS: dict[type, Lowering] = {
    AddRows: array_rows.change_rows,
    ArgMax: reductions.position,
    ArgMin: reductions.position,
    BatchMatMul: products.batch_matmul,
    BiasReluMaxPool: fused_pooling.bias_relu_max_pool,
    BiasReluMaxPoolGrad: fused_pooling.bias_relu_max_pool_gradient,
    Concat: moves.concat,
    ConcatGrad: moves.split,
    Conv2D: images.conv2d,
    Conv2DBackpropFilter: images.conv2d_gradient_filter,
    Conv2DBackpropInput: images.conv2d_gradient_input,
    DistinctRows: table_rows.distinct_rows,
    Dropout: draws.dropout,
    Gather: moves.gather,
    LogSoftmax: classification.softmax,
    MatMul: products.matmul,
    OneHot: moves.one_hot,
    Pack: moves.pack,
    Pad: moves.pad,
    PresentRows: table_rows.present_rows,
    PutRows: table_rows.put_rows,
    RandomUniform: draws.random_uniform,
    ReplaceRows: array_rows.change_rows,
    Reverse: moves.reverse,
    ScatterAdd: moves.scatter_add,
    ScatterAddRows: table_rows.scatter,
    ScatterSubRows: table_rows.scatter,
    ScatterUpdate: table_rows.scatter,
    Shape: sizes.shape,
    Size: sizes.size,
    SizeRatio: sizes.size_ratio,
    Slice: moves.slice_,
    SliceGrad: moves.slice_gradient,
    Softmax: classification.softmax,
    SoftmaxCrossEntropyWithLogits: classification.cross_entropy,
    SparseSoftmaxCrossEntropyWithLogits: classification.sparse_cross_entropy,
    Split: moves.split,
    StridedSlice: moves.strided_slice,
    StridedSliceGrad: moves.strided_slice_gradient,
    SumRepeated: table_rows.sum_repeated,
    Tile: moves.tile,
    Transpose: moves.transpose,
    Unpack: moves.unpack,
    UnsortedSegmentSum: table_rows.segment_sum,
    WriteRows: array_rows.change_rows,
    **images.POOLING,
    **dict.fromkeys(reductions.KERNELS, reductions.reduction),
}

_NUMERIC = ("float32", "float64", "int32", "int64", "bool")


def lower(statement: Statement, code: Code) -> None:
    """Writes the statement's lines into `code`."""
    if isinstance(statement.op, OnHost):
        code.names.notes.append(f"{statement.name}: on the host, because {statement.op.reason}")
    lowering = LOWERINGS.get(type(statement.op))
    numeric = all(value.dtype.name in _NUMERIC for value in (*statement.data_inputs, *statement.outputs))
    if not numeric or lowering is None or lowering(statement, code) is False:
        on_host(statement, code)


def on_host(statement: Statement, code: Code) -> None:
    """Worker 0 calls Python back, which runs the op's reference kernel on the same memory."""
    code.alone()
    code.on_host = code.can_fail = True
    for value in statement.data_inputs:
        if value.dtype == string:  # never leaves the host, so it has no array; but it keeps the codes in order
            code.reads[code.program.root(value)] = SINGLE
        else:
            code.read(value)
    for value in statement.outputs:
        if value.dtype == string:
            code.writes[code.program.root(value)] = SINGLE
        else:
            code.write(value, SINGLE)
    names = code.names
    step = "step" if code.run is None else f"{code.run} - table[{names.slot('draws')}]"
    code.line(f"table[{names.slot('step')}] = {step}")
    call = f"call_back(table[{names.slot('callback')}], {names.add_slot('host', statement)})"
    status = f"table[{names.slot('status')}]"
    code.line(f"if {call} != 0 and {status} == 0:")
    code.line(f"    {status} = {names.failure(statement)}")
