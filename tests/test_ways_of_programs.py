"""Ways in which programs are written that are easy to overlook, each found in one that did not run."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators import app
from model_fns.protos.summary import Summary
from model_fns.summary_encoding import histogram_proto


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_training_may_be_a_placeholder_of_any_rank():
    training = tf.placeholder(tf.bool)
    x = tf.placeholder(tf.float32, [None, 4])
    normalized = tf.layers.batch_normalization(tf.layers.dropout(x, 0.999999, training=training), training=training)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        ones = np.ones((2, 4), np.float32)
        assert session.run(normalized, {x: ones, training: True}) == pytest.approx(np.zeros((2, 4)))
        assert session.run(normalized, {x: ones, training: False}) == pytest.approx(ones, rel=1e-2)


def test_a_cast_of_a_known_integer_has_the_type_it_is_cast_to():
    lengths = tf.cast(tf.constant(np.array([4, 2], np.int64)), tf.int32)
    assert (lengths - 1).dtype == tf.int32


def test_summaries_of_what_updates_leave_behind_are_merged_after_they_are_made():
    table = tf.Variable(np.ones((5, 2), np.float32), name="table")
    rows = tf.nn.embedding_lookup(table, [1, 3, 3])
    optimizer = tf.train.AdamOptimizer(0.1)
    pairs = optimizer.compute_gradients(tf.reduce_sum(rows * rows))
    train_op = optimizer.apply_gradients(pairs)
    kinds = tf.summary.histogram("gradient", pairs[0][0]), tf.summary.scalar("zeros", tf.nn.zero_fraction(pairs[0][0]))
    merged = tf.summary.merge(kinds)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = Summary.FromString(session.run([train_op, merged])[1])
    assert [value.tag for value in found.value] == ["gradient", "zeros"]
    assert found.value[0].histo.sum == 12 and found.value[1].simple_value == pytest.approx(0.6)


def test_an_optimizer_may_override_nothing_but_apply_gradients():
    class Halving(tf.train.Optimizer):
        def __init__(self):
            super().__init__(False, "Halving")

        def apply_gradients(self, grads_and_vars, global_step=None, name=None):
            return tf.group(*[variable.assign(variable / 2) for _, variable in grads_and_vars])

    class Nothing(tf.train.Optimizer):
        def __init__(self):
            super().__init__(False, "Nothing")

    w = tf.Variable(8.0)
    halve = Halving().minimize(w * w)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(halve)
        assert session.run(w) == 4
    with pytest.raises(NotImplementedError, match="Nothing has no _apply_dense"):
        Nothing().minimize(w * w)


def test_flags_of_absl_are_parsed_by_the_program_s_run(monkeypatch):
    class Flags:
        seen = None

        def is_parsed(self):
            return self.seen is not None

        def __call__(self, arguments, known_only):
            self.seen = arguments
            return [item for item in arguments if not item.startswith("--kept")]

    flags = Flags()
    monkeypatch.setitem(sys.modules, "absl.flags", SimpleNamespace(FLAGS=flags, Error=ValueError))
    got = []
    with pytest.raises(SystemExit):
        app.run(got.append, ["program", "--kept=1", "file"])
    assert got == [["program", "file"]] and flags.seen == ["program", "--kept=1", "file"]


def test_files_under_their_second_names(tmp_path):
    files = tf.io.gfile
    folder, file = str(tmp_path / "a" / "b"), str(tmp_path / "a" / "b" / "c.txt")
    files.makedirs(folder)
    with files.GFile(file, "w") as opened:
        opened.write("text")
    files.copy(file, file + "2")
    files.rename(file + "2", file + "3")
    assert files.exists(file) and files.isdir(folder) and files.stat(file).length == 4
    assert sorted(files.listdir(folder)) == ["c.txt", "c.txt3"] and files.glob(folder + "/*3") == [file + "3"]
    files.remove(file)
    files.mkdir(folder + "/d")
    assert [names for _, _, names in files.walk(folder)] == [["c.txt3"], []]
    files.rmtree(folder)
    assert not files.exists(folder)


def test_large_and_small_arrays_are_counted_into_the_same_buckets():
    random = np.random.RandomState(0)
    limits = np.float32(1e-12) * np.float32(1.1) ** np.arange(500, dtype=np.float32)
    near = np.concatenate([limits, np.nextafter(limits, 0, dtype=np.float32), [0, 1e25, -1e25]])
    values = np.concatenate([near, -near, random.randn(40_000), random.randn(99) * 1e-13]).astype(np.float32)
    large, exact = histogram_proto(values, "x"), histogram_proto(values.astype(np.float64), "x")
    assert list(large.bucket) == list(exact.bucket) and list(large.bucket_limit) == list(exact.bucket_limit)


def test_sizes_that_are_broadcast_again_and_again_do_not_grow():
    x, y = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [None])
    total = x * y
    for _ in range(40):
        total = (total + x) * y + total
    with tf.Session() as session:
        assert len(str(total.spec.dims[0])) < 100
        assert session.run(total, {x: [0.0, 0.0], y: [1.0]}).tolist() == [0.0, 0.0]
