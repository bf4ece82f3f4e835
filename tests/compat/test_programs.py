"""Programs in the manner of TensorFlow 1's tutorials, their import line changed and nothing else."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

import estimators.compat.v1 as tf
from input_fns.datasets.digits import load_digits
from tests.compat.cnn_mnist import cnn_model_fn, record

NAMES = json.loads((Path(__file__).parents[1] / "golden" / "cnn_names.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def new_graph():
    tf.reset_default_graph()
    tf.set_random_seed(1)
    yield
    tf.reset_default_graph()


@pytest.fixture(scope="module")
def digits():
    return load_digits()


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[labels]


def test_linear_regression():
    train_x = np.linspace(-1, 1, 101).astype(np.float32)
    train_y = 2 * train_x + 1
    x = tf.placeholder("float")
    y = tf.placeholder("float")
    w = tf.Variable(0.0, name="weight")
    b = tf.Variable(0.0, name="bias")
    cost = tf.reduce_mean(tf.square(tf.add(tf.multiply(x, w), b) - y))
    train = tf.train.GradientDescentOptimizer(0.3).minimize(cost)
    init = tf.global_variables_initializer()
    with tf.Session() as session:
        session.run(init)
        for _ in range(60):
            _, last = session.run([train, cost], feed_dict={x: train_x, y: train_y})
        assert session.run(w) == pytest.approx(2, abs=1e-3)
        assert b.eval() == pytest.approx(1, abs=1e-3)
    assert last < 1e-5


def test_softmax_regression(digits):
    x = tf.placeholder(tf.float32, [None, 64])
    weights = tf.Variable(tf.zeros([64, 10]))
    biases = tf.Variable(tf.zeros([10]))
    y = tf.matmul(x, weights) + biases
    y_ = tf.placeholder(tf.float32, [None, 10])
    cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y))
    train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
    correct_prediction = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

    session = tf.InteractiveSession()
    tf.global_variables_initializer().run()
    order = np.random.RandomState(0)
    for _ in range(200):
        rows = order.choice(len(digits.train), 100, replace=False)
        session.run(train_step, feed_dict={x: digits.train.features[rows], y_: one_hot(digits.train.labels[rows])})
    feeds = {x: digits.test.features, y_: one_hot(digits.test.labels)}
    assert accuracy.eval(feeds) > 0.9
    assert session.run(accuracy, feeds) == accuracy.eval(feed_dict=feeds)
    session.close()


def test_one_network_in_two_modes_shares_its_variables(digits):
    def conv_net(images, dropout, reuse, is_training):
        with tf.variable_scope("ConvNet", reuse=reuse):
            x = tf.reshape(images, shape=[-1, 8, 8, 1])
            conv1 = tf.layers.conv2d(x, 6, 3, activation=tf.nn.relu)
            conv1 = tf.layers.max_pooling2d(conv1, 2, 2)
            fc1 = tf.contrib.layers.flatten(conv1)
            fc1 = tf.layers.dense(fc1, 32)
            fc1 = tf.layers.dropout(fc1, rate=dropout, training=is_training)
            out = tf.layers.dense(fc1, 10)
            return out if is_training else tf.nn.softmax(out)

    x = tf.placeholder(tf.float32, [None, 64], name="X")
    y = tf.placeholder(tf.int64, [None], name="Y")
    logits_train = conv_net(x, 0.25, reuse=False, is_training=True)
    logits_test = conv_net(x, 0.25, reuse=True, is_training=False)
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(logits=logits_train, labels=y))
    train_op = tf.train.AdamOptimizer(learning_rate=0.01).minimize(loss)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits_test, 1), y), tf.float32))
    assert [variable.name for variable in tf.trainable_variables()] == [
        "ConvNet/conv2d/kernel:0",
        "ConvNet/conv2d/bias:0",
        "ConvNet/dense/kernel:0",
        "ConvNet/dense/bias:0",
        "ConvNet/dense_1/kernel:0",
        "ConvNet/dense_1/bias:0",
    ]
    assert logits_test.name == "ConvNet_1/Softmax:0"
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in range(60):
            rows = slice(step * 64 % 1408, step * 64 % 1408 + 64)
            session.run(train_op, {x: digits.train.features[rows], y: digits.train.labels[rows]})
        assert session.run(accuracy, {x: digits.test.features, y: digits.test.labels}) > 0.8


def test_what_draws_is_named_as_in_tensorflow():
    with tf.variable_scope("layer"):
        drawn = [tf.truncated_normal([2], stddev=0.1), tf.random_normal([2], name="noise"), tf.random_uniform([2])]
        drawn += [tf.random_uniform([2], -1, 1), tf.truncated_normal([2]) + 1.0]
    names = ["truncated_normal", "noise", "random_uniform", "random_uniform_1", "add"]
    assert [tensor.name for tensor in drawn] == [f"layer/{name}:0" for name in names]
    inside = [operation.name for operation in tf.get_default_graph().get_operations() if "/noise" in operation.name]
    parts = ["/shape", "/mean", "/stddev", "/RandomStandardNormal", "/mul", ""]
    assert sorted(inside) == sorted(f"layer/noise{part}" for part in parts)


def test_two_graphs_do_not_meet():
    first, second = tf.Graph(), tf.Graph()
    with first.as_default():
        a = tf.get_variable("v", initializer=tf.constant(1.0))
        add = tf.assign_add(a, 2.0)
        init = tf.global_variables_initializer()
    with second.as_default(), tf.variable_scope("scope", reuse=tf.AUTO_REUSE):
        b = tf.get_variable("v", [], initializer=tf.zeros_initializer())
        assert tf.get_variable("v", []) is b
    with tf.Session(graph=first) as session:
        session.run(init)
        assert session.run(add) == 3.0
        with pytest.raises(ValueError, match="is not an element of this graph"):
            session.run(b)
    with tf.Session(graph=second) as session, pytest.raises(tf.errors.FailedPreconditionError, match="scope/v"):
        session.run(b)


def test_the_cnn_tutorial(digits, tmp_path, caplog):
    tf.logging.set_verbosity(tf.logging.INFO)
    mnist_classifier = tf.estimator.Estimator(
        model_fn=cnn_model_fn, model_dir=str(tmp_path / "model"), config=tf.estimator.RunConfig(tf_random_seed=1)
    )
    tensors_to_log = {"probabilities": "softmax_tensor"}
    logging_hook = tf.train.LoggingTensorHook(tensors=tensors_to_log, every_n_iter=50)
    train_input_fn = tf.estimator.inputs.numpy_input_fn(
        x={"x": digits.train.features}, y=digits.train.labels, batch_size=100, num_epochs=None, shuffle=True
    )
    mnist_classifier.train(input_fn=train_input_fn, steps=150, hooks=[logging_hook])
    eval_input_fn = tf.estimator.inputs.numpy_input_fn(
        x={"x": digits.test.features}, y=digits.test.labels, num_epochs=1, shuffle=False
    )
    eval_results = mnist_classifier.evaluate(input_fn=eval_input_fn)
    assert sorted(eval_results) == ["accuracy", "global_step", "loss"]
    assert eval_results["global_step"] == 150
    assert eval_results["accuracy"] > 0.8
    predict_input_fn = tf.estimator.inputs.numpy_input_fn({"x": digits.test.features[:5]}, shuffle=False)
    predictions = list(mnist_classifier.predict(predict_input_fn))
    assert len(predictions) == 5
    assert predictions[0]["probabilities"].shape == (10,)
    assert predictions[0]["classes"] == predictions[0]["probabilities"].argmax()
    tf.logging.set_verbosity(tf.logging.WARN)
    assert sum(line.startswith("probabilities = [[") for line in caplog.messages) == 3
    assert any(line.startswith("Loss for final step: ") for line in caplog.messages)

    assert mnist_classifier.get_variable_names() == NAMES["variables"]
    assert {mode: as_ours(names) for mode, names in NAMES["tensors"].items()} == record


def as_ours(names: dict[str, str]) -> dict[str, str]:
    """TensorFlow's names of a mode's tensors. Its queue yields the rows' numbers, too, so the rest begins at 1."""
    numbers = {"features": ":0", "labels": ":1"}
    return {key: name[:-2] + numbers[key] if key in numbers else name for key, name in names.items()}


def test_a_hook_fetches_at_every_step(digits, tmp_path):
    class LossHook(tf.train.SessionRunHook):
        def begin(self):
            self.step = tf.train.get_global_step()
            self.seen = []

        def before_run(self, run_context):
            return tf.train.SessionRunArgs({"loss": "loss:0", "step": self.step})

        def after_run(self, run_context, run_values):
            self.seen.append((run_values.results["step"], run_values.results["loss"]))
            if len(self.seen) == 4:
                run_context.request_stop()

    def model_fn(features, labels, mode):
        logits = tf.layers.dense(features["x"], 10)
        loss = tf.identity(tf.losses.sparse_softmax_cross_entropy(labels, logits), name="loss")
        train_op = tf.train.GradientDescentOptimizer(0.5).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    hook = LossHook()
    input_fn = tf.estimator.inputs.numpy_input_fn(
        {"x": digits.train.features}, digits.train.labels, num_epochs=None, shuffle=True
    )
    tf.estimator.Estimator(model_fn, str(tmp_path)).train(input_fn, steps=10, hooks=[hook])
    assert [step for step, _ in hook.seen] == [1, 2, 3, 4]
    assert hook.seen[-1][1] < hook.seen[0][1]


def test_a_saver_brings_a_model_back(tmp_path):
    v1 = tf.get_variable("v1", shape=[3], initializer=tf.zeros_initializer)
    v2 = tf.get_variable("v2", shape=[5], initializer=tf.zeros_initializer)
    inc_v1 = v1.assign(v1 + 1)
    dec_v2 = v2.assign(v2 - 1)
    saver = tf.train.Saver()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        inc_v1.op.run()
        dec_v2.op.run()
        save_path = saver.save(session, str(tmp_path / "model.ckpt"), global_step=7)
    assert save_path == str(tmp_path / "model.ckpt-7") == tf.train.latest_checkpoint(str(tmp_path))

    tf.reset_default_graph()
    v1 = tf.get_variable("v1", shape=[3])
    saver = tf.train.Saver()
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value v1"):
            v1.eval()
        saver.restore(session, save_path)
        np.testing.assert_array_equal(v1.eval(), [1, 1, 1])


def test_a_program_of_the_queue_era():
    with tf.Session() as session:
        input_fn = tf.estimator.inputs.numpy_input_fn(
            {"a": np.arange(4) * 1.0}, np.arange(4), batch_size=2, num_epochs=1, shuffle=False
        )
        features, target = input_fn()
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord=coord)
        for first in (0, 2):
            values = session.run([features, target])
            np.testing.assert_array_equal(values[0]["a"], [first, first + 1])
            np.testing.assert_array_equal(values[1], [first, first + 1])
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run([features, target])
        coord.request_stop()
        coord.join(threads)


def test_a_coordinator_stops_its_threads_and_raises_what_went_wrong():
    coord = tf.train.Coordinator()

    def work():
        with coord.stop_on_exception():
            raise ValueError("no more")

    threads = [threading.Thread(target=work), threading.Thread(target=coord.wait_for_stop)]
    for thread in threads:
        thread.start()
    with pytest.raises(ValueError, match="no more"):
        coord.join(threads)
    assert coord.should_stop()
    assert coord.joined
    coord.clear_stop()
    assert not coord.should_stop()


def test_name_scopes_are_tensorflows():
    x = tf.constant(1.0, name="x")
    with tf.name_scope("outer") as outer:
        assert outer == "outer/"
        with tf.name_scope(None, "inner", [x]) as inner:
            assert (tf.add(x, x).name, tf.identity(x, name=inner).name) == ("outer/inner/Add:0", "outer/inner:0")
    with tf.name_scope("outer"):
        assert tf.identity(x).name == "outer_1/Identity:0"
    with tf.name_scope(outer):
        assert tf.identity(x).name == "outer/Identity:0"
    with pytest.raises(ValueError, match="At least one of name"), tf.name_scope(None, None, [x]):
        pass


@pytest.mark.parametrize(
    ("make", "name", "dtype"),
    [
        (lambda a, b: tf.div(a, b), "div:0", "int32"),
        (lambda a, b: tf.truediv(a, b), "truediv:0", "float64"),
        (lambda a, b: tf.divide(a, b), "truediv:0", "float64"),
        (lambda a, b: tf.floordiv(a, b), "floordiv:0", "int32"),
        (lambda a, b: tf.floor_div(a, b), "FloorDiv:0", "int32"),
        (lambda a, b: tf.scalar_mul(2, a), "Mul:0", "int32"),
        (lambda a, b: tf.to_double(a), "ToDouble:0", "float64"),
        (lambda a, b: tf.realdiv(tf.to_float(a), 2.0), "RealDiv:0", "float32"),
        (lambda a, b: tf.contrib.layers.flatten(tf.reshape(a, [1, 2, 1])), "Flatten/flatten/Reshape:0", "int32"),
    ],
)
def test_names_and_types_are_tensorflows(make, name, dtype):
    tensor = make(tf.constant([3, 4]), tf.constant([2, 2]))
    assert (tensor.name, tensor.dtype.name) == (name, dtype)
    with tf.Session() as session:
        session.run(tensor)
