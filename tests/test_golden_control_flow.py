"""Branches, loops and recurrent networks: their variables, values and gradients are those of TensorFlow 1.15."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from tests.golden import control_flow_cases, inputs

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / "control_flow.json").read_text())


# Of each kind some; all of them would take long to compile.
COMPILED = ["cond_then", "cond_that_assigns", "loop_with_weights", "loop_with_arrays", "map_of_slices", "unknown_steps"]
COMPILED += ["both_ways", "raw_network"]


class Built:
    """A case's graph, with variables of golden values, and the gradients that are asked for."""

    def __init__(self, name: str) -> None:
        self.name = name
        given = {
            label: tf.placeholder(dtype, shape, label) for label, (shape, dtype, _) in control_flow_cases.FEEDS.items()
        }
        self.feeds = {given[label]: array for label, (_, _, array) in control_flow_cases.FEEDS.items()}
        before = len(tf.global_variables())
        self.outputs = tf.nest.flatten(control_flow_cases.CASES[name](tf, SimpleNamespace(**given)))
        self.variables = tf.global_variables()[before:]
        trained = [variable for variable in self.variables if variable.trainable]
        self.sources = {"x": given["x"], "steps": given["steps"]} | {self.own_name(v): v for v in trained}

    def own_name(self, variable: Any) -> str:
        return variable.op.name.removeprefix(f"{self.name}/")

    def state(self) -> dict[str, np.ndarray]:
        return {
            v.op.name: inputs.variable_value(self.own_name(v), number, v.shape.as_list(), "float32")
            for number, v in enumerate(self.variables)
        }

    def gradients(self, values: list[Any]) -> dict[str, Any]:
        floats = [
            (tensor, np.asarray(value))
            for tensor, value in zip(self.outputs, values, strict=True)
            if tensor.dtype.is_floating
        ]
        weights = [np.cos(np.arange(value.size)).astype("float32").reshape(value.shape) for _, value in floats]
        if not floats:
            return {}
        found = tf.gradients([tensor for tensor, _ in floats], list(self.sources.values()), weights)
        return {name: item for name, item in zip(self.sources, found, strict=True) if item is not None}


def assert_near(actual: Any, expected: list[Any], what: str) -> None:
    actual, wanted = np.ravel(actual), np.ravel(expected)
    if actual.dtype.kind != "f":
        assert actual.tolist() == wanted.tolist(), what
        return
    scale = np.abs(wanted).max(initial=1e-3)
    np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=3e-6 * scale, err_msg=what)


@pytest.mark.parametrize("name", control_flow_cases.CASES)
def test_values_and_gradients_are_tensorflows(name):
    golden = GOLDEN[name]
    with tf.Graph().as_default():
        case = Built(name)
        assert [[v.op.name, v.shape.as_list()] for v in case.variables] == golden["variables"]
        for tensor, sizes in zip(case.outputs, golden["shapes"], strict=True):
            assert tensor.shape.is_compatible_with(sizes), (tensor, sizes)
        values = evaluate(case.outputs, case.feeds, case.state(), seed=1)
        for number, (value, expected) in enumerate(zip(values, golden["values"], strict=True)):
            assert_near(value, expected, f"output {number}")
        found = case.gradients(values)
        expected = {key: value for key, value in golden["gradients"].items()}
        assert sorted(found) == sorted(expected)
        for key, value in zip(found, evaluate(list(found.values()), case.feeds, case.state(), seed=1), strict=True):
            assert_near(value, expected[key], f"gradient by {key}")


def test_a_compiled_run_of_all_of_them_gives_the_same():
    """...values and gradients, by one program with its call-backs."""
    with tf.Graph().as_default(), tf.Session() as session:
        cases, feeds, fetches = [], {}, {}
        for name in COMPILED:
            with tf.variable_scope(name), tf.name_scope(None):
                case = Built(name)
            gradients = case.gradients(evaluate(case.outputs, case.feeds, case.state(), seed=1))
            feeds |= case.feeds
            fetches[name] = {"values": case.outputs, "gradients": gradients}
            cases.append(case)
        session.run(tf.global_variables_initializer())
        for case in cases:
            for variable, value in zip(case.variables, case.state().values(), strict=True):
                variable.load(value, session)
        for name, found in session.run(fetches, feeds).items():
            for number, (value, expected) in enumerate(zip(found["values"], GOLDEN[name]["values"], strict=True)):
                assert_near(value, expected, f"{name}: output {number}")
            for key, value in found["gradients"].items():
                assert_near(value, GOLDEN[name]["gradients"][key], f"{name}: gradient by {key}")
