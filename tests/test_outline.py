"""Long steps in pieces: the same numbers as in one function, and pieces that stand by themselves."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler import load, outline
from estimators.compiler.executable import Executable
from estimators.compiler.outline import outlined
from estimators.compiler.reference import evaluate
from model_fns.errors import InvalidArgumentError
from tests.test_compiler import compiled

SOURCE = '''"""Head."""
two = np.float32(2.0)


def run(table, worker, workers):
    n = table[20]
    a = array_at(table[21], n, np.float32)
    b = array_at(table[22], n, np.float32)
    unused = array_at(table[23], n, np.float32)
    start_0, stop_0 = share(n, worker, workers, 1)
    for step in range(table[1]):
        first = a[0]
        for i0 in range(start_0, stop_0):
            b[i0] = first
        if table[0] != 0:
            return step
        for i0 in range(start_0, stop_0):
            v0 = b[i0]
            a[i0] = v0
        if workers > 1:
            meet(table[9], b, workers)
    return table[1]
'''


def test_pieces_are_cut_where_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "SHORT", 3)
    monkeypatch.setattr(outline, "_PIECE", 1)
    text = ast.unparse(ast.fix_missing_locations(outlined(ast.parse(SOURCE))))
    pieces = {node.name: ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert list(pieces) == ["_piece_0", "_piece_1", "_piece_2", "run"]
    assert "first = a[0]" in pieces["_piece_0"] and "b[i0] = first" in pieces["_piece_0"]
    assert "a[i0] = v0" in pieces["_piece_1"]
    assert "meet(" in pieces["_piece_2"] and "start_0" not in pieces["_piece_2"]
    assert not any("unused" in text for name, text in pieces.items() if name != "run")
    calls = [line.strip() for line in pieces["run"].splitlines() if "piece" in line]
    assert calls == [f"_piece_{i}(table, worker, workers, step)" for i in range(3)]
    assert "return step" in pieces["run"]


def test_a_short_step_stays_as_it_is() -> None:
    tree = ast.parse(SOURCE)
    assert ast.dump(outlined(tree)) == ast.dump(ast.parse(SOURCE))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_long_step_computes_the_same(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with tf.Graph().as_default():
        x, label = tf.placeholder(tf.float32, [None, 5], "x"), tf.placeholder(tf.int32, [None], "label")
        w = tf.Variable(np.linspace(-1, 1, 25, dtype=np.float32).reshape(5, 5), name="w")
        h = x
        for number in range(12):
            h = tf.nn.relu(tf.matmul(h, w) + number * 0.01) + tf.reduce_mean(h, 1, keepdims=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=h))
        fetches = [tf.assign_sub(w, tf.gradients(loss, w)[0] * 0.1), loss]
        whole = compiled(fetches, [x, label])
        monkeypatch.setattr(outline, "SHORT", 10)
        monkeypatch.setattr(outline, "_PIECE", 20)
        monkeypatch.setattr(load.disk, "read", lambda name: None)
        load.load.cache_clear()
        pieces = Executable(whole.program)
        load.load.cache_clear()
        feeds: list[Any] = [
            np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32),
            np.arange(7, dtype=np.int32) % 5,
        ]
        start = {"w": np.linspace(-1, 1, 25, dtype=np.float32).reshape(5, 5)}
        states = [{name: array.copy() for name, array in start.items()} for _ in range(3)]
        found = [
            made.run(state, feeds, steps=3, workers=workers)[1]
            for made, state in zip((whole, pieces), states[:2], strict=True)
        ]
        for _ in range(3):
            expected = evaluate(fetches, {x: feeds[0], label: feeds[1]}, states[2])
        bad = [feeds[0], np.full(7, 9, np.int32)]
        before = states[1]["w"].copy()
        with pytest.raises(InvalidArgumentError, match="label value of 9"):
            pieces.run(states[1], bad, workers=workers)
    np.testing.assert_array_equal(states[1]["w"], before)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(states[0]["w"], states[1]["w"])
    np.testing.assert_allclose(found[1][1], expected[1], rtol=1e-5)
    np.testing.assert_allclose(states[1]["w"], states[2]["w"], rtol=1e-4, atol=1e-6)
