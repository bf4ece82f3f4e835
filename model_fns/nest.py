"""Nested structures: lists, tuples, named tuples and dicts (in the order of their sorted keys) of anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any


def is_nested(seq: Any) -> bool:
    """Whether it is a list, tuple or dict."""
    return isinstance(seq, list | tuple | Mapping)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves in order; a list of one if it is a leaf itself. `expand_composites` is accepted and without effect."""
    return list(leaves(structure))


def leaves(structure: Any, lists: bool = True) -> Iterator[Any]:
    """The leaves in order. Without `lists`, a list is a leaf, too, as it is for datasets."""
    if isinstance(structure, Mapping):
        for key in sorted(structure):
            yield from leaves(structure[key], lists)
    elif isinstance(structure, tuple) or (lists and isinstance(structure, list)):
        for item in structure:
            yield from leaves(item, lists)
    else:
        yield structure


def pack_sequence_as(structure: Any, flat_sequence: Iterable[Any], expand_composites: bool = False) -> Any:
    """The leaves `flat_sequence` in the form of `structure`. ValueError for another number of leaves."""
    flat = list(flat_sequence)
    wanted = len(flatten(structure))
    if not is_nested(structure) and len(flat) != 1:
        raise ValueError(f"Structure is a scalar but len(flat_sequence) == {len(flat)} > 1")
    if len(flat) != wanted:
        raise ValueError(
            f"Could not pack sequence. Structure had {wanted} elements, but flat_sequence had {len(flat)} elements.  "
            f"Structure: {structure}, flat_sequence: {flat}."
        )
    return packed(structure, iter(flat))


def packed(structure: Any, values: Iterator[Any], lists: bool = True) -> Any:
    """The next of `values` in place of each of the `leaves`."""
    if isinstance(structure, Mapping):
        made = {key: packed(structure[key], values, lists) for key in sorted(structure)}
        return type(structure)((key, made[key]) for key in structure)  # type: ignore[call-arg]  # a dict of its own kind
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(packed(item, values, lists) for item in structure))
    if isinstance(structure, tuple) or (lists and isinstance(structure, list)):
        return type(structure)(packed(item, values, lists) for item in structure)
    return next(values)


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """`func` of the leaves of one structure, or of several of the same form, in that form.

    `check_types=False` lets lists stand for tuples. ValueError for other keywords.
    """
    check_types = kwargs.pop("check_types", True)
    if set(kwargs) - {"expand_composites"}:
        raise ValueError(
            f"Only valid keyword arguments are `check_types` and `expand_composites`, not: {sorted(kwargs)}"
        )
    first = structure[0]
    for other in structure[1:]:
        assert_same_structure(first, other, check_types)
    return pack_sequence_as(first, [func(*items) for items in zip(*map(flatten, structure), strict=True)])


def assert_same_structure(nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False) -> None:
    """ValueError unless both have the same form; with `check_types`, TypeError for lists in place of tuples."""
    problem = _difference(nest1, nest2, check_types)
    if problem is not None:
        kind, sentence = problem
        raise kind(
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: type={type(nest1).__name__} str={nest1}\n\n"
            f"Second structure: type={type(nest2).__name__} str={nest2}\n\n{sentence}"
        )


def _difference(a: Any, b: Any, check_types: bool) -> tuple[type[Exception], str] | None:
    if is_nested(a) != is_nested(b):
        some, other = (a, b) if is_nested(a) else (b, a)
        return (
            ValueError,
            f'More specifically: Substructure "{some}" is a sequence, while substructure "{other}" is not',
        )
    if not is_nested(a):
        return None
    if check_types and type(a) is not type(b) and not (isinstance(a, Mapping) and isinstance(b, Mapping)):
        return TypeError, f"The two structures don't have the same sequence type: {type(a)} and {type(b)}"
    if isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) != set(b):
        return ValueError, f"The two dictionaries don't have the same set of keys: {sorted(a)} and {sorted(b)}"
    if len(a) != len(b):
        return ValueError, f"The two structures don't have the same number of elements: {len(a)} and {len(b)}"
    pairs = [(a[key], b[key]) for key in sorted(a)] if isinstance(a, Mapping) else zip(a, b, strict=True)
    return next((found for x, y in pairs if (found := _difference(x, y, check_types))), None)
