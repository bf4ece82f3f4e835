"""What programs ask of the default graph without naming it: its collections and devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from model_fns.graph.graph import get_default_graph


def add_to_collection(name: Any, value: Any) -> None:
    """Adds `value` to the default graph's collection `name`."""
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Iterable[Any], value: Any) -> None:
    """Adds `value` to several of the default graph's collections."""
    get_default_graph().add_to_collections(names, value)


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """A copy of a collection; with `scope`, the items whose name that regular expression matches at its start."""
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """The collection itself, to be changed in place."""
    return get_default_graph().get_collection_ref(key)


def device(device_name_or_function: Any) -> AbstractContextManager[None]:
    """Accepted and without effect: everything runs on the CPU."""
    return get_default_graph().device(device_name_or_function)


def executing_eagerly() -> bool:
    """False: there are only graphs here."""
    return False


@contextmanager
def init_scope() -> Iterator[None]:
    """What is made inside belongs to the outermost graph, and waits for no control dependencies."""
    graph = get_default_graph().root
    with graph.as_default(), graph.control_dependencies(None):
        yield


@contextmanager
def colocate_with(op: Any, ignore_existing: bool = False) -> Iterator[None]:
    """Accepted and without effect: everything runs on the CPU."""
    yield
