"""Queues that yield the rows of a tensor over and over: names of files, numbers, slices of arrays."""

from __future__ import annotations

from typing import Any

from input_fns.queues.queue import FIFOQueue, QueueBase
from input_fns.queues.queue_runner import QueueRunner, add_queue_runner
from model_fns import summary
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32, int64, string
from model_fns.graph.keys import GraphKeys
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.name_scope import name_scope
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.checks import assert_
from model_fns.ops.control import control_dependencies, identity
from model_fns.ops.files import AssignNames, matching_files
from model_fns.ops.indexing import gather
from model_fns.ops.joining import range_
from model_fns.ops.random import random_shuffle
from model_fns.ops.scatter import count_up_to
from model_fns.ops.shaping import shape as shape_of
from model_fns.ops.shaping import size
from model_fns.ops.state import ReadVariable, VariableV2
from model_fns.variables import Variable

_EMPTY = "string_input_producer requires a non-null input tensor"


def match_filenames_once(pattern: Any, name: str | None = None) -> Variable:
    """A local variable with the names of the files that match a pattern or several, found when it is initialized."""
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        found = matching_files(pattern)
        graph = found.graph
        # As many as there are when it is initialized: a variable made in the usual way would have to know it now.
        names = graph.create(VariableV2(string, found.dims), (), scope).outputs[0]  # type: ignore[arg-type]
        initializer = apply(AssignNames(), "Assign", ref=names, value=found).op
        made = Variable.of_parts(names, initializer, apply(ReadVariable(), "read", ref=names), found, trainable=False)
        graph.add_to_collection(GraphKeys.LOCAL_VARIABLES, made)
        return made


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Tensor:
    """`tensor`, which can be had `num_epochs` times: then OutOfRangeError. None for ever.

    The count is a local variable. ValueError if num_epochs is not positive.
    """
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        zero = convert_to_tensor(0, int64)
        epochs = Variable(zero, name="epochs", trainable=False, collections=[GraphKeys.LOCAL_VARIABLES])
        counter = count_up_to(epochs, num_epochs)
        with control_dependencies([counter]):
            return identity(tensor, scope)


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> QueueBase:
    """A queue of the rows of `input_tensor`, filled by a QueueRunner that is added to the graph's.

    Args:
      element_shape: the shape of a row; by default known from the tensor. ValueError if it is not known.
      num_epochs: how often each row comes, counted by a local variable; None for ever.
      shuffle: whether each epoch is in a random order.
      summary_name: the tag of a summary that says how full the queue is.
      cancel_op: see QueueRunner.
    """
    with name_scope(name, "input_producer", [input_tensor]) as scope:
        tensor = convert_to_tensor(input_tensor, name="input_tensor")
        element = TensorShape(tensor.shape[1:]).merge_with(TensorShape(element_shape))
        if not element.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or `element_shape` must be specified"
            )
        if shuffle:
            tensor = random_shuffle(tensor, seed=seed)
        tensor = limit_epochs(tensor, num_epochs)
        queue = FIFOQueue(capacity, [tensor.dtype.base_dtype], [element], shared_name=shared_name, name=scope)
        add_queue_runner(QueueRunner(queue, [queue.enqueue_many([tensor])], cancel_op=cancel_op))
        if summary_name is not None:
            summary.scalar(summary_name, cast(queue.size(), float32) * (1.0 / capacity))
        return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> QueueBase:
    """A queue of strings, such as names of files; arguments as of input_producer. ValueError for an empty list."""
    if not isinstance(string_tensor, Tensor) and not hasattr(string_tensor, "graph") and not len(string_tensor):
        raise ValueError(_EMPTY)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        tensor = convert_to_tensor(string_tensor, string)
        with control_dependencies([assert_(size(tensor) > 0, [_EMPTY])]):
            tensor = identity(tensor)
        return input_producer(
            tensor,
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
            cancel_op,
        )


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> QueueBase:
    """A queue of the numbers below `limit`; arguments as of input_producer."""
    with name_scope(name, "input_producer", [limit]) as scope:
        numbers = range_(limit)
        tag = f"fraction_of_{capacity}_full"
        return input_producer(numbers, [], num_epochs, shuffle, seed, capacity, shared_name, tag, scope)


def slice_input_producer(
    tensor_list: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list[Tensor]:
    """One row of each of several tensors that have as many rows; arguments as of input_producer.

    ValueError for an empty list.
    """
    with name_scope(name, "input_producer", list(tensor_list)):
        tensors = [convert_to_tensor(item) for item in tensor_list]
        if not tensors:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        rows = shape_of(tensors[0])[0]
        index = range_input_producer(rows, num_epochs, shuffle, seed, capacity, shared_name).dequeue()
        return [gather(item, index) for item in tensors]
