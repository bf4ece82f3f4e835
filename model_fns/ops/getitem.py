"""What `tensor[...]` means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.dtypes import as_dtype, int32, int64
from model_fns.graph.op import Op
from model_fns.graph.shapes import Dimension
from model_fns.graph.tensor import Tensor
from model_fns.nest import flatten
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.computed_slicing import ComputedSlice
from model_fns.ops.control import Identity
from model_fns.ops.data_sizes import boolean_mask
from model_fns.ops.joining import stack
from model_fns.ops.shaping import ExpandDims, Squeeze
from model_fns.ops.slicing import Slice3, StridedSlice, check_index, newaxis


def getitem(tensor: Any, key: Any) -> Tensor:
    """`tensor[key]` with integers, slices, `...` and `tf.newaxis`, or truths as in `tf.boolean_mask`.

    Integers may be tensors of rank 0, the rank of `tensor` may be unknown. Raises TypeError for other keys, ValueError
    for an index that is known to be out of range.
    """
    tensor = convert_to_tensor(tensor)
    if isinstance(key, bool) or (isinstance(key, Tensor | np.ndarray) and as_dtype(key.dtype).is_bool):
        return boolean_mask(tensor, key)
    keys = list(key) if isinstance(key, tuple | list) else [key]
    for item in keys:
        _check_kind(item)
    if sum(item is Ellipsis for item in keys) > 1:
        raise ValueError("Multiple ellipses in slice spec not allowed")
    if tensor.dims is None or any(_is_computed(bound) for item in keys for bound in _bounds(item)):
        return _computed(tensor, keys)
    return _fixed(tensor, tensor.dims, keys)


def _check_kind(item: Any) -> None:
    for bound in _bounds(item):
        if isinstance(bound, Tensor) or hasattr(bound, "graph_element"):
            fine = bound.dtype in (int32, int64) and bound.shape.ndims in (None, 0)
        else:
            fine = bound is None or isinstance(bound, int | np.integer | Dimension)
            fine |= isinstance(bound, np.ndarray) and bound.ndim == 0 and bound.dtype.kind in "iu"
        if not fine:
            raise TypeError(
                "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 "
                f"tensors are valid indices, got {bound!r}"
            )


def _bounds(item: Any) -> tuple[Any, ...]:
    """The numbers in an item of a key."""
    if item is None or item is Ellipsis:
        return ()
    return (item.start, item.stop, item.step) if isinstance(item, slice) else (item,)


def _is_computed(bound: Any) -> bool:
    if hasattr(bound, "graph_element"):
        return True
    if not isinstance(bound, Tensor):
        return False
    return bound.known_value is None or isinstance(np.ravel(bound.known_value)[0], Symbol)


def _fixed(tensor: Tensor, dims: Sequence[Any], keys: list[Any]) -> Tensor:
    """Of a tensor of known rank, with numbers."""
    position = next((i for i, item in enumerate(keys) if item is Ellipsis), None)
    missing = len(dims) - sum(item is not None and item is not Ellipsis for item in keys)
    if missing < 0:
        raise ValueError(f"Index out of range using input dim {len(dims)}; input has only {len(dims)} dims: {tensor}")
    if position is not None:
        keys[position : position + 1] = [slice(None)] * missing
    slices: list[Slice3] = []
    shape: list[str] = []  # what becomes of each axis: kept, dropped, or new
    for item in keys:
        if item is None:
            shape.append("new")
        elif isinstance(item, slice):
            slices.append((_plain(item.start), _plain(item.stop), _step(item.step, len(slices))))
            shape.append("kept")
        else:
            index = _plain(item)
            assert index is not None
            check_index(dims[len(slices)], len(slices), index)
            slices.append((index, index + 1 if index != -1 else None, 1))
            shape.append("dropped")
    trivial = all(piece == (None, None, 1) for piece in slices)
    definitions = [*([] if trivial else [StridedSlice(tuple(slices))]), *_reshaping(shape)]
    with tensor.graph.as_default(), tensor.graph.name_scope("strided_slice") as scope:
        # TensorFlow has one op for them all: the last gets its name.
        for number, definition in enumerate(definitions, start=1):
            tensor = apply(definition, scope if number == len(definitions) else None, x=tensor)
    return tensor


def _plain(bound: Any) -> int | None:
    if bound is None:
        return None
    return int(bound.taken_value() if isinstance(bound, Tensor) else getattr(bound, "value", bound))


def _step(bound: Any, number: int) -> int:
    step = _plain(bound)
    if step == 0:
        raise ValueError(f"strides[{number}] must be non-zero")
    return 1 if step is None else step


def _reshaping(shape: list[str]) -> list[Op]:
    """What makes the axes that are `kept`, `dropped` or `new` out of all that were sliced."""
    sliced = [item for item in shape if item != "new"]
    dropped = tuple(axis for axis, item in enumerate(sliced) if item == "dropped")
    left = [item for item in shape if item != "dropped"]
    new = [ExpandDims(axis) for axis, item in enumerate(left) if item == "new"]
    return [*([Squeeze(dropped)] if dropped else []), *new]


def _computed(tensor: Tensor, keys: Sequence[Any]) -> Tensor:
    """With bounds that are tensors, or of a tensor of unknown rank."""
    entries: list[str] = []
    bounds: tuple[list[Any], list[Any], list[Any]] = [], [], []
    for item in keys:
        first, last, step = 0, 0, 1
        if item is None or item is Ellipsis:
            entries.append("new" if item is None else "rest")
        elif isinstance(item, slice):
            entries.append(f"{'' if item.start is None else 'a'}:{'' if item.stop is None else 'b'}")
            given = (item.start, 0), (item.stop, 0), (item.step, 1)
            first, last, step = (otherwise if bound is None else bound for bound, otherwise in given)
        else:
            entries.append("index")
            first, last = item, item + 1
        for vector, bound in zip(bounds, (first, last, step), strict=True):
            vector.append(bound)
    with tensor.graph.as_default(), tensor.graph.name_scope("strided_slice") as scope:
        begin, end, strides = _of_one_type([_packed(vector) for vector in bounds])
        return apply(ComputedSlice(tuple(entries)), scope, x=tensor, begin=begin, end=end, strides=strides)


def _packed(bounds: list[Any]) -> Tensor:
    if any(isinstance(bound, Tensor) or hasattr(bound, "graph_element") for bound in bounds):
        return stack(bounds, name="stack")
    return convert_to_tensor([_plain(bound) for bound in bounds], int32, "stack")


def _of_one_type(vectors: list[Tensor]) -> list[Tensor]:
    if len({vector.dtype for vector in vectors}) == 1:
        return vectors
    return [cast(vector, int64) for vector in vectors]


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """input_[begin:end:strides] along the first axes.

    Bit i of a mask says of entry i: begin there at the start, end at the end, stand for all axes not named, make a new
    axis, or take the one element at `begin` and drop the axis. ValueError if the number of entries is not known.
    """
    given = (begin, end, strides)
    vectors = [convert_to_tensor(item) if any(isinstance(i, Tensor) for i in flatten(item)) else item for item in given]
    if any(isinstance(item, Tensor) and _is_partly_unknown(item) for item in vectors):
        masks = begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask
        return _computed_strided(convert_to_tensor(input_), vectors, masks, name)
    begin, end, strides = (item.taken_value() if isinstance(item, Tensor) else item for item in vectors)
    steps = strides if strides is not None else [1] * len(begin)
    if not (begin_mask or end_mask or ellipsis_mask or new_axis_mask or shrink_axis_mask):
        pieces = tuple((int(b), int(e), int(s)) for b, e, s in zip(begin, end, steps, strict=True))
        return apply(StridedSlice(pieces), name, input=convert_to_tensor(input_))
    keys: list[Any] = []
    for i, (first, last, step) in enumerate(zip(begin, end, steps, strict=True)):
        bit = 1 << i
        if ellipsis_mask & bit:
            keys.append(Ellipsis)
        elif new_axis_mask & bit:
            keys.append(newaxis)
        elif shrink_axis_mask & bit:
            keys.append(first)
        else:
            keys.append(slice(None if begin_mask & bit else first, None if end_mask & bit else last, step))
    sliced = getitem(input_, tuple(keys))
    return sliced if name is None else apply(Identity(), name, input=sliced)


def _is_partly_unknown(vector: Tensor) -> bool:
    known = vector.known_value
    return known is None or any(isinstance(item, Symbol) for item in np.ravel(known).tolist())


def _computed_strided(x: Tensor, vectors: Sequence[Any], masks: Sequence[int], name: str | None) -> Tensor:
    begin, end, strides = vectors
    counts = [np.shape(item)[0] if not isinstance(item, Tensor) else item.shape[0].value for item in (begin, end)]
    count = next((count for count in counts if count is not None), None)
    if count is None:
        raise ValueError(f"The number of slices must be known when the graph is built, but begin is {begin}.")
    begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask = masks
    entries = []
    for number in range(count):
        bit = 1 << number
        plain = f"{'' if begin_mask & bit else 'a'}:{'' if end_mask & bit else 'b'}"
        kinds = (ellipsis_mask, "rest"), (new_axis_mask, "new"), (shrink_axis_mask, "index")
        entries.append(next((kind for mask, kind in kinds if mask & bit), plain))
    definition = ComputedSlice(tuple(entries))
    given = [begin, end, np.ones(count, np.int32) if strides is None else strides]
    begin, end, strides = _of_one_type([convert_to_tensor(item) for item in given])
    return apply(definition, name, input=x, begin=begin, end=end, strides=strides)
