"""Layers as a TensorFlow 1 program would call them: run by TensorFlow to make the numbers, and by us to compare.

Python 3.7 must be able to read this file. Each case is a function of the namespace `tf` and its inputs; see `case`.
"""

CASES = {}


def case(runs=True, training=None, dtype="float32", **shapes):
    """Registers a case with the fed shape of each input; the first axis is unknown when the graph is built.

    runs=False: TensorFlow on a CPU cannot compute it, or it is random: names and shapes only.
    training: the value fed for the input `training`, a bool placeholder.
    """

    def register(build):
        CASES[build.__name__] = (build, shapes, {"runs": runs, "training": training, "dtype": dtype})
        return build

    return register


@case(x=(3, 4))
def dense(tf, x):
    return tf.layers.dense(x, 2)


@case(x=(3, 4))
def dense_relu(tf, x):
    return tf.layers.dense(inputs=x, units=5, activation=tf.nn.relu)


@case(x=(3, 4))
def dense_stack(tf, x):
    hidden = tf.layers.dense(x, 5, activation=tf.nn.relu)
    hidden = tf.layers.dense(hidden, 4, activation=tf.nn.relu)
    return tf.layers.dense(hidden, 3)


@case(x=(3, 4))
def dense_without_bias(tf, x):
    return tf.layers.dense(x, 2, use_bias=False)


@case(x=(3, 4), dtype="float64")
def dense_float64(tf, x):
    return tf.layers.dense(x, 2)


@case(x=(3, 2, 4))
def dense_of_rank_3(tf, x):
    return tf.layers.dense(x, 5, activation=tf.nn.relu)


@case(x=(2, 3, 2, 4))
def dense_of_rank_4(tf, x):
    return tf.layers.dense(x, 3, use_bias=False)


@case(x=(3, 4))
def dense_named(tf, x):
    return tf.layers.dense(x, 2, name="logits")


@case(x=(3, 4))
def dense_reused(tf, x):
    first = tf.layers.dense(x, 4, name="shared")
    return tf.layers.dense(first, 4, name="shared", reuse=True)


@case(x=(3, 4))
def dense_auto_reused(tf, x):
    first = tf.layers.dense(x, 4, name="shared", reuse=tf.AUTO_REUSE)
    return tf.layers.dense(first, 4, name="shared", reuse=tf.AUTO_REUSE)


@case(x=(3, 4))
def dense_in_scopes(tf, x):
    with tf.variable_scope("outer"):
        with tf.variable_scope("inner"):
            x = tf.layers.dense(x, 4)
        x = tf.layers.dense(x, 4)
        x = tf.layers.dense(x, 4, name="last")
    with tf.variable_scope("outer", reuse=True):
        return tf.layers.dense(x, 4, name="last")


@case(x=(3, 4))
def dense_in_a_reused_scope(tf, x):
    with tf.variable_scope("tower"):
        x = tf.layers.dense(x, 4)
        x = tf.layers.dense(x, 4)
    with tf.variable_scope("tower", reuse=True):
        x = tf.layers.dense(x, 4)
        return tf.layers.dense(x, 4)


@case(x=(3, 4))
def dense_in_a_name_scope(tf, x):
    with tf.name_scope("names"):
        x = tf.layers.dense(x, 4)
        return tf.layers.dense(x, 4)


@case(x=(3, 4))
def dense_not_trained(tf, x):
    x = tf.layers.dense(x, 4, trainable=False)
    return tf.layers.dense(x, 2)


@case(x=(3, 4))
def dense_regularized(tf, x):
    return tf.layers.dense(
        x,
        2,
        kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1),
        bias_regularizer=tf.contrib.layers.l1_regularizer(0.2),
        activity_regularizer=tf.keras.regularizers.l2(0.3),
    )


@case(x=(3, 4))
def dense_regularized_by_both(tf, x):
    x = tf.layers.dense(x, 3, kernel_regularizer=tf.contrib.layers.l1_l2_regularizer(0.1, 0.2))
    x = tf.layers.dense(x, 3, kernel_regularizer=tf.keras.regularizers.l1_l2(0.1, 0.2))
    return tf.layers.dense(x, 3, kernel_regularizer=tf.keras.regularizers.l1(0.1))


@case(x=(3, 4))
def dense_regularized_by_its_scope(tf, x):
    with tf.variable_scope("scope", regularizer=tf.contrib.layers.l2_regularizer(0.5)):
        x = tf.layers.dense(x, 4, name="a")
        return tf.layers.dense(x, 4, name="a", reuse=True)


@case(x=(3, 4))
def dense_class_called_twice(tf, x):
    layer = tf.layers.Dense(4, activation=tf.nn.tanh)
    return layer.apply(layer(x))


@case(x=(3, 4))
def dense_classes(tf, x):
    return tf.layers.Dense(2, name="named")(tf.layers.Dense(4)(tf.layers.Dense(4)(x)))


@case(x=(2, 6, 5, 3))
def conv2d(tf, x):
    return tf.layers.conv2d(x, 4, 3)


@case(x=(2, 6, 5, 3))
def conv2d_same_relu(tf, x):
    return tf.layers.conv2d(inputs=x, filters=4, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)


@case(x=(2, 7, 6, 2))
def conv2d_strided(tf, x):
    return tf.layers.conv2d(x, 3, (3, 2), strides=(2, 3), padding="SaMe", use_bias=False)


@case(x=(2, 3, 6, 5), runs=False)
def conv2d_channels_first(tf, x):
    return tf.layers.conv2d(x, 4, 3, data_format="channels_first")


@case(x=(2, 6, 5, 3))
def conv2d_reused(tf, x):
    x = tf.layers.conv2d(x, 3, 3, padding="same", name="shared")
    return tf.layers.conv2d(x, 3, 3, padding="same", name="shared", reuse=True)


@case(x=(2, 6, 5, 3))
def conv2d_class_called_twice(tf, x):
    layer = tf.layers.Conv2D(3, 3, padding="same", kernel_regularizer=tf.contrib.layers.l2_regularizer(0.1))
    return layer(layer(x))


@case(x=(2, 7, 3))
def conv1d(tf, x):
    return tf.layers.conv1d(x, 4, 3, activation=tf.nn.relu)


@case(x=(2, 7, 3))
def conv1d_same_strided(tf, x):
    return tf.layers.conv1d(x, 4, 4, strides=2, padding="same")


@case(x=(2, 7, 3))
def conv1d_causal(tf, x):
    return tf.layers.Conv1D(4, 3, padding="causal")(x)


@case(x=(2, 3, 7), runs=False)
def conv1d_channels_first(tf, x):
    return tf.layers.conv1d(x, 4, 3, data_format="channels_first")


@case(x=(2, 6, 5, 3))
def max_pooling2d(tf, x):
    return tf.layers.max_pooling2d(inputs=x, pool_size=[2, 2], strides=2)


@case(x=(2, 7, 5, 3))
def max_pooling2d_same(tf, x):
    return tf.layers.MaxPooling2D((3, 2), (2, 1), padding="SAME")(x)


@case(x=(2, 3, 6, 5), runs=False)
def max_pooling2d_channels_first(tf, x):
    return tf.layers.max_pooling2d(x, 2, 2, data_format="channels_first")


@case(x=(2, 6, 5, 3))
def average_pooling2d(tf, x):
    return tf.layers.average_pooling2d(x, 2, 2)


@case(x=(2, 7, 5, 3))
def average_pooling2d_same(tf, x):
    return tf.layers.AveragePooling2D(3, 2, "same")(x)


@case(x=(2, 7, 3))
def max_pooling1d(tf, x):
    return tf.layers.max_pooling1d(x, 3, 2, padding="same")


@case(x=(2, 3, 7))
def max_pooling1d_class(tf, x):
    return tf.layers.MaxPooling1D(2, 2)(x)


@case(x=(2, 7, 3))
def average_pooling1d(tf, x):
    return tf.layers.average_pooling1d(x, 3, 2)


@case(x=(2, 7, 3))
def average_pooling1d_class(tf, x):
    return tf.layers.AveragePooling1D(3, 2, padding="same")(x)


@case(x=(2, 3, 2, 2))
def flatten(tf, x):
    return tf.layers.flatten(x)


@case(x=(2, 3, 2, 2))
def flatten_class_channels_first(tf, x):
    return tf.layers.Flatten(data_format="channels_first")(x)


@case(x=(3,))
def flatten_of_rank_1(tf, x):
    return tf.layers.flatten(x)


@case(x=(3, 4))
def dropout(tf, x):
    return tf.layers.dropout(x, 0.4)


@case(x=(3, 4), runs=False)
def dropout_training(tf, x):
    return tf.layers.dropout(x, rate=0.4, training=True)


@case(x=(3, 4), training=False)
def dropout_by_tensor(tf, x, training):
    return tf.layers.Dropout(0.4)(x, training=training)


@case(x=(3, 4))
def dropout_of_nothing(tf, x):
    return tf.layers.dropout(tf.layers.dense(x, 2), rate=0.0, training=True)


@case(x=(5, 4))
def batch_normalization(tf, x):
    return tf.layers.batch_normalization(x)


@case(x=(5, 4))
def batch_normalization_training(tf, x):
    return tf.layers.batch_normalization(x, training=True)


@case(x=(5, 4), training=True)
def batch_normalization_by_tensor_true(tf, x, training):
    return tf.layers.batch_normalization(x, training=training, momentum=0.9)


@case(x=(5, 4), training=False)
def batch_normalization_by_tensor_false(tf, x, training):
    return tf.layers.batch_normalization(x, training=training)


@case(x=(2, 3, 4, 3))
def batch_normalization_of_images(tf, x):
    return tf.layers.batch_normalization(x, epsilon=1e-4)


@case(x=(2, 3, 4, 3))
def batch_normalization_of_images_training(tf, x):
    return tf.layers.batch_normalization(x, training=True)


@case(x=(2, 3, 4, 3), training=True)
def batch_normalization_of_images_by_tensor_true(tf, x, training):
    return tf.layers.batch_normalization(x, training=training)


@case(x=(2, 3, 4, 3), training=False)
def batch_normalization_of_images_by_tensor_false(tf, x, training):
    return tf.layers.batch_normalization(x, training=training)


@case(x=(2, 3, 4, 3))
def batch_normalization_not_fused(tf, x):
    return tf.layers.batch_normalization(x, training=True, fused=False, epsilon=0.1)


@case(x=(2, 3, 4))
def batch_normalization_of_axis_1(tf, x):
    return tf.layers.batch_normalization(x, axis=1, training=True)


@case(x=(2, 3, 4, 2))
def batch_normalization_of_two_axes(tf, x):
    return tf.layers.batch_normalization(x, axis=[1, 3], training=True)


@case(x=(5, 4))
def batch_normalization_bare(tf, x):
    return tf.layers.batch_normalization(x, center=False, scale=False, training=True)


@case(x=(5, 4))
def batch_normalization_regularized(tf, x):
    regularizer = tf.contrib.layers.l2_regularizer(0.1)
    return tf.layers.batch_normalization(x, beta_regularizer=regularizer, gamma_regularizer=regularizer)


@case(x=(5, 4))
def batch_normalization_class_called_twice(tf, x):
    layer = tf.layers.BatchNormalization(name="bn")
    return layer(layer(x, training=True))


@case(x=(5, 4), dtype="float64")
def batch_normalization_float64(tf, x):
    return tf.layers.batch_normalization(x, training=True)


@case(x=(2, 8, 8, 1))
def small_network(tf, x):
    x = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.conv2d(x, 5, 3, padding="same", use_bias=False)
    x = tf.nn.relu(tf.layers.batch_normalization(x, training=True))
    x = tf.layers.average_pooling2d(x, 2, 2)
    x = tf.layers.dense(tf.layers.flatten(x), 6, activation=tf.nn.relu)
    return tf.layers.dense(tf.layers.dropout(x), 3)


@case(x=(2, 4, 5, 3))
def conv2d_transpose(tf, x):
    return tf.layers.conv2d_transpose(x, 4, 3, strides=2, padding="same", activation=tf.nn.relu)


@case(x=(2, 4, 5, 3))
def conv2d_transpose_valid(tf, x):
    return tf.layers.conv2d_transpose(x, 4, (2, 3), (3, 2), use_bias=False)


@case(x=(2, 4, 5, 3))
def conv2d_transpose_class(tf, x):
    return tf.layers.Conv2DTranspose(2, 3, name="up")(x)


@case(x=(2, 6, 7, 3))
def separable_conv2d(tf, x):
    return tf.layers.separable_conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)


@case(x=(2, 6, 7, 3))
def separable_conv2d_strided(tf, x):
    regularizer = tf.contrib.layers.l2_regularizer(0.1)
    return tf.layers.separable_conv2d(
        x, 4, 3, strides=2, depth_multiplier=2, depthwise_regularizer=regularizer, pointwise_regularizer=regularizer
    )


@case(x=(2, 6, 7, 3))
def separable_conv2d_class(tf, x):
    return tf.layers.SeparableConv2D(2, 3, use_bias=False, name="apart")(x)


@case(x=(2, 6, 7, 3))
def conv2d_dilated(tf, x):
    return tf.layers.conv2d(x, 4, 3, dilation_rate=2, padding="same")


@case(x=(2, 9, 3))
def conv1d_dilated_causal(tf, x):
    return tf.layers.conv1d(x, 4, 3, dilation_rate=2, padding="causal")
