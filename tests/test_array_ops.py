"""The ops of golden/array_op_cases.py as machine code, those of sizes that the contents tell, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from tests.golden import op_cases
from tests.golden.array_op_cases import CASES

GROUP = 45  # cases to a program: compiling one with many is cheaper than many with one
GROUPS = [list(CASES)[first : first + GROUP] for first in range(0, len(CASES), GROUP)]
QUICK = [group for group in GROUPS if "boolean_mask" in group]  # the others are made of ops that test_every_op compiles


def graph_of(names: list[str], differentiated: bool) -> tuple[dict[str, Any], dict[Any, Any]]:
    """The outputs of cases, and their gradients if asked for, and what they are fed."""
    fetches: dict[str, Any] = {}
    feeds: dict[Any, Any] = {}
    for name in names:
        build, given = CASES[name]
        arrays = [op_cases.array(kind, shape, place, "float32") for place, (kind, shape) in enumerate(given)]
        tensors = [tf.placeholder(array.dtype, [None, *array.shape[1:]]) for array in arrays]
        feeds.update(zip(tensors, arrays, strict=True))
        fetches[name] = output = build(tf, *tensors)
        sources = [tensor for tensor in tensors if tensor.dtype.is_floating]
        if differentiated and output.dtype.is_floating:
            found = tf.gradients(tf.reduce_sum(output * tf.sin(output)), sources)
            fetches |= {f"{name}/{i}": tf.convert_to_tensor(item) for i, item in enumerate(found) if item is not None}
    return fetches, feeds


@pytest.mark.parametrize(
    ("names", "differentiated"),
    [
        pytest.param(
            names,
            differentiated,
            marks=() if names in QUICK and not differentiated else pytest.mark.slow,
            id=f"{names[0]} to {names[-1]}{', and gradients' if differentiated else ''}",
        )
        for names in GROUPS
        for differentiated in (False, True)
    ],
)
def test_a_session_computes_what_the_reference_does(names, differentiated):
    with tf.Graph().as_default(), tf.Session() as session:
        fetches, feeds = graph_of(names, differentiated)
        expected = dict(zip(fetches, evaluate(list(fetches.values()), feeds), strict=True))
        for name, value in session.run(fetches, feeds).items():
            assert np.asarray(value).dtype == np.asarray(expected[name]).dtype, name
            size = max(1.0, float(np.abs(np.asarray(expected[name], float)).max(initial=0)))
            np.testing.assert_allclose(value, expected[name], rtol=2e-5, atol=2e-5 * size, err_msg=name)


# -- sizes that the contents tell -------------------------------------------------------------------------------------


def test_logits_can_be_masked_by_labels_and_trained():
    """The mask depends on the input alone, the logits on a variable; every batch leaves another number of rows."""
    with tf.Graph().as_default(), tf.Session() as session:
        x, labels = tf.placeholder(tf.float32, [None, 3]), tf.placeholder(tf.int32, [None])
        kernel = tf.get_variable("kernel", initializer=np.ones((3, 2), np.float32))
        logits = tf.boolean_mask(tf.matmul(x, kernel), labels >= 0)
        loss = tf.reduce_sum(tf.square(logits))
        train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
        session.run(tf.global_variables_initializer())
        expected = np.ones((3, 2))
        features = np.arange(12.0).reshape(4, 3) / 10
        for marks in ([0, -1, 2, -1], [1, 1, 1, -1], [-1, -1, -1, -1]):
            kept = features[np.array(marks) >= 0]
            value, _ = session.run([logits, train_op], {x: features, labels: marks})
            assert value.shape == (len(kept), 2)
            expected = expected - 0.01 * 2 * kept.T @ (kept @ expected)
            np.testing.assert_allclose(session.run(kernel), expected, rtol=1e-5)


def test_an_estimator_trains_on_masked_rows(tmp_path):
    def model_fn(features, labels, mode):
        known = tf.boolean_mask(tf.layers.dense(features, 1), labels > 0)
        loss = tf.reduce_sum(tf.square(known))
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    inputs = tf.estimator.inputs.numpy_input_fn(
        np.ones((9, 2), np.float32), np.arange(9) % 3, batch_size=4, num_epochs=2, shuffle=False
    )
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(inputs)
    assert estimator.get_variable_value("global_step") == 5


@pytest.mark.parametrize(
    ("build", "fed", "expected"),
    [
        (lambda i: tf.where(i), [0, 2, 0, 1], [[1], [3]]),
        (lambda i: tf.where(i), [], np.zeros((0, 1))),
        (lambda i: tf.unique(i).y, [5, 3, 5, 9], [5, 3, 9]),
        (lambda i: tf.unique(i).idx, [5, 3, 5, 9], [0, 1, 0, 2]),
        (lambda i: tf.setdiff1d(i, [3, 5]).out, [5, 3, 1, 9], [1, 9]),
        (lambda i: tf.bincount(i), [2, 0, 2], [1, 0, 2]),
        (lambda i: tf.sequence_mask(i), [2, 0], [[True, True], [False, False]]),
        (lambda i: tf.dynamic_stitch([i], [i * 10]), [2, 0, 1], [0, 10, 20]),
    ],
)
def test_sizes_follow_the_contents(build, fed, expected):
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.placeholder(tf.int32, [None])
        np.testing.assert_array_equal(session.run(build(given), {given: fed}), expected)


# -- what they refuse -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda i: 7 // i, "Integer division by zero"),
        (lambda i: tf.mod(7, i), "Integer division by zero"),
        (lambda i: tf.truncatediv(7, i), "Integer division by zero"),
        (lambda i: tf.div(i, 0), "Integer division by zero"),
        (
            lambda i: tf.gather_nd([[1.0, 2.0]], [[0, 0], [0, 9]] + i[0]),
            "indices[1] = [0, 9] does not index into shape [1, 2]",
        ),
        (lambda i: tf.scatter_nd([[9]] + i[0], [1.0], [3]), "indices[0] = [9] does not index into shape [3]"),
        (lambda i: tf.unsorted_segment_sum([1.0], [4] + i[0], 3), "segment_ids[0] = 4 is out of range [0, 3)"),
        (lambda i: tf.matrix_inverse(tf.zeros([2, 2]) * tf.to_float(i[0])), "Input is not invertible."),
        (lambda i: tf.cholesky(tf.zeros([2, 2]) - tf.to_float(i[0])), "Cholesky decomposition was not successful."),
        (lambda i: tf.check_numerics(tf.log(tf.to_float(i)), "the loss"), "the loss : Tensor had Inf values"),
        (lambda i: tf.dynamic_stitch([i + 1], [i]), "the indices must name every row, but 0 is not among them"),
    ],
)
def test_a_value_that_cannot_be_is_refused_when_the_graph_runs(build, sentence):
    with tf.Graph().as_default(), tf.Session() as session:
        given = tf.placeholder(tf.int32, [None])
        made = build(given)
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            session.run(made, {given: [0, 0]})
        assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda x: tf.einsum("ij,jk->il", x, x), "Unknown label in the output of the equation: 'l'"),
        (lambda x: tf.einsum("ij->ji->", x), "Indices have incorrect format: ij->ji->"),
        (lambda x: tf.einsum("ijk->i", x), "the term 'ijk' does not fit an input of rank 2"),
        (lambda x: tf.norm(x, ord=0), "'ord' must be a supported vector norm"),
        (lambda x: tf.nn.top_k(x, 5), "input must have last dimension >= k = 5 but is 4"),
        (lambda x: tf.boolean_mask(x, [True, False]), "are incompatible"),
        (lambda x: tf.image.flip_left_right(x), "'image' must have either 3 or 4 dimensions"),
        (lambda x: tf.where(x > 0, x), "x and y must both be non-None or both be None."),
        (lambda x: tf.sort(x, direction="UP"), "UP should be one of ASCENDING, DESCENDING"),
        (lambda x: tf.space_to_depth(x[None, :, :, None], 1), "Block size should be > 1: 1"),
    ],
)
def test_what_does_not_fit_is_refused_when_the_graph_is_built(build, sentence):
    with tf.Graph().as_default(), pytest.raises(ValueError, match=".") as caught:
        build(tf.placeholder(tf.float32, [3, 4]))
    assert sentence in str(caught.value)


def test_an_assertion_holds_back_what_depends_on_it():
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        with tf.control_dependencies([tf.assert_positive(x, message="rates")]):
            y = tf.identity(x)
        assert session.run(y, {x: [1, 2]}).tolist() == [1, 2]
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"assertion failed: \[rates\] \[Condition x > 0 did not"
        ):
            session.run(y, {x: [1, 0]})


# -- drawing ----------------------------------------------------------------------------------------------------------


def test_drawn_classes_are_as_frequent_as_they_say():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(3)
        labels = tf.placeholder(tf.int64, [None, 1])
        drawn = tf.nn.log_uniform_candidate_sampler(labels, 1, 4000, False, 20)
        different = tf.nn.log_uniform_candidate_sampler(labels, 1, 20, True, 20)
        classes, of_true, _ = session.run(drawn, {labels: [[0], [5]]})
        shares = np.log(np.arange(2, 22) / np.arange(1, 21)) / np.log(21)
        np.testing.assert_allclose(np.bincount(classes, minlength=20) / 4000, shares, atol=0.02)
        np.testing.assert_allclose(of_true[:, 0], 4000 * shares[[0, 5]], rtol=1e-5)
        assert sorted(session.run(different.sampled_candidates, {labels: [[0]]})) == list(range(20))


def test_random_changes_of_images():
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(5)
        images = tf.placeholder(tf.float32, [None, 4, 4, 1])
        flipped = tf.image.random_flip_left_right(images)
        crop = tf.random_crop(images[0], [2, 3, 1])
        samples = tf.multinomial(tf.log([[0.25, 0.75]]), 2000)
        batch = np.broadcast_to(np.arange(16.0).reshape(1, 4, 4, 1), (64, 4, 4, 1))
        turned, part, counts = session.run([flipped, crop, samples], {images: batch})
        mirrored = [bool((image == batch[0, :, ::-1]).all()) for image in turned]
        assert all(m or (image == batch[0]).all() for m, image in zip(mirrored, turned, strict=True))
        assert 16 < sum(mirrored) < 48
        assert part.shape == (2, 3, 1)
        assert set(np.diff(part[:, :, 0], axis=0).ravel()) == {4.0}
        assert abs(counts.mean() - 0.75) < 0.05
        positions = {float(session.run(crop, {images: batch})[0, 0, 0]) for _ in range(40)}
        assert positions == {0.0, 1.0, 4.0, 5.0, 8.0, 9.0}
