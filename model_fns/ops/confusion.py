"""Counting pairs of classes, and numbers in bins of equal width."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import as_dtype, int32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import cast, maximum, minimum
from model_fns.ops.comparison import select
from model_fns.ops.data_sizes import count_up_to_largest
from model_fns.ops.elementary import floor
from model_fns.ops.gather_nd import scatter_nd
from model_fns.ops.joining import concat, stack
from model_fns.ops.segments import unsorted_segment_sum
from model_fns.ops.shaping import ones_like, reshape, squeeze


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How often class i was taken for class j, at [i, j] of a matrix [num_classes, num_classes].

    `weights` count each example as much. InvalidArgumentError for a class out of range. Without `num_classes`, as many
    as the largest says.
    """
    graph = graph_of(labels, predictions)
    with graph.as_default(), graph.name_scope(name or "confusion_matrix"):
        classes, taken = _vector(labels, "labels"), _vector(predictions, "predictions")
        given = ones_like(taken, dtype) if weights is None else cast(convert_to_tensor(weights), as_dtype(dtype))
        count = count_up_to_largest(concat([classes, taken], 0)) if num_classes is None else num_classes
        return scatter_nd(stack([classes, taken], 1), given, [count, count])


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = int32,
) -> Tensor:
    """How often each number from 0 to the largest comes in `arr`, or the sum of its weights.

    At least `minlength` numbers, at most `maxlength`, larger ones being left out.
    """
    numbers = convert_to_tensor(arr, name="arr")
    with numbers.graph.as_default(), numbers.graph.name_scope("bincount"):
        flat = reshape(cast(numbers, int32), [-1])
        most = None if maxlength is None else int(maxlength)
        count = count_up_to_largest(flat, int(minlength or 0), most)
        if most is not None:
            flat = select(flat < most, flat, convert_to_tensor(-1, int32))  # which belongs to no number
        given = ones_like(flat, dtype) if weights is None else reshape(convert_to_tensor(weights), [-1])
        return unsorted_segment_sum(given, flat, count)


def _vector(values: Any, name: str) -> Tensor:
    """Classes as int64 [n], of [n] or [n, 1]."""
    tensor = convert_to_tensor(values, name=name)
    if tensor.dims is not None and len(tensor.dims) == 2:
        tensor = squeeze(tensor, [-1])
    return cast(tensor, "int64")


def _bins(values: Any, value_range: Any, nbins: Any) -> tuple[Tensor, Tensor]:
    """The numbers, and the bin of each (int32)."""
    values = convert_to_tensor(values)
    bounds = convert_to_tensor(value_range, None if isinstance(value_range, Tensor) else values.dtype)
    count = cast(convert_to_tensor(nbins), values.dtype if values.dtype.is_floating else "float64")
    low, high = cast(bounds[0], count.dtype), cast(bounds[1], count.dtype)
    place = floor(count * ((cast(values, count.dtype) - low) / (high - low)))
    clipped = minimum(maximum(place, convert_to_tensor(0, count.dtype)), count - 1)
    return values, cast(clipped, int32)


def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """The number of each value's bin, of `nbins` of equal width in value_range [low, high]; the outer hold the rest."""
    graph = graph_of(values)
    with graph.as_default(), graph.name_scope(name or "histogram_fixed_width_bins"):
        return cast(_bins(values, value_range, nbins)[1], dtype)


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = int32, name: str | None = None
) -> Tensor:
    """How many values are in each bin: see `histogram_fixed_width_bins`."""
    graph = graph_of(values)
    with graph.as_default(), graph.name_scope(name or "histogram_fixed_width") as scope:
        places = reshape(_bins(values, value_range, nbins)[1], [-1])
        return unsorted_segment_sum(ones_like(places, dtype), places, nbins, scope)
