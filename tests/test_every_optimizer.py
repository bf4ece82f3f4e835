"""Every optimizer: equals TensorFlow 1.15 and NumPy for five steps, with TensorFlow's names for its slots; resumes."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import optimizers
from model_fns.global_step import get_or_create_global_step
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float32, float64, int32
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Operation
from model_fns.ops.arithmetic import cast, maximum, square
from model_fns.ops.control import control_dependencies, placeholder
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import reduce_mean, reduce_sum
from model_fns.optimizers import (
    AdagradOptimizer,
    AdamOptimizer,
    ExponentialMovingAverage,
    GradientDescentOptimizer,
    MomentumOptimizer,
    Optimizer,
)
from model_fns.variable_scope import get_variable, variable_scope
from model_fns.variables import Variable, assign_add, global_variables, global_variables_initializer

GOLDEN = json.loads((Path(__file__).parent / "golden" / "optimizers.json").read_text())
CASES = GOLDEN["cases"]
PROBLEM = {name: np.array(value, np.float32) for name, value in GOLDEN["problem"].items()}
STEPS = 5


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def linear_regression(dtype=np.float32):
    """The loss, its two variables made anew, as tests/golden/make_optimizers_metrics.py has it."""
    data = {name: value.astype(dtype) for name, value in PROBLEM.items()}
    kernel = get_variable("dense/kernel", initializer=constant(data["dense/kernel"]))
    bias = get_variable("dense/bias", initializer=constant(data["dense/bias"]))
    return reduce_mean(square(matmul(constant(data["x"]), kernel) + bias - constant(data["y"])))


def made(kind, arguments):
    if kind == "AdagradDAOptimizer":
        arguments = {**arguments, "global_step": get_or_create_global_step()}
    return getattr(optimizers, kind)(**arguments)


def initial_state():
    state = {}
    evaluate([global_variables_initializer()], {}, state)
    return state


def run(train_op, state, steps=STEPS, feeds=None):
    for _ in range(steps):
        evaluate([train_op], feeds or {}, state)
    return state


def trained(kind, arguments, steps=STEPS, dtype=np.float32):
    with Graph().as_default():
        loss = linear_regression(dtype)
        train_op = made(kind, arguments).minimize(loss, get_or_create_global_step())
        return run(train_op, initial_state(), steps)


# --- NumPy references: the update of one variable, (var, gradient, slots, t, arguments) -> new var --------------------


def sgd(w, g, s, t, learning_rate):
    return w - learning_rate * g


def momentum(w, g, s, t, learning_rate, momentum, use_nesterov=False):
    s["a"] = momentum * s.get("a", 0) + g
    return w - learning_rate * (g + momentum * s["a"] if use_nesterov else s["a"])


def adagrad(w, g, s, t, learning_rate, initial_accumulator_value=0.1, name=None):
    s["a"] = s.get("a", initial_accumulator_value) + g**2
    return w - learning_rate * g / np.sqrt(s["a"])


def adam(w, g, s, t, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8):
    s["m"] = beta1 * s.get("m", 0) + (1 - beta1) * g
    s["v"] = beta2 * s.get("v", 0) + (1 - beta2) * g**2
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * s["m"] / (np.sqrt(s["v"]) + epsilon)


def rmsprop(w, g, s, t, learning_rate, decay=0.9, momentum=0.0, epsilon=1e-10, centered=False):
    s["r"] = decay * s.get("r", 1) + (1 - decay) * g**2
    s["g"] = decay * s.get("g", 0) + (1 - decay) * g
    spread = s["r"] - s["g"] ** 2 if centered else s["r"]
    s["m"] = momentum * s.get("m", 0) + learning_rate * g / np.sqrt(spread + epsilon)
    return w - s["m"]


def adadelta(w, g, s, t, learning_rate=0.001, rho=0.95, epsilon=1e-8):
    s["a"] = rho * s.get("a", 0) + (1 - rho) * g**2
    step = np.sqrt(s.get("u", 0) + epsilon) / np.sqrt(s["a"] + epsilon) * g
    s["u"] = rho * s.get("u", 0) + (1 - rho) * step**2
    return w - learning_rate * step


def ftrl(w, g, s, t, learning_rate, learning_rate_power=-0.5, initial_accumulator_value=0.1, accum_name=None,
         linear_name=None, l1_regularization_strength=0.0, l2_regularization_strength=0.0,
         l2_shrinkage_regularization_strength=0.0):  # fmt: skip
    old = s.get("n", initial_accumulator_value)
    s["n"] = old + g**2
    sigma = (s["n"] ** -learning_rate_power - old**-learning_rate_power) / learning_rate
    s["z"] = s.get("z", 0) + g + 2 * l2_shrinkage_regularization_strength * w - sigma * w
    curvature = s["n"] ** -learning_rate_power / learning_rate + 2 * l2_regularization_strength
    pulled = (np.sign(s["z"]) * l1_regularization_strength - s["z"]) / curvature
    return np.where(np.abs(s["z"]) > l1_regularization_strength, pulled, 0)


def shrunk(x, by):
    return np.sign(x) * np.maximum(np.abs(x) - by, 0)


def proximal_sgd(w, g, s, t, learning_rate, l1_regularization_strength=0.0, l2_regularization_strength=0.0):
    target = shrunk(w - learning_rate * g, learning_rate * l1_regularization_strength)
    return target / (1 + learning_rate * l2_regularization_strength)


def proximal_adagrad(w, g, s, t, learning_rate, initial_accumulator_value=0.1, **penalties):
    s["a"] = s.get("a", initial_accumulator_value) + g**2
    return proximal_sgd(w, g, s, t, learning_rate / np.sqrt(s["a"]), **penalties)


def adagrad_da(w, g, s, t, learning_rate, initial_gradient_squared_accumulator_value=0.1,
               l1_regularization_strength=0.0, l2_regularization_strength=0.0):  # fmt: skip
    s["g"] = s.get("g", 0) + g
    s["gg"] = s.get("gg", initial_gradient_squared_accumulator_value) + g**2
    pull = shrunk(s["g"], l1_regularization_strength * t)
    return -learning_rate * pull / (l2_regularization_strength * t * learning_rate + np.sqrt(s["gg"]))


REFERENCES = {
    "AdadeltaOptimizer": adadelta,
    "AdagradDAOptimizer": adagrad_da,
    "AdagradOptimizer": adagrad,
    "AdamOptimizer": adam,
    "LazyAdamOptimizer": adam,
    "FtrlOptimizer": ftrl,
    "GradientDescentOptimizer": sgd,
    "MomentumOptimizer": momentum,
    "ProximalAdagradOptimizer": proximal_adagrad,
    "ProximalGradientDescentOptimizer": proximal_sgd,
    "RMSPropOptimizer": rmsprop,
}


def by_numpy(kind, arguments):
    values = {name: PROBLEM[name].astype(np.float64) for name in ("dense/kernel", "dense/bias")}
    slots = {name: {} for name in values}
    for t in range(1, STEPS + 1):
        error = PROBLEM["x"] @ values["dense/kernel"] + values["dense/bias"] - PROBLEM["y"]
        outer = 2 * error / error.size
        gradients = {"dense/kernel": PROBLEM["x"].T @ outer, "dense/bias": outer.sum(0)}
        values = {
            name: REFERENCES[kind](value, gradients[name], slots[name], t, **arguments)
            for name, value in values.items()
        }
    return values


# --- every one --------------------------------------------------------------------------------------------------------


def every_optimizer():
    modules = [
        importlib.import_module(f"{optimizers.__name__}.{m.name}") for m in pkgutil.iter_modules(optimizers.__path__)
    ]
    classes = {value for module in modules for value in vars(module).values() if inspect.isclass(value)}
    return {kind.__name__ for kind in classes if issubclass(kind, Optimizer) and kind is not Optimizer}


def test_every_optimizer_has_its_cases():
    missing = [f"{kind}: no golden case" for kind in every_optimizer() - {case["kind"] for case in CASES.values()}]
    missing += [f"{kind}: no NumPy reference" for kind in every_optimizer() - set(REFERENCES)]
    missing += [f"{kind}: not exported" for kind in every_optimizer() - set(optimizers.__all__)]
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize("kind", sorted(every_optimizer()))
def test_signature_is_tensorflows(kind):
    parameters = list(inspect.signature(getattr(optimizers, kind)).parameters.values())
    ours = [[p.name, "required" if p.default is p.empty else p.default] for p in parameters]
    assert ours == GOLDEN["signatures"][kind]


@pytest.mark.parametrize("name", CASES)
def test_equals_tensorflow(name):
    case = CASES[name]
    optimizer = made(case["kind"], case["arguments"])
    train_op = optimizer.minimize(linear_regression(), get_or_create_global_step())
    assert isinstance(train_op, Operation)
    assert train_op.name == case["train_op"]
    assert optimizer.get_slot_names() == case["slots"]
    assert {variable.op.name for variable in global_variables()} == set(case["variables"])
    assert [variable.op.name for variable in optimizer.variables()] == case["own"]
    state = initial_state()
    for kernel, bias in case["steps"]:
        np.testing.assert_allclose(state["dense/kernel"], kernel, rtol=2e-5, atol=1e-6)
        np.testing.assert_allclose(state["dense/bias"], bias, rtol=2e-5, atol=1e-6)
        after = {key: value.copy() for key, value in state.items()}
        run(train_op, state, 1)
    for key, value in case["after"].items():
        np.testing.assert_allclose(after[key], value, rtol=2e-5, atol=1e-6, err_msg=key)
        assert after[key].dtype == (np.int64 if key == "global_step" else np.float32)


@pytest.mark.parametrize("name", CASES)
def test_equals_numpy_in_float64(name):
    case = CASES[name]
    state = trained(case["kind"], case["arguments"], dtype=np.float64)
    # beta1_power and beta2_power are float32, as in TensorFlow.
    tolerance = 1e-6 if "Adam" in case["kind"] else 1e-12
    for key, value in by_numpy(case["kind"], case["arguments"]).items():
        assert state[key].dtype == np.float64
        np.testing.assert_allclose(state[key], value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", CASES)
def test_interrupted_equals_uninterrupted(name):
    case = CASES[name]
    whole = trained(case["kind"], case["arguments"])
    state = trained(case["kind"], case["arguments"], steps=2)
    train_op = made(case["kind"], case["arguments"]).minimize(linear_regression(), get_or_create_global_step())
    run(train_op, state, STEPS - 2)
    assert state.keys() == whole.keys()
    for key, value in whole.items():
        np.testing.assert_array_equal(state[key], value, err_msg=key)


@pytest.mark.parametrize("form", ["tensor", "variable", "function", "function of a tensor", "fed", "float64 tensor"])
@pytest.mark.parametrize("kind", sorted(every_optimizer()))
def test_learning_rate_may_be(form, kind):
    arguments = next(case["arguments"] for case in CASES.values() if case["kind"] == kind)
    number = arguments.get("learning_rate", 0.001)
    loss, feeds = linear_regression(), {}
    if form == "fed":
        rate = placeholder(float32, [])
        feeds = {rate: number}
    else:
        rate = {
            "tensor": lambda: constant(number),
            "variable": lambda: Variable(number, trainable=False),
            "function": lambda: lambda: number,
            "function of a tensor": lambda: lambda: constant(number),
            "float64 tensor": lambda: constant(number, float64),
        }[form]()
    train_op = made(kind, {**arguments, "learning_rate": rate}).minimize(loss, get_or_create_global_step())
    state = run(train_op, initial_state(), feeds=feeds)
    for key, value in trained(kind, arguments).items():
        np.testing.assert_allclose(state[key], value, rtol=1e-6, err_msg=key)


@pytest.mark.parametrize("name", CASES)
def test_few_operations_are_added_for_one_more_variable(name, graph):
    """Scalars are computed once per step: another variable costs elementwise operations on it and nothing else."""
    optimizer = made(CASES[name]["kind"], CASES[name]["arguments"])
    step = get_or_create_global_step()
    pairs = [(constant(np.ones((2, 3), np.float32)), get_variable(f"w{i}", [2, 3])) for i in range(3)]
    optimizer.apply_gradients(pairs, step)
    for operation in graph.get_operations():
        if "/update_w2/" in operation.name:
            allowed_scalars = operation.type == "Const"  # a number inside an expression
            assert operation.outputs[0].dims == (2, 3) or allowed_scalars, operation
    assert sum("/update_w2/" in operation.name for operation in graph.get_operations()) <= 32


# --- what all have in common ------------------------------------------------------------------------------------------


def test_without_a_global_step_the_train_op_is_the_group():
    train_op = GradientDescentOptimizer(0.1).minimize(linear_regression(), name="train")
    assert (train_op.name, train_op.type) == ("train", "NoOp")
    assert get_default_graph().get_collection(GraphKeys.TRAIN_OP) == [train_op]
    state = run(train_op, initial_state(), 1)
    np.testing.assert_allclose(state["dense/kernel"], CASES["GradientDescent"]["steps"][1][0], rtol=1e-6)


def test_the_global_step_counts_after_the_updates():
    step = get_or_create_global_step()
    train_op = AdamOptimizer().minimize(linear_regression(), step)
    assert train_op.type == "AssignAdd"
    assert [control.name for control in train_op.control_inputs] == ["Adam/update"]
    assert run(train_op, initial_state(), 3)["global_step"] == 3


def test_processed_gradients_are_applied():
    optimizer = GradientDescentOptimizer(1.0)
    w, unused = get_variable("w", initializer=constant([1.0, 2.0])), get_variable("unused", [3])
    pairs = optimizer.compute_gradients(reduce_sum(square(w)))
    assert [variable for _, variable in pairs] == [w, unused]
    assert pairs[1][0] is None
    train_op = optimizer.apply_gradients([(None if g is None else 0.25 * g, v) for g, v in pairs])
    state = run(train_op, initial_state(), 1)
    np.testing.assert_allclose(state["w"], [0.5, 1.0])


def test_var_list_and_grad_loss():
    w, v = get_variable("w", initializer=constant([1.0])), get_variable("v", initializer=constant([1.0]))
    train_op = GradientDescentOptimizer(0.1).minimize(w * v, var_list=(v,), grad_loss=constant([2.0]))
    state = run(train_op, initial_state(), 1)
    np.testing.assert_allclose([state["w"][0], state["v"][0]], [1.0, 0.8])


@pytest.mark.parametrize("gate", [Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH])
def test_gates_change_nothing(gate):
    train_op = GradientDescentOptimizer(0.1).minimize(linear_regression(), gate_gradients=gate)
    state = run(train_op, initial_state())
    np.testing.assert_allclose(state["dense/kernel"], CASES["GradientDescent"]["steps"][STEPS][0], rtol=1e-5)


@pytest.mark.parametrize(
    "optimizer", [GradientDescentOptimizer(1.0), AdagradOptimizer(1.0), MomentumOptimizer(1.0, 0.9)]
)
def test_constraint_holds_after_every_update(optimizer):
    w = get_variable("w", initializer=constant([0.5, -0.5]), constraint=lambda value: maximum(value, 0.0))
    train_op = optimizer.minimize(reduce_sum(w))
    state = initial_state()
    for _ in range(3):
        run(train_op, state, 1)
        np.testing.assert_array_equal(state["w"], [0, 0])


def test_update_operations_run_first():
    w, count = get_variable("w", initializer=constant(1.0)), Variable(0.0, trainable=False, name="count")
    counted = assign_add(count, 1.0)
    with control_dependencies([counted]):
        train_op = GradientDescentOptimizer(0.1).minimize(square(w))
    assert run(train_op, initial_state(), 3)["count"] == 3


def test_types_may_be_mixed():
    w = get_variable("w", initializer=constant(1.0))
    v = get_variable("v", initializer=constant(1.0, float64))
    train_op = AdamOptimizer(0.1).minimize(square(w) + cast(square(v), float32))
    state = run(train_op, initial_state())
    assert (state["w"].dtype, state["v"].dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(state["w"], state["v"], rtol=1e-4)  # float32 has 1 - beta2 to 5 digits


def test_slots_of_a_second_optimizer_and_in_a_scope_are_named_as_in_tensorflow():
    w = get_variable("w", [2])
    with variable_scope("training"):
        first, second = AdamOptimizer(), AdamOptimizer()
        for optimizer in (first, second):
            optimizer.minimize(reduce_sum(square(w)))
    assert [variable.op.name for variable in global_variables()] == TWO_ADAMS_IN_A_SCOPE
    assert first.get_slot(w, "v").op.name == "training/w/Adam_1"
    assert second.get_slot(w, "m").op.name == "training/w/Adam_2"
    assert first.get_slot(w, "nothing") is None
    assert AdamOptimizer().get_slot(w, "m") is None


# Observed on TensorFlow 1.15.5.
TWO_ADAMS_IN_A_SCOPE = [
    "w",
    "training/beta1_power",
    "training/beta2_power",
    "training/w/Adam",
    "training/w/Adam_1",
    "training/beta1_power_1",
    "training/beta2_power_1",
    "training/w/Adam_2",
    "training/w/Adam_3",
]


def test_slots_are_not_trained_but_saved(graph):
    AdamOptimizer().minimize(linear_regression())
    assert len(graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)) == 2
    assert len(graph.get_collection(GraphKeys.GLOBAL_VARIABLES)) == 8


def test_an_optimizer_of_ones_own():
    class Sign(Optimizer):
        def _create_slots(self, var_list):
            for var in var_list:
                self._zeros_slot(var, "count", self._name)

        def _apply_dense(self, grad, var):
            return [assign_add(self.get_slot(var, "count"), constant([1.0])), assign_add(var, -grad / 2.0)]

    w = get_variable("w", initializer=constant([1.0]))
    state = run(Sign(False, "Sign").minimize(square(w), get_or_create_global_step()), initial_state(), 2)
    assert (state["w"], state["w/Sign"], state["global_step"]) == ([0.0], [2.0], 2)


def one_variable():
    return get_variable("w", initializer=constant(1.0))


ERRORS = {
    "no name": (lambda: GradientDescentOptimizer(0.1, name=""), ValueError, "Must specify the optimizer name"),
    "no variables": (
        lambda: GradientDescentOptimizer(0.1).minimize(constant(1.0)),
        ValueError,
        "No variables to optimize.",
    ),
    "no gradients": (
        lambda: (one_variable(), GradientDescentOptimizer(0.1).minimize(constant(1.0))),
        ValueError,
        "No gradients provided for any variable, check your graph for ops that do not support gradients, between "
        """variables ["<tf.Variable 'w:0' shape=() dtype=float32_ref>"] and loss Tensor("Const_1:0", shape=(), """
        "dtype=float32).",
    ),
    "gate": (
        lambda: GradientDescentOptimizer(0.1).minimize(constant(1.0), gate_gradients=7),
        ValueError,
        "gate_gradients must be one of: Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH.  Not 7",
    ),
    "integer loss": (
        lambda: GradientDescentOptimizer(0.1).minimize(constant(1)),
        ValueError,
        "Invalid type tf.int32 for Const:0, expected: [tf.float16, tf.float32, tf.float64].",
    ),
    "no pairs": (lambda: GradientDescentOptimizer(0.1).apply_gradients([]), ValueError, "No variables provided."),
    "only None": (
        lambda: GradientDescentOptimizer(0.1).apply_gradients([(None, one_variable())]),
        ValueError,
        """No gradients provided for any variable: ["<tf.Variable 'w:0' shape=() dtype=float32_ref>"].""",
    ),
    "a tensor": (
        lambda: GradientDescentOptimizer(0.1).apply_gradients([(constant(1.0), constant(1.0))]),
        NotImplementedError,
        "Trying to update a Tensor ",
    ),
    "no gradient": (
        lambda: GradientDescentOptimizer(0.1).apply_gradients([(object(), one_variable())]),
        TypeError,
        "Gradient must be convertible to a Tensor or IndexedSlices, or None: ",
    ),
    "Adagrad": (
        lambda: AdagradOptimizer(0.1, initial_accumulator_value=0),
        ValueError,
        "initial_accumulator_value must be positive: 0",
    ),
    "Ftrl's power": (
        lambda: optimizers.FtrlOptimizer(0.1, learning_rate_power=0.5),
        ValueError,
        "learning_rate_power 0.500000 needs to be negative or zero",
    ),
    "Ftrl's penalty": (
        lambda: optimizers.FtrlOptimizer(0.1, l1_regularization_strength=-0.5),
        ValueError,
        "l1_regularization_strength -0.500000 needs to be positive or zero",
    ),
    "moving average": (
        lambda: ExponentialMovingAverage(0.9).apply([Variable(1, dtype=int32, name="count")]),
        TypeError,
        "The variables must be half, float, or double: count:0",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input_gets_tensorflows_sentence(name):
    provoke, kind, message = ERRORS[name]
    with pytest.raises(kind) as caught:
        provoke()
    assert str(caught.value).startswith(message)


# --- moving averages --------------------------------------------------------------------------------------------------


def test_moving_average_follows_the_updated_variable():
    w = get_variable("w", initializer=constant([10.0]))
    average = ExponentialMovingAverage(0.9)
    assert average.average(w) is None
    assert average.average_name(w) == "w/ExponentialMovingAverage"
    train_op = GradientDescentOptimizer(0.1).minimize(reduce_sum(w))
    with control_dependencies([train_op]):
        maintain = average.apply()
    assert maintain.name == "ExponentialMovingAverage"
    assert average.average(w).op.name == "w/ExponentialMovingAverage"
    state, expected = initial_state(), 10.0
    for step in range(1, 4):
        evaluate([maintain], {}, state)
        expected = 0.9 * expected + 0.1 * (10.0 - 0.1 * step)
        np.testing.assert_allclose(state["w/ExponentialMovingAverage"], [expected], rtol=1e-6)


def test_moving_average_names_for_restoring(graph):
    w, other = get_variable("w", [2]), get_variable("other", [2], trainable=False)
    average = ExponentialMovingAverage(0.9)
    average.apply([w])
    assert graph.get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES) == [w]
    assert average.variables_to_restore() == {"w/ExponentialMovingAverage": w, "other": other}


def test_moving_average_with_a_count_of_updates():
    w = get_variable("w", initializer=constant([1.0]))
    average = ExponentialMovingAverage(0.9, num_updates=2, name="smooth")
    maintain = average.apply([w])
    state = initial_state()
    state["w"][:] = 2
    evaluate([maintain], {}, state)
    np.testing.assert_allclose(state["w/smooth"], [1 + (1 - 3 / 12)], rtol=1e-6)


def test_moving_average_of_a_tensor_without_bias():
    x = placeholder(float32, [2], name="x")
    average = ExponentialMovingAverage(0.9, zero_debias=True)
    maintain = average.apply([x])
    state, biased = initial_state(), np.zeros(2)
    for step, value in enumerate([np.array([1.0, 3.0]), np.array([2.0, -1.0])], 1):
        evaluate([maintain], {x: value}, state)
        biased = 0.9 * biased + 0.1 * value
        np.testing.assert_allclose(state["x/ExponentialMovingAverage"], biased / (1 - 0.9**step), rtol=1e-5)
    assert {"x/ExponentialMovingAverage/biased", "x/ExponentialMovingAverage/local_step"} < state.keys()
