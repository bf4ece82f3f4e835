"""Gradients that programs define: in place of an operation's own, where they ask for it."""

from __future__ import annotations

from typing import Any

import pytest

import estimators.compat.v1 as tf
from model_fns import registered_gradients


@pytest.fixture(autouse=True)
def graph(monkeypatch) -> Any:
    monkeypatch.setattr(registered_gradients, "_registered", {})
    with tf.Graph().as_default() as made:
        yield made


def slopes(y: Any, *xs: Any, feeds: Any = None) -> list[Any]:
    with tf.Session() as session:
        return session.run([slope for slope in tf.gradients(y, list(xs)) if slope is not None], feeds)


def test_a_registered_gradient(graph):
    @tf.RegisterGradient("FiveTimes")
    def five_times(op: Any, grad: Any) -> Any:
        assert op.type == "Identity"
        return 5.0 * grad

    x = tf.constant(2.0)
    with graph.gradient_override_map({"Identity": "FiveTimes"}):
        inside = tf.identity(x)
    assert slopes(inside * 3.0, x) == [15.0] and slopes(tf.identity(x), x) == [1.0]
    assert five_times.__name__ == "five_times"


def test_another_kinds_gradient(graph):
    x = tf.constant([-0.5, 2.0])
    with graph.gradient_override_map({"Sign": "Identity"}):  # straight through
        with graph.gradient_override_map({"Round": "Identity"}):
            y = tf.round(tf.sign(x) * 1.5)
        z = tf.round(x)
    assert slopes(y, x)[0].tolist() == [1.5, 1.5]
    assert tf.gradients(z, x) == [None] or slopes(z, x)[0].tolist() == [0, 0]


def test_several_inputs_and_broadcasting(graph):
    tf.RegisterGradient("First")(lambda op, grad: (grad * op.inputs[1], None))
    x, y = tf.constant([1.0, 2.0]), tf.constant(3.0)
    with graph.gradient_override_map({"Mul": "First"}):
        product = x * y
    assert slopes(product, x)[0].tolist() == [3, 3] and tf.gradients(product, y) == [None]


def test_nothing_flows(graph):
    tf.NotDifferentiable("Dead")
    x = tf.constant(1.0)
    with graph.gradient_override_map({"Square": "Dead"}):
        y = tf.square(x)
    assert tf.gradients(y, x) == [None]


@pytest.mark.parametrize(
    ("provoke", "kind", "said"),
    [
        (lambda graph: tf.RegisterGradient(3), TypeError, "op_type must be a string"),
        (lambda graph: tf.RegisterGradient("MatMul")(print), KeyError, "Registering two gradient with name 'MatMul'!"),
        (lambda graph: [tf.NoGradient("Two"), tf.NoGradient("Two")], KeyError, "with name 'Two'!"),
        (lambda graph: graph.gradient_override_map(3).__enter__(), TypeError, "must be a dictionary mapping strings"),
        (lambda graph: graph.gradient_override_map({"a": 3}).__enter__(), TypeError, "keys and values of op_type_map"),
        (lambda graph: overridden(graph, "Nobody"), LookupError, "for operation 'Square' (op type: Nobody)"),
        (lambda graph: overridden(graph, "Cast"), LookupError, "of Cast cannot stand in for that of Square."),
        (lambda graph: overridden(graph, "Many"), ValueError, "Num gradients 2 generated for op Square do not match"),
    ],
)
def test_what_is_refused(graph, provoke, kind, said):
    tf.RegisterGradient("Many")(lambda op, grad: (grad, grad))
    with pytest.raises(kind) as caught:
        provoke(graph)
    assert said in str(caught.value)


def overridden(graph: Any, name: str) -> Any:
    x = tf.constant(1.0)
    with graph.gradient_override_map({"Square": name}):
        return tf.gradients(tf.square(x), x)
