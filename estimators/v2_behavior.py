"""What programs call to choose between TensorFlow 1 and 2. Here everything behaves as TensorFlow 1: see DESIGN.md 1."""

from __future__ import annotations

from typing import Any

_ADVICE = (
    "is not available: this is the graph world of TensorFlow 1. Build the graph first and run it with tf.Session or "
    "tf.estimator.Estimator."
)


def disable_v2_behavior() -> None:
    """Does nothing: it is disabled."""


def disable_eager_execution() -> None:
    """Does nothing: there is none."""


def disable_v2_tensorshape() -> None:
    """Does nothing: shapes are TensorFlow 1's."""


def disable_resource_variables() -> None:
    """Does nothing: variables are TensorFlow 1's."""


def enable_resource_variables() -> None:
    """Accepted: variables here are read in the order of control dependencies, as resource variables are."""


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """Raises NotImplementedError."""
    raise NotImplementedError(f"tf.enable_eager_execution {_ADVICE}")


def enable_v2_behavior() -> None:
    """Raises NotImplementedError."""
    raise NotImplementedError(f"tf.enable_v2_behavior {_ADVICE}")
