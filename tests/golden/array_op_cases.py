"""More ops as a TensorFlow 1 program would call them: arrays, matrices, segments, images. See op_cases.py.

Python 3.7 must be able to read this file.
"""

CASES = {}  # name -> (function, inputs)

X, POSITIVE, UNIT = ("wave", (3, 4)), ("positive", (3, 4)), ("unit", (3, 4))
CUBE, IMAGE = ("wave", (2, 3, 4)), ("wave", (2, 5, 7, 3))
COLOURS, SQUARE = ("colours", (2, 4, 5, 3)), ("wave", (2, 3, 3))
SEQUENCE = ("wave", (2, 5, 3))


def simple(name, function, *given):
    CASES[name] = (function, given)


# -- products, matrices -----------------------------------------------------------------------------------------------

for _name, _equation, _shapes in (
    ("matmul", "ij,jk->ik", ((3, 4), (4, 5))),
    ("batch", "bij,bjk->bik", ((2, 3, 4), (2, 4, 5))),
    ("transposed", "bij,bkj->bki", ((2, 3, 4), (2, 5, 4))),
    ("of_rank_3", "bti,io->bto", ((2, 3, 4), (4, 5))),
    ("attention", "bthd,bshd->bhts", ((2, 3, 2, 4), (2, 5, 2, 4))),
    ("outer", "i,j->ij", ((3,), (4,))),
    ("dot", "i,i->", ((4,), (4,))),
    ("sum", "ij->j", ((3, 4),)),
    ("transpose", "ijk->kji", ((2, 3, 4),)),
    ("three", "ab,bc,cd->ad", ((3, 4), (4, 5), (5, 2))),
    ("implied", "ij,jk", ((3, 4), (4, 5))),
    ("elementwise", "ij,ij->ij", ((3, 4), (3, 4))),
):
    simple(
        "einsum_" + _name,
        (lambda equation: lambda tf, *inputs: tf.einsum(equation, *inputs))(_equation),
        *[("wave", shape) for shape in _shapes],
    )
simple("eye", lambda tf, x: x + tf.eye(3, 4, dtype=x.dtype), X)
simple("eye_of_batch", lambda tf, x: x * tf.eye(3, 4, batch_shape=[2], dtype=x.dtype), CUBE)
simple("matrix_diag", lambda tf, x: tf.matrix_diag(x), X)
simple("matrix_diag_part", lambda tf, x: tf.matrix_diag_part(x), CUBE)
simple("matrix_diag_part_high", lambda tf, x: tf.matrix_diag_part(tf.matrix_transpose(x)), CUBE)
simple("matrix_set_diag", lambda tf, x, y: tf.matrix_set_diag(x, y), CUBE, ("wave", (2, 3)))
simple("matrix_band_part", lambda tf, x: tf.matrix_band_part(x, 1, 0), CUBE)
simple("matrix_band_part_upper", lambda tf, x: tf.matrix_band_part(x, 0, -1), CUBE)
simple("diag", lambda tf, x: tf.diag(x), ("wave", (3,)))
simple("diag_part", lambda tf, x: tf.diag_part(tf.matmul(x, x, transpose_b=True)), X)
simple("trace", lambda tf, x: tf.trace(x), CUBE)
for _name, _arguments in (
    ("all", {}),
    ("rows", {"axis": 1}),
    ("kept", {"axis": -1, "keepdims": True}),
    ("one", {"ord": 1, "axis": 1}),
    ("infinity", {"ord": float("inf"), "axis": 1}),
    ("p", {"ord": 3, "axis": 1}),
    ("frobenius", {"ord": "fro", "axis": [1, 2]}),
    ("columns", {"ord": 1, "axis": [-2, -1]}),
):
    simple("norm_" + _name, (lambda arguments: lambda tf, x: tf.norm(x, **arguments))(_arguments), CUBE)


def definite(tf, x):
    return tf.matmul(x, x, transpose_b=True) + tf.eye(3, dtype=x.dtype)


simple("matrix_inverse", lambda tf, x: tf.matrix_inverse(x + 2.0 * tf.eye(3, dtype=x.dtype)), SQUARE)
simple("matrix_determinant", lambda tf, x: tf.matrix_determinant(x + 2.0 * tf.eye(3, dtype=x.dtype)), SQUARE)
simple("matrix_solve", lambda tf, x, y: tf.matrix_solve(x + 2.0 * tf.eye(3, dtype=x.dtype), y), SQUARE, CUBE)
simple("matrix_solve_adjoint", lambda tf, x, y: tf.matrix_solve(definite(tf, x) + x, y, adjoint=True), SQUARE, CUBE)
simple(
    "matrix_triangular_solve",
    lambda tf, x, y: tf.matrix_triangular_solve(x + 2.0 * tf.eye(3, dtype=x.dtype), y),
    SQUARE,
    CUBE,
)
simple("cholesky", lambda tf, x: tf.cholesky(definite(tf, x)), SQUARE)

# -- indices ----------------------------------------------------------------------------------------------------------

simple("gather_nd", lambda tf, x, i: tf.gather_nd(x, i), ("wave", (3, 4, 2)), ("below 3", (5, 2)))
simple("gather_nd_elements", lambda tf, x, i: tf.gather_nd(x, i), ("wave", (3, 4)), ("below 3", (2, 4, 2)))
simple("gather_batch", lambda tf, x, i: tf.gather(x, i, axis=1, batch_dims=1), CUBE, ("below 3", (2, 5)))
simple("batch_gather", lambda tf, x, i: tf.batch_gather(x, i), CUBE, ("below 3", (2, 5)))
simple("scatter_nd", lambda tf, x, i: tf.scatter_nd(i, x, [6, 4]), X, ("below 6", (3, 1)))
simple("invert_permutation", lambda tf, x: tf.invert_permutation(tf.argsort(x, axis=0)[:, 0]), X)
simple("cumsum", lambda tf, x: tf.cumsum(x, 1), X)
simple("cumsum_exclusive", lambda tf, x: tf.cumsum(x, 1, exclusive=True), X)
simple("cumsum_reverse", lambda tf, x: tf.cumsum(x, reverse=True), X)
simple("cumprod", lambda tf, x: tf.cumprod(x, 1), X)
simple("cumprod_both", lambda tf, x: tf.cumprod(x, 1, exclusive=True, reverse=True), X)
simple("top_k_values", lambda tf, x: tf.nn.top_k(x, 2).values, ("wave", (3, 6)))
simple("top_k_indices", lambda tf, x: tf.nn.top_k(x, 3)[1], ("ties", (3, 6)))
simple("sort", lambda tf, x: tf.sort(x), X)
simple("sort_descending", lambda tf, x: tf.sort(x, axis=1, direction="DESCENDING"), CUBE)
simple("argsort", lambda tf, x: tf.argsort(x, axis=0), X)
simple("reverse_sequence", lambda tf, x, n: tf.reverse_sequence(x, n, seq_axis=1), SEQUENCE, ("below 6", (2,)))
simple(
    "reverse_sequence_over_time",
    lambda tf, x, n: tf.reverse_sequence(x, n, seq_axis=0, batch_axis=1),
    ("wave", (4, 2, 3)),
    ("below 4", (2,)),
)
simple("sequence_mask", lambda tf, n: tf.sequence_mask(n, 5), ("below 6", (4,)))
simple("sequence_mask_float", lambda tf, n: tf.sequence_mask(n, 5, dtype=tf.float32), ("below 6", (2, 3)))
simple("linspace", lambda tf, x: x + tf.cast(tf.linspace(-1.0, 2.0, 4), x.dtype), X)
simple("meshgrid", lambda tf, x, y: tf.meshgrid(x, y)[0] * tf.meshgrid(x, y)[1], ("wave", (3,)), ("wave", (4,)))
simple("meshgrid_ij", lambda tf, x, y: tf.meshgrid(x, y, indexing="ij")[1], ("wave", (3,)), ("wave", (4,)))
simple("roll", lambda tf, x: tf.roll(x, 1, 1), X)
simple("roll_both", lambda tf, x: tf.roll(x, [1, -2], [0, 2]), CUBE)
simple("confusion_matrix", lambda tf, a, b: tf.confusion_matrix(a, b, 5), ("below 5", (7,)), ("below 4", (7,)))
simple(
    "confusion_matrix_weighted",
    lambda tf, a, w: tf.confusion_matrix(a, a, 5, dtype=tf.float32, weights=w),
    ("below 5", (7,)),
    ("positive", (7,)),
)
simple("histogram", lambda tf, x: tf.histogram_fixed_width(x, tf.cast([-1.0, 1.0], x.dtype), 5), X)
for _name in ("sum", "mean", "max", "min", "sqrt_n"):
    simple(
        "unsorted_segment_" + _name,
        lambda tf, x, i, name=_name: getattr(tf.math, "unsorted_segment_" + name)(x, i - 1, 3),
        ("wave", (6, 2)),
        ("below 4", (6,)),
    )
simple("unsorted_segment_of_matrix", lambda tf, x, i: tf.unsorted_segment_sum(x, i, 5), CUBE, ("below 5", (2, 3)))

# -- of sizes that the contents tell ----------------------------------------------------------------------------------

simple("boolean_mask", lambda tf, x, m: tf.boolean_mask(x, m), X, ("bool", (3,)))
simple("boolean_mask_of_matrix", lambda tf, x, m: tf.boolean_mask(x, m), CUBE, ("bool", (2, 3)))
simple("boolean_mask_of_axis", lambda tf, x, m: tf.boolean_mask(x, tf.reshape(m, [3]), axis=1), CUBE, ("bool", (3,)))
simple("where_true", lambda tf, m: tf.where(m), ("bool", (3, 4)))
simple("unique", lambda tf, i: tf.unique(i)[0], ("below 3", (7,)))
simple("unique_places", lambda tf, i: tf.unique(i)[1], ("below 3", (7,)))
simple("unique_counts", lambda tf, i: tf.unique_with_counts(i)[2], ("below 3", (7,)))
simple("setdiff1d", lambda tf, i, j: tf.setdiff1d(i, j)[0], ("below 7", (6,)), ("below 5", (2,)))
simple("setdiff1d_places", lambda tf, i, j: tf.setdiff1d(i, j)[1], ("below 7", (6,)), ("below 5", (2,)))
simple("dynamic_partition", lambda tf, x, i: tf.dynamic_partition(x, i, 3)[1], ("wave", (6, 2)), ("below 3", (6,)))
simple(
    "dynamic_stitch",
    lambda tf, x, y: tf.dynamic_stitch([tf.constant([0, 3, 1]), tf.constant([2, 4])], [x, y]),
    ("wave", (3, 4)),
    ("wave", (2, 4)),
)
for _name in ("sum", "mean", "max", "min"):
    simple(
        "segment_" + _name,
        lambda tf, x, i, name=_name: getattr(tf, "segment_" + name)(x, tf.sort(i) * 2),
        ("wave", (6, 2)),
        ("below 3", (6,)),
    )
simple("bincount", lambda tf, i: tf.bincount(i), ("below 5", (9,)))
simple("bincount_bounds", lambda tf, i: tf.bincount(i, minlength=7), ("below 5", (9,)))
simple("bincount_most", lambda tf, i: tf.bincount(i, maxlength=3), ("below 5", (9,)))
simple("bincount_weights", lambda tf, i, w: tf.stop_gradient(tf.bincount(i, w)), ("below 5", (9,)), ("positive", (9,)))
simple("confusion_matrix_of_all", lambda tf, i, j: tf.confusion_matrix(i, j), ("below 5", (7,)), ("below 4", (7,)))
simple("sequence_mask_of_longest", lambda tf, i: tf.sequence_mask(i), ("below 5", (4,)))

# -- elementwise ------------------------------------------------------------------------------------------------------

for _name in ("sinh", "cosh", "asinh"):
    simple("math_" + _name, lambda tf, x, name=_name: getattr(tf, name)(x), X)
simple("math_acosh", lambda tf, x: tf.acosh(x + 1.5), POSITIVE)
simple("math_atanh", lambda tf, x: tf.atanh(x), UNIT)
simple("math_erfc", lambda tf, x: tf.erfc(x * 2.0), X)
simple("math_lgamma", lambda tf, x: tf.lgamma(x * 2.0), X)
simple("math_digamma", lambda tf, x: tf.stop_gradient(tf.digamma(x * 2.0)), X)
simple("math_atan2", lambda tf, x, y: tf.atan2(x, y), X, POSITIVE)
simple("log_sigmoid", lambda tf, x: tf.log_sigmoid(x * 3.0), X)
for _name in ("div_no_nan", "multiply_no_nan"):
    simple(
        "math_" + _name,
        lambda tf, x, y, name=_name: getattr(tf.math, name.replace("div_", "divide_"))(x, tf.nn.relu(y)),
        X,
        X,
    )
for _name in ("xlogy", "xdivy"):
    simple(
        "math_" + _name,
        lambda tf, x, y, name=_name: getattr(tf.math, name)(tf.nn.relu(x), tf.stop_gradient(y)),
        X,
        POSITIVE,
    )
simple("reduce_std", lambda tf, x: tf.math.reduce_std(x, 1), X)
simple("reduce_variance", lambda tf, x: tf.math.reduce_variance(x, [0, 2], True), CUBE)
simple("reduce_euclidean_norm", lambda tf, x: tf.stop_gradient(tf.math.reduce_euclidean_norm(x, 1)), X)
simple("truncatediv", lambda tf, x, y: tf.truncatediv(x - 2, y + 1), ("below 5", (3, 4)), ("below 3", (3, 4)))
simple("truncatemod", lambda tf, x, y: tf.truncatemod(x - 2, y + 1), ("below 5", (3, 4)), ("below 3", (3, 4)))
simple("rint", lambda tf, x: tf.stop_gradient(tf.rint(x * 3.0)), X)

# -- nn ---------------------------------------------------------------------------------------------------------------

simple(
    "lrn", lambda tf, x: tf.cast(tf.nn.lrn(tf.cast(x, tf.float32), 2, 1.0, 0.5, 0.75), x.dtype), ("wave", (2, 3, 4, 5))
)
simple("crelu", lambda tf, x: tf.nn.crelu(x), X)
simple("log_poisson_loss", lambda tf, x, y: tf.nn.log_poisson_loss(y, x), X, POSITIVE)
simple(
    "log_poisson_loss_full",
    lambda tf, x, y: tf.nn.log_poisson_loss(tf.stop_gradient(y * 2.0), x, compute_full_loss=True),
    X,
    POSITIVE,
)
simple(
    "fused_batch_norm",
    lambda tf, x: tf.cast(tf.nn.fused_batch_norm(tf.cast(x, tf.float32), [1.0, 2.0, 0.5], [0.1, 0.2, 0.3])[0], x.dtype),
    IMAGE,
)
simple(
    "fused_batch_norm_variance",
    lambda tf, x: tf.stop_gradient(tf.nn.fused_batch_norm(tf.cast(x, tf.float32), [1.0, 2.0, 0.5], [0.1, 0.2, 0.3])[2]),
    IMAGE,
)
simple("weighted_moments", lambda tf, x, w: tf.nn.weighted_moments(x, [1], w)[1], X, POSITIVE)
simple("conv1d", lambda tf, x, w: tf.nn.conv1d(x, w, 2, "SAME"), SEQUENCE, ("wave", (3, 3, 4)))
simple(
    "conv2d_dilated",
    lambda tf, x, w: tf.stop_gradient(
        tf.nn.conv2d(x, tf.reshape(w, [2, 3, 3, 4]), [1, 1, 1, 1], "SAME", dilations=[1, 2, 2, 1])
    ),
    IMAGE,
    ("wave", (2, 3, 3, 4)),
)
simple(
    "atrous_conv2d",
    lambda tf, x, w: tf.nn.atrous_conv2d(x, tf.reshape(w, [2, 3, 3, 4]), 2, "VALID"),
    IMAGE,
    ("wave", (2, 3, 3, 4)),
)
for _padding in ("SAME", "VALID"):
    simple(
        "conv2d_transpose_" + _padding,
        lambda tf, x, w, padding=_padding: tf.nn.conv2d_transpose(
            x, w, [2, 6, 8, 2] if padding == "SAME" else [2, 7, 9, 2], [1, 2, 2, 1], padding
        ),
        ("wave", (2, 3, 4, 5)),
        ("wave", (3, 3, 2, 5)),
    )
    simple(
        "depthwise_conv2d_" + _padding,
        lambda tf, x, w, padding=_padding: tf.nn.depthwise_conv2d(
            x, tf.reshape(w, [3, 2, 3, 2]), [1, 2, 2, 1], padding
        ),
        IMAGE,
        ("wave", (3, 2, 3, 2)),
    )
simple(
    "separable_conv2d",
    lambda tf, x, w, p: tf.nn.separable_conv2d(x, tf.reshape(w, [3, 3, 3, 2]), p, [1, 1, 1, 1], "SAME"),
    IMAGE,
    ("wave", (3, 3, 3, 2)),
    ("wave", (1, 1, 6, 4)),
)
simple("space_to_depth", lambda tf, x: tf.space_to_depth(x, 2), ("wave", (2, 4, 6, 3)))
simple("depth_to_space", lambda tf, x: tf.depth_to_space(x, 2), ("wave", (2, 2, 3, 8)))
simple(
    "extract_image_patches",
    lambda tf, x: tf.extract_image_patches(x, [1, 2, 3, 1], [1, 2, 1, 1], [1, 2, 1, 1], "SAME"),
    IMAGE,
)
simple(
    "sampled_softmax_loss",
    lambda tf, w, b, x: tf.nn.sampled_softmax_loss(
        w,
        b,
        tf.constant([[1], [3], [0]]),
        x,
        3,
        7,
        sampled_values=(
            tf.constant([1, 5, 6], tf.int64),
            tf.constant([[0.5], [0.25], [1.0]], x.dtype),
            tf.constant([0.5, 0.2, 0.1], x.dtype),
        ),
    ),
    ("wave", (7, 4)),
    ("wave", (7,)),
    X,
)
simple(
    "nce_loss",
    lambda tf, w, b, x: tf.nn.nce_loss(
        w,
        b,
        tf.constant([[1, 2], [3, 0], [0, 6]]),
        x,
        3,
        7,
        num_true=2,
        sampled_values=(
            tf.constant([1, 5, 6], tf.int64),
            tf.constant([[0.5, 0.25], [0.25, 0.5], [1.0, 0.5]], x.dtype),
            tf.constant([0.5, 0.2, 0.1], x.dtype),
        ),
    ),
    ("wave", (7, 4)),
    ("wave", (7,)),
    X,
)

# -- images -----------------------------------------------------------------------------------------------------------

for _name in ("flip_left_right", "flip_up_down", "transpose_image", "rot90", "rgb_to_grayscale"):
    simple("image_" + _name, lambda tf, x, name=_name: getattr(tf.image, name)(x), COLOURS)
for _name, _function in {
    "central_crop": lambda image, x: image.central_crop(x, 0.5),
    "crop": lambda image, x: image.crop_to_bounding_box(x, 1, 2, 3, 2),
    "pad": lambda image, x: image.pad_to_bounding_box(x, 1, 2, 7, 9),
    "crop_or_pad": lambda image, x: image.resize_image_with_crop_or_pad(x, 7, 2),
    "crop_or_pad_odd": lambda image, x: image.resize_image_with_crop_or_pad(x, 3, 8),
    "grayscale_to_rgb": lambda image, x: image.grayscale_to_rgb(x[..., :1]),
    "adjust_brightness": lambda image, x: image.adjust_brightness(x, 0.2),
    "adjust_gamma": lambda image, x: image.adjust_gamma(x, 2.0, 1.5),
}.items():
    simple("image_" + _name, (lambda function: lambda tf, x: function(tf.image, x))(_function), COLOURS)
for _name, _arguments in (
    ("larger", ([7, 11],)),
    ("smaller", ([3, 2],)),
    ("align", ([7, 9], True)),
    ("centers", ([7, 9], False, None, True)),
):
    for _kind in ("bilinear", "nearest_neighbor", "bicubic"):
        if (_kind, _name) == ("bicubic", "centers"):
            continue  # TensorFlow 1.15 computes its table of weights anew, otherwise
        simple(
            "image_resize_" + _kind + "_" + _name,
            (
                lambda kind, arguments: (
                    lambda tf, x: tf.cast(
                        getattr(tf.image, "resize_" + kind)(tf.cast(x, tf.float32), *arguments), x.dtype
                    )
                )
            )(_kind, _arguments),
            COLOURS,
        )
simple(
    "image_resize_images",
    lambda tf, x: tf.cast(tf.image.resize_images(tf.cast(x, tf.float32), [6, 6]), x.dtype),
    COLOURS,
)
simple(
    "image_standardization",
    lambda tf, x: tf.cast(tf.image.per_image_standardization(tf.cast(x, tf.float32)), x.dtype),
    COLOURS,
)
simple(
    "image_adjust_saturation",
    lambda tf, x: tf.stop_gradient(tf.image.adjust_saturation(tf.cast(x, tf.float32), 1.5)),
    COLOURS,
)
simple("image_adjust_contrast", lambda tf, x: tf.stop_gradient(tf.image.adjust_contrast(x, 0.5)), COLOURS)
simple("image_rgb_to_hsv", lambda tf, x: tf.cast(tf.image.rgb_to_hsv(tf.cast(x, tf.float32)), x.dtype), COLOURS)
simple("image_adjust_hue", lambda tf, x: tf.stop_gradient(tf.image.adjust_hue(tf.cast(x, tf.float32), 0.3)), COLOURS)
simple("image_hsv_to_rgb", lambda tf, x: tf.stop_gradient(tf.image.hsv_to_rgb(x)), COLOURS)
simple("image_convert", lambda tf, x: tf.image.convert_image_dtype(tf.cast(x * 255.0, tf.uint8), tf.float32), COLOURS)
simple("image_convert_back", lambda tf, x: tf.image.convert_image_dtype(x, tf.uint8), COLOURS)
