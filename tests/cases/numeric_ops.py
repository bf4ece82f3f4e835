"""More cases, of the numeric ops: special functions, decompositions, borders, scatters. See tests/cases/ops.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns.graph import dtypes
from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops import (
    arithmetic,
    bessel,
    checks,
    custom_gradient,
    data_sizes,
    decompositions,
    incomplete,
    indexing,
    matrices,
    matrix_functions,
    mirror_pad,
    polygamma,
    row_changes,
    searching,
    segments,
    several,
    tensor_scatter,
)
from model_fns.ops.apply import apply
from model_fns.ops.shaping import shape
from tests.cases import ops
from tests.cases.ops import APART, MATRIX, PAIR, POSITIVE, SEGMENT, SQUARES, UNIT, Case, Input, of

SKIPPED: dict[type[Op], str] = {
    **ops.SKIPPED,
    **dict.fromkeys(
        (row_changes.ScatterMul, row_changes.ScatterDiv, row_changes.ScatterMin, row_changes.ScatterMax),
        "changes a variable: tests/test_numeric_ops.py",
    ),
    **dict.fromkeys(
        (row_changes.ScatterNdUpdate, row_changes.ScatterNdAdd, row_changes.ScatterNdSub, row_changes.CheckedBelow),
        "changes a variable: tests/test_numeric_ops.py",
    ),
}
ADDED: list[Case] = []


def add(op: type[Op], build: Callable[..., Any], *inputs: Input, gradient: int = 2, label: str = "") -> None:
    ADDED.append(Case(op, build, inputs, gradient, label))


def like(number: Any, x: Tensor) -> Tensor:
    return convert_to_tensor(number, x.dtype)


def doubled(x: Tensor) -> tuple[Tensor, Any]:
    return 2 * x, lambda dy: 2 * dy


def symmetric(x: Tensor) -> Tensor:
    return x + matrices.matrix_transpose(x)


# -- special functions ------------------------------------------------------------------------------------------------

add(polygamma.Zeta, lambda q: polygamma.zeta(like(2.5, q), q), POSITIVE)
add(polygamma.Zeta, lambda x, q: polygamma.zeta(x + 1, q), POSITIVE, POSITIVE, gradient=0, label="of two")
add(polygamma.Polygamma, lambda x: polygamma.polygamma(like(1, x), x), POSITIVE)
add(incomplete.Igamma, lambda a, x: incomplete.igamma(a, x), POSITIVE, POSITIVE, gradient=1)
add(incomplete.Igammac, lambda a, x: incomplete.igammac(a, 3 * x), POSITIVE, POSITIVE, gradient=1)
add(incomplete.IgammaGradA, of(incomplete.IgammaGradA()), POSITIVE, POSITIVE, gradient=0)
add(incomplete.Betainc, lambda x: incomplete.betainc(like(1.5, x), like(2.5, x), arithmetic.abs(x)), UNIT)
add(bessel.BesselI0e, lambda x: bessel.bessel_i0e(10 * x), MATRIX)
add(bessel.BesselI1e, lambda x: bessel.bessel_i1e(10 * x), MATRIX)

# -- matrices ---------------------------------------------------------------------------------------------------------

add(decompositions.Qr, lambda x: decompositions.qr(x), Input((None, 4, 3)), gradient=1)
add(decompositions.Qr, lambda x: decompositions.qr(x, True), PAIR, gradient=0, label="with all columns")
add(decompositions.Svd, lambda x: decompositions.svd(x, compute_uv=False), PAIR, gradient=1)
add(decompositions.Svd, lambda x: arithmetic.square(decompositions.svd(x)[1]), PAIR, gradient=1, label="vectors")
add(decompositions.SelfAdjointEig, lambda x: decompositions.self_adjoint_eigvals(symmetric(x)), SQUARES, gradient=1)
add(
    decompositions.SelfAdjointEig,
    lambda x: arithmetic.square(decompositions.self_adjoint_eig(symmetric(x))[1]),
    SQUARES,
    gradient=1,
    label="vectors",
)
add(matrix_functions.LogMatrixDeterminant, lambda x: matrix_functions.slogdet(x)[1], SQUARES)

# -- places -----------------------------------------------------------------------------------------------------------

AROUND = ((1, 0), (2, 1))
for mode in ("REFLECT", "SYMMETRIC"):
    add(mirror_pad.MirrorPad, of(mirror_pad.MirrorPad(((0, 0), (2, 1)), mode)), MATRIX, label=mode)
    add(mirror_pad.MirrorPadGrad, of(mirror_pad.MirrorPadGrad(AROUND, mode)), Input((4, 6)), Input((3, 3)), label=mode)
for kind in (
    tensor_scatter.TensorScatterUpdate,
    tensor_scatter.TensorScatterAdd,
    tensor_scatter.TensorScatterSub,
):
    add(
        kind,
        lambda x, u, kind=kind: apply(kind(), x=x, i=constant([[3], [0]]), u=u),
        Input((5, 2)),
        Input((2, 2)),
    )
add(searching.SearchSorted, of(searching.SearchSorted()), Input((None, 4), "below 1"), Input((None, 2)), gradient=0)
add(several.BroadcastArgs, lambda x: several.broadcast_dynamic_shape(shape(x), [3, 1, 1]), MATRIX, gradient=0)
add(several.Bitcast, lambda x: several.bitcast(arithmetic.cast(x, "float32"), dtypes.int32), MATRIX, gradient=0)
add(
    segments.UnsortedSegmentProd,
    lambda x, i: indexing.gather(segments.unsorted_segment_prod(x, i, 4), i),
    APART,
    SEGMENT,
    gradient=1,
)
add(segments.SortedIds, lambda i, x: apply(segments.SortedIds(), i=i * 0, x=x), SEGMENT, MATRIX, gradient=0)
add(checks.EnsureShape, lambda x: checks.ensure_shape(x, [None, 4]), MATRIX)
add(custom_gradient.WithGradient, lambda x: custom_gradient.custom_gradient(doubled)(x), MATRIX, gradient=0)
add(data_sizes.PartitionNumbers, of(data_sizes.PartitionNumbers(4)), SEGMENT, gradient=0)


CASES = [*ops.CASES, *ADDED]
