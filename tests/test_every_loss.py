"""Every loss, regularizer and small function of tf.nn against TensorFlow 1.15; and what a program may do wrong."""

import importlib
import inspect
import pkgutil
from types import SimpleNamespace

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import losses, regularizers
from model_fns.autodiff import gradients
from model_fns.errors import InvalidArgumentError
from model_fns.graph.dtypes import float32, float64, int32, int64
from model_fns.graph.graph import Graph
from model_fns.ops import bias, clipping, counting, moments, norms, tensordot
from model_fns.ops.control import placeholder
from tests.golden import inputs
from tests.golden.comparison import Built, arrays, assert_equal, facts
from tests.golden.loss_cases import FUNCTIONS, LOSSES
from tests.golden.namespace import tf

CASES = [("losses", name) for name in LOSSES] + [("functions", name) for name in FUNCTIONS]
FACTS = {table: facts(table) for table in ("losses", "functions")}
ARRAYS = {table: arrays(table) for table in ("losses", "functions")}
NO_LOSSES = {"Reduction"}
SMALL_FILES = (bias, clipping, counting, moments, norms, regularizers, tensordot)


def built(table, name, dtype=None):
    """The graph of a golden case, fed with its numbers; floats are of type `dtype` if it is given."""
    build = {"losses": LOSSES, "functions": FUNCTIONS}[table][name]
    given = {}
    for key, array in inputs.loss_inputs().items():
        array = array.astype(dtype) if dtype is not None and array.dtype.kind == "f" else array
        shape = list(array.shape) if key == "square" else [None, *array.shape[1:]]
        given[key] = (shape, array.dtype, array)
    return Built(lambda **tensors: build(tf, SimpleNamespace(**tensors)), given)


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


# --- completeness ----------------------------------------------------------------------------------------------------


def public_losses():
    """Every public name of the package, and every function in its files that takes a `loss_collection`."""
    found = set(losses.__all__) - NO_LOSSES
    for module in pkgutil.iter_modules(losses.__path__):
        for name, item in vars(importlib.import_module(f"model_fns.losses.{module.name}")).items():
            if inspect.isfunction(item) and "loss_collection" in inspect.signature(item).parameters:
                found.add(name)
    return sorted(found)


@pytest.mark.parametrize("name", public_losses())
def test_every_loss_has_a_case(name):
    assert name in losses.__all__, f"model_fns/losses/__init__.py does not export {name}"
    called = any(f"tf.losses.{name}(" in inspect.getsource(build) for build in LOSSES.values())
    assert called, f"tests/golden/loss_cases.py has no case that calls tf.losses.{name}"


def small_functions():
    defined = [(module, name, item) for module in SMALL_FILES for name, item in vars(module).items()]
    return sorted(
        name
        for module, name, item in defined
        if inspect.isfunction(item) and item.__module__ == module.__name__ and not name.startswith("_")
    )


@pytest.mark.parametrize("name", [name for name in small_functions() if name != "sequence_of_tensors"])
def test_every_small_function_has_a_case(name):
    called = any(f".{name}(" in inspect.getsource(build) for build in FUNCTIONS.values())
    assert called, f"tests/golden/loss_cases.py has no case that calls {name}"


def test_every_case_has_a_golden_result():
    assert sorted(LOSSES) == sorted(FACTS["losses"]), "run tests/golden/make_layers_losses.py"
    assert sorted(FUNCTIONS) == sorted(FACTS["functions"]), "run tests/golden/make_layers_losses.py"


# --- TensorFlow 1.15 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("table", "name"), CASES)
def test_names_and_shapes_are_those_of_tensorflow(table, name):
    assert built(table, name).described() == FACTS[table][name]


@pytest.mark.parametrize(("table", "name"), CASES)
def test_numbers_are_those_of_tensorflow(table, name):
    assert_equal(name, built(table, name).measured(["p", "r", "square"]), ARRAYS[table])


# The gradient that stops at the labels is not that of the whole loss.
DIFFERENTIABLE = [
    (table, name)
    for table, name in CASES
    if FACTS[table][name]["dtype"] != "bool" and name != "softmax_cross_entropy_stops_at_labels"
]


@pytest.mark.parametrize(("table", "name"), DIFFERENTIABLE)
def test_gradients_are_finite_differences(table, name):
    case = built(table, name, np.float64)
    p, step = case.sources["p"], 1e-6
    with case.graph.as_default():
        (slope,) = gradients(case.output, [p])
    if slope is None or case.output.dtype != float64:
        return  # it does not depend on p, or is of float32 whatever it is given
    value, (got,) = case.feeds[p], case.run(slope)
    expected = np.zeros_like(value)
    for at in np.ndindex(value.shape):
        sides = []
        for shift in (step, -step):
            moved = value.copy()
            moved[at] += shift
            sides.append(np.sum(case.run(case.output, feeds={**case.feeds, p: moved})[0]))
        expected[at] = (sides[0] - sides[1]) / (2 * step)
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-8)


# --- what the golden numbers cannot show ------------------------------------------------------------------------------


def of_losses_in(graph):
    return [operation.type for operation in graph.operations if operation.type != "Placeholder"]


def test_the_common_case_is_a_mean(graph):
    labels, logits = placeholder(int32, [None]), placeholder(float32, [None, 4])
    losses.sparse_softmax_cross_entropy(labels, logits)
    assert of_losses_in(graph) == ["SparseSoftmaxCrossEntropyWithLogits", "Mean"]


def test_the_mean_squared_error_is_two_operations(graph):
    losses.mean_squared_error(placeholder(float32, [None]), placeholder(float32, [None]))
    assert of_losses_in(graph) == ["SquaredDifference", "Mean"]


def test_float64_stays_float64():
    numbers = placeholder(float64, [None, 3])
    for function in (losses.mean_squared_error, losses.huber_loss, losses.softmax_cross_entropy, losses.log_loss):
        assert function(numbers, numbers).dtype == float64


@pytest.mark.parametrize("reduction", ["weighted_sum_by_nonzero_weights", "weighted_mean"])
def test_a_weight_of_zero_for_all_gives_zero_and_no_nan_in_the_gradient(reduction):
    q, p, w = (placeholder(float32, [None]) for _ in range(3))
    loss = losses.mean_squared_error(q, p, w, reduction=reduction)
    feeds = {q: np.ones(3), p: np.zeros(3), w: np.zeros(3)}
    value, slope = evaluate([loss, gradients(loss, [p])[0]], feeds)
    assert value == 0 and np.all(slope == 0)


def test_a_label_out_of_range_is_named():
    labels, logits = placeholder(int64, [None]), placeholder(float32, [None, 3])
    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    with pytest.raises(
        InvalidArgumentError, match=r"Received a label value of 3 which is outside the valid range of \[0, 3\)"
    ):
        evaluate([loss], {labels: [0, 3], logits: np.zeros((2, 3))})


def test_large_logits_do_not_overflow():
    labels, logits = placeholder(float32, [None, 2]), placeholder(float32, [None, 2])
    both = [losses.softmax_cross_entropy(labels, logits), losses.sigmoid_cross_entropy(labels, logits)]
    fetches = both + [gradients(loss, [logits])[0] for loss in both]
    values = evaluate(fetches, {labels: [[1, 0]], logits: [[-1e4, 1e4]]})
    assert all(np.all(np.isfinite(value)) for value in values)
    assert values[0] == 2e4 and values[1] == 1e4


def test_clipping_an_infinite_norm_gives_nan():
    t = placeholder(float32, [None])
    (clipped,), norm = clipping.clip_by_global_norm([t], 1.0)
    values = evaluate([clipped, norm], {t: [1, np.inf]})
    assert np.all(np.isnan(values[0])) and np.isinf(values[1])


def test_clipping_zeros_has_a_gradient():
    t = placeholder(float32, [None])
    (slope,) = gradients(clipping.clip_by_norm(t, 1.0), [t])
    np.testing.assert_array_equal(evaluate([slope], {t: [0, 0]})[0], [1, 1])


ROWS = [
    ([0.1, 0.5, 0.5], 1, 1, True),  # as good as the best
    ([0.1, 0.5, 0.5], 0, 2, False),
    ([1, 2, 3], 0, 3, True),
    ([1, 2, 3], 3, 3, False),  # no class
    ([1, 2, 3], -1, 3, False),
    ([np.nan, 1, 2], 2, 3, False),
    ([np.inf, 1, 2], 2, 3, False),
    ([-np.inf, 1, 2], 2, 3, False),
]


@pytest.mark.parametrize(("row", "target", "k", "expected"), ROWS)
def test_in_top_k(row, target, k, expected):
    predictions, targets = placeholder(float32, [None, 3]), placeholder(int64, [None])
    inside = counting.in_top_k(predictions, targets, k)
    assert evaluate([inside], {predictions: [row], targets: [target]})[0].tolist() == [expected]


def test_bias_add_with_channels_first():
    value, channels = placeholder(float32, [None, 3, 2, 2]), placeholder(float32, [3])
    added = bias.bias_add(value, channels, data_format="NCHW")
    zeros = np.zeros((2, 3, 2, 2), np.float32)
    (result,) = evaluate([added], {value: zeros, channels: [1, 2, 3]})
    np.testing.assert_array_equal(result, zeros + np.array([1, 2, 3], np.float32)[:, None, None])


@pytest.mark.parametrize("make", [regularizers.l1_regularizer, regularizers.l2_regularizer])
def test_a_scale_of_zero_regularizes_nothing(make):
    assert make(0.0)(placeholder(float32, [3])) is None
    assert regularizers.l1_l2_regularizer(0.0, 0.0)(placeholder(float32, [3])) is None


# --- what a program may do wrong --------------------------------------------------------------------------------------


def numbers(*shape, name=None):
    return placeholder(float32, [None, *shape], name)


def classes(*shape):
    return placeholder(int64, [None, *shape])


WRONG = [
    (lambda: losses.mean_squared_error(None, numbers(4)), "labels must not be None."),
    (lambda: losses.mean_squared_error(numbers(4), None), "predictions must not be None."),
    (lambda: losses.softmax_cross_entropy(None, numbers(4)), "onehot_labels must not be None."),
    (lambda: losses.sigmoid_cross_entropy(None, numbers(4)), "multi_class_labels must not be None."),
    (lambda: losses.hinge_loss(numbers(4), None), "logits must not be None."),
    (lambda: losses.cosine_distance(numbers(4), numbers(4)), "You must specify 'axis'."),
    (lambda: losses.mean_squared_error(numbers(5), numbers(4)), "Shapes (?, 4) and (?, 5) are incompatible"),
    (lambda: losses.huber_loss(numbers(), numbers(4)), "Shapes (?, 4) and (?,) are incompatible"),
    (lambda: losses.mean_squared_error(numbers(4), numbers(4), weights=None), "None values not supported."),
    (lambda: losses.mean_squared_error(numbers(4), numbers(4), reduction="mean"), "Invalid Reduction Key mean."),
    (
        lambda: losses.mean_squared_error(numbers(4), numbers(4), numbers()),
        "weights can not be broadcast to values. "
        "values.rank=2. weights.rank=1. values.shape=(?, 4). weights.shape=(?,).",
    ),
    (lambda: losses.mean_squared_error(numbers(4), numbers(4), numbers(2, name="w")), "weights 'w:0'"),
    (
        lambda: losses.sparse_softmax_cross_entropy(classes(1, 1), numbers(4)),
        "Rank mismatch: Rank of labels (received 3) should equal rank of logits minus 1 (received 2).",
    ),
    (lambda: losses.sparse_softmax_cross_entropy(classes(5), numbers(4)), "Can not squeeze dim[1]"),
    (
        lambda: losses.sparse_softmax_cross_entropy(np.zeros(3, np.int64), np.zeros((4, 2), np.float32)),
        "Shape mismatch: "
        "The shape of labels (received (3,)) should equal the shape of logits except for the last dimension",
    ),
    (lambda: losses.get_total_loss(), "inputs must be a list of at least one Tensor"),
    (
        lambda: bias.bias_add(numbers(4, name="x"), np.ones(3, np.float32)),
        "Dimensions must be equal, but are 4 and 3 for "
        "'BiasAdd' (op: 'BiasAdd') with input shapes: [?,4], [3] (inputs: x:0 float32, BiasAdd/bias:0 float32).",
    ),
    (lambda: bias.bias_add(numbers(4), np.ones((4, 1), np.float32)), "Shape must be rank 1 but is rank 2"),
    (lambda: bias.bias_add(numbers(), np.ones(3, np.float32)), "Shape must be at least rank 2 but is rank 1"),
    (lambda: bias.bias_add(numbers(4), np.ones(4, np.float32), data_format="CN"), "data_format must be of the form"),
    (lambda: clipping.clip_by_value(numbers(4), np.zeros((3, 2, 4), np.float32), 1.0), "Shapes (?, 4) and (3, 2, 4)"),
    (lambda: tensordot.tensordot(numbers(4), numbers(4), [[1], [0, 1]]), "Different number of contraction axes"),
    (lambda: tensordot.tensordot(numbers(4), numbers(4), 3), "'axes' must be between 0 and the smaller rank, 2"),
    (lambda: regularizers.l2_regularizer(1), "scale cannot be an integer: 1"),
    (lambda: regularizers.l1_regularizer(-0.1), "Setting a scale less than 0 on a regularizer: -0.1"),
    (lambda: regularizers.l1_l2_regularizer(1, 0.1), "scale_l1 cannot be an integer: 1"),
]


@pytest.mark.parametrize(("program", "sentence"), WRONG)
def test_mistakes_get_a_sentence(program, sentence):
    with pytest.raises(ValueError) as raised:
        program()
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (
            lambda: losses.sparse_softmax_cross_entropy(numbers(), numbers(4)),
            "labels must be int32 or int64, not float32",
        ),
        (
            lambda: counting.in_top_k(numbers(4), numbers(), 1),
            "Value passed to parameter 'targets' has DataType float32",
        ),
        (lambda: norms.global_norm(numbers(4)), "t_list should be a sequence"),
        (lambda: clipping.clip_by_global_norm(numbers(4), 1.0), "t_list should be a sequence"),
    ],
)
def test_wrong_types_get_a_sentence(program, sentence):
    with pytest.raises(TypeError) as raised:
        program()
    assert sentence in str(raised.value)
