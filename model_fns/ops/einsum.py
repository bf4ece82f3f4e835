"""Sums of products in Einstein's notation."""

from __future__ import annotations

import re
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import dtype_of, graph_of
from model_fns.ops.arithmetic import multiply
from model_fns.ops.joining import transpose
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import expand_dims, reshape
from model_fns.ops.sizes import known_rank, product_of, sizes_of

_EQUATION = re.compile(
    r"^([a-zA-Z]+|[a-zA-Z]*\.\.\.[a-zA-Z]*)?(,([a-zA-Z]*(\.\.\.)?[a-zA-Z]*))*(->[a-zA-Z]*(\.\.\.)?[a-zA-Z]*)?$"
)


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    """The sum of products that `equation` describes: `einsum("ij,jk->ik", a, b)` is the product of two matrices.

    Every letter names an axis; what is not on the right is summed over. Without `->` the letters that occur once are
    the result's, in the order of the alphabet. `...` stands for leading axes, which broadcast. Ranks must be known.
    The one keyword is `name`. Raises ValueError for an equation of another form, or one that does not fit the inputs.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"invalid keyword arguments for this function: {', '.join(sorted(kwargs))}")
    text = equation.replace(" ", "")
    if not inputs or not _EQUATION.match(text):
        raise ValueError(f"Indices have incorrect format: {equation}")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(inputs):
        raise ValueError(f"Got {len(inputs)} arguments for equation {equation!r}, expecting {len(terms)}")
    with graph_of(*inputs).as_default(), graph_of(*inputs).name_scope(name or "einsum"):
        dtype = dtype_of(*inputs)
        tensors = [convert_to_tensor(x, None if hasattr(x, "graph") else dtype) for x in inputs]
        labelled = [_labels(term, known_rank(x), equation) for term, x in zip(terms, tensors, strict=True)]
        result = _result_labels(right, labelled) if arrow else _implied(labelled)
        return _summed(tensors, labelled, result, equation)


def _labels(term: str, rank: int, equation: str) -> list[str]:
    """A label for each axis; those that `...` stands for are numbered from the last one."""
    before, dots, after = term.partition("...")
    hidden = rank - len(before) - len(after)
    if hidden < 0 or (hidden and not dots):
        raise ValueError(f"einsum {equation!r}: the term {term!r} does not fit an input of rank {rank}")
    labels = [*before, *(f".{number}" for number in range(hidden, 0, -1)), *after]
    if len(set(labels)) != len(labels):
        raise ValueError(f"Subscript not supported: an axis appears more than once in {term!r} of {equation!r}")
    return labels


def _result_labels(right: str, labelled: list[list[str]]) -> list[str]:
    before, dots, after = right.partition("...")
    result = [*before, *(_hidden(labelled) if dots else []), *after]
    known = {label for labels in labelled for label in labels}
    for label in result:
        if label not in known:
            raise ValueError(f"Unknown label in the output of the equation: {label!r}")
    return result


def _hidden(labelled: list[list[str]]) -> list[str]:
    """The axes that `...` stands for, in order."""
    return sorted({label for labels in labelled for label in labels if label[0] == "."}, key=lambda x: -int(x[1:]))


def _implied(labelled: list[list[str]]) -> list[str]:
    every = [label for labels in labelled for label in labels if label[0] != "."]
    return _hidden(labelled) + sorted(label for label in set(every) if every.count(label) == 1)


def _summed(tensors: list[Tensor], labelled: list[list[str]], result: list[str], equation: str) -> Tensor:
    """The inputs multiplied one after the other, each label summed as soon as nothing else needs it."""
    product, labels = tensors[0], labelled[0]
    for number in range(1, len(tensors)):
        needed = {*result, *(label for later in labelled[number + 1 :] for label in later)}
        product, labels = _product(product, labels, tensors[number], labelled[number], needed)
    product, labels = _without(product, labels, set(result))
    if set(labels) != set(result) or len(labels) != len(result):
        raise ValueError(f"einsum {equation!r}: the result's labels must each occur once")
    return _ordered(product, labels, result)


def _without(x: Tensor, labels: list[str], needed: set[str]) -> tuple[Tensor, list[str]]:
    """Summed over the axes that nothing needs."""
    gone = [axis for axis, label in enumerate(labels) if label not in needed]
    return (reduce_sum(x, gone), [label for label in labels if label in needed]) if gone else (x, labels)


def _ordered(x: Tensor, labels: list[str], order: list[str]) -> Tensor:
    return x if labels == order else transpose(x, [labels.index(label) for label in order])


def _product(a: Tensor, of_a: list[str], b: Tensor, of_b: list[str], needed: set[str]) -> tuple[Tensor, list[str]]:
    """a times b, summed over the labels of both that nothing else needs."""
    a, of_a = _without(a, of_a, needed | set(of_b))
    b, of_b = _without(b, of_b, needed | set(of_a))
    both = [label for label in of_a if label in of_b]
    contracted = [label for label in both if label not in needed]
    if not contracted or any(label[0] == "." for label in contracted):
        every = of_a + [label for label in of_b if label not in of_a]
        aligned = _without(multiply(_spread(a, of_a, every), _spread(b, of_b, every)), every, needed)
        return aligned
    batch = [label for label in both if label in needed]
    free_a = [label for label in of_a if label not in both]
    free_b = [label for label in of_b if label not in both]
    left, right = _ordered(a, of_a, batch + free_a + contracted), _ordered(b, of_b, batch + contracted + free_b)
    first, last = len(batch), len(contracted)
    a_sizes, b_sizes = sizes_of(left), sizes_of(right)
    left = _grouped(left, a_sizes, first, first + len(free_a))
    right = _grouped(right, b_sizes, first, first + last)
    product = matmul(left, right)
    sizes = _batch_sizes(product, first) + a_sizes[first : first + len(free_a)] + b_sizes[first + last :]
    if len(free_a) != 1 or len(free_b) != 1:
        product = reshape(product, sizes)
    return product, batch + free_a + free_b


def _grouped(x: Tensor, sizes: list[Any], first: int, second: int) -> Tensor:
    """Three groups of axes, [..first..], [first..second], [second..], the last two joined to one axis each."""
    if second - first == 1 and len(sizes) - second == 1:
        return x
    return reshape(x, [*sizes[:first], product_of(sizes[first:second]), product_of(sizes[second:])])


def _batch_sizes(product: Tensor, count: int) -> list[Any]:
    return sizes_of(product)[:count]


def _spread(x: Tensor, labels: list[str], every: list[str]) -> Tensor:
    """x with its axes in the order of `every`, and axes of size 1 for what it does not have."""
    x = _ordered(x, labels, [label for label in every if label in labels])
    for axis, label in enumerate(every):
        if label not in labels:
            x = expand_dims(x, axis)
    return x
