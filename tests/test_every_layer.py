"""Every layer against TensorFlow 1.15: names, shapes, values, gradients, updates; and what a program may do wrong."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import initializers, layers, matrix_initializers
from model_fns.autodiff import gradients
from model_fns.graph.dtypes import float32, float64, int32
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.ops.control import placeholder
from model_fns.variable_scope import variable_scope
from model_fns.variables import global_variables_initializer, trainable_variables
from tests.golden import inputs
from tests.golden.comparison import Built, arrays, assert_equal, facts
from tests.golden.layer_cases import CASES
from tests.golden.namespace import tf

FACTS, ARRAYS = facts("layers"), arrays("layers")
NO_LAYERS = {"InputSpec", "Layer"}
RUNNING = [name for name, (_, _, options) in CASES.items() if options["runs"]]


def built(name, batch=None):
    """The graph of a golden case, fed with its numbers, or with `batch` rows."""
    build, shapes, options = CASES[name]
    dtype = options["dtype"]
    given = {}
    for label, shape in shapes.items():
        fed = (batch or shape[0], *shape[1:])
        given[label] = ([None, *shape[1:]], dtype, inputs.wave(fed, 0.1, dtype))
    return Built(lambda **tensors: build(tf, **tensors), given, options["training"])


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


# --- completeness ----------------------------------------------------------------------------------------------------


def public_layers():
    """Every public name of the package, and every final layer class in its files."""
    found = set(layers.__all__) - NO_LAYERS
    for module in pkgutil.iter_modules(layers.__path__):
        for name, item in vars(importlib.import_module(f"model_fns.layers.{module.name}")).items():
            if inspect.isclass(item) and issubclass(item, layers.Layer) and not item.__subclasses__():
                found.add(name)
    return sorted(found)


@pytest.mark.parametrize("name", public_layers())
def test_every_layer_has_a_case(name):
    assert name in layers.__all__, f"model_fns/layers/__init__.py does not export {name}"
    called = any(f"tf.layers.{name}(" in inspect.getsource(build) for build, _, _ in CASES.values())
    assert called or name in OF_FUNCTIONS, f"tests/golden/layer_cases.py has no case that calls tf.layers.{name}"


# Their functions, which have cases, do nothing but call them.
OF_FUNCTIONS = {"Conv1D", "Conv2D", "Dense"}


def test_every_case_has_a_golden_result():
    assert sorted(CASES) == sorted(FACTS), "run tests/golden/make_layers_losses.py"


# --- TensorFlow 1.15 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_names_and_shapes_are_those_of_tensorflow(name):
    assert built(name).described() == FACTS[name]


@pytest.mark.parametrize("name", RUNNING)
def test_numbers_are_those_of_tensorflow(name):
    assert_equal(name, built(name).measured(CASES[name][1]), ARRAYS)


@pytest.mark.parametrize("batch", [1, 3, 37])
@pytest.mark.parametrize("name", ["conv2d_same_relu", "dense_of_rank_3", "small_network", "max_pooling1d", "flatten"])
def test_any_batch_size(name, batch):
    case = built(name, batch)
    (value,) = case.run(case.output)
    assert value.shape == (batch, *FACTS[name]["shape"][1:])


# --- what the golden numbers cannot show ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "first", "rank"),
    [
        (lambda x: layers.conv2d(x, 4, 3, (2, 1), "same", name="a"), "conv2d", 4),
        (lambda x: layers.conv1d(x, 4, 3, 2, name="a"), "conv1d", 3),
        (lambda x: layers.max_pooling2d(x, 3, 2, "same"), "max_pooling2d", 4),
        (lambda x: layers.average_pooling2d(x, 3, 2), "average_pooling2d", 4),
        (lambda x: layers.max_pooling1d(x, 3, 2), "max_pooling1d", 3),
        (lambda x: layers.average_pooling1d(x, 3, 2, "same"), "average_pooling1d", 3),
        (lambda x: layers.conv2d_transpose(x, 4, 3, (2, 1), "same", name="a"), "conv2d_transpose", 4),
        (lambda x: layers.separable_conv2d(x, 4, 3, (2, 2), "same", name="a"), "separable_conv2d", 4),
    ],
)
def test_channels_first_is_channels_last_transposed(last, first, rank):
    arguments = {
        "conv2d": (4, 3, (2, 1), "same"),
        "conv1d": (4, 3, 2),
        "max_pooling2d": (3, 2, "same"),
        "average_pooling2d": (3, 2),
        "max_pooling1d": (3, 2),
        "average_pooling1d": (3, 2, "same"),
        "conv2d_transpose": (4, 3, (2, 1), "same"),
        "separable_conv2d": (4, 3, (2, 2), "same"),
    }[first]
    shape = (2, 7, 6, 3)[: rank - 1] + (3,)
    value = inputs.wave(shape, 0.1)
    x = placeholder(float32, [None, *shape[1:]])
    moved = placeholder(float32, [None, 3, *shape[1:-1]])
    reuse = {"name": "a", "reuse": True} if "conv" in first else {}
    expected = last(x)
    got = getattr(layers, first)(moved, *arguments, data_format="channels_first", **reuse)
    state = {
        v.op.name: inputs.variable_value(v.op.name, i, v.dims, "float32") for i, v in enumerate(trainable_variables())
    }
    to_last, to_first = (0, *range(2, rank), 1), (0, rank - 1, *range(1, rank - 1))
    result = evaluate([got], {moved: value.transpose(to_first)}, state)[0]
    np.testing.assert_allclose(result.transpose(to_last), evaluate([expected], {x: value}, state)[0], rtol=1e-5)


@pytest.mark.parametrize("dtype", [float32, float64])
def test_dropout_drops_its_share_and_scales_the_rest(dtype):
    x = placeholder(dtype, [None, 50])
    y = layers.dropout(x, 0.4, training=True)
    ones = np.ones((200, 50), dtype.as_numpy_dtype)
    first, again, later = (evaluate([y], {x: ones}, seed=7, step=step)[0] for step in (0, 0, 1))
    assert set(np.unique(first)) == {0, dtype.as_numpy_dtype(1 / 0.6)}
    assert abs(np.mean(first == 0) - 0.4) < 0.02
    np.testing.assert_array_equal(first, again)
    assert np.any(first != later)
    (slope,) = gradients(y, [x])
    np.testing.assert_array_equal(*evaluate([slope, y], {x: ones}, seed=7))  # the gradient drops the same ones


def test_dropout_by_tensor_drops_only_while_training():
    x, training = placeholder(float32, [None, 50]), placeholder("bool", [])
    y = layers.dropout(x, 0.4, training=training)
    ones = np.ones((20, 50), np.float32)
    np.testing.assert_array_equal(evaluate([y], {x: ones, training: False})[0], ones)
    assert 0.3 < np.mean(evaluate([y], {x: ones, training: True})[0] == 0) < 0.5


def test_dropout_with_a_noise_shape_drops_whole_rows():
    x = placeholder(float32, [None, 6])
    y = layers.dropout(x, 0.5, noise_shape=[None, 1], seed=3, training=True)
    (value,) = evaluate([y], {x: np.ones((100, 6), np.float32)})
    assert np.all(value == value[:, :1]) and 30 < np.sum(value[:, 0] == 0) < 70


def test_dropout_with_a_tensor_for_its_rate():
    x, rate = placeholder(float32, [None, 50]), placeholder(float32, [])
    y = layers.dropout(x, rate, training=True)
    (value,) = evaluate([y], {x: np.ones((100, 50), np.float32), rate: 0.25})
    assert abs(np.mean(value == 0) - 0.25) < 0.03
    np.testing.assert_allclose(value.max(), 1 / 0.75, rtol=1e-6)


def test_moving_averages_move_only_by_update_ops():
    x = placeholder(float32, [None, 4])
    y = layers.batch_normalization(x, training=True)
    state = {}
    evaluate([global_variables_initializer()], {}, state)
    before = {name: value.copy() for name, value in state.items()}
    feeds = {x: inputs.wave((5, 4), 0.1)}
    evaluate([y], feeds, state)
    assert all(np.array_equal(state[name], value) for name, value in before.items())
    evaluate(get_default_graph().get_collection(GraphKeys.UPDATE_OPS), feeds, state)
    moved = {name for name, value in before.items() if not np.array_equal(state[name], value)}
    assert moved == {"batch_normalization/moving_mean", "batch_normalization/moving_variance"}


def test_not_training_by_tensor_leaves_the_moving_averages_as_they_are_to_the_bit():
    x, training = placeholder(float32, [None, 3, 3, 4]), placeholder("bool", [])
    layers.batch_normalization(x, training=training)
    state = {
        "batch_normalization/moving_mean": inputs.wave(4, 1),
        "batch_normalization/moving_variance": np.ones(4, "f"),
    }
    before = {name: value.copy() for name, value in state.items()}
    updates = get_default_graph().get_collection(GraphKeys.UPDATE_OPS)
    evaluate(updates, {x: inputs.wave((2, 3, 3, 4), 0.1), training: False}, state)
    assert all(np.array_equal(state[name], value) for name, value in before.items())


@pytest.mark.parametrize(
    ("initializer", "expected"),
    [
        ("zeros", 0),
        (initializers.ones_initializer, 1),
        (initializers.constant_initializer(0.25), 0.25),
        (lambda shape, dtype=None, partition_info=None: np.full(shape, 7, dtype.as_numpy_dtype), 7),
    ],
)
def test_initializers(initializer, expected):
    layer = layers.Dense(3, kernel_initializer=initializer, bias_initializer=initializers.constant_initializer(0.5))
    layer(placeholder(float32, [None, 4]))
    state = {}
    evaluate([global_variables_initializer()], {}, state)
    np.testing.assert_array_equal(state["dense/kernel"], np.full((4, 3), expected, np.float32))
    np.testing.assert_array_equal(state["dense/bias"], np.full(3, 0.5, np.float32))


def test_the_default_initializer_is_the_scopes_else_glorots():
    x = placeholder(float32, [None, 100])
    with variable_scope("a", initializer=initializers.ones_initializer()):
        layers.dense(x, 200)
    layers.dense(x, 200)
    state = {}
    evaluate([global_variables_initializer()], {}, state)
    assert np.all(state["a/dense/kernel"] == 1) and np.all(state["a/dense/bias"] == 0)
    limit = np.sqrt(6 / 300)
    kernel = state["dense/kernel"]
    assert 0.98 * limit < np.abs(kernel).max() <= limit and abs(kernel.mean()) < 0.003


def test_constraints_stay_with_their_variables():
    constraint = abs
    layer = layers.Dense(3, kernel_constraint=constraint)
    layer(placeholder(float32, [None, 4]))
    assert layer.kernel.constraint is constraint and layer.bias.constraint is None


def test_what_a_layer_knows_of_its_variables():
    layer = layers.BatchNormalization(name="bn")
    assert layer.weights == [] and layer.graph is None and not layer.built
    layer(placeholder(float64, [None, 4]), training=True)
    assert [v.op.name for v in layer.trainable_variables] == ["bn/gamma", "bn/beta"]
    assert [v.op.name for v in layer.non_trainable_variables] == ["bn/moving_mean", "bn/moving_variance"]
    assert layer.count_params() == 16 and layer.dtype == float64 and layer.built and len(layer.updates) == 2
    assert layer.name == layer.scope_name == "bn" and layer.graph is get_default_graph()


def test_a_users_own_layer():
    class Scale(layers.Layer):
        def build(self, input_shape):
            self.factor = self.add_variable(
                "factor", [input_shape[-1].value], initializer=initializers.ones_initializer()
            )
            super().build(input_shape)

        def call(self, inputs, twice=False):
            return inputs * self.factor * (2.0 if twice else 1.0)

    layer, x = Scale(), placeholder(float32, [None, 2])
    y = layer(layer(x), twice=True)
    assert [v.op.name for v in layer.variables] == ["scale/factor"]
    state = {"scale/factor": np.array([2, 3], np.float32)}
    np.testing.assert_array_equal(evaluate([y], {x: np.ones((1, 2))}, state)[0], [[8, 18]])


# --- what a program may do wrong --------------------------------------------------------------------------------------


def reused_with_another_size():
    layers.dense(placeholder(float32, [None, 4], "narrow"), 3, name="head")
    layers.dense(placeholder(float32, [None, 5], "wide"), 3, name="head", reuse=True)


def called_with_another_size():
    layer = layers.Dense(3, name="head")
    layer(placeholder(float32, [None, 4], "narrow"))
    layer(placeholder(float32, [None, 5], "wide"))


def made_twice():
    for _ in range(2):
        layers.dense(placeholder(float32, [None, 4], "x"), 3, name="head")


def given_two_tensors():
    layers.dense([placeholder(float32, [None, 4]), placeholder(float32, [None, 4])], 3)


def given(*shape, dtype=float32):
    return placeholder(dtype, shape, "x")


WRONG = [
    (
        reused_with_another_size,
        "Trying to share variable head/kernel, but specified shape (5, 3) and found shape (4, 3).",
    ),
    (reused_with_another_size, "(layer 'head' applied to 'wide:0' of shape (?, 5))"),
    (
        called_with_another_size,
        "Input 0 of layer head is incompatible with the layer: expected axis -1 of input shape to "
        "have value 4 but received input with shape [None, 5] (input 'wide:0')",
    ),
    (made_twice, "Variable head/kernel already exists, disallowed. Did you mean to set reuse=True"),
    (given_two_tensors, "Layer dense expects 1 inputs, but it received 2 input tensors."),
    (lambda: layers.dense(given(None, 4), 3, name="new", reuse=True), "Variable new/kernel does not exist"),
    (lambda: layers.dense(given(4), 3), "expected min_ndim=2, found ndim=1. Full shape received: [4] (input 'x:0')"),
    (lambda: layers.dense(given(None, None), 3), "The last dimension of the inputs to `Dense` should be defined."),
    (
        lambda: layers.dense(placeholder(float32, None, "x"), 3),
        "its rank is undefined, but the layer requires a defined",
    ),
    (
        lambda: layers.conv2d(given(None, 4), 3, 3),
        "Input 0 of layer conv2d is incompatible with the layer: expected ndim=4",
    ),
    (lambda: layers.conv2d(given(None, 8, 8, None), 3, 3), "The channel dimension of the inputs should be defined."),
    (
        lambda: layers.conv2d(given(None, 4, 4, 3), 2, 5),
        "Negative dimension size caused by subtracting 5 from 4 for "
        "'conv2d/Conv2D' (op: 'Conv2D') with input shapes: [?,4,4,3], [5,5,3,2] "
        "(inputs: x:0 float32, conv2d/kernel/read:0 float32).",
    ),
    (lambda: layers.conv2d(given(None, 8, 8, 3), 3, 3, padding="sane"), "The `padding` argument must be"),
    (
        lambda: layers.conv2d(given(None, 8, 8, 3), 3, 3, padding="causal"),
        "Causal padding is only supported for `Conv1D`.",
    ),
    (
        lambda: layers.conv2d(given(None, 8, 8, 3), 3, 3, data_format="NHWC"),
        "The `data_format` argument must be one of",
    ),
    (
        lambda: layers.conv2d(given(None, 8, 8, 3), 3, (3, 3, 3)),
        "The `kernel_size` argument must be a tuple of 2 integers.",
    ),
    (
        lambda: layers.max_pooling2d(given(None, 8, 8, 3), "a", 2),
        "The `pool_size` argument must be a tuple of 2 integers.",
    ),
    (lambda: layers.max_pooling2d(given(None, 4, 4, 3), 9, 2), "subtracting 9 from 4 for 'max_pooling2d/MaxPool'"),
    (lambda: layers.flatten(given()), "expected min_ndim=1, found ndim=0"),
    (lambda: layers.dropout(given(None, 4), 1.5, training=True), "float in the range [0, 1), got 1.5"),
    (lambda: layers.batch_normalization(given(None, 4), axis=2), "Invalid axis: 2"),
    (lambda: layers.batch_normalization(given(None, 4), axis=[1, -1]), "Duplicate axis: [1, 1]"),
    (lambda: layers.batch_normalization(given(None, None)), "Input has undefined `axis` dimension."),
    (
        lambda: layers.dense(given(None, 4), 3, activation="rellu"),
        "Unknown activation function:rellu. Known names: elu",
    ),
    (
        lambda: layers.dense(given(None, 4), 3, kernel_initializer="he"),
        "Unknown initializer: he. Known names: glorot_normal",
    ),
]


@pytest.mark.parametrize(("program", "sentence"), WRONG)
def test_mistakes_get_a_sentence(program, sentence):
    with pytest.raises(ValueError) as raised:
        program()
    assert sentence in str(raised.value)


def test_integers_need_a_cast():
    with pytest.raises(TypeError, match="Unable to build `Dense` layer with non-floating point dtype"):
        layers.dense(given(None, 4, dtype=int32), 3)


def test_an_unknown_keyword_is_refused():
    with pytest.raises(TypeError, match="Keyword argument not understood:.*'unit'"):
        layers.Dense(3, unit=4)


@pytest.mark.parametrize("argument", ["renorm", "virtual_batch_size", "adjustment"])
def test_what_is_missing_says_so(argument):
    with pytest.raises(NotImplementedError, match=f"{argument} is not available"):
        layers.batch_normalization(given(None, 4), **{argument: 1})


# --- matrices to begin with ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [[6, 4], [4, 6], [2, 3, 4, 5], [5, 5]])
def test_an_orthogonal_matrix_is_one(shape):
    made = matrix_initializers.Orthogonal(gain=2.0, seed=3)(shape)
    value = evaluate([made], {}, seed=1)[0].reshape(-1, shape[-1]) / 2.0
    product = value @ value.T if value.shape[0] < value.shape[1] else value.T @ value
    assert made.shape.as_list() == shape
    np.testing.assert_allclose(product, np.eye(len(product)), atol=1e-5)


def test_the_identity_times_a_gain():
    (value,) = evaluate([matrix_initializers.Identity(2.5)([2, 3])], {})
    np.testing.assert_array_equal(value, 2.5 * np.eye(2, 3))
    with pytest.raises(ValueError, match="Identity matrix initializer can only be used for 2D matrices."):
        matrix_initializers.Identity()([2, 3, 4])
    with pytest.raises(ValueError, match="The tensor to initialize must be at least two-dimensional"):
        matrix_initializers.Orthogonal()([2])
