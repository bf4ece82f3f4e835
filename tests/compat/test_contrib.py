"""tf.contrib: names, collections and numbers of its layers, optimize_loss, HParams, as TensorFlow 1.15 has them."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.hooks.session_run_hook import SessionRunHook

layers = tf.contrib.layers


def names(*collections):
    return [[item.name for item in tf.get_collection(key)] for key in collections]


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def vectors():
    return tf.placeholder(tf.float32, [None, 5], "v")


@pytest.fixture
def images():
    return tf.placeholder(tf.float32, [None, 8, 8, 3], "x")


@pytest.mark.parametrize(
    ("build", "output", "variables"),
    [
        (lambda v: layers.fully_connected(v, 4), "fully_connected/Relu:0", {"weights": [5, 4], "biases": [4]}),
        (lambda v: layers.linear(v, 2), "fully_connected/BiasAdd:0", {"weights": [5, 2], "biases": [2]}),
        (lambda v: layers.fully_connected(v, 4, scope="a", biases_initializer=None), "a/Relu:0", {"weights": [5, 4]}),
        (
            lambda v: layers.fully_connected(v, 4, normalizer_fn=layers.batch_norm),
            "fully_connected/Relu:0",
            {"weights": [5, 4], "BatchNorm/beta": [4], "BatchNorm/moving_mean": [4], "BatchNorm/moving_variance": [4]},
        ),
        (
            lambda v: layers.stack(v, layers.fully_connected, [3, 4], scope="s"),
            "s/s_2/Relu:0",
            {"s_1/weights": [5, 3], "s_1/biases": [3], "s_2/weights": [3, 4], "s_2/biases": [4]},
        ),
        (lambda v: layers.dropout(v, is_training=False), "Dropout/Identity:0", {}),
        (
            lambda v: layers.batch_norm(v),
            "BatchNorm/Reshape_1:0",
            {"beta": [5], "moving_mean": [5], "moving_variance": [5]},
        ),
        (
            lambda v: layers.embed_sequence(tf.cast(v, tf.int32), 10, 4),
            "EmbedSequence/embedding_lookup/Identity:0",
            {"embeddings": [10, 4]},
        ),
        (lambda v: layers.one_hot_encoding(tf.cast(v[:, 0], tf.int64), 4), "OneHotEncoding/one_hot:0", {}),
    ],
)
def test_names_of_layers_of_vectors(vectors, build, output, variables):
    made = build(vectors)
    assert made.name == output
    prefix = output.split("/")[0]
    expected = {f"{prefix}/{name}:0": shape for name, shape in variables.items()}
    assert {variable.name: variable.shape.as_list() for variable in tf.global_variables()} == expected
    assert names(tf.GraphKeys.MODEL_VARIABLES) == [list(expected)]


@pytest.mark.parametrize(
    ("build", "output", "shape", "variables"),
    [
        (lambda x: layers.conv2d(x, 4, 3), "Conv/Relu:0", [None, 8, 8, 4], {"weights": [3, 3, 3, 4], "biases": [4]}),
        (
            lambda x: layers.conv2d(x, 4, [3, 2], stride=2, padding="VALID", activation_fn=None, scope="c"),
            "c/BiasAdd:0",
            [None, 3, 4, 4],
            {"weights": [3, 2, 3, 4], "biases": [4]},
        ),
        (lambda x: layers.max_pool2d(x, 2), "MaxPool2D/MaxPool:0", [None, 4, 4, 3], {}),
        (lambda x: layers.avg_pool2d(x, [2, 2], 1, "SAME", scope="p"), "p/AvgPool:0", [None, 8, 8, 3], {}),
    ],
)
def test_names_of_layers_of_images(images, build, output, shape, variables):
    made = build(images)
    assert (made.name, made.shape.as_list()) == (output, shape)
    expected = {f"{output.split('/')[0]}/{name}:0": sizes for name, sizes in variables.items()}
    assert {variable.name: variable.shape.as_list() for variable in tf.global_variables()} == expected


def test_collections_and_reuse(vectors):
    regularizer = layers.l2_regularizer(0.1)
    first = layers.fully_connected(
        vectors,
        4,
        scope="a",
        weights_regularizer=regularizer,
        variables_collections=["mine"],
        outputs_collections="out",
    )
    second = layers.fully_connected(vectors, 4, scope="a", reuse=True)
    assert names("mine", "out") == [["a/weights:0", "a/biases:0"], [first.name]]
    assert len(tf.global_variables()) == 2 and len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)) == 1
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        a, b = session.run([first, second], {vectors: np.ones((2, 5))})
    np.testing.assert_array_equal(a, b)


def test_batch_norm_moves_its_averages_where_it_is_told(vectors):
    """Of a batch of 4, with the unbiased variance, as TensorFlow's fused kernel has it."""
    layers.batch_norm(vectors, scope="later")
    at_once = layers.batch_norm(vectors, updates_collections=None, decay=0.9, scope="now")
    assert names(tf.GraphKeys.UPDATE_OPS) == [["later/AssignMovingAvg", "later/AssignMovingAvg_1"]]
    batch = np.arange(20.0).reshape(4, 5)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        value = session.run(at_once, {vectors: batch})
        variance = session.run("now/moving_variance:0")
    np.testing.assert_allclose(value, (batch - batch.mean(0)) / np.sqrt(batch.var(0) + 0.001), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * batch.var(0, ddof=1), rtol=1e-5)


def loss_of(vectors):
    tf.train.create_global_step()
    return tf.reduce_mean(tf.square(layers.linear(vectors, 1, weights_initializer=tf.ones_initializer())))


def test_optimize_loss_clips_multiplies_and_lets_the_rate_fall(vectors):
    train = layers.optimize_loss(
        loss_of(vectors),
        None,
        0.5,
        "SGD",
        clip_gradients=1.0,
        gradient_multipliers={"fully_connected/weights:0": 2.0},
        learning_rate_decay_fn=lambda rate, step: tf.train.exponential_decay(rate, step, 1, 0.5),
    )
    assert train.name == "OptimizeLoss/control_dependency:0"
    scalars = ["loss", "global_norm/gradient_norm", "global_norm/clipped_gradient_norm", "learning_rate_1"]
    assert sorted(names(tf.GraphKeys.SUMMARIES)[0]) == sorted(f"OptimizeLoss/{name}:0" for name in scalars)
    batch = np.array([[1.0, 0, 2, 0, 0]])
    weights, biases = np.ones(5), 0.0
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for rate in (0.5, 0.25):
            output = weights @ batch[0] + biases
            by_weights, by_biases = 2 * 2 * output * batch[0], 2 * output
            length = np.sqrt((by_weights**2).sum() + by_biases**2)
            assert session.run(train, {vectors: batch}) == pytest.approx(output**2, rel=1e-5)
            weights, biases = weights - rate * by_weights / length, biases - rate * by_biases / length
            np.testing.assert_allclose(session.run("fully_connected/weights:0")[:, 0], weights, rtol=1e-5)
        assert session.run("global_step:0") == 2


def test_optimize_loss_runs_updates_first_and_leaves_the_step_if_asked(vectors):
    counter = tf.Variable(0, trainable=False)
    tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_add(counter, 1))
    train = layers.optimize_loss(
        loss_of(vectors), None, None, tf.train.AdamOptimizer(0.1), increment_global_step=False, summaries=["gradients"]
    )
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train, {vectors: np.ones((1, 5))})
        assert session.run([counter, "global_step:0"]) == [1, 0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((1, "SGD"), "Learning rate should be 0d Tensor or float. Got 1 of type <class 'int'>"),
        ((-1.0, "SGD"), "Invalid learning_rate -1.0."),
        ((None, "SGD"), "Learning rate is None, but should be specified if optimizer is string (SGD)."),
        (
            (0.1, "Sgd"),
            "Optimizer name should be one of [Adagrad, Adam, Ftrl, Momentum, RMSProp, SGD], you provided Sgd.",
        ),
        ((0.1, lambda rate: 3), "Unrecognized optimizer: function should return subclass of Optimizer. Got 3."),
    ],
)
def test_optimize_loss_refuses(vectors, arguments, sentence):
    with pytest.raises(ValueError, match=".") as caught:
        layers.optimize_loss(loss_of(vectors), None, *arguments)
    assert str(caught.value) == sentence


def test_an_estimator_trains_with_it(tmp_path):
    class Last(SessionRunHook):
        def end(self, session):
            self.step = session.run("global_step:0")

    def model_fn(features, labels, mode):
        hidden = layers.fully_connected(layers.batch_norm(features["x"]), 3)
        loss = tf.losses.mean_squared_error(labels, layers.linear(hidden, 1))
        train_op = layers.optimize_loss(loss, tf.train.get_global_step(), learning_rate=0.1, optimizer="Adam")
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    x = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
    inputs = tf.estimator.inputs.numpy_input_fn({"x": x}, x[:, :1], batch_size=10, num_epochs=None, shuffle=False)
    hook = Last()
    tf.estimator.Estimator(model_fn, str(tmp_path)).train(inputs, steps=7, hooks=[hook])
    assert hook.step == 7


def test_the_global_step_under_its_old_names():
    step = tf.contrib.framework.get_or_create_global_step()
    assert (step.name, tf.contrib.framework.get_global_step()) == ("global_step:0", step)
    assert tf.contrib.framework.is_tensor(step) and not tf.contrib.framework.is_tensor(3)


# -- HParams ----------------------------------------------------------------------------------------------------------


def parameters():
    return tf.contrib.training.HParams(a=1, b=[1.0, 2.0], c="x", d=True, e=0.5)


def test_hyperparameters_are_changed_by_text():
    changed = parameters().parse("a=3, b=[1,2.5],c=hello,d=false")
    assert changed.values() == {"a": 3, "b": [1.0, 2.5], "c": "hello", "d": False, "e": 0.5}
    assert (changed.a, changed.get("zz", 4), "e" in changed) == (3, 4, True)
    assert str(parameters()) == "a=1,b=[1.0, 2.0],c=x,d=True,e=0.5"
    assert parameters().to_json() == '{"a": 1, "b": [1.0, 2.0], "c": "x", "d": true, "e": 0.5}'
    assert parameters().parse_json('{"e": 2}').e == 2.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("z=1", "Unknown hyperparameter type for z"),
        ("a=x", "Could not parse hparam 'a' of type 'int' with value 'x' in a=x"),
        ("a=1,a=2", "Multiple assignments to variable 'a' in a=1,a=2"),
        ("b=3", "Must pass a list for multi-valued parameter: b."),
        ("a=[1]", "Must not pass a list for single-valued parameter: a"),
        ("a 3", "Malformed hyperparameter value: a 3"),
    ],
)
def test_text_that_does_not_fit_is_refused(text, sentence):
    with pytest.raises(ValueError, match=".") as caught:
        parameters().parse(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(("name", "value"), [("a", "3"), ("a", 2.5), ("a", True), ("c", 3), ("d", 1)])
def test_a_value_of_another_type_is_refused(name, value):
    with pytest.raises(ValueError, match=f"Could not cast hparam '{name}' of type"):
        parameters().set_hparam(name, value)


def test_names_and_lists_that_cannot_be():
    with pytest.raises(ValueError, match="Hyperparameter name is reserved: values"):
        tf.contrib.training.HParams(values=3)
    with pytest.raises(ValueError, match="Multi-valued hyperparameters cannot be empty: q"):
        tf.contrib.training.HParams(q=[])
    with pytest.raises(KeyError):
        parameters().set_hparam("zz", 1)
