"""Whether gradients are right: the derivatives that the graph computes beside finite differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model_fns.autodiff import gradients
from model_fns.graph.constant import constant
from model_fns.graph.graph import get_default_session
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import identity

Jacobians = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def compute_gradient(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 0.001,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> Any:
    """dy/dx as [size of x, size of y], once as the graph computes it and once by central differences.

    J[i, j] = dy_j / dx_i  and  (y_j(x + delta e_i) - y_j(x - delta e_i)) / (2 delta)

    Args:
      x: a tensor; or a list of tensors, with lists for x_shape and x_init_value, for a list of results.
      x_init_value: the array to stand at; by default random numbers in [0, 1).
      init_targets: operations to run first.
      extra_feed_dict: further feeds.
    Uses the default session.
    """
    for target in init_targets or ():
        target.run()
    feeds = dict(extra_feed_dict or {})
    if isinstance(x, list):
        starts = [None] * len(x) if x_init_value is None else x_init_value
        every = zip(x, x_shape, starts, strict=True)
        return [_jacobians(one, tuple(shape), y, tuple(y_shape), start, delta, feeds) for one, shape, start in every]
    return _jacobians(x, tuple(x_shape), y, tuple(y_shape), x_init_value, delta, feeds)


def compute_gradient_error(
    x: Any,
    x_shape: Any,
    y: Tensor,
    y_shape: Any,
    x_init_value: Any = None,
    delta: float = 0.001,
    init_targets: Sequence[Any] | None = None,
    extra_feed_dict: Mapping[Any, Any] | None = None,
) -> Any:
    """The largest difference between the two Jacobians that `compute_gradient` finds."""
    found = compute_gradient(x, x_shape, y, y_shape, x_init_value, delta, init_targets, extra_feed_dict)
    pairs = [found] if isinstance(found, tuple) else found
    return max((np.abs(theirs - ours).max() for theirs, ours in pairs if theirs.size), default=0)


def _jacobians(
    x: Tensor,
    x_shape: tuple[int, ...],
    y: Tensor,
    y_shape: tuple[int, ...],
    start: Any,
    delta: float,
    feeds: dict[Any, Any],
) -> Jacobians:
    for name, tensor in (("x", x), ("y", y)):
        if not tensor.dtype.is_floating:
            raise AssertionError(f"Don't support type {tensor.dtype.name} for {name}")
    kind = x.dtype.as_numpy_dtype
    if start is None:
        start = np.random.random_sample(x_shape)
    if tuple(np.shape(start)) != x_shape:
        raise AssertionError(f"x_shape = {list(x_shape)}, init_data shape = {list(np.shape(start))}")
    point = np.asarray(start, kind)
    return _by_the_graph(x, point, y, y_shape, feeds), _by_differences(x, point, y, y_shape, delta, feeds)


def _by_the_graph(
    x: Tensor, point: np.ndarray[Any, Any], y: Tensor, y_shape: tuple[int, ...], feeds: dict[Any, Any]
) -> np.ndarray[Any, Any]:
    with x.graph.as_default():
        direction = constant(1.0, y.dtype, y_shape)
        (slope,) = gradients(y, x, identity(direction))
    size = int(np.prod(y_shape, dtype=int))
    jacobian = np.zeros((point.size, size), point.dtype)
    for column in range(size):
        unit = np.zeros(size, y.dtype.as_numpy_dtype)
        unit[column] = 1
        found = get_default_session().run(slope, {**feeds, x: point, direction: unit.reshape(y_shape)})
        jacobian[:, column] = found.ravel()
    return jacobian


def _by_differences(
    x: Tensor, point: np.ndarray[Any, Any], y: Tensor, y_shape: tuple[int, ...], delta: float, feeds: dict[Any, Any]
) -> np.ndarray[Any, Any]:
    jacobian = np.zeros((point.size, int(np.prod(y_shape, dtype=int))), point.dtype)
    width = y.dtype.as_numpy_dtype(2 * delta)
    for row in range(point.size):
        above, below = point.copy(), point.copy()
        above.reshape(-1)[row] += delta
        below.reshape(-1)[row] -= delta
        session = get_default_session()
        rise = session.run(y, {**feeds, x: above}) - session.run(y, {**feeds, x: below})
        jacobian[row] = (rise / width).ravel()
    return jacobian
