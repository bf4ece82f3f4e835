"""tensorflow.python.eager.context: there are only graphs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def graph_mode() -> Iterator[None]:
    """Everything is in graph mode."""
    yield


def eager_mode() -> None:
    """Raises RuntimeError."""
    raise RuntimeError("There is no eager mode here: build a graph, and run it in a tf.Session.")


def in_graph_mode() -> bool:
    return True


def in_eager_mode() -> bool:
    return False


def num_gpus() -> int:
    """0: everything runs on the CPU."""
    return 0
