"""What a program may fetch and feed beyond tensors: kinds of objects that it registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

Made = Callable[[list[Any]], Any]


@final
@dataclass(frozen=True)
class Conversion:
    """How objects of one kind are fetched and fed.

    Args:
      kind: their class.
      fetch: the tensors of an object, and what makes the result of their values.
      feed: (tensor, value) pairs for an object and what it is fed with; None if it cannot be fed.
    """

    kind: type
    fetch: Callable[[Any], tuple[Sequence[Any], Made]]
    feed: Callable[[Any, Any], Iterable[tuple[Any, Any]]] | None


_registered: list[Conversion] = []


def register_session_run_conversion_functions(
    tensor_type: type,
    fetch_function: Any,
    feed_function: Any = None,
    feed_function_for_partial_run: Any = None,
) -> None:
    """Lets objects of `tensor_type` be fetched and fed. ValueError if such objects can be already.

    Args:
      fetch_function: object -> (tensors, function of the list of their values).
      feed_function: (object, value) -> [(tensor, value), ...].
      feed_function_for_partial_run: accepted; there are no partial runs here.
    """
    for known in _registered:
        if issubclass(tensor_type, known.kind):
            raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _registered.insert(0, Conversion(tensor_type, fetch_function, feed_function))


def conversion_of(item: Any) -> Conversion | None:
    """How `item` is fetched and fed, if its kind was registered."""
    return next((known for known in _registered if isinstance(item, known.kind)), None) if _registered else None
