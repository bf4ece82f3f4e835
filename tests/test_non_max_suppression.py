"""tf.image.non_max_suppression chooses what TensorFlow 1.15 chooses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf

BOXES = np.array(
    [[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, -0.1, 1, 0.9], [0, 10, 1, 11], [0, 10.1, 1, 11.1], [0, 100, 1, 101]], "float32"
)
SCORES = np.array([0.9, 0.75, 0.6, 0.95, 0.5, 0.3], "float32")
HALVES = np.array([[0, 0, 1, 1], [0, 0, 1, 0.5]], "float32")
# Boxes, scores, the other arguments, and what TensorFlow 1.15 makes of them.
CASES: list[tuple[Any, Any, dict[str, Any], list[int]]] = [
    (BOXES, SCORES, {"max_output_size": 3}, [3, 0, 5]),
    (BOXES, SCORES, {"max_output_size": 2}, [3, 0]),
    (BOXES, SCORES, {"max_output_size": 0}, []),
    (BOXES, SCORES, {"max_output_size": 5, "iou_threshold": 0.9}, [3, 0, 1, 2, 4]),
    (BOXES, SCORES, {"max_output_size": 5, "iou_threshold": 0.0}, [3]),
    (BOXES, SCORES, {"max_output_size": 5, "score_threshold": 0.4}, [3, 0]),
    (BOXES[:, [2, 3, 0, 1]], SCORES, {"max_output_size": 3}, [3, 0, 5]),
    (BOXES, np.ones(6), {"max_output_size": 4}, [0, 5, 4]),
    (BOXES, [np.nan, 1, 2, 3, 4, 5], {"max_output_size": 6}, [5, 4, 2]),
    (BOXES[:0], SCORES[:0], {"max_output_size": 3}, []),
    (HALVES, [1.0, 0.9], {"max_output_size": 3}, [0]),
    (np.zeros((3, 4), "float32"), np.ones(3), {"max_output_size": 3}, [0, 1, 2]),
]


def test_the_best_boxes_are_chosen():
    with tf.Graph().as_default(), tf.Session() as session:
        made = [tf.image.non_max_suppression(boxes, scores, **others) for boxes, scores, others, _ in CASES]
        assert made[0].name == "non_max_suppression/NonMaxSuppressionV3:0" and made[0].shape.as_list() == [None]
        for found, (_, _, _, expected) in zip(session.run(made), CASES, strict=True):
            assert (found.dtype, found.tolist()) == (np.int32, expected)


def test_boxes_that_depend_on_variables():
    with tf.Graph().as_default():
        shift = tf.get_variable("shift", initializer=np.float32(0))
        chosen = tf.gather(tf.constant(BOXES) + shift, tf.image.non_max_suppression(BOXES + shift, SCORES - shift, 3))
        (by_shift,) = tf.gradients(tf.reduce_sum(chosen), shift)
        with tf.Session() as session:
            session.run(shift.initializer)
            found = session.run([chosen, by_shift])
    np.testing.assert_allclose(found[0], BOXES[[3, 0, 5]])
    assert found[1] == 12


def test_what_does_not_fit_is_refused():
    with tf.Graph().as_default(), tf.Session() as session:
        with pytest.raises(ValueError, match="Dimension must be 4 but is 3"):
            tf.image.non_max_suppression(BOXES[:, :3], SCORES, 3)
        with pytest.raises(ValueError, match="Dimensions must be equal, but are 6 and 2"):
            tf.image.non_max_suppression(BOXES, SCORES[:2], 3)
        with pytest.raises(ValueError, match="Shape must be rank 0 but is rank 1"):
            tf.image.non_max_suppression(BOXES, SCORES, [3])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"iou_threshold must be in \[0, 1\]"):
            session.run(tf.image.non_max_suppression(BOXES, SCORES, 3, 1.5))
