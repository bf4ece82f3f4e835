"""Losses and small functions as a TensorFlow 1 program would call them: see layer_cases.py.

Inputs: p and q are numbers [5, 4], r weights [5] with a zero among them, w the same [5, 1], onehot [5, 4], classes
int32 [5], column the same [5, 1], v unit vectors [5, 4], square numbers [4, 4].
"""

LOSSES = {}
FUNCTIONS = {}


def loss(build):
    LOSSES[build.__name__] = build
    return build


def function(build):
    FUNCTIONS[build.__name__] = build
    return build


@loss
def absolute_difference(tf, i):
    return tf.losses.absolute_difference(i.q, i.p)


@loss
def mean_squared_error(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p)


@loss
def mean_squared_error_weighted(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, weights=i.w)


@loss
def mean_squared_error_weighted_by_number(tf, i):
    return tf.losses.mean_squared_error(labels=i.q, predictions=i.p, weights=0.3)


@loss
def mean_squared_error_weighted_by_zero(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, weights=0.0)


@loss
def mean_squared_error_none(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, reduction=tf.losses.Reduction.NONE)


@loss
def mean_squared_error_none_weighted(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, i.w, reduction="none")


@loss
def mean_squared_error_sum(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, reduction=tf.losses.Reduction.SUM)


@loss
def mean_squared_error_sum_weighted(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, i.w, reduction=tf.losses.Reduction.SUM)


@loss
def mean_squared_error_mean(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, reduction=tf.losses.Reduction.MEAN)


@loss
def mean_squared_error_mean_weighted(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, i.w, reduction=tf.losses.Reduction.MEAN)


@loss
def mean_squared_error_over_batch_size(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, reduction=tf.losses.Reduction.SUM_OVER_BATCH_SIZE)


@loss
def mean_squared_error_over_batch_size_weighted(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, i.w, reduction=tf.losses.Reduction.SUM_OVER_BATCH_SIZE)


@loss
def mean_squared_error_scoped(tf, i):
    tf.losses.mean_squared_error(i.q, i.p, scope="mine")
    return tf.losses.mean_squared_error(i.q, i.p, scope="mine")


@loss
def mean_squared_error_uncollected(tf, i):
    return tf.losses.mean_squared_error(i.q, i.p, loss_collection=None)


@loss
def mean_squared_error_of_integer_labels(tf, i):
    return tf.losses.mean_squared_error(i.classes, i.r)


@loss
def huber_loss(tf, i):
    return tf.losses.huber_loss(i.q, i.p)


@loss
def huber_loss_delta(tf, i):
    return tf.losses.huber_loss(i.q, i.p, i.w, delta=0.4)


@loss
def hinge_loss(tf, i):
    return tf.losses.hinge_loss(i.onehot, i.p)


@loss
def hinge_loss_weighted(tf, i):
    return tf.losses.hinge_loss(i.onehot, i.p, weights=i.w)


@loss
def log_loss(tf, i):
    return tf.losses.log_loss(i.onehot, tf.nn.sigmoid(i.p))


@loss
def log_loss_epsilon(tf, i):
    return tf.losses.log_loss(i.onehot, tf.nn.sigmoid(i.p), weights=2.0, epsilon=0.1)


@loss
def cosine_distance(tf, i):
    return tf.losses.cosine_distance(i.v, i.p, axis=1)


@loss
def cosine_distance_weighted(tf, i):
    return tf.losses.cosine_distance(i.v, i.p, 1, i.w)


@loss
def sigmoid_cross_entropy(tf, i):
    return tf.losses.sigmoid_cross_entropy(i.onehot, i.p)


@loss
def sigmoid_cross_entropy_smoothed(tf, i):
    return tf.losses.sigmoid_cross_entropy(i.onehot, i.p, i.w, label_smoothing=0.2)


@loss
def softmax_cross_entropy(tf, i):
    return tf.losses.softmax_cross_entropy(i.onehot, i.p)


@loss
def softmax_cross_entropy_smoothed(tf, i):
    return tf.losses.softmax_cross_entropy(onehot_labels=i.onehot, logits=i.p, label_smoothing=0.1)


@loss
def softmax_cross_entropy_weighted(tf, i):
    return tf.losses.softmax_cross_entropy(i.onehot, i.p, weights=i.r)


@loss
def softmax_cross_entropy_stops_at_labels(tf, i):
    return tf.losses.softmax_cross_entropy(tf.nn.softmax(i.p), i.p * 0.5)


@loss
def sparse_softmax_cross_entropy(tf, i):
    return tf.losses.sparse_softmax_cross_entropy(labels=i.classes, logits=i.p)


@loss
def sparse_softmax_cross_entropy_weighted(tf, i):
    return tf.losses.sparse_softmax_cross_entropy(i.classes, i.p, i.r)


@loss
def sparse_softmax_cross_entropy_of_columns(tf, i):
    return tf.losses.sparse_softmax_cross_entropy(i.column, i.p, i.w)


@loss
def sparse_softmax_cross_entropy_none(tf, i):
    return tf.losses.sparse_softmax_cross_entropy(i.classes, i.p, reduction="none")


@loss
def compute_weighted_loss(tf, i):
    return tf.losses.compute_weighted_loss(i.p * i.p)


@loss
def compute_weighted_loss_weighted(tf, i):
    return tf.losses.compute_weighted_loss(i.p * i.p, i.q)


@loss
def add_loss(tf, i):
    tf.losses.add_loss(tf.nn.l2_loss(i.p))
    return tf.losses.get_total_loss()


@loss
def get_losses(tf, i):
    tf.losses.mean_squared_error(i.q, i.p, scope="first")
    tf.losses.hinge_loss(i.onehot, i.p, scope="second")
    return tf.losses.get_losses("second")[0] + tf.losses.get_losses()[0]


@loss
def get_regularization_loss(tf, i):
    tf.layers.dense(i.p, 2, activity_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    tf.layers.dense(i.p, 2, name="second", activity_regularizer=tf.contrib.layers.l1_regularizer(0.1))
    return tf.losses.get_regularization_loss()


@loss
def get_regularization_losses(tf, i):
    tf.layers.dense(i.p, 2, activity_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    tf.layers.dense(i.p, 2, name="second", activity_regularizer=tf.contrib.layers.l2_regularizer(0.2))
    return tf.losses.get_regularization_losses("second")[0]


@loss
def get_regularization_loss_of_nothing(tf, i):
    return tf.losses.get_regularization_loss()


@loss
def get_total_loss(tf, i):
    tf.losses.mean_squared_error(i.q, i.p)
    tf.losses.hinge_loss(i.onehot, i.p)
    tf.layers.dense(i.p, 2, activity_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    return tf.losses.get_total_loss()


@loss
def get_total_loss_without_regularization(tf, i):
    tf.losses.mean_squared_error(i.q, i.p)
    tf.layers.dense(i.p, 2, activity_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    return tf.losses.get_total_loss(add_regularization_losses=False, name="sum")


@function
def bias_add(tf, i):
    return tf.nn.bias_add(i.p, i.p[0])


@function
def bias_add_named(tf, i):
    return tf.nn.bias_add(i.p, i.p[0], name="biased")


@function
def xw_plus_b(tf, i):
    return tf.nn.xw_plus_b(i.p, i.square, i.square[0])


@function
def relu_layer(tf, i):
    return tf.nn.relu_layer(i.p, i.square, i.square[0])


@function
def moments(tf, i):
    mean, variance = tf.nn.moments(i.p, [0])
    return mean * 2.0 + variance


@function
def moments_mean(tf, i):
    return tf.nn.moments(i.p, axes=[0, 1])[0]


@function
def moments_kept(tf, i):
    return tf.nn.moments(i.p, [1], keep_dims=True)[1]


@function
def batch_normalization(tf, i):
    return tf.nn.batch_normalization(i.p, i.square[0], i.square[1] * i.square[1], i.square[2], i.square[3], 0.1)


@function
def batch_normalization_bare(tf, i):
    return tf.nn.batch_normalization(i.p, i.square[0], i.square[1] * i.square[1], None, None, 0.1)


@function
def l2_loss(tf, i):
    return tf.nn.l2_loss(i.p)


@function
def l2_normalize(tf, i):
    return tf.nn.l2_normalize(i.p, axis=1)


@function
def l2_normalize_all(tf, i):
    return tf.nn.l2_normalize(i.p)


@function
def clip_by_value(tf, i):
    return tf.clip_by_value(i.p, -0.5, 0.7)


@function
def clip_by_value_of_tensors(tf, i):
    return tf.clip_by_value(i.p, -i.w, i.square[0] * i.square[0])


@function
def clip_by_norm(tf, i):
    return tf.clip_by_norm(i.p, 1.5)


@function
def clip_by_norm_short(tf, i):
    return tf.clip_by_norm(i.p, 1000.0)


@function
def clip_by_average_norm(tf, i):
    return tf.clip_by_average_norm(i.p, 0.01)


@function
def clip_by_average_norm_short(tf, i):
    return tf.clip_by_average_norm(i.p, 1000.0)


@function
def clip_by_norm_of_rows(tf, i):
    return tf.clip_by_norm(i.p * i.w, 1.0, axes=[1])


@function
def clip_by_global_norm(tf, i):
    clipped, norm = tf.clip_by_global_norm([i.p, None, i.p * 2.0], 2.0)
    assert clipped[1] is None
    return clipped[0] + clipped[2] * norm


@function
def clip_by_global_norm_given(tf, i):
    return tf.clip_by_global_norm([i.p], 2.0, use_norm=tf.nn.l2_loss(i.p))[0][0]


@function
def global_norm(tf, i):
    return tf.global_norm([i.p, None, i.q])


@function
def tensordot(tf, i):
    return tf.tensordot(i.p, i.square, 1)


@function
def tensordot_of_lists(tf, i):
    return tf.tensordot(tf.reshape(i.p, [-1, 2, 2]), tf.reshape(i.square, [2, 4, 2]), [[2, 1], [0, 2]])


@function
def zero_fraction(tf, i):
    return tf.nn.zero_fraction(i.onehot)


@function
def in_top_k(tf, i):
    return tf.nn.in_top_k(i.p, i.classes, 2)


@function
def l1_regularizer(tf, i):
    return tf.contrib.layers.l1_regularizer(0.3)(i.p)


@function
def l2_regularizer(tf, i):
    return tf.contrib.layers.l2_regularizer(0.3)(i.p)


@function
def l1_l2_regularizer(tf, i):
    return tf.contrib.layers.l1_l2_regularizer(0.3, 0.2)(i.p)


@function
def l1(tf, i):
    return tf.keras.regularizers.l1(0.3)(i.p)


@function
def l2(tf, i):
    return tf.keras.regularizers.l2(0.3)(i.p)


@function
def l1_l2(tf, i):
    return tf.keras.regularizers.l1_l2(0.3, 0.2)(i.p)
