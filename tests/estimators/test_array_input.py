"""What an ArrayInput says of itself decides as its graph would: whether one built before serves it."""

from __future__ import annotations

from itertools import product

import numpy as np

from estimators.built_graph import fingerprint
from input_fns import numpy_input_fn
from model_fns.graph.graph import Graph

X, Y = np.zeros((6, 3), np.float32), np.arange(6)
INPUTS = {
    "plain": numpy_input_fn({"x": X}, Y, 2, shuffle=False),
    "other numbers": numpy_input_fn({"x": X + 1}, Y[::-1], 2, shuffle=False),
    "more rows": numpy_input_fn({"x": np.zeros((9, 3), np.float32)}, np.arange(9), 2, shuffle=False),
    "other batch": numpy_input_fn({"x": X}, Y, 5, shuffle=False),
    "two epochs": numpy_input_fn({"x": X}, Y, 2, 2, shuffle=False),
    "endless": numpy_input_fn({"x": X}, Y, 2, None, shuffle=False),
    "endless, other batch": numpy_input_fn({"x": X}, Y, 5, None, shuffle=False),
    "shuffled": numpy_input_fn({"x": X}, Y, 2, shuffle=True),
    "wider": numpy_input_fn({"x": np.zeros((6, 4), np.float32)}, Y, 2, shuffle=False),
    "float64": numpy_input_fn({"x": X.astype(np.float64)}, Y, 2, shuffle=False),
    "no labels": numpy_input_fn({"x": X}, None, 2, shuffle=False),
    "two features": numpy_input_fn({"x": X, "y": X}, Y, 2, shuffle=False),
    "labels of two": numpy_input_fn({"x": X}, {"a": Y, "b": Y}, 2, shuffle=False),
}
OTHER_FORM = {  # the same operations, handed over otherwise
    "other name": numpy_input_fn({"z": X}, Y, 2, shuffle=False),
    "an array": numpy_input_fn(X, Y, 2, shuffle=False),
    "labels in a dict": numpy_input_fn({"x": X}, {"a": Y}, 2, shuffle=False),
}


def structure(input_fn):
    with Graph().as_default() as graph:
        input_fn()
    return fingerprint(graph)


def test_descriptions_are_equal_where_the_graphs_are():
    known = {name: (input_fn.described()[0], structure(input_fn)) for name, input_fn in INPUTS.items()}
    for first, second in product(known, known):
        (described, graph), (other_description, other_graph) = known[first], known[second]
        assert (described == other_description) == (graph == other_graph), (first, second)
    assert len({described for described, _ in known.values()}) < len(known)


def test_another_form_is_another_description():
    every = [input_fn.described()[0] for input_fn in (INPUTS["plain"], *OTHER_FORM.values())]
    assert len(set(every)) == len(every)


def test_the_source_is_that_of_the_graph():
    for input_fn in INPUTS.values():
        with Graph().as_default() as graph:
            input_fn()
        (built,), described = graph.sources.values(), input_fn.described()[1]
        assert (built.plan, built.shuffled) == (described.plan, described.shuffled)
        assert all(map(np.array_equal, built.arrays, described.arrays))
