"""What a program asserts about element types and ranks: it is known, or told when the graph runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops import comparison
from model_fns.ops.apply import apply
from model_fns.ops.checks import assert_
from model_fns.ops.comparison import greater_equal
from model_fns.ops.control import no_op
from model_fns.ops.reduction import reduce_any
from model_fns.ops.shaping import Size, shape


def assert_type(tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None) -> Operation:
    """TypeError unless the tensor has that element type."""
    tensor = convert_to_tensor(tensor)
    if tensor.dtype != as_dtype(tf_type):
        raise TypeError(f"{message or ''}  {tensor.name} must be of type {as_dtype(tf_type)!r}")
    return _held(tensor, name or "assert_type", "statically_determined_correct_type")


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> Operation:
    """TypeError unless x has integer elements."""
    x = convert_to_tensor(x)
    if not x.dtype.is_integer:
        raise TypeError(f'{message or ""}  Expected "x" to be integer type.  Found: {x.name} of dtype {x.dtype!r}')
    return _held(x, name or "assert_integer", "statically_determined_was_integer")


def assert_scalar(tensor: Any, name: str | None = None, message: str | None = None) -> Tensor:
    """The tensor; ValueError unless it is a scalar."""
    tensor = convert_to_tensor(tensor)
    if tensor.dims != ():
        raise ValueError(f"{message or ''}Expected scalar shape for {tensor.name}, saw shape: {tensor.shape}.")
    return tensor


def assert_rank(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """ValueError unless x has `rank` axes; InvalidArgumentError when it runs if that is not known before."""
    shown = data, summarize, message, name or "assert_rank"
    return _ranked(x, rank, "must have rank", lambda found: found == int(rank), comparison.equal, *shown)


def assert_rank_at_least(
    x: Any,
    rank: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """ValueError unless x has at least `rank` axes; InvalidArgumentError when it runs if that is not known before."""
    shown = data, summarize, message, name or "assert_rank_at_least"
    return _ranked(x, rank, "must have rank at least", lambda found: found >= int(rank), greater_equal, *shown)


def assert_rank_in(
    x: Any,
    ranks: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """ValueError unless x has as many axes as one of `ranks`; InvalidArgumentError when it runs otherwise."""
    wanted = tuple(int(rank) for rank in ranks)

    def is_one(found: Tensor, among: Any) -> Tensor:
        return reduce_any(comparison.equal(found, list(among)))

    shown = data, summarize, message, name or "assert_rank_in"
    return _ranked(x, wanted, "must have rank in", lambda found: found in wanted, is_one, *shown)


def _ranked(
    x: Any,
    wanted: Any,
    told: str,
    fits: Callable[[int], bool],
    test: Callable[..., Tensor],
    data: Any,
    summarize: int | None,
    message: str | None,
    name: str,
) -> Operation:
    """`fits` is the test of a rank that is known now, `test` (of the rank and `wanted`) that of one that is not."""
    x = convert_to_tensor(x)
    if x.dims is not None:
        if not fits(len(x.dims)):
            found = f"Received rank {len(x.dims)}, shape {x.shape}"
            raise ValueError(f"{message or ''}.  Tensor {x.name} {told} {wanted}.  {found}")
        return _held(x, name, "static_checks_determined_all_ok")
    with x.graph.as_default(), x.graph.name_scope(name):
        sizes = shape(x)
        shown = [message or "", f"Tensor {x.name} {told}", str(wanted), "Received shape: ", sizes]
        return assert_(test(apply(Size(), x=sizes), wanted), list(data) if data is not None else shown, summarize)


def _held(x: Tensor, name: str, what: str) -> Operation:
    """The operation in place of an assertion that is known to hold."""
    with x.graph.as_default(), x.graph.name_scope(name):
        return no_op(what)
