"""A convolutional network for small images, with a LoggingTensorHook on its probabilities."""

import tempfile

import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.INFO)
rng = np.random.RandomState(12)


def kernel(*shape):
    return tf.constant_initializer(np.random.RandomState(sum(shape)).randn(*shape) / np.sqrt(np.prod(shape[:-1])))


def cnn_model_fn(features, labels, mode):
    """Two convolutions, each pooled, then dense layers."""
    input_layer = tf.reshape(features["x"], [-1, 12, 12, 1])
    conv1 = tf.layers.conv2d(input_layer, 4, [5, 5], padding="same", activation=tf.nn.relu,
                             kernel_initializer=kernel(5, 5, 1, 4))  # fmt: skip
    pool1 = tf.layers.max_pooling2d(inputs=conv1, pool_size=[2, 2], strides=2)
    conv2 = tf.layers.conv2d(pool1, 6, [3, 3], padding="same", activation=tf.nn.relu,
                             kernel_initializer=kernel(3, 3, 4, 6))  # fmt: skip
    pool2 = tf.layers.max_pooling2d(inputs=conv2, pool_size=[2, 2], strides=2)
    pool2_flat = tf.reshape(pool2, [-1, 3 * 3 * 6])
    dense = tf.layers.dense(pool2_flat, units=16, activation=tf.nn.relu, kernel_initializer=kernel(54, 16))
    logits = tf.layers.dense(inputs=dense, units=3, kernel_initializer=kernel(16, 3))
    predictions = {
        "classes": tf.argmax(input=logits, axis=1),
        "probabilities": tf.nn.softmax(logits, name="softmax_tensor"),
    }
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.1)
        train_op = optimizer.minimize(loss=loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)
    eval_metric_ops = {"accuracy": tf.metrics.accuracy(labels=labels, predictions=predictions["classes"])}
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops=eval_metric_ops)


def pictures(count):
    """Bars that lie, stand or run across, with noise."""
    labels = rng.randint(0, 3, count)
    images = 0.2 * rng.rand(count, 12, 12)
    for image, label, place in zip(images, labels, rng.randint(2, 10, count)):
        image[place if label == 0 else slice(None), place if label == 1 else slice(None)] += 1 if label < 2 else 0
        image[np.arange(12), np.arange(12)] += label == 2
    return images.astype(np.float32), labels.astype(np.int32)


def main(unused_argv):
    (train_data, train_labels), (eval_data, eval_labels) = pictures(120), pictures(40)
    mnist_classifier = tf.estimator.Estimator(model_fn=cnn_model_fn, model_dir=tempfile.mkdtemp())
    tensors_to_log = {"probabilities": "softmax_tensor"}
    logging_hook = tf.train.LoggingTensorHook(tensors=tensors_to_log, every_n_iter=10)
    train_input_fn = tf.estimator.inputs.numpy_input_fn(
        x={"x": train_data}, y=train_labels, batch_size=6, num_epochs=None, shuffle=False
    )
    mnist_classifier.train(input_fn=train_input_fn, steps=30, hooks=[logging_hook])
    eval_input_fn = tf.estimator.inputs.numpy_input_fn(x={"x": eval_data}, y=eval_labels, num_epochs=1, shuffle=False)
    eval_results = mnist_classifier.evaluate(input_fn=eval_input_fn)
    print({key: float("%.5g" % value) for key, value in sorted(eval_results.items())})


if __name__ == "__main__":
    tf.app.run()
