"""Heads: what they refuse and how, their metrics, weights, loss functions and reductions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from model_fns.graph.graph import Graph

heads = tf.contrib.estimator
TRAIN, EVAL, PREDICT = tf.estimator.ModeKeys.TRAIN, tf.estimator.ModeKeys.EVAL, tf.estimator.ModeKeys.PREDICT


def logits(size: int) -> Any:
    return tf.zeros([2, size])


def loss_of(head: Any, labels: Any, features: Any = None, of: Any = None) -> Any:
    return head.create_loss(features or {}, TRAIN, logits(head.logits_dimension) if of is None else of, labels)


PAIRS = [[1.0, 2.0], [3.0, 4.0]]
REFUSED = [
    (lambda: heads.multi_class_head(2), ValueError, "n_classes must be > 2: 2."),
    (lambda: heads.multi_class_head(None), ValueError, "n_classes cannot be None"),
    (lambda: heads.multi_class_head(3, label_vocabulary="abc"), ValueError, "should be a list or a tuple"),
    (lambda: heads.binary_classification_head(thresholds=[0.0]), ValueError, r"thresholds not in \(0, 1\): \(\(0.0,\)"),
    (lambda: heads.binary_classification_head(loss_reduction="none"), ValueError, "Invalid loss_reduction: none"),
    (
        lambda: heads.binary_classification_head(label_vocabulary="ab"),
        TypeError,
        "should be a list or tuple. Given type",
    ),
    (lambda: heads.regression_head(label_dimension=0), ValueError, "Invalid label_dimension 0."),
    (lambda: heads.regression_head(loss_fn=lambda a, b: 1), ValueError, "loss_fn must contain argument: labels."),
    (lambda: heads.regression_head(loss_fn=lambda labels, logits, c: 1), ValueError, r"has unexpected args: \['c'\]"),
    (
        lambda: loss_of(heads.regression_head(loss_fn=lambda labels, logits: tf.reduce_sum(logits, 1)), [1.0, 2.0]),
        ValueError,
        r"loss_fn must return Tensor of shape \[D0, D1, ... DN, 1\].",
    ),
    (lambda: loss_of(heads.multi_class_head(3), [1.0, 2.0]), ValueError, "Labels dtype should be integer. Instead got"),
    (lambda: loss_of(heads.multi_class_head(3), None), ValueError, "You must provide a labels Tensor. Given: None."),
    (
        lambda: loss_of(heads.multi_class_head(3), [[1, 2], [2, 1]]),
        ValueError,
        "Mismatched label shape. .*=1.  Received 2",
    ),
    (
        lambda: loss_of(heads.multi_class_head(3), [[[1]], [[2]]]),
        ValueError,
        r"labels shape must be \[D0, D1, ... DN, 1\]",
    ),
    (
        lambda: loss_of(heads.multi_class_head(3, label_vocabulary=["a", "b", "c"]), [1, 2]),
        ValueError,
        "Labels dtype should be string if there is a vocabulary. Instead got",
    ),
    (lambda: loss_of(heads.binary_classification_head(), ["a", "b"]), ValueError, "label_vocabulary must name the two"),
    (
        lambda: heads.multi_class_head(3).create_estimator_spec({}, PREDICT, logits(2)),
        ValueError,
        r"logits shape must be \[D0, D1, ... DN, logits_dimension\], got \(2, 2\).",
    ),
    (
        lambda: heads.multi_class_head(3).create_estimator_spec({}, PREDICT, tf.zeros([3])),
        ValueError,
        "logits shape must be",
    ),
    (
        lambda: heads.multi_class_head(3).create_estimator_spec({}, TRAIN, logits(3), [1, 2]),
        ValueError,
        "train_op_fn and optimizer cannot both be None.",
    ),
    (
        lambda: heads.multi_class_head(3).create_estimator_spec(
            {}, TRAIN, logits(3), [1, 2], tf.train.AdamOptimizer(), lambda loss: tf.no_op()
        ),
        ValueError,
        "train_op_fn and optimizer cannot both be set.",
    ),
    (
        lambda: loss_of(heads.multi_class_head(3, weight_column="w"), [1, 2], {"w": tf.constant(PAIRS)}),
        ValueError,
        r"weights shape must be \[D0, D1, ... DN\] or \[D0, D1, ... DN, 1\].",
    ),
    (lambda: loss_of(heads.multi_class_head(3, weight_column=3), [1, 2]), TypeError, "must be either a string or"),
]


@pytest.mark.parametrize(("make", "kind", "sentence"), REFUSED)
def test_what_cannot_be_meant_is_refused(make: Any, kind: type[Exception], sentence: str):
    with Graph().as_default(), pytest.raises(kind, match=sentence):
        make()


@pytest.mark.parametrize(
    ("head", "labels", "sentence"),
    [
        (lambda: heads.multi_class_head(3), [1, 3], r"\[Labels must <= n_classes - 1\] element \[1\] is 3"),
        (lambda: heads.multi_class_head(3), [-1, 2], r"\[Labels must >= 0\] element \[0\] is -1"),
        (lambda: heads.binary_classification_head(), [0.5, 1.5], r"\[Labels must <= n_classes - 1\]"),
        (lambda: heads.binary_classification_head(label_vocabulary=["a", "b"]), ["a", "c"], r"\[Labels must >= 0\]"),
    ],
)
def test_a_label_that_is_no_class_is_an_error_of_the_run(head: Any, labels: Any, sentence: str):
    with Graph().as_default(), pytest.raises(tf.errors.InvalidArgumentError, match=sentence):
        evaluate([loss_of(head(), labels).training_loss])


def test_metrics_are_called_as_in_tensorflow():
    with Graph().as_default():
        head = heads.binary_classification_head(thresholds=[0.3], name="me")
        penalties = [tf.constant(1.0), tf.constant(2.0)]
        spec = head.create_estimator_spec({}, EVAL, logits(1), [1, 0], regularization_losses=penalties)
        plain = heads.binary_classification_head(name="other").create_loss({}, EVAL, logits(1), [1, 0]).training_loss
        total, without = evaluate([spec.loss, plain])
    assert total == without + 3
    assert sorted(spec.eval_metric_ops) == [
        "accuracy/me",
        "accuracy/positive_threshold_0.3/me",
        "accuracy_baseline/me",
        "auc/me",
        "auc_precision_recall/me",
        "average_loss/me",
        "label/mean/me",
        "precision/me",
        "precision/positive_threshold_0.3/me",
        "prediction/mean/me",
        "recall/me",
        "recall/positive_threshold_0.3/me",
        "regularization_loss/me",
    ]


def test_metrics_at_a_threshold():
    """Probabilities 0.27, 0.5, 0.73, 0.88 of labels 0, 1, 0, 1, judged at 0.6."""
    with Graph().as_default():
        head = heads.binary_classification_head(thresholds=[0.6])
        spec = head.create_estimator_spec({}, EVAL, tf.constant([[-1.0], [0.0], [1.0], [2.0]]), [0, 1, 0, 1])
        state: dict[str, Any] = {}
        evaluate([tf.local_variables_initializer()], state=state)
        evaluate([pair[1] for pair in spec.eval_metric_ops.values()], state=state)
        values = evaluate([pair[0] for pair in spec.eval_metric_ops.values()], state=state)
    found = dict(zip(spec.eval_metric_ops, values, strict=True))
    for kind, value in {"accuracy": 0.5, "precision": 0.5, "recall": 0.5}.items():
        assert found[f"{kind}/positive_threshold_0.6"] == pytest.approx(value)
    assert found["accuracy"] == 0.5
    assert found["accuracy_baseline"] == 0.5


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("weighted_sum", 3 * 1 + 0.5 * 9),
        ("weighted_mean", (3 * 1 + 0.5 * 9) / 3.5),
        ("weighted_sum_over_batch_size", (3 * 1 + 0.5 * 9) / 2),
    ],
)
def test_losses_are_weighted_and_reduced(reduction: str, expected: float):
    with Graph().as_default():
        head = heads.regression_head(weight_column="w", loss_reduction=reduction)
        made = loss_of(head, [1.0, -3.0], {"w": tf.constant([3.0, 0.5])})
        loss, unreduced, weights = evaluate([made.training_loss, made.unreduced_loss, made.weights])
    assert loss == pytest.approx(expected)
    assert unreduced.tolist() == [[1.0], [9.0]]
    assert weights.tolist() == [[3.0], [0.5]]


def test_numbers_have_weights_of_their_own():
    with Graph().as_default():
        column = tf.feature_column.numeric_column("w", 2, normalizer_fn=lambda w: w * 2)
        head = heads.regression_head(column, 2, tf.losses.Reduction.SUM)
        made = loss_of(head, PAIRS, {"w": tf.constant([[1.0, 0.0], [0.0, 0.5]])})
        (loss,) = evaluate([made.training_loss])
    assert loss == pytest.approx(2 * 1 + 1 * 16)


def test_a_loss_function_of_the_user():
    def absolute(labels: Any, logits: Any, features: Any) -> Any:
        return tf.abs(labels - logits) * features["scale"]

    def classes(labels: Any, logits: Any) -> Any:
        return tf.cast(labels, tf.float32) + logits[:, :1]

    with Graph().as_default():
        regression = heads.regression_head(loss_fn=absolute, inverse_link_fn=tf.exp)
        several = heads.multi_class_head(3, loss_fn=classes, loss_reduction="weighted_sum")
        spec = regression.create_estimator_spec({"scale": 2.0}, EVAL, logits(1), [1.0, -3.0])
        loss, links, sums = evaluate(
            [spec.loss, spec.predictions["predictions"], loss_of(several, [1, 2]).training_loss]
        )
    assert loss == pytest.approx((2 + 6) / 2)
    assert links.tolist() == [[1.0], [1.0]]
    assert sums == 3.0


def test_predictions_of_named_classes():
    with Graph().as_default():
        head = heads.multi_class_head(3, label_vocabulary=["no", "perhaps", "yes"])
        spec = head.create_estimator_spec({}, PREDICT, tf.constant([[0.0, 1.0, 5.0], [2.0, 1.0, 0.0]]))
        values = dict(zip(spec.predictions, evaluate(list(spec.predictions.values())), strict=True))
    assert values["classes"].tolist() == [[b"yes"], [b"no"]]
    assert values["class_ids"].tolist() == [[2], [0]]
    assert values["all_class_ids"].tolist() == [[0, 1, 2]] * 2
    assert values["all_classes"].tolist() == [[b"no", b"perhaps", b"yes"]] * 2
    np.testing.assert_allclose(values["probabilities"].sum(1), 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("head", "size", "expected"),
    [
        (lambda: heads.multi_class_head(3), 3, ["classification", "predict", "serving_default"]),
        (
            lambda: heads.binary_classification_head(),
            1,
            ["classification", "predict", "regression", "serving_default"],
        ),
        (lambda: heads.regression_head(), 1, ["predict", "regression", "serving_default"]),
    ],
)
def test_a_saved_model_can_be_asked_in_tensorflows_ways(head: Any, size: int, expected: list[str]):
    with Graph().as_default():
        outputs = head().create_estimator_spec({}, PREDICT, logits(size)).export_outputs
    assert sorted(outputs) == expected
