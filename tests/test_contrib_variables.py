"""tf.contrib.framework's variables: found by scope and suffix, and given values from checkpoints; make_template."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

framework = tf.contrib.framework


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def four():
    with tf.variable_scope("a"):
        framework.model_variable("w", [2])
        framework.variable("b", [2])
        tf.get_variable("ww", [1])
    with tf.variable_scope("ab"):
        framework.model_variable("w", [2], trainable=False)


def names(variables):
    return [variable.op.name for variable in variables]


def test_variables_are_found(four):
    assert names(framework.get_variables("a")) == ["a/w", "a/b", "a/ww", "ab/w"]
    assert names(framework.get_variables("a/")) == ["a/w", "a/b", "a/ww"]
    assert names(framework.get_variables(suffix="w")) == ["a/w", "a/ww", "ab/w"]
    assert names(framework.get_variables_by_suffix("b")) == ["a/b"]
    assert names(framework.get_variables_by_name("w")) == ["a/w", "ab/w"]
    assert names(framework.get_variables_by_name("w", "ab")) == ["ab/w"]
    assert names(framework.get_model_variables()) == ["a/w", "ab/w"]
    assert names(framework.get_trainable_variables("ab")) == []
    assert names(framework.get_variables_to_restore(["a"], ["ab"])) == ["a/w", "a/b", "a/ww"]
    assert names(framework.get_variables_to_restore(exclude=["a/w"])) == ["a/b", "ab/w"]
    assert framework.get_unique_variable("a/w").op.name == "a/w"
    assert names(framework.filter_variables(tf.global_variables(), ["w"], ["ab"])) == ["a/w", "a/ww"]
    assert framework.filter_variables(tf.global_variables(), ["w"], reg_search=False) == []


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        (lambda: framework.get_unique_variable("a"), ValueError, "Variable a does not uniquely identify a variable"),
        (lambda: framework.get_unique_variable("z"), ValueError, "Couldn't find variable z"),
        (lambda: framework.get_variables_to_restore("a"), TypeError, "include is provided but is not a list"),
        (lambda: framework.assign_from_checkpoint_fn("x", []), ValueError, "var_list cannot be empty"),
    ],
)
def test_what_is_refused(four, ask, error, sentence):
    with pytest.raises(error, match=sentence):
        ask()


def test_a_local_variable_and_the_name_scope():
    local = framework.local_variable(3.0, name="l")
    assert tf.local_variables() == [local] and tf.global_variables() == []
    with tf.name_scope("q"):
        assert framework.get_name_scope() == "q"


def test_values_come_from_a_checkpoint(four, tmp_path, caplog):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        path = tf.train.Saver(framework.get_variables("a/")).save(session, str(tmp_path / "model"))
        saved = session.run(framework.get_unique_variable("a/w"))
    with tf.Graph().as_default():
        mine = tf.get_variable("mine", [2])
        absent = tf.get_variable("absent", [2], initializer=tf.ones_initializer())
        restore = framework.assign_from_checkpoint_fn(path, {"a/w": mine, "absent": absent}, ignore_missing_vars=True)
        assert "Variable absent missing in checkpoint" in caplog.text
        nothing = framework.assign_from_checkpoint_fn(path, [absent], ignore_missing_vars=True)
        operation, feeds = framework.assign_from_checkpoint(path, {"a/b": absent})
        set_mine = framework.assign_from_values_fn({"mine": np.array([7.0, 8.0])})
        with pytest.raises(ValueError, match=r"Checkpoint is missing variable \[zz\]"):
            framework.assign_from_checkpoint(path, {"zz": mine})
        with pytest.raises(ValueError, match="Total size of new array must be unchanged for a/ww"):
            framework.assign_from_checkpoint(path, {"a/ww": mine})
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            restore(session)
            assert session.run(mine).tolist() == saved.tolist() and session.run(absent).tolist() == [1, 1]
            session.run(operation, feeds)
            assert session.run(absent).tolist() == framework.load_variable(path, "a/b").tolist()
            set_mine(session)
            assert session.run(mine).tolist() == [7, 8]
    assert nothing is None


def doubled(x, units=3):
    return tf.matmul(x, tf.get_variable("w", [2, units]))


def test_a_template_makes_its_variables_once():
    x = tf.ones([1, 2])
    template = tf.make_template("lin", doubled, units=4)
    assert (template(x).name, template(x).name) == ("lin/MatMul:0", "lin_1/MatMul:0")
    assert names(template.variables) == ["lin/w"] and template.variable_scope.name == "lin"
    second = tf.make_template("lin", doubled)
    assert second(x).name == "lin_2/MatMul:0" and names(second.trainable_variables) == ["lin_1/w"]
    with tf.variable_scope("out"):
        third = tf.make_template("lin", doubled, create_scope_now_=True)
    assert third(x).name == "lin_3/MatMul:0" and third.variable_scope_name == "out/lin/"
    shared = [tf.make_template("u", doubled, unique_name_="un") for _ in range(2)]
    assert shared[0](x).name == "un/MatMul:0"
    with pytest.raises(ValueError, match="Variable un/w already exists"):
        shared[1](x)


def test_a_template_that_makes_variables_again_is_refused():
    template = tf.make_template("again", lambda: tf.Variable(1.0))
    template()
    with pytest.raises(ValueError, match="Trainable variable created when calling a template after the first time"):
        template()
