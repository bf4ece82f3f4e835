"""The global step: the variable that counts training steps, known by its collection and its name."""

from __future__ import annotations

import logging
from typing import Any

from model_fns.graph import dtypes
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.initializers import zeros_initializer
from model_fns.variable_scope import get_variable
from model_fns.variables import Variable


def global_step(sess: Any, global_step_tensor: Any) -> int:
    """The number of steps so far, read in the session `sess`."""
    return int(sess.run(global_step_tensor))


def get_global_step(graph: Graph | None = None) -> Variable | Tensor | None:
    """The global step of `graph` (default: the default graph), or None if it has none.

    It is the one item of the collection GLOBAL_STEP, or else the tensor called `global_step:0`.
    Raises TypeError if what is found there cannot count steps (see `assert_global_step`).
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) > 1:
        logging.getLogger("tensorflow").error("Multiple tensors in global_step collection.")
        return None
    if not found:
        try:
            found = [graph.get_tensor_by_name("global_step:0")]
        except KeyError:
            return None
    assert_global_step(found[0])
    return found[0]


def create_global_step(graph: Graph | None = None) -> Variable:
    """Makes the global step of `graph`: int64, 0 at first, not trained. Raises ValueError if there is one already."""
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=dtypes.int64,
            initializer=zeros_initializer(),
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph: Graph | None = None) -> Variable | Tensor:
    """The global step of `graph`, made if there is none yet."""
    graph = graph or get_default_graph()
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found


def assert_global_step(global_step_tensor: Any) -> None:
    """Raises TypeError unless the argument is a scalar variable or tensor of an integer type."""
    if not isinstance(global_step_tensor, Variable | Tensor):
        raise TypeError(f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.')
    if not global_step_tensor.dtype.is_integer:
        raise TypeError(f'Existing "global_step" does not have integer type: {global_step_tensor.dtype}')
    shape = global_step_tensor.shape
    if shape.ndims != 0 and shape.is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')
