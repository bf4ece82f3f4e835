"""The global step: found by collection or name, made once, checked; TensorFlow 1.15's rules and sentences."""

from __future__ import annotations

import inspect
import logging

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import global_step
from model_fns.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
)
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import int32, int64
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.ops.control import placeholder
from model_fns.variable_scope import variable_scope
from model_fns.variables import Variable


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def test_every_function_is_named_here():
    functions = {name for name, value in vars(global_step).items() if inspect.isfunction(value)}
    ours = {name for name in functions if getattr(global_step, name).__module__ == global_step.__name__}
    text = inspect.getsource(inspect.getmodule(test_every_function_is_named_here))
    assert not [name for name in ours if f"{name}(" not in text]


def test_it_is_a_saved_untrained_count_from_zero(graph):
    step = create_global_step()
    assert (step.op.name, step.dtype, step.shape) == ("global_step", int64, ())
    collections = [key for key in graph.get_all_collection_keys() if step in graph.get_collection(key)]
    assert sorted(collections) == sorted([GraphKeys.GLOBAL_STEP, GraphKeys.GLOBAL_VARIABLES])
    state = {}
    evaluate([step.initializer], {}, state)
    assert (state["global_step"], state["global_step"].dtype) == (0, np.int64)


def test_it_is_made_at_the_root_whatever_the_name_scope(graph):
    with graph.name_scope("model"):
        assert create_global_step().op.name == "global_step"


def test_a_variable_scope_is_part_of_its_name():
    """As in TensorFlow; it is found by its collection nevertheless."""
    with variable_scope("model"):
        step = create_global_step()
    assert step.op.name == "model/global_step"
    assert get_global_step() is step


def test_it_is_made_once(graph):
    assert get_global_step() is None
    step = get_or_create_global_step()
    assert get_or_create_global_step() is step
    assert get_global_step() is step
    assert get_global_step(graph) is step


def test_another_graph_has_its_own():
    step, other = create_global_step(), Graph()
    assert get_global_step(other) is None
    assert create_global_step(other).graph is other
    assert get_or_create_global_step(other) is not step


def test_one_made_by_hand_is_found_by_name_or_collection(graph):
    by_hand = Variable(0, trainable=False, name="global_step")
    assert get_global_step() is by_hand.graph_element
    other = Variable(0, trainable=False, name="another", dtype=int32)
    graph.add_to_collection(GraphKeys.GLOBAL_STEP, other)
    assert get_global_step() is other


def test_two_in_the_collection_are_none(graph, caplog):
    for name in ("a", "b"):
        graph.add_to_collection(GraphKeys.GLOBAL_STEP, Variable(0, trainable=False, name=name))
    logger = logging.getLogger("tensorflow")
    logger.addHandler(caplog.handler)
    try:
        assert get_global_step() is None
    finally:
        logger.removeHandler(caplog.handler)
    assert "Multiple tensors in global_step collection." in caplog.messages


def test_its_value_is_read_in_a_session():
    class Session:
        def run(self, fetch):
            return evaluate([fetch.graph_element], {}, {"global_step": np.int64(7)})[0]

    value = global_step.global_step(Session(), create_global_step())
    assert (value, type(value)) == (7, int)


ERRORS = {
    "kind": (lambda: assert_global_step(1), TypeError, 'Existing "global_step" must be a Variable or Tensor: 1.'),
    "type": (
        lambda: assert_global_step(constant(1.0)),
        TypeError,
        """Existing "global_step" does not have integer type: <dtype: 'float32'>""",
    ),
    "shape": (
        lambda: assert_global_step(constant([1])),
        TypeError,
        'Existing "global_step" is not scalar: (1,)',
    ),
    "twice": (
        lambda: (create_global_step(), create_global_step()),
        ValueError,
        '"global_step" already exists.',
    ),
    "a wrong one found": (
        lambda: (Variable(0.5, name="global_step"), get_global_step()),
        TypeError,
        """Existing "global_step" does not have integer type: <dtype: 'float32'>""",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input_gets_tensorflows_sentence(name):
    provoke, kind, message = ERRORS[name]
    with pytest.raises(kind) as caught:
        provoke()
    assert str(caught.value) == message


def test_an_unknown_shape_passes():
    assert_global_step(placeholder(int64))
    assert_global_step(Variable(0))
