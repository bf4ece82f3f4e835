"""Numeric ops as a TensorFlow 1 program would call them: run by TensorFlow to make the numbers, and by us to compare.

Python 3.7 must be able to read this file. A case is a function of `tf` and of inputs as op_cases.array makes them.
"""

CASES = {}  # name -> (function, inputs)

X, POSITIVE, UNIT = ("wave", (3, 4)), ("positive", (3, 4)), ("unit", (3, 4))
CUBE, IMAGE, SQUARE = ("wave", (2, 3, 4)), ("wave", (2, 4, 6, 3)), ("wave", (2, 3, 3))


def simple(name, function, *given):
    CASES[name] = (function, given)


# -- special functions ------------------------------------------------------------------------------------------------

simple("zeta", lambda tf, x: tf.zeta(2.5 + tf.zeros_like(x), x), POSITIVE)
simple("polygamma", lambda tf, x: tf.polygamma(2.0 + tf.zeros_like(x), x), POSITIVE)
simple("digamma", lambda tf, x: tf.digamma(x), POSITIVE)
simple("igamma", lambda tf, a, x: tf.igamma(a, x), POSITIVE, ("positive", (3, 4)))
simple("igamma_large", lambda tf, a, x: tf.igamma(a * 20, x * 25), POSITIVE, ("positive", (3, 4)))
simple("igammac", lambda tf, a, x: tf.igammac(a, x * 2), POSITIVE, ("positive", (3, 4)))
simple("betainc", lambda tf, a, b, x: tf.betainc(a, b, 0.5 + x * 0.5), POSITIVE, POSITIVE, UNIT)
simple("lbeta", lambda tf, x: tf.lbeta(x), POSITIVE)
simple("bessel_i0e", lambda tf, x: tf.math.bessel_i0e(x * 40), X)
simple("bessel_i1e", lambda tf, x: tf.math.bessel_i1e(x * 40), X)
simple("bessel_i0", lambda tf, x: tf.math.bessel_i0(x), X)
simple("bessel_i1", lambda tf, x: tf.math.bessel_i1(x), X)

# -- matrices ---------------------------------------------------------------------------------------------------------

simple("qr_product", lambda tf, x: tf.matmul(*tf.qr(x)), ("wave", (2, 4, 3)))
simple("qr_r_squared", lambda tf, x: tf.square(tf.qr(x)[1]), ("wave", (2, 4, 3)))
simple("svd_values", lambda tf, x: tf.svd(x, compute_uv=False), SQUARE)
simple("svd_left_squared", lambda tf, x: tf.square(tf.svd(x)[1]), SQUARE)
simple("svd_right_squared", lambda tf, x: tf.square(tf.svd(x)[2]), SQUARE)
simple("svd_wide", lambda tf, x: tf.svd(x)[0], CUBE)
simple("eigenvalues", lambda tf, x: tf.self_adjoint_eigvals(x + tf.matrix_transpose(x)), SQUARE)
simple("eigenvectors_squared", lambda tf, x: tf.square(tf.self_adjoint_eig(x + tf.matrix_transpose(x))[1]), SQUARE)
simple("slogdet", lambda tf, x: tf.linalg.slogdet(x + 2.0 * tf.eye(3, dtype=x.dtype))[1], SQUARE)
simple("slogdet_sign", lambda tf, x: tf.stop_gradient(tf.linalg.slogdet(x)[0]), SQUARE)
simple("logdet", lambda tf, x: tf.linalg.logdet(tf.matmul(x, x, transpose_b=True) + tf.eye(3, dtype=x.dtype)), SQUARE)
simple("matvec", lambda tf, x, y: tf.linalg.matvec(x, y), CUBE, ("wave", (2, 4)))
simple("matvec_transposed", lambda tf, x, y: tf.linalg.matvec(x, y, transpose_a=True), CUBE, ("wave", (2, 3)))
simple(
    "cholesky_solve",
    lambda tf, x, y: tf.cholesky_solve(tf.matrix_band_part(x, -1, 0) + 2.0 * tf.eye(3, dtype=x.dtype), y),
    SQUARE,
    CUBE,
)
simple("least_squares", lambda tf, x, y: tf.matrix_solve_ls(x, y, 0.5), ("wave", (2, 4, 3)), ("wave", (2, 4, 2)))
simple("least_squares_wide", lambda tf, x, y: tf.matrix_solve_ls(x, y, 0.5), CUBE, ("wave", (2, 3, 2)))
simple("cross", lambda tf, x, y: tf.cross(x, y), ("wave", (4, 3)), ("unit", (4, 3)))

# -- places -----------------------------------------------------------------------------------------------------------

for _mode in ("REFLECT", "SYMMETRIC"):
    simple("pad_" + _mode.lower(), lambda tf, x, mode=_mode: tf.pad(x, [[0, 0], [2, 1], [1, 3]], mode), CUBE)
simple("space_to_batch", lambda tf, x: tf.space_to_batch_nd(x, [2, 3], [[1, 1], [0, 3]]), IMAGE)
simple("space_to_batch_square", lambda tf, x: tf.space_to_batch(x, [[0, 0], [1, 1]], 2), IMAGE)
simple("batch_to_space", lambda tf, x: tf.batch_to_space_nd(x, [2, 1], [[1, 0], [0, 2]]), IMAGE)
simple("repeat", lambda tf, x: tf.repeat(x, 3, axis=1), CUBE)
simple("repeat_each", lambda tf, x: tf.repeat(x, [2, 0, 1], axis=1), CUBE)
simple("repeat_flat", lambda tf, x: tf.repeat(x, 2), X)
simple("searchsorted", lambda tf, x: tf.searchsorted(tf.cumsum(x, 1), x * 3.0), POSITIVE)
simple("searchsorted_right", lambda tf, x: tf.searchsorted(x, x, side="right"), ("below 1", (3, 4)))
for _name in ("update", "add", "sub"):
    simple(
        "tensor_scatter_" + _name,
        lambda tf, x, y, name=_name: getattr(tf, "tensor_scatter_" + name)(x, [[4, 0], [0, 1]], y[:2]),
        ("wave", (5, 2, 3)),
        ("unit", (2, 3)),
    )
simple("where_v2", lambda tf, x: tf.where_v2(x > 0.0, x, x[:, :1] * 2.0), X)
simple("segment_prod", lambda tf, x: tf.stop_gradient(tf.segment_prod(x, [0, 0, 2])), X)
simple("unsorted_segment_prod", lambda tf, x: tf.unsorted_segment_prod(x, [1, 0, 1], 3), X)
simple("unsorted_segment_prod_zero", lambda tf, x: tf.unsorted_segment_prod(tf.nn.relu(x), [1, 0, 1], 3), X)

# -- windows, statistics ----------------------------------------------------------------------------------------------

simple("convolution", lambda tf, x, w: tf.nn.convolution(x, w, "SAME", strides=[2, 1]), IMAGE, ("unit", (3, 2, 3, 2)))
simple(
    "convolution_padded_by_hand",
    lambda tf, x, w: tf.nn.conv2d(x, w, [1, 2, 1, 1], [[0, 0], [2, 1], [0, 3], [0, 0]]),
    IMAGE,
    ("unit", (3, 2, 3, 2)),
)
simple("convolution_of_steps", lambda tf, x, w: tf.nn.convolution(x, w, "VALID"), CUBE, ("unit", (2, 4, 2)))
simple("pool", lambda tf, x: tf.nn.pool(x, [2, 3], "MAX", "SAME", strides=[2, 1]), IMAGE)
simple("pool_of_steps", lambda tf, x: tf.nn.pool(x, [2], "AVG", "VALID"), CUBE)
simple("max_pool1d", lambda tf, x: tf.nn.max_pool1d(x, 2, 1, "SAME"), CUBE)
simple("avg_pool1d", lambda tf, x: tf.nn.avg_pool1d(x, 2, 1, "SAME"), CUBE)
simple(
    "sufficient_statistics", lambda tf, x: tf.nn.sufficient_statistics(x, [0, 2], shift=tf.cast(0.5, x.dtype))[2], CUBE
)
simple("normalize_moments", lambda tf, x: tf.nn.normalize_moments(tf.cast(4.0, x.dtype), x, x * x + 3.0, 0.25)[1], X)
simple(
    "hessians", lambda tf, x: tf.stop_gradient(tf.hessians(tf.reduce_sum(x * x * x * x[::-1]), x)[0]), ("wave", (3,))
)

simple(
    "cross_entropy_of_one_label_for_all",
    lambda tf, x: tf.stop_gradient(  # TensorFlow has no gradient of it
        tf.nn.softmax_cross_entropy_with_logits_v2(labels=[[0.5, 0.25, 0.0, 0.25]], logits=x)
    ),
    X,
)

# -- images, checks, gradients of one's own ---------------------------------------------------------------------------

COLOURS = ("colours", (2, 4, 5, 3))
for _name in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb", "sobel_edges", "total_variation"):
    simple("image_" + _name, lambda tf, x, name=_name: getattr(tf.image, name)(x), COLOURS)
simple("image_gradients", lambda tf, x: tf.image.image_gradients(x)[1] * 2.0 + tf.image.image_gradients(x)[0], COLOURS)
simple("image_psnr", lambda tf, x: tf.image.psnr(tf.cast(x, tf.float32), 0.5 * tf.ones(x.shape), 1.0), COLOURS)
simple("is_strictly_increasing", lambda tf, x: tf.is_strictly_increasing(tf.cumsum(x)), ("positive", (5,)))
simple("is_non_decreasing", lambda tf, x: tf.is_non_decreasing(x), ("wave", (5,)))
simple("verify_finite", lambda tf, x: tf.verify_tensor_all_finite(x, "not finite") * 2.0, X)
simple("ensure_shape", lambda tf, x: tf.ensure_shape(x, [3, None]) * 2.0, X)
simple("truncatediv", lambda tf, x: tf.truncatediv(x - 3, 2), ("below 7", (3, 4)))
simple("leaky_relu_of_integers", lambda tf, x: tf.stop_gradient(tf.nn.leaky_relu(x - 3)), ("below 7", (3, 4)))


def squared(tf, x):
    def with_gradient(x, y):
        return x * x * y, lambda dy: (dy * 100.0, dy * y)

    return tf.custom_gradient(with_gradient)(x, x[:, ::-1])


simple("custom_gradient", squared, X)
