"""Loops and branches as machine code: equal to the reference interpreter, whoever runs them; if they are not, why."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler import executable, nests
from estimators.compiler.emit import emit
from estimators.compiler.executable import Executable
from estimators.compiler.pipeline import optimised
from model_fns.errors import InvalidArgumentError
from model_fns.ops.linalg import MatMul
from tests.cases.compiled import captured
from tests.compiled import Compiled, Part, changed_bits, differences


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def batch_of(*shape, seed=0):
    """A placeholder [None, *shape], and what it is fed for a batch."""
    tensor = tf.placeholder(tf.float32, [None, *shape])
    return tensor, lambda batch: {tensor: numbers(batch, *shape, seed=seed)}


def mapped():
    x, feeds = batch_of(5)
    w = tf.identity(tf.constant(numbers(5, 4, seed=1)))
    made = tf.map_fn(lambda row: tf.tanh(tf.squeeze(tf.matmul(row[None], w), 0)), x)
    both = tf.map_fn(lambda pair: (pair[0] * pair[1], tf.reduce_sum(pair[0])), (x, 2 * x), dtype=(tf.float32,) * 2)
    return [made, *both, *tf.gradients(made, [x, w]), tf.gradients(tf.gradients(both[0], x)[0], x)[0]], feeds


def scanned():
    x, feeds = batch_of(3, 4)
    w = tf.identity(tf.constant(numbers(4, 4, seed=1)))
    forth = tf.scan(lambda a, row: tf.sigmoid(tf.matmul(a, w) + row), x)
    back = tf.scan(lambda a, row: (a[1], a[0] * 0.5 + row), x, (tf.zeros([3, 4]), tf.ones([3, 4])), reverse=True)
    last = tf.foldr(lambda a, row: 0.9 * a - row, x)
    return [forth, *back, last, *tf.gradients([forth, back[1], last], [x, w])], feeds


def looped():
    x, feeds = batch_of(4)
    w = tf.identity(tf.constant(numbers(4, 4, seed=1)))
    i, y, z = tf.while_loop(
        lambda i, y, z: (i < 7) & (tf.reduce_sum(z) > -1e6),
        lambda i, y, z: (i + 1, z, tf.tanh(tf.matmul(y, w)) + tf.cast(i, tf.float32)),
        (0, x, 0.1 * x),
    )
    never = tf.while_loop(lambda a: a < 0, lambda a: a + 1, [3])
    return [i, y, z, never, *tf.gradients([y, z], [x, w])], feeds


def nested():
    """A loop in a loop in a map, with a branch in it."""
    x, feeds = batch_of(3)

    def inner(row, number):
        turn = lambda j, a: (j + 1, tf.cond(tf.equal(j % 2, 0), lambda: a * 2.0, lambda: a - row))  # noqa: E731
        return tf.while_loop(lambda j, a: j < number, turn, (0, row))[1]

    made = tf.map_fn(lambda row: tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, inner(a, i)), (0, row))[1], x)
    return [made, tf.gradients(made, x)[0]], feeds


def chosen():
    x, feeds = batch_of(4)
    w = tf.identity(tf.constant(numbers(4, 4, seed=1)))
    positive = tf.reduce_sum(x) > 0
    made = tf.cond(positive, lambda: [tf.matmul(x, w), x], lambda: [x, x])

    def deep():
        product = tf.matmul(x, w)
        return product, tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 0.5 + product), (0, x))[1]

    made += tf.cond(positive, deep, lambda: (x, tf.map_fn(lambda row: row * x[0], x)))
    same = tf.cond(positive, lambda: (x[0, 0], tf.constant([1, 2])), lambda: (x[0, 1], tf.constant([3, 4])))
    return [*made, *same, *tf.gradients(made, [x, w])], feeds


def arrays():
    """A recurrent network as it is written with TensorArrays."""
    x, feeds = batch_of(4)
    w = tf.identity(tf.constant(numbers(4, 4, seed=1)))
    count = tf.shape(x)[0]
    begun = tf.TensorArray(tf.float32, count, element_shape=[4])
    read = tf.TensorArray(tf.float32, count).unstack(x)

    def body(i, state, array):
        state = tf.tanh(tf.squeeze(tf.matmul(state[None], w), 0) + read.read(i))
        return i + 1, state, array.write(i, state)

    _, last, array = tf.while_loop(lambda i, *_: i < count, body, (0, tf.zeros([4]), begun))
    return [last, array.stack(), *tf.gradients([last, array.stack()], [x, w])], feeds


def drawn():
    x, feeds = batch_of(6)
    dropped = tf.map_fn(lambda row: tf.nn.dropout(row, keep_prob=0.5), x)
    walk = tf.while_loop(lambda i, y: i < 5, lambda i, y: (i + 1, y + tf.random_uniform([6])), (0, x))[1]
    deep = tf.map_fn(lambda row: tf.scan(lambda a, b: a + tf.random_normal([]) * b, row, 0.0), x)
    either = tf.cond(tf.reduce_sum(x) > -1e9, lambda: tf.random_uniform([3], seed=5), lambda: tf.zeros([3]))
    return [dropped, tf.gradients(dropped, x)[0], walk, deep, either], feeds


def recurrent():
    x, feeds = batch_of(5, 3)
    lengths = tf.placeholder(tf.int32, [None])
    cell = tf.nn.rnn_cell.LSTMCell(4, use_peepholes=True, initializer=tf.constant_initializer(0.2))
    outputs, state = tf.nn.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
    both, _ = tf.nn.bidirectional_dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(3, kernel_initializer=tf.constant_initializer(0.1)),
        tf.nn.rnn_cell.BasicRNNCell(2),
        x,
        lengths,
        dtype=tf.float32,
    )
    made = [outputs, *state, *both]
    sources = [x, *tf.trainable_variables()]
    return [*made, *tf.gradients(made, sources)], lambda batch: {**feeds(batch), lengths: np.arange(batch) % 6}


def effects():
    """Variables that a body and a branch change, Python in between, other element types."""
    x, feeds = batch_of(3)
    total = tf.get_variable("total", [3], initializer=tf.zeros_initializer(), trainable=False)
    added = tf.map_fn(lambda row: row + tf.assign_add(total, row), x)
    with tf.control_dependencies([added]):
        reset = tf.cond(tf.reduce_sum(x) > 0, lambda: tf.assign(total, total * 0.5), lambda: tf.identity(total))

    def body(i, a):
        most = tf.py_func(lambda value: value.max(), [a], tf.float32)
        most.set_shape([])
        return i + 1, 0.5 * a + most

    python = tf.while_loop(lambda i, a: i < 4, body, (np.int64(0), x))
    bytes_ = tf.map_fn(lambda row: tf.cast(row * 100, tf.uint8) + tf.constant(1, tf.uint8), x, dtype=tf.uint8)
    truth = tf.scan(lambda a, row: tf.logical_xor(a, row > 0), x, tf.constant([False, True, False]))
    return [added, reset, *python, bytes_, truth], feeds


CASES = (mapped, scanned, looped, nested, chosen, arrays, drawn, recurrent, effects)


@pytest.fixture(scope="module", params=["by worker 0", "side by side"])
def compiled(request):
    """All cases in one program."""
    parts = []
    for case in CASES:
        with tf.Graph().as_default():
            fetches, feeds = case()
            state = {v.op.name: numbers(*v.shape.as_list(), seed=3) for v in tf.global_variables()}
            assert all(item is not None for item in fetches), (case, fetches)
            parts.append(Part(case.__name__, {str(n): item for n, item in enumerate(fetches)}, feeds, state))
    patch = pytest.MonkeyPatch()
    if request.param == "side by side":
        patch.setattr(nests, "_LIGHT", 0)
        patch.setattr(executable, "_WORTH_SHARING", 0)
        patch.setattr(executable, "_WORTH_WAKING", 0)
    yield Compiled(parts)
    patch.undo()


@pytest.mark.parametrize("batch", [1, 7])
def test_machine_code_does_what_the_interpreter_does(compiled, batch):
    state, own = compiled.starting(), compiled.starting()
    expected = compiled.expected(batch, own, steps=2)
    assert differences(compiled.run(batch, state, steps=2), expected, 1e-5) == []
    assert differences(state, own, 1e-5) == []
    for workers in (2, 3):
        again = compiled.starting()
        results = compiled.run(batch, again, workers, steps=2)
        assert changed_bits(results, compiled.run(batch, compiled.starting(), steps=2)) == []
        assert changed_bits(again, state) == []


def test_nothing_stays_with_the_host(compiled):
    assert [note for note in compiled.executable.emitted.names.notes if "on the host" in note] == []


# -- one at a time ----------------------------------------------------------------------------------------------------


def test_nothing_to_go_through():
    x, feeds = batch_of(3)
    w = tf.identity(tf.constant(numbers(3, 3)))
    made = tf.map_fn(lambda row: tf.squeeze(tf.matmul(row[None], w), 0), x)
    last, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x[None], dtype=tf.float32)
    folded = tf.foldl(lambda a, row: a + tf.reduce_sum(row), x, 5.0)
    never = tf.while_loop(lambda i, a: i < tf.shape(x)[0], lambda i, a: (i + 1, tf.matmul(a, w)), (0, w))[1]
    fetches = [made, last, folded, never, *tf.gradients([made, last, folded, never], [x, w])]
    state = {v.op.name: numbers(*v.shape.as_list()) for v in tf.trainable_variables()}
    part = Compiled([Part("nothing", {str(n): item for n, item in enumerate(fetches)}, feeds, state)])
    for batch in (2, 0):
        found, expected = (run(batch, part.starting()) for run in (part.run, part.expected))
        assert differences(found, expected, 1e-5) == []


def test_a_loop_keeps_as_much_as_its_gradient_needs():
    """...of more iterations than there is memory for at first, and again of fewer."""
    x, times = tf.placeholder(tf.float64, [2]), tf.placeholder(tf.int32, [])
    y = tf.while_loop(lambda i, a: i < times, lambda i, a: (i + 1, a + 0.01 * tf.sin(a)), (0, x))[1]
    program = program_of([y, tf.gradients(y, x)[0]], [x, times])
    for count in (3, 500, 40):
        value, slope = np.array([1.0, 2.0]), np.ones(2)
        for _ in range(count):
            value, slope = value + 0.01 * np.sin(value), slope * (1 + 0.01 * np.cos(value))
        found = program.run({}, [np.array([1.0, 2.0]), np.array(count, np.int32)])[1]
        np.testing.assert_allclose(found, [value, slope], rtol=1e-12)


def program_of(fetches, feeds):
    return Executable(optimised(captured(fetches, feeds)))


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def kinds_inside(program):
    """The kinds of operations in the bodies of a program's loops."""
    return {type(s.op).__name__ for s in program.all_statements} - {type(s.op).__name__ for s in program.statements}


def test_what_need_not_be_in_a_loop_is_not():
    """...products with transposed weights, and the sums that are gradients by weights."""
    x, w = tf.placeholder(tf.float32, [None, 4, 3]), tf.placeholder(tf.float32, [3, 3])
    last = tf.foldl(lambda a, row: tf.tanh(tf.matmul(a, w) + row), x, tf.zeros([4, 3]))
    program = optimised(captured([last, tf.gradients(last, w)[0]], [x, w]))
    products = [s for s in program.all_statements if isinstance(s.op, MatMul)]
    after = [s for s in program.statements if isinstance(s.op, MatMul)]
    assert [(s.op.transpose_a, s.op.transpose_b) for s in after] == [(True, False)]
    assert [(s.op.transpose_a, s.op.transpose_b) for s in products if s not in after] == [(False, False)] * 2
    assert "Transpose" in {s.op.type for s in program.statements}


def test_rows_of_an_array_are_written_where_they_are():
    with tf.Graph().as_default():
        fetches, feeds = arrays()
        inside = kinds_inside(optimised(captured(fetches, list(feeds(1)))))
    assert {"WriteRows", "AddRows"} <= inside
    assert not {"ReplaceRows", "ScatterAdd"} & inside


def test_only_what_is_asked_for_is_computed_and_kept():
    x = tf.placeholder(tf.float32, [None, 3])
    one, other = tf.map_fn(lambda row: (tf.sinh(row), tf.cosh(row)), x, dtype=(tf.float32, tf.float32))
    assert "Cosh" not in kinds_inside(optimised(captured([one], [x])))
    assert "Sinh" not in kinds_inside(optimised(captured([other], [x])))
    y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.sin(y)), (0, x))[1]
    loops = [s for s in optimised(captured([y], [x])).statements if s.op.type == "While"]
    assert [len(s.outputs) for s in loops] == [2]
    loops = [s for s in optimised(captured(tf.gradients(y, x), [x])).statements if s.op.type == "While"]
    assert [len(s.outputs) for s in loops] == [2 + 1 + 1]  # and the number of iterations, and y of each


def test_many_steps_are_no_more_code_than_few():
    lines = []
    for steps in (5, 500):
        with tf.Graph().as_default():
            x = tf.placeholder(tf.float32, [None, steps, 3])
            outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.LSTMCell(4), x, dtype=tf.float32)
            program = optimised(captured([outputs, *tf.gradients(outputs, tf.trainable_variables())], [x]))
            lines.append(len(emit(program).source.splitlines()))
    assert lines[0] == lines[1]


def test_the_branch_that_is_not_taken_is_not_run():
    calls = []

    def noted(name):
        def call(value):
            calls.append(name)
            return value

        return lambda: tf.py_func(call, [tf.constant(1.0)], tf.float32, name=name)

    flag = tf.placeholder(tf.bool, [])
    made = tf.cond(flag, noted("then"), noted("else"))
    made.set_shape([])
    with tf.Session() as session:
        assert session.run(made, {flag: False}) == 1.0
        assert session.run(made, {flag: True}) == 1.0
    assert calls == ["else", "then"]


def test_what_fails_inside_a_loop_ends_the_step_with_its_sentence():
    table, last = tf.constant(numbers(4, 2)), tf.placeholder(tf.int32, [])
    i, found = tf.while_loop(lambda i, a: i < last, lambda i, a: (i + 1, a + tf.gather(table, i)), (0, tf.zeros([2])))
    program = program_of([i, found], [last])
    assert program.run({}, [np.array(4, np.int32)])[1][0] == 4
    outcome, _ = program.attempt({}, [np.array(1 << 30, np.int32)])
    assert isinstance(outcome.error, InvalidArgumentError)
    assert "indices = 4 is not in [0, 4)" in str(outcome.error)
    assert program.run({}, [np.array(2, np.int32)])[1][0] == 2


@pytest.mark.parametrize("light", [0, 1 << 40])
def test_the_first_slice_that_fails_is_the_one_that_is_told(light, monkeypatch):
    for name, number in ((nests, "_LIGHT"), (executable, "_WORTH_SHARING"), (executable, "_WORTH_WAKING")):
        monkeypatch.setattr(name, number, light if name is nests else 0)
    table, rows = tf.constant(numbers(4, 2)), tf.placeholder(tf.int32, [None])
    total = tf.foldl(lambda a, row: a + tf.gather(table, row + tf.cast(0 * a[0], tf.int32)), rows, tf.zeros([2]))
    program = program_of([total], [rows])
    for workers in (1, 2):
        outcome, _ = program.attempt({}, [np.array([1, 3, 9, 2, 8], np.int32)], workers=workers)
        assert "indices = 9 is not in [0, 4)" in str(outcome.error)
        found = program.run({}, [np.array([1, 3], np.int32)], workers=workers)[1][0]
        np.testing.assert_allclose(found, numbers(4, 2)[[1, 3]].sum(0), rtol=1e-6)


def test_what_stays_with_the_host_says_why():
    x = tf.placeholder(tf.float32, [3])
    words = tf.while_loop(lambda i, w: i < 2, lambda i, w: (i + 1, tf.strings.join([w, "a"])), (0, "b"))[1]
    sizes = tf.map_fn(lambda row: tf.size(tf.boolean_mask(row, row > 0)), x[None], dtype=tf.int32)
    program = program_of([words, sizes], [x])
    notes = [note for note in program.emitted.names.notes if "on the host" in note]
    assert [note.split(":")[0] for note in notes] == ["while/While", "map/Scan"]
    assert "is text" in notes[0]
    assert "is not known" in notes[1]
    assert program.run({}, [np.array([1, -1, 2], np.float32)])[1][1].tolist() == [2]
