"""What a long step repeats, written once: which statements that are, and that the numbers stay the same bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler import load, outline, repeats
from estimators.compiler.executable import Executable
from estimators.compiler.repeats import gathered
from estimators.compiler.translate import translate
from model_fns.errors import InvalidArgumentError
from tests.test_compiler import compiled

HEAD = """two = np.float32(2.0)


def run(table, worker, workers):
    n = table[20]
    a = array_at(table[21], n * 3, np.float32)  # float32[n, 3]
    b = array_at(table[22], n * 3, np.float32)  # float32[n, 3]
    c = array_at(table[23], n * 3, np.float32)  # float32[n, 3]
    d = array_at(table[24], 5, np.float32)
    scratch_float32 = array_at(table[25] + worker * table[26] * 4, table[26], np.float32)
    start_0, stop_0 = share(n, worker, workers, 1)
    start_1, stop_1 = share(5, worker, workers, 1)
    for step in range(table[1]):
"""
TAIL = """        if table[0] != 0:
            return step + 1
    return table[1]
"""


def parts(body: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[str]]:
    """The functions made for a step of these statements, and the lines that are left of it."""
    monkeypatch.setattr(repeats, "SHORT", 1)
    indented = "".join(f"        {line}\n" for line in body.strip("\n").split("\n"))
    text = gathered(HEAD + indented + TAIL)
    functions, run = text.split("def run(")
    left = run.split("    for step in range(table[1]):\n")[1].removesuffix(TAIL)
    return functions.removeprefix(HEAD.split("def run")[0]), [line[8:] for line in left.splitlines()]


def test_loops_over_other_arrays_become_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
# first : float32[n, 3]
for i0 in range(start_0, stop_0):
    v0 = np.float32(a[i0] * two)
    b[i0] = v0
# second : float32[n, 3]
for i0 in range(start_1, stop_1):
    v0 = np.float32(b[i0] * two)
    c[i0] = v0
# in place
for i0 in range(start_0, stop_0):
    v0 = np.float32(a[i0] * two)
    a[i0] = v0
d[0] = two
"""
    functions, left = parts(body, monkeypatch)
    assert functions.startswith(
        "def _form_0(table, worker, workers, step, _number_0, _number_1, _slot_2, _number_3, _slot_4):\n"
        "    _array_2 = array_at(table[_slot_2], _number_3 * 3, np.float32)\n"
        "    _array_4 = array_at(table[_slot_4], _number_3 * 3, np.float32)\n"
        "    for i0 in range(_number_0, _number_1):\n"
        "        v0 = np.float32(_array_2[i0] * two)\n"
        "        _array_4[i0] = v0\n\n"
        "def _form_1(table, worker, workers, step, _number_0, _number_1, _slot_2, _number_3):\n"
    )
    assert left == [
        "_form_0(table, worker, workers, step, start_0, stop_0, 21, n, 22)",
        "_form_0(table, worker, workers, step, start_1, stop_1, 22, n, 23)",
        "_form_1(table, worker, workers, step, start_0, stop_0, 21, n)",  # one array is no copy of a loop over two
        "d[0] = two",
    ]


def test_numbers_read_before_a_loop_go_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
d_number = d[0]
for i0 in range(start_0, stop_0):
    a[i0] = d_number
if worker == 0:
    d_number_2 = d[1]
    b[0] = d_number_2
else:
    b[1] = two
d_number_3 = d[0]
for i0 in range(start_0, stop_0):
    c[i0] = d_number_3
if worker == 0:
    d_number_4 = d[1]
    c[0] = d_number_4
else:
    c[1] = two
"""
    functions, left = parts(body, monkeypatch)
    assert [line.split("(")[0] for line in left] == ["_form_0", "_form_1"] * 2
    assert "d_number" not in functions and functions.count("else:") == 1


def test_what_passes_a_name_on_or_ends_the_step_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
d_number = d[0]
a[0] = d_number
for i0 in range(start_0, stop_0):
    a[i0] = d_number
d_number_2 = d[0]
b[0] = d_number_2
for i0 in range(start_0, stop_0):
    b[i0] = d_number_2
if table[0] != 0:
    return step
if table[0] != 0:
    return step
"""
    functions, left = parts(body, monkeypatch)
    assert not functions
    assert left == body.strip("\n").split("\n")


def test_kernels_and_scratch_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "\n".join(f"sort(table[30], {name}, n, scratch_float32, start_0, stop_0)" for name in "abc")
    functions, left = parts(body, monkeypatch)
    assert "scratch_float32 = array_at(table[25] + worker * table[26] * 4, table[26], np.float32)" in functions
    assert [line.split("step, ")[1] for line in left] == [f"{slot}, n, start_0, stop_0)" for slot in (21, 22, 23)]


def test_loops_are_optimised_and_lists_of_calls_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "SHORT", 1)
    body = "".join(f"        for i0 in range(start_0, stop_0):\n            {name}[i0] = two\n" for name in "abc")
    body += "".join(f"        if workers > 1:\n            {name}[0] = two\n" for name in "abc")
    lines = [line for line in translate(HEAD + body + TAIL, "step").splitlines() if line.startswith("define")]
    assert ["optnone" in line for line in lines] == [False, True, False]
    assert ["_form_0" in lines[0], "_form_1" in lines[1], '"step"' in lines[2]] == [True] * 3


def test_a_short_step_stays_as_it_is() -> None:
    source = HEAD + "        a[0] = two\n" * 3 + TAIL
    assert gathered(source) is source


@pytest.mark.parametrize("workers", [1, 3])
def test_repeated_layers_compute_the_same_bits(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with tf.Graph().as_default():
        x, label = tf.placeholder(tf.float32, [None, 5], "x"), tf.placeholder(tf.int32, [None], "label")
        w = tf.Variable(np.linspace(-1, 1, 25, dtype=np.float32).reshape(5, 5), name="w")
        h = tf.identity(tf.tanh(x), "piece_0") + tf.identity(tf.sigmoid(x), "form_0")
        for number in range(8):
            h = tf.nn.sigmoid(tf.matmul(tf.concat([h[:, 1:], h[:, :1]], 1), w)) * (1.0 + number % 2)
            h = h + tf.reduce_mean(h) - tf.reduce_max(h, 1, keepdims=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=label, logits=h))
        gradient, norm = tf.clip_by_global_norm(tf.gradients(loss, [w]), 0.5)
        whole = compiled([tf.assign_sub(w, gradient[0] * 0.1), loss, norm], [x, label])
        monkeypatch.setattr(repeats, "SHORT", 10)
        monkeypatch.setattr(outline, "SHORT", 10)
        monkeypatch.setattr(outline, "_PIECE", 20)
        monkeypatch.setattr(load.disk, "read", lambda name: None)
        load.load.cache_clear()
        shared = Executable(whole.program)
        load.load.cache_clear()
    text = gathered(shared.source)
    assert max(text.count(f"_form_{number}(") for number in range(9)) > 8
    assert text.count("\n") < 0.8 * shared.source.count("\n")
    feeds: list[Any] = [
        np.random.default_rng(1).normal(size=(7, 5)).astype(np.float32),
        np.arange(7, dtype=np.int32) % 5,
    ]
    states = [{"w": np.linspace(-1, 1, 25, dtype=np.float32).reshape(5, 5)} for _ in range(2)]
    found = [
        made.run(state, feeds, steps=3, workers=workers)[1] for made, state in zip((whole, shared), states, strict=True)
    ]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(states[0]["w"], states[1]["w"])
    assert abs(states[0]["w"] - np.linspace(-1, 1, 25).reshape(5, 5)).max() > 1e-3
    with pytest.raises(InvalidArgumentError, match="label value of 9"):
        shared.run(states[1], [feeds[0], np.full(7, 9, np.int32)], workers=workers)
    np.testing.assert_array_equal(states[0]["w"], states[1]["w"])
