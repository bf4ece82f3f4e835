"""Batches of what comes one by one: `batch`, `shuffle_batch` and their like, with queues and threads that fill them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from input_fns.queues.queue import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from input_fns.queues.queue_runner import QueueRunner, add_queue_runner
from model_fns import summary
from model_fns.control_flow.conditional import cond
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.dtypes import float32, int32
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Tensor
from model_fns.name_scope import name_scope
from model_fns.ops.arithmetic import cast, maximum
from model_fns.ops.control import no_op
from model_fns.ops.data_sizes import dynamic_partition
from model_fns.sparse_tensor import SparseTensor

Tensors = list[Tensor]


def batch(
    tensors: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Batches of `batch_size` of what `tensors` (a list or dict) are, run after run, in their order.

    A QueueRunner is added to the graph's, and a summary of how full the queue is.

    Args:
      num_threads: how many fill the queue; with more than one the order is not determined.
      capacity: of the queue.
      enqueue_many: whether the tensors have the examples as rows already.
      shapes: of the examples; by default known from the tensors. ValueError if they are not known.
      dynamic_pad: whether sizes may be unknown, and are filled up to the longest of a batch.
      allow_smaller_final_batch: whether what is left at the end is yielded, too.
    """
    return maybe_batch(
        tensors,
        True,
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_batch(
    tensors: Any,
    keep_input: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch` of those that `keep_input` is true of: a bool, with enqueue_many one or a vector of them."""
    flat = _flat(tensors)
    with name_scope(name, "batch", [*flat, keep_input]) as scope:
        values, kept = _checked([flat], keep_input, enqueue_many)
        queue = _in_order(values, capacity, enqueue_many, shapes, dynamic_pad, shared_name)
        _fill(queue, values, enqueue_many, kept, num_threads)
        _report_fullness(queue, capacity)
        return _packed(tensors, _taken(queue, batch_size, allow_smaller_final_batch, scope))


def batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch`, of several lists or dicts of tensors, each run by a thread of its own."""
    return maybe_batch_join(
        tensors_list,
        True,
        batch_size,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_batch_join(
    tensors_list: Any,
    keep_input: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`batch_join` of those that `keep_input` is true of."""
    flat = _flat_lists(tensors_list)
    with name_scope(name, "batch_join", [*(item for row in flat for item in row), keep_input]) as scope:
        values, kept = _checked(flat, keep_input, enqueue_many)
        queue = _in_order(values, capacity, enqueue_many, shapes, dynamic_pad, shared_name)
        _fill(queue, values, enqueue_many, kept)
        _report_fullness(queue, capacity)
        return _packed(tensors_list[0], _taken(queue, batch_size, allow_smaller_final_batch, scope))


def shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `batch`, in random order: at least `min_after_dequeue` others remain in the queue to choose from."""
    return maybe_shuffle_batch(
        tensors,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        num_threads,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch` of those that `keep_input` is true of."""
    flat = _flat(tensors)
    with name_scope(name, "shuffle_batch", [*flat, keep_input]) as scope:
        values, kept = _checked([flat], keep_input, enqueue_many)
        queue = _shuffled(values, capacity, min_after_dequeue, seed, enqueue_many, shapes, shared_name)
        _fill(queue, values, enqueue_many, kept, num_threads)
        _report_choice(queue, capacity, min_after_dequeue)
        return _packed(tensors, _taken(queue, batch_size, allow_smaller_final_batch, scope))


def shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """As `shuffle_batch`, of several lists or dicts of tensors, each run by a thread of its own."""
    return maybe_shuffle_batch_join(
        tensors_list,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """`shuffle_batch_join` of those that `keep_input` is true of."""
    flat = _flat_lists(tensors_list)
    with name_scope(name, "shuffle_batch_join", [*(item for row in flat for item in row), keep_input]) as scope:
        values, kept = _checked(flat, keep_input, enqueue_many)
        queue = _shuffled(values, capacity, min_after_dequeue, seed, enqueue_many, shapes, shared_name)
        _fill(queue, values, enqueue_many, kept)
        _report_choice(queue, capacity, min_after_dequeue)
        return _packed(tensors_list[0], _taken(queue, batch_size, allow_smaller_final_batch, scope))


# -- what goes in, and in which form it comes out ---------------------------------------------------------------------


def _flat(tensors: Any) -> list[Any]:
    return [tensors[key] for key in sorted(tensors)] if isinstance(tensors, dict) else _as_list(tensors)


def _as_list(tensors: Any) -> list[Any]:
    return list(tensors) if isinstance(tensors, list | tuple) else [tensors]


def _flat_lists(tensors_list: Any) -> list[list[Any]]:
    if not isinstance(tensors_list, list | tuple):
        raise TypeError("Expected tensors_list to be a list or tuple of lists or dicts of tensors.")
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    first = tensors_list[0]
    if isinstance(first, dict):
        for other in tensors_list[1:]:
            if not isinstance(other, dict):
                raise TypeError("Not all tensors are dictionaries: tensors_list[0] is a dict.")
            if set(other) != set(first):
                raise ValueError(f"The keys of all dictionaries must be the same, not {sorted(first)}, {sorted(other)}")
    return [_flat(tensors) for tensors in tensors_list]


def _packed(form: Any, outputs: Any) -> Any:
    """The batches in the form in which the tensors were given."""
    outputs = outputs if isinstance(outputs, list) else [outputs]
    if isinstance(form, dict):
        return dict(zip(sorted(form), outputs, strict=True))
    return outputs if isinstance(form, list | tuple) else outputs[0]


def _checked(lists: list[list[Any]], keep_input: Any, enqueue_many: bool) -> tuple[list[Tensors], Tensor]:
    """The tensors, and the condition. ValueError for lists of other length, or a condition of other shape."""
    values = []
    for row in lists:
        if any(isinstance(item, SparseTensor) for item in row):
            raise TypeError(
                "Sparse tensors cannot be queued here: use tf.sparse_tensor_to_dense, or tf.data's batch()."
            )
        values.append([convert_to_tensor(item) for item in row])
    if not values[0]:
        raise ValueError("Expected at least one tensor in batch().")
    if len({len(row) for row in values}) > 1:
        raise ValueError("All lists of tensors must have the same length.")
    kept = convert_to_tensor(keep_input)
    if kept.shape.ndims is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and kept.shape.ndims == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if kept.shape.ndims > 1:
        raise ValueError("`keep_input` must be 0 or 1 dimensions.")
    return values, kept


def _types(values: list[Tensors]) -> list[Any]:
    types = [[tensor.dtype.base_dtype for tensor in row] for row in values]
    for other in types[1:]:
        if other != types[0]:
            raise TypeError(f"Expected types to be consistent: {other} vs. {types[0]}.")
    return types[0]


def _shapes(values: list[Tensors], shapes: Any, enqueue_many: bool) -> list[TensorShape]:
    """The shapes of examples: those given, else what all lists have in common."""
    if shapes is not None:
        return [TensorShape(shape) for shape in shapes]
    rows = len(values[0])
    own = [[tensor.shape[1:] if enqueue_many else tensor.shape for tensor in row] for row in values]
    if enqueue_many:
        for tensor in (tensor for row in values for tensor in row):
            tensor.shape.with_rank_at_least(1)
    common = own[0]
    for other in own[1:]:
        common = [common[place].most_specific_compatible_shape(other[place]) for place in range(rows)]
    return [TensorShape(shape) for shape in common]


# -- the queue --------------------------------------------------------------------------------------------------------


def _in_order(
    values: list[Tensors], capacity: int, enqueue_many: bool, shapes: Any, dynamic_pad: bool, shared_name: str | None
) -> QueueBase:
    types, known = _types(values), _shapes(values, shapes, enqueue_many)
    if dynamic_pad:
        return PaddingFIFOQueue(capacity, types, known, shared_name=shared_name)
    return FIFOQueue(capacity, types, known, shared_name=shared_name)


def _shuffled(
    values: list[Tensors],
    capacity: int,
    min_after_dequeue: int,
    seed: int | None,
    enqueue_many: bool,
    shapes: Any,
    shared_name: str | None,
) -> QueueBase:
    known = _shapes(values, shapes, enqueue_many)
    return RandomShuffleQueue(capacity, min_after_dequeue, _types(values), known, seed=seed, shared_name=shared_name)


def _fill(queue: QueueBase, values: list[Tensors], enqueue_many: bool, kept: Tensor, threads: int = 1) -> None:
    """Adds a QueueRunner with `threads` threads for each list of tensors."""
    if kept.shape.ndims == 1:
        wanted = cast(kept, int32)
        chosen = [[dynamic_partition(tensor, wanted, 2)[1] for tensor in row] for row in values]
        operations = [queue.enqueue_many(row) for row in chosen]
    else:
        operations = [_enqueued(queue, row, enqueue_many, kept) for row in values]
    add_queue_runner(QueueRunner(queue, operations * threads))


def _enqueued(queue: QueueBase, row: Sequence[Tensor], enqueue_many: bool, kept: Tensor) -> Operation:
    enqueue = queue.enqueue_many if enqueue_many else queue.enqueue
    definition = kept.op.definition
    if isinstance(definition, Constant):
        return enqueue(row) if definition.value.array else no_op()
    return cond(kept, lambda: enqueue(row), no_op).op


def _report_fullness(queue: QueueBase, capacity: int) -> None:
    summary.scalar(f"fraction_of_{capacity}_full", cast(queue.size(), float32) * (1.0 / capacity))


def _report_choice(queue: QueueBase, capacity: int, least: int) -> None:
    full = cast(maximum(0, queue.size() - least), float32) * (1.0 / (capacity - least))
    summary.scalar(f"fraction_over_{least}_of_{capacity - least}_full", full)


def _taken(queue: QueueBase, number: Any, fewer: bool, scope: str) -> Any:
    return queue.dequeue_up_to(number, scope) if fewer else queue.dequeue_many(number, scope)
