"""The age of shells by a custom regression: flags, params, metrics of one's own and predictions."""

import tempfile

import numpy as np
import tensorflow as tf

FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_float("abalone_rate", 0.005, "The learning rate.")
tf.app.flags.DEFINE_integer("abalone_steps", 120, "How many steps to train.")


def shells(count, seed):
    rng = np.random.RandomState(seed)
    size = rng.rand(count, 1)
    features = (size * np.linspace(0.3, 1.2, 7) + 0.05 * rng.randn(count, 7)).astype(np.float32)
    return features, (3 + 12 * size[:, 0] + 0.5 * rng.randn(count)).astype(np.float32)


def model_fn(features, labels, mode, params):
    """Model function for Estimator."""

    def normal(rows, columns, seed):
        return tf.constant_initializer(0.4 * np.random.RandomState(seed).randn(rows, columns))

    first_hidden_layer = tf.layers.dense(features["x"], 10, tf.nn.relu, kernel_initializer=normal(7, 10, 16))
    second_hidden_layer = tf.layers.dense(first_hidden_layer, 10, tf.nn.relu, kernel_initializer=normal(10, 10, 17))
    output_layer = tf.layers.dense(second_hidden_layer, 1, kernel_initializer=normal(10, 1, 18))
    predictions = tf.reshape(output_layer, [-1])
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions={"ages": predictions})

    loss = tf.losses.mean_squared_error(labels, predictions)
    train_op = tf.contrib.layers.optimize_loss(
        loss=loss,
        global_step=tf.contrib.framework.get_global_step(),
        learning_rate=params["learning_rate"],
        optimizer="Adam",
    )
    eval_metric_ops = {
        "rmse": tf.metrics.root_mean_squared_error(tf.cast(labels, tf.float64), tf.cast(predictions, tf.float64)),
        "mae": tf.metrics.mean_absolute_error(labels, predictions),
    }
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op, eval_metric_ops=eval_metric_ops)


def main(unused_argv):
    (train_x, train_y), (test_x, test_y), (predict_x, _) = shells(150, 19), shells(50, 20), shells(4, 21)
    model_params = {"learning_rate": FLAGS.abalone_rate}
    nn = tf.estimator.Estimator(model_fn=model_fn, params=model_params, model_dir=tempfile.mkdtemp())
    inputs = tf.estimator.inputs.numpy_input_fn
    nn.train(inputs({"x": train_x}, train_y, batch_size=30, num_epochs=None, shuffle=False), steps=FLAGS.abalone_steps)
    ev = nn.evaluate(input_fn=inputs({"x": test_x}, test_y, num_epochs=1, shuffle=False))
    print("Loss: %.5f" % ev["loss"])
    print("Root Mean Squared Error: %.5f, mean absolute error: %.5f" % (ev["rmse"], ev["mae"]))
    for i, p in enumerate(nn.predict(input_fn=inputs({"x": predict_x}, num_epochs=1, shuffle=False))):
        print("Prediction %s: %.4f" % (i + 1, p["ages"]))
    print(nn.get_variable_names())


if __name__ == "__main__":
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.app.run(main=main)
