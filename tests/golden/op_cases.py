"""Ops as a TensorFlow 1 program would call them: run by TensorFlow to make the numbers, and by us to compare.

Python 3.7 must be able to read this file. Each case is a function of the namespace `tf` and its inputs.
"""

import numpy as np

CASES = {}  # name -> (function, inputs)


def array(kind, shape, number, dtype):
    """An input's numbers, by a formula, [batch, ...]; floats are exact in float32, so that both types see the same."""
    count = int(np.prod(shape))
    places = np.arange(count) + 3.0 * number
    wave = 1.5 * np.sin(1.7 * places + 0.1)
    if kind == "bool":
        return (wave > 0).reshape(shape)
    if kind.startswith("below"):
        return (places * 7 % int(kind.split()[1])).astype("int32").reshape(shape)
    values = {
        "wave": wave,
        "positive": np.abs(wave) + 0.1,
        "unit": wave * 0.6,
        "colours": 0.5 + wave / 3.2,
        "ties": places * 5 % 4,
        "rows": wave,
    }[kind]
    values = values.reshape(shape)
    if kind == "rows":  # each sums to 1, exactly
        values = np.array([0.5, 0.25, 0.125, 0.125])[np.argsort(values, -1)]
    return values.astype("float32").astype(dtype)


def case(*given):
    """Registers a case: its inputs as (kind, shape) pairs. The first axis is unknown when the graph is built."""

    def register(build):
        CASES[build.__name__] = (build, given)
        return build

    return register


X = ("wave", (3, 4))
POSITIVE, UNIT = ("positive", (3, 4)), ("unit", (3, 4))
ROW, WHOLE, TRUTH = ("wave", (4,)), ("below 5", (3, 4)), ("bool", (3, 4))
CUBE, IMAGE = ("wave", (2, 3, 4)), ("wave", (2, 5, 7, 3))


def simple(name, function, *given):
    CASES[name] = (function, given)


for _name in (
    "relu",
    "relu6",
    "elu",
    "selu",
    "softplus",
    "softsign",
    "sigmoid",
    "tanh",
    "softmax",
    "log_softmax",
    "l2_loss",
):
    simple(_name, lambda tf, x, name=_name: getattr(tf.nn, name)(x * 4.0), X)
for _name in (
    "exp",
    "square",
    "abs",
    "negative",
    "sign",
    "floor",
    "ceil",
    "round",
    "sin",
    "cos",
    "erf",
    "expm1",
    "atan",
    "sigmoid",
    "tanh",
):
    simple("math_" + _name, lambda tf, x, name=_name: getattr(tf.math, name)(x), X)
for _name in ("log", "log1p", "sqrt", "rsqrt", "reciprocal"):
    simple("math_" + _name, lambda tf, x, name=_name: getattr(tf.math, name)(x), POSITIVE)
for _name in ("tan", "asin", "acos"):
    simple("math_" + _name, lambda tf, x, name=_name: getattr(tf.math, name)(x), UNIT)
for _name in ("maximum", "minimum", "squared_difference", "pow", "floordiv", "floormod"):
    simple("math_" + _name, lambda tf, x, y, name=_name: getattr(tf.math, name)(x, y), POSITIVE, ("positive", (4,)))
for _name in ("maximum", "minimum", "squared_difference", "floordiv", "floormod"):
    simple("int_" + _name, lambda tf, x, y, name=_name: getattr(tf.math, name)(x, y + 1), WHOLE, WHOLE)
for _name in ("maximum", "minimum"):
    simple(
        "ties_" + _name, lambda tf, x, y, name=_name: getattr(tf.math, name)(x, y), ("ties", (3, 4)), ("ties", (3, 4))
    )
for _name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
    simple(
        "math_" + _name, lambda tf, x, y, name=_name: getattr(tf.math, name)(x, y), ("ties", (3, 4)), ("ties", (3, 4))
    )
for _name in ("logical_and", "logical_or", "logical_xor"):
    simple("math_" + _name, lambda tf, x, y, name=_name: getattr(tf.math, name)(x, y), TRUTH, ("bool", (4,)))
for _name in ("is_nan", "is_inf", "is_finite"):
    simple("math_" + _name, lambda tf, x, name=_name: getattr(tf.math, name)(tf.math.log(x) / tf.nn.relu(x)), X)
for _name in ("sum", "mean", "prod", "max", "min", "logsumexp"):
    simple("reduce_" + _name, lambda tf, x, name=_name: getattr(tf, "reduce_" + name)(x), X)
    simple("reduce_" + _name + "_rows", lambda tf, x, name=_name: getattr(tf, "reduce_" + name)(x, 1), X)
    simple(
        "reduce_" + _name + "_apart",
        lambda tf, x, name=_name: getattr(tf, "reduce_" + name)(x, [0, -1], keepdims=True),
        CUBE,
    )
    if _name != "logsumexp":
        simple(
            "reduce_" + _name + "_ties", lambda tf, x, name=_name: getattr(tf, "reduce_" + name)(x, 1), ("ties", (3, 6))
        )
    if _name not in ("logsumexp", "mean"):
        simple("reduce_" + _name + "_int", lambda tf, x, name=_name: getattr(tf, "reduce_" + name)(x, 1), WHOLE)
for _name in ("all", "any"):
    simple("reduce_" + _name, lambda tf, x, name=_name: getattr(tf, "reduce_" + name)(x, 1), TRUTH)
for _name in ("argmax", "argmin"):
    simple(_name, lambda tf, x, name=_name: getattr(tf, name)(x, 1), ("ties", (3, 6)))
    simple(_name + "_default", lambda tf, x, name=_name: getattr(tf, name)(x), X)
    simple(_name + "_int32", lambda tf, x, name=_name: getattr(tf, name)(x, -1, output_type=tf.int32), CUBE)

OPERATORS = {
    "add": lambda x, y: x + y,
    "add_number": lambda x, y: x + 1.5,
    "radd": lambda x, y: 1.5 + x,
    "sub": lambda x, y: x - y,
    "rsub": lambda x, y: 1 - x,
    "mul": lambda x, y: x * y,
    "mul_number": lambda x, y: x * 2.0,
    "truediv": lambda x, y: x / y,
    "rtruediv": lambda x, y: 1.0 / y,
    "floordiv": lambda x, y: x // y,
    "mod": lambda x, y: x % y,
    "pow_number": lambda x, y: x**2,
    "rpow": lambda x, y: 2.0**x,
    "neg": lambda x, y: -x,
    "abs": lambda x, y: abs(x),
    "less": lambda x, y: x < y,
    "less_number": lambda x, y: x < 0.5,
    "greater_equal": lambda x, y: x >= y,
    "chained": lambda x, y: (x + y) * (x + y) - y * 2.0 + x * 3.0,
}
for _name, _function in OPERATORS.items():
    simple("operator_" + _name, lambda tf, x, y, function=_function: function(x, y), X, ("positive", (4,)))
SLICES = {
    "column": lambda x: x[:, 1],
    "last": lambda x: x[..., -1],
    "rows": lambda x: x[1:],
    "but_last": lambda x: x[:-1],
    "first_two": lambda x: x[:2],
    "every_second": lambda x: x[::2, 1:3],
    "backwards": lambda x: x[::-1, ::-2],
    "new_axis": lambda x: x[:, None, 1:],
    "one": lambda x: x[0, 1, 2],
}
for _name, _function in SLICES.items():
    simple("slice_" + _name, lambda tf, x, function=_function: function(x), CUBE)


@case(X)
def leaky_relu(tf, x):
    return tf.nn.leaky_relu(x, 0.25)  # TensorFlow rounds the slope to float32; of this one nothing is lost


@case(X, ("wave", (4, 2)))
def matmul(tf, x, y):
    return tf.matmul(x, y)


@case(X, ("wave", (4, 2)))
def matmul_with_operator(tf, x, y):
    return x @ y


@case(("wave", (4, 3)), ("wave", (2, 4)))
def matmul_transposed(tf, x, y):
    return tf.matmul(x, y, transpose_a=True, transpose_b=True)


@case(CUBE, ("wave", (2, 4, 5)))
def matmul_batch(tf, x, y):
    return tf.matmul(x, y)


@case(X, ROW)
def bias_add(tf, x, y):
    return tf.nn.bias_add(x, y)


@case(X)
def stop_gradient(tf, x):
    return x * tf.stop_gradient(x)


@case(X, X, X)
def add_n(tf, x, y, z):
    return tf.add_n([x, y, z])


@case(X, ("rows", (3, 4)))
def softmax_cross_entropy(tf, x, y):
    return tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)


@case(X, ("rows", (3, 4)))
def softmax_cross_entropy_v1(tf, x, y):
    return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=x)


@case(CUBE, ("rows", (2, 3, 4)))
def softmax_cross_entropy_rank_3(tf, x, y):
    return tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=x)


@case(X, ("below 4", (3,)))
def sparse_cross_entropy(tf, x, y):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)


@case(CUBE, ("below 4", (2, 3)))
def sparse_cross_entropy_rank_3(tf, x, y):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=x)


@case(X, UNIT)
def sigmoid_cross_entropy(tf, x, y):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x * 30.0)


@case(X, ("rows", (3, 4)))
def weighted_cross_entropy(tf, x, y):
    return tf.nn.weighted_cross_entropy_with_logits(y, x, 3.0)


@case(CUBE)
def softmax_middle_axis(tf, x):
    return tf.nn.softmax(x, axis=1)


for _strides in ((1, 1), (2, 1), (2, 3)):
    for _padding in ("SAME", "VALID"):
        simple(
            f"conv2d_{_strides[0]}{_strides[1]}_{_padding.lower()}",
            lambda tf, x, w, strides=_strides, padding=_padding: tf.nn.conv2d(
                x, w, [1, strides[0], strides[1], 1], padding
            ),
            IMAGE,
            ("wave", (3, 2, 3, 4)),
        )
for _kind in ("max_pool", "avg_pool"):
    for _window, _stride, _padding in ((2, 2, "SAME"), (2, 2, "VALID"), (3, 2, "SAME"), (3, 1, "VALID")):
        for _input in ("wave", "ties") if _kind == "max_pool" else ("wave",):
            simple(
                f"{_kind}_{_window}{_stride}_{_padding.lower()}_{_input}",
                lambda tf, x, kind=_kind, window=_window, stride=_stride, padding=_padding: getattr(tf.nn, kind)(
                    x, [1, window, window, 1], [1, stride, stride, 1], padding
                ),
                (_input, (2, 5, 7, 3)),
            )


@case(("wave", (5, 3)), ("below 5", (2, 3)))
def gather(tf, x, i):
    return tf.gather(x, i)


@case(CUBE, ("below 3", (2,)))
def gather_axis(tf, x, i):
    return tf.gather(x, i, axis=1)


@case(("wave", (5, 3)), ("below 5", (4,)))
def embedding_lookup(tf, x, i):
    return tf.nn.embedding_lookup(x, i)


@case(WHOLE)
def one_hot(tf, i):
    return tf.one_hot(i - 1, 3)


@case(("below 5", (4,)))
def one_hot_values(tf, i):
    return tf.one_hot(i, 4, 2.0, -1.0, axis=0, name="hot")


@case(TRUTH, X, X)
def where(tf, c, x, y):
    return tf.where(c, x, y)


@case(("bool", (3,)), X, X)
def where_rows(tf, c, x, y):
    return tf.where(c, x, y)


for _target in ("float32", "float64", "int32", "int64", "bool"):
    simple("cast_" + _target, lambda tf, x, target=_target: tf.cast(x * 3.0, target), X)
    simple("cast_int_" + _target, lambda tf, x, target=_target: tf.cast(x, target), WHOLE)


@case(CUBE)
def slice_(tf, x):
    return tf.slice(x, [0, 1, 0], [-1, 2, 3])


@case(CUBE)
def strided_slice(tf, x):
    return tf.strided_slice(x, [0, 1], [2, 3], [1, 2])


@case(X)
def pad(tf, x):
    return tf.pad(x, [[1, 0], [2, 1]])


@case(X)
def pad_value(tf, x):
    return tf.pad(x, [[0, 1], [0, 2]], constant_values=2.5)


@case(X)
def tile(tf, x):
    return tf.tile(x, [2, 3])


@case(X, X)
def concat(tf, x, y):
    return tf.concat([x, y], 1)


@case(X, X)
def concat_rows(tf, x, y):
    return tf.concat([x, y, x], 0, name="together")


@case(X)
def split(tf, x):
    return tf.split(x, 2, 1)[1]


@case(X)
def split_sizes(tf, x):
    return tf.split(x, [1, 3], 1)[1]


@case(X, X)
def stack(tf, x, y):
    return tf.stack([x, y], 1)


@case(CUBE)
def unstack(tf, x):
    return tf.unstack(x, axis=1)[2]


@case(CUBE)
def transpose(tf, x):
    return tf.transpose(x)


@case(CUBE)
def transpose_order(tf, x):
    return tf.transpose(x, [1, 0, 2])


@case(CUBE)
def reverse(tf, x):
    return tf.reverse(x, [0, 2])


@case(CUBE)
def reshape(tf, x):
    return tf.reshape(x, [-1, 6])


@case(CUBE)
def expand_dims(tf, x):
    return tf.expand_dims(x, -1)


@case(("wave", (3, 1, 4)))
def squeeze(tf, x):
    return tf.squeeze(x, [1])


@case(CUBE)
def shape(tf, x):
    return tf.shape(x)


@case(CUBE)
def size(tf, x):
    return tf.size(x)


@case(CUBE)
def rank(tf, x):
    return tf.rank(x)


@case(X)
def zeros_like(tf, x):
    return tf.zeros_like(x)


@case(X)
def ones_like(tf, x):
    return tf.ones_like(x)


@case(X)
def fill(tf, x):
    return tf.fill([2, 3], 1.5)


@case(X)
def range_(tf, x):
    return tf.range(tf.shape(x)[0])


@case(ROW, X)
def broadcast_to(tf, x, y):
    return tf.broadcast_to(x, [3, 4])


@case(X)
def identity(tf, x):
    return tf.identity(x)


@case(X)
def clip_by_value(tf, x):
    return tf.clip_by_value(x, -0.5, 0.7)


@case(X)
def clip_by_norm(tf, x):
    return tf.clip_by_norm(x, 1.5)


@case(X, ROW)
def clip_by_global_norm(tf, x, y):
    return tf.clip_by_global_norm([x, y], 2.0)[0][0]


@case(CUBE)
def moments_mean(tf, x):
    return tf.nn.moments(x, [0, 1])[0]


@case(CUBE)
def moments_variance(tf, x):
    return tf.nn.moments(x, [0, 1], keep_dims=True)[1]


@case(X)
def l2_normalize(tf, x):
    return tf.nn.l2_normalize(x, 1)


@case(X)
def count_nonzero(tf, x):
    return tf.count_nonzero(tf.nn.relu(x), 1)


@case(CUBE, ("wave", (4, 3, 2)))
def tensordot(tf, x, y):
    return tf.tensordot(x, y, [[2, 1], [0, 1]])


@case(("wave", (3, 4)))
def named(tf, x):
    with tf.name_scope("outer"):
        return tf.add(tf.nn.relu(x), x, name="total")
