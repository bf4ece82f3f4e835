"""Names that TensorFlow 1.15 refuses are refused in its words, and kinds of operations are called as it calls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import estimators.compat.v1 as tf
from model_fns.graph.graph import Graph
from model_fns.ops.arithmetic import Add, AddV2
from model_fns.saved_graph import restored, saved

BAD = ["name ", "_x", "a b", "a:0", "-a", "é", "a>b", "/a", "a\\b", "a,b", " a", "a[0]"]
SCOPED: dict[str, Callable[[str], Any]] = {
    "name_scope": lambda name: tf.name_scope(name).__enter__(),
    "placeholder": lambda name: tf.placeholder(tf.float32, name=name),
    "add": lambda name: tf.add(1.0, 2.0, name=name),
    "no_op": lambda name: tf.no_op(name=name),
    "variable_scope": lambda name: tf.variable_scope(name).__enter__(),
    "dense": lambda name: tf.layers.dense(tf.zeros([1, 1]), 1, name=name),
    "get_variable": lambda name: tf.get_variable(name, [2]),
}


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("made", SCOPED)
def test_bad_names_are_refused(made: str):
    for name in BAD:
        with pytest.raises(ValueError) as refused:
            SCOPED[made](name)
        assert str(refused.value).startswith(f"'{name}' is not a valid scope name"), refused.value


def test_a_bad_name_of_a_constant_is_that_of_a_node():
    for name in [*BAD, ""]:
        with pytest.raises(ValueError, match="is not a valid node name") as refused:
            tf.constant(1.0, name=name)
        assert str(refused.value).startswith(f"'{name}'")
    with pytest.raises(ValueError, match="^'' is not a valid node name"):
        tf.add(1.0, 2.0, name="")
    with pytest.raises(TypeError, match="expected string or bytes-like object"):
        tf.name_scope(3).__enter__()


def test_names_are_checked_less_strictly_inside_of_a_scope():
    with tf.name_scope("outer"):
        assert tf.constant(1.0, name="_x").name == "outer/_x:0"
        with tf.name_scope("-a") as scope:
            assert scope == "outer/-a/"
        assert tf.no_op(name=b"y").name == "outer/y"
    assert tf.identity(1.0, name="a/b.c-d").name == "a/b.c-d:0"


def test_a_variable_scope_without_a_name_adds_nothing():
    with tf.variable_scope(""):
        assert tf.get_variable("v", []).name == "v:0"
        assert tf.constant(1.0).name == "Const:0"


def test_the_operator_is_another_kind_of_addition_than_tf_add():
    x, text = tf.placeholder(tf.float32, [2], "x"), tf.placeholder(tf.string, [], "text")
    made = [x + x, 1 + x, tf.add(x, x), text + "a", tf.get_variable("v", [2]) + 1.0]
    assert [tensor.op.type for tensor in made] == ["AddV2", "AddV2", "Add", "Add", "AddV2"]
    assert [tensor.name for tensor in made] == ["add:0", "add_1:0", "Add_2:0", "add_3:0", "add_4:0"]


@pytest.mark.parametrize("kind", [Add, AddV2])
def test_either_kind_of_addition_is_read_back(kind: type):
    with Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [2], "x")
        made = tf.add(x, x) if kind is Add else x + x
        text = saved(graph)
    with Graph().as_default() as again:
        restored(text, again)
        assert isinstance(again.get_operation_by_name(made.op.name).definition, kind)
