"""A gradient by some rows of a table leaves the others as they are, as TensorFlow's sparse gradients do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from model_fns.graph.graph import Graph
from tests.golden import row_update_cases as cases

GOLDEN = json.loads((Path(__file__).parent / "golden" / "row_updates.json").read_text(encoding="utf-8"))
UNTOUCHED = [1, 4]


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_four_steps_are_tensorflows(name: str):
    with Graph().as_default():
        tf.train.create_global_step()
        train_op, table, ids = cases.build(tf, name)
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        for batch in cases.BATCHES:
            evaluate([train_op], {ids: batch}, state)
    np.testing.assert_allclose(state[table.op.name], GOLDEN[name], rtol=1e-5, atol=1e-6)


def test_a_compiled_step_leaves_rows_as_they_are():
    with Graph().as_default() as graph:
        tf.train.create_global_step()
        train_op, table, ids = cases.build(tf, "RMSProp")
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            for batch in cases.BATCHES:
                session.run(train_op, {ids: batch})
            value = session.run(table)
    np.testing.assert_allclose(value, GOLDEN["RMSProp"], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(value[UNTOUCHED], cases.START[UNTOUCHED])


def test_a_gradient_that_is_not_only_of_rows_moves_them_all():
    with Graph().as_default():
        table = tf.get_variable("table", initializer=cases.START)
        loss = tf.reduce_sum(tf.gather(table, [0, 2])) + tf.nn.l2_loss(table)
        train_op = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        evaluate([train_op], state=state)
    np.testing.assert_allclose(state["table"][UNTOUCHED], 0.9 * cases.START[UNTOUCHED], rtol=1e-6)
