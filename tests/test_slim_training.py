"""tf.contrib.slim.learning and tf.contrib.training: train ops and the loop around them."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

slim = tf.contrib.slim
learning = slim.learning
POINTS = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(3)
        yield graph


def loss_of_a_line():
    x = tf.constant(POINTS)
    y = slim.fully_connected(x, 1, activation_fn=None, normalizer_fn=slim.batch_norm, scope="line")
    slim.losses.mean_squared_error(y, 3 * x + 1)
    return slim.losses.get_total_loss()


def test_training_goes_on_from_its_checkpoint(tmp_path, caplog):
    caplog.set_level("INFO", "tensorflow")
    train_op = learning.create_train_op(loss_of_a_line(), tf.train.GradientDescentOptimizer(0.3))
    called = []
    first = learning.train(train_op, str(tmp_path), number_of_steps=20, log_every_n_steps=10, init_fn=called.append)
    assert len(called) == 1 and tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-20")
    logged = [line.partition(" (")[0] for line in caplog.messages if "global step" in line]
    assert [line.partition(":")[0] for line in logged] == ["global step 10", "global step 20"]
    assert logged[1] == f"global step 20: loss = {first:.4f}"
    last = learning.train(train_op, str(tmp_path), number_of_steps=30, init_fn=called.append)
    assert len(called) == 1 and last < first
    assert learning.train(train_op, str(tmp_path), number_of_steps=30) is None
    moved = tf.train.load_variable(str(tmp_path), "line/BatchNorm/moving_variance")
    assert moved == pytest.approx(1, abs=0.5) and moved != 1  # the updates of layers ran


def test_a_step_of_the_program_s_own():
    seen = []

    def step(session, train_op, global_step, kwargs):
        seen.append(session.run([train_op, global_step])[1])
        return kwargs["loss"], len(seen) == 4

    train_op = tf.contrib.training.create_train_op(loss_of_a_line(), tf.train.AdamOptimizer(0.1))
    assert learning.train(train_op, None, step, {"loss": 7}) == 7
    assert len(seen) == 4


def test_gradients_are_multiplied_and_bounded():
    w, v = tf.Variable([3.0, 4.0], name="w"), tf.Variable([1.0], name="v")
    loss = tf.reduce_sum(w * w) / 2 + tf.reduce_sum(v)
    optimizer = tf.train.GradientDescentOptimizer(1.0)
    train_op = learning.create_train_op(
        loss, optimizer, clip_gradient_norm=1.0, gradient_multipliers={"w": 0.5, v: 0.25}, summarize_gradients=True
    )
    assert len(tf.get_collection(tf.GraphKeys.SUMMARIES)) == 4
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        assert session.run(train_op) == 13.5
        assert session.run(w) == pytest.approx([2.4, 3.2]) and session.run(v) == pytest.approx([0.75])


def test_a_loss_that_is_no_number_is_an_error():
    w = tf.Variable(-1.0)
    train_op = learning.create_train_op(tf.log(w), tf.train.GradientDescentOptimizer(0.1), global_step=None)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="LossTensor is inf or nan"):
            session.run(train_op)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: learning.train(None, None), "train_op cannot be None"),
        (lambda: learning.train(tf.constant(1.0), None, number_of_steps=0), "either None or a positive number"),
        (lambda: learning.multiply_gradients([], {}), "a dict that is not empty"),
        (
            lambda: learning.create_train_op(
                tf.constant(1.0), tf.train.AdamOptimizer(), variables_to_train=[tf.Variable(1.0, trainable=False)]
            ),
            "is not a trainable variable",
        ),
    ],
)
def test_what_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_metrics_take_predictions_first():
    predictions, labels = tf.constant([1, 0, 1, 1]), tf.constant([1, 1, 1, 0])
    streaming = slim.metrics
    values, updates = streaming.aggregate_metric_map(
        {
            "accuracy": streaming.streaming_accuracy(predictions, labels),
            "precision": streaming.streaming_precision(predictions, labels),
            "recall": streaming.streaming_recall(predictions, labels, tf.constant([1.0, 1.0, 0.0, 1.0])),
            "recall at 1": streaming.streaming_recall_at_k(
                tf.constant([[0.9, 0.1], [0.2, 0.8]]), tf.constant([0, 0]), 1
            ),
        }
    )
    listed = streaming.aggregate_metrics(streaming.streaming_mean(tf.constant([2.0, 4.0])))
    now = streaming.accuracy(predictions, labels, tf.constant([1.0, 3.0, 0.0, 0.0]))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run([updates, listed[1]])
        found, means, share = session.run([values, listed[0], now])
    assert found == pytest.approx({"accuracy": 0.5, "precision": 2 / 3, "recall": 0.5, "recall at 1": 0.5})
    assert means == [3.0] and share == 0.25
