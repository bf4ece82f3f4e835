"""The translator's Python: what its arithmetic, its casts and its shares come to, against Python itself and NumPy."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators.compiler.load import load
from estimators.compiler.translate import translate

SHARE = """
def run(table, worker, workers):
    start, stop = share(table[0], worker, workers, table[1])
    return start * 100000 + stop
"""


@given(st.integers(0, 1000), st.integers(1, 9), st.integers(1, 20))
@settings(max_examples=50, deadline=None)
def test_shares_cover_the_range_once(count: int, workers: int, multiple: int) -> None:
    covered, table = 0, np.array([count, multiple], np.int64)
    for worker in range(workers):
        start, stop = divmod(load(SHARE)(table.ctypes.data, worker, workers), 100000)
        assert start == covered and stop >= start
        assert stop == count or stop % multiple == 0
        covered = stop
    assert covered == count


INTEGERS = [
    "worker + workers * 3 - table[0]",
    "worker // workers",
    "worker % workers",
    "max(worker, workers) - min(table[0], worker)",
    "-worker",
    "7 if worker == 3 else workers",
]


@pytest.mark.parametrize("expression", INTEGERS)
def test_sizes_are_as_in_python(expression: str) -> None:
    run = load(f"def run(table, worker, workers):\n    return {expression}\n")
    for worker, workers, entry in product((-7, -1, 0, 3, 8), (1, 2, 3), (0, 5)):
        table = np.array([entry], np.int64)
        wanted = eval(expression, {}, {"worker": worker, "workers": workers, "table": table.tolist()})
        assert run(table.ctypes.data, worker, workers) == wanted, (worker, workers, entry)


CONDITIONS = ["worker < workers and table[0] != 0", "worker >= workers or table[0] == 0", "worker <= 2", "worker > 2"]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_are_as_in_python(condition: str) -> None:
    run = load(f"def run(table, worker, workers):\n    if {condition}:\n        return 1\n    return 0\n")
    for worker, entry in product((1, 2, 3), (0, 1)):
        table = np.array([entry], np.int64)
        wanted = eval(condition, {}, {"worker": worker, "workers": 2, "table": table})
        assert run(table.ctypes.data, worker, 2) == wanted


LOOP = """
def run(table, worker, workers):
    x = array_at(table[0], table[2], np.{source})
    y = array_at(table[1], table[2], np.{target})
    for i in range(table[2]):
        v0 = np.{target}(x[i])
        y[i] = v0
    return 0
"""
DTYPES = ["float32", "float64", "int32", "int64", "bool"]


@pytest.mark.parametrize("source", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_casts_are_numpys(source: str, target: str) -> None:
    x = np.array([0, 1, -1, 2.75, -2.75, 1e6, 100, 3] * 3).astype(source)
    y = np.empty(len(x), target)
    load(LOOP.format(source=source, target=target))(
        np.array([x.ctypes.data, y.ctypes.data, len(x)], np.int64).ctypes.data, 0, 1
    )
    np.testing.assert_array_equal(y, x.astype(target))


def test_loops_of_no_steps_do_nothing() -> None:
    source = (
        "def run(table, worker, workers):\n    for i in range(3, worker):\n        table[0] = i\n    return table[0]\n"
    )
    for stop, left in ((-1, 9), (0, 9), (3, 9), (4, 3), (7, 6)):
        table = np.array([9], np.int64)
        assert load(source)(table.ctypes.data, stop, 1) == left


def test_nothing_is_converted_unnoticed() -> None:
    source = """
one = np.float32(1.0)
def run(table, worker, workers):
    x = array_at(table[0], 1, np.float64)
    x[0] = x[0] + one
    return 0
"""
    with pytest.raises(TypeError, match="joins float64 and float32"):
        translate(source, "step")
