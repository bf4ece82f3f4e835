"""Every learning-rate schedule: equals TensorFlow 1.15 at seven steps, for a step of any form."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import schedules
from model_fns.global_step import create_global_step
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float64, int64
from model_fns.graph.graph import Graph
from model_fns.ops.control import placeholder
from model_fns.variables import assign_add, global_variables_initializer

GOLDEN = json.loads((Path(__file__).parent / "golden" / "schedules.json").read_text())
CASES = GOLDEN["cases"]


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def made(case, step, **other):
    key = "x" if case["kind"] == "piecewise_constant" else "global_step"
    return getattr(schedules, case["kind"])(**{**case["arguments"], key: step, **other})


def every_schedule():
    functions = {name: value for name, value in vars(schedules).items() if inspect.isfunction(value)}
    return {name for name, value in functions.items() if value.__module__ == schedules.__name__ and name[0] != "_"}


def test_every_schedule_has_its_cases():
    missing = every_schedule() - {case["kind"] for case in CASES.values()}
    assert not missing, f"no golden case: {sorted(missing)}"


@pytest.mark.parametrize("kind", sorted(every_schedule()))
def test_signature_is_tensorflows(kind):
    parameters = list(inspect.signature(getattr(schedules, kind)).parameters.values())
    ours = [[p.name, "required" if p.default is p.empty else p.default] for p in parameters]
    assert ours == GOLDEN["signatures"][kind]


@pytest.mark.parametrize("name", CASES)
def test_equals_tensorflow(name):
    step = placeholder(int64, [])
    rate = made(CASES[name], step)
    assert rate.shape == ()
    values = [evaluate([rate], {step: value})[0] for value in GOLDEN["steps"]]
    assert {value.dtype for value in values} == {np.dtype(np.float32)}
    np.testing.assert_allclose(values, CASES[name]["values"], rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_follows_the_global_step(name):
    rate = made(CASES[name], create_global_step())
    state = {}
    evaluate([global_variables_initializer()], {}, state)
    for position in (0, 1):
        expected = CASES[name]["values"][GOLDEN["steps"].index(position)]
        np.testing.assert_allclose(evaluate([rate], {}, state)[0], expected, rtol=2e-6)
        state["global_step"] += 1


@pytest.mark.parametrize("name", CASES)
def test_a_plain_number_is_a_step(name):
    rate = made(CASES[name], 4)
    np.testing.assert_allclose(evaluate([rate])[0], CASES[name]["values"][GOLDEN["steps"].index(4)], rtol=2e-6)


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("piecewise")])
def test_parameters_may_be_tensors(name):
    """Every number may come as a tensor; a float64 rate gives a float64 schedule."""
    numbers = {k: v for k, v in CASES[name]["arguments"].items() if isinstance(v, int | float) and v is not True}
    given = {key: constant(value, float64) for key, value in numbers.items()}
    rate = made(CASES[name], constant(15), **given)
    assert rate.dtype == float64
    np.testing.assert_allclose(evaluate([rate])[0], CASES[name]["values"][GOLDEN["steps"].index(15)], rtol=1e-5)


def test_names():
    assert schedules.exponential_decay(0.1, 1, 2, 0.5).name == "ExponentialDecay:0"
    assert schedules.inverse_time_decay(0.1, 1, 2, 0.5, name="rate").name == "rate:0"


def test_piecewise_constant_over_floats():
    x = placeholder("float32", [])
    rate = schedules.piecewise_constant(x, [0.5], [1, 2])
    assert [evaluate([rate], {x: value})[0] for value in (0.25, 0.5, 0.75)] == [1, 1, 2]


def test_noise_is_drawn_anew_each_step_and_averages_out():
    step = constant(10)
    rate = schedules.noisy_linear_cosine_decay(1.0, step, 20, initial_variance=0.01, variance_decay=0.0)
    plain = evaluate([schedules.linear_cosine_decay(1.0, step, 20)])[0]
    values = np.array([evaluate([rate], seed=1, step=i)[0] for i in range(200)])
    assert len(set(values.tolist())) == 200
    assert abs(values.mean() - plain) < 0.015
    assert 0.03 < values.std() < 0.07  # a tenth, halved by the cosine


ERRORS = {
    "a boundary too few": (
        lambda: schedules.piecewise_constant(1, [], [1.0, 2.0]),
        "The length of boundaries should be 1 less than the length of values",
    ),
    "boundaries of another type": (
        lambda: schedules.piecewise_constant(constant(1, int64), [1.5], [1.0, 2.0]),
        "Boundaries (<dtype: 'float32'>) must have the same dtype as x (<dtype: 'int64'>).",
    ),
    "values of two types": (
        lambda: schedules.piecewise_constant(1, [1], [1.0, 2]),
        "Values must have elements all with the same dtype (<dtype: 'float32'> vs <dtype: 'int32'>).",
    ),
    "no step": (lambda: schedules.exponential_decay(0.1, None, 10, 0.5), "None values not supported."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input_gets_tensorflows_sentence(name):
    provoke, message = ERRORS[name]
    with pytest.raises(ValueError) as caught:
        provoke()
    assert str(caught.value) == message


def test_the_rate_of_a_step_is_the_one_before_its_count():
    step = create_global_step()
    rate = schedules.piecewise_constant(step, [0], [1.0, 0.1])
    counted = assign_add(step, 1)
    state = {}
    evaluate([global_variables_initializer()], {}, state)
    assert evaluate([rate, counted], {}, state) == [1.0, 1]
    np.testing.assert_allclose(evaluate([rate, counted], {}, state)[0], 0.1)
