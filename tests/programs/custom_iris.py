"""A custom estimator: one model function for three modes, with feature columns and params."""

import tempfile

import numpy as np
import tensorflow as tf


def flowers(count, seed):
    rng = np.random.RandomState(seed)
    kinds = rng.randint(0, 3, count)
    length = 1.5 + 2.0 * kinds + 0.5 * rng.randn(count)
    width = 0.3 + 0.8 * kinds + 0.2 * rng.randn(count)
    return {"length": length, "width": width}, kinds.astype(np.int32)


def my_model(features, labels, mode, params):
    """DNN with the hidden layers of `params`."""
    rng = np.random.RandomState(6)
    net = tf.feature_column.input_layer(features, params["feature_columns"])
    for units in params["hidden_units"]:
        kernel = tf.constant_initializer(0.5 * rng.randn(net.shape[1].value, units))
        net = tf.layers.dense(net, units=units, activation=tf.nn.relu, kernel_initializer=kernel)
    kernel = tf.constant_initializer(0.5 * rng.randn(net.shape[1].value, params["n_classes"]))
    logits = tf.layers.dense(net, params["n_classes"], activation=None, kernel_initializer=kernel)

    predicted_classes = tf.argmax(logits, 1)
    if mode == tf.estimator.ModeKeys.PREDICT:
        predictions = {
            "class_ids": predicted_classes[:, tf.newaxis],
            "probabilities": tf.nn.softmax(logits),
            "logits": logits,
        }
        return tf.estimator.EstimatorSpec(mode, predictions=predictions)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    accuracy = tf.metrics.accuracy(labels=labels, predictions=predicted_classes, name="acc_op")
    metrics = {"accuracy": accuracy}
    tf.summary.scalar("accuracy", accuracy[1])
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)
    assert mode == tf.estimator.ModeKeys.TRAIN
    optimizer = tf.train.AdagradOptimizer(learning_rate=0.1)
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


tf.logging.set_verbosity(tf.logging.INFO)
(train_x, train_y), (test_x, test_y) = flowers(100, 7), flowers(40, 8)
columns = [tf.feature_column.numeric_column(key=key) for key in sorted(train_x)]
params = {"feature_columns": columns, "hidden_units": [8, 6], "n_classes": 3}
classifier = tf.estimator.Estimator(model_fn=my_model, model_dir=tempfile.mkdtemp(), params=params)
numpy_input_fn = tf.estimator.inputs.numpy_input_fn
train_input_fn = numpy_input_fn(train_x, train_y, batch_size=25, num_epochs=None, shuffle=False)
classifier.train(input_fn=train_input_fn, steps=150)
eval_result = classifier.evaluate(numpy_input_fn(test_x, test_y, shuffle=False))
print("Test set accuracy: {accuracy:0.3f} loss {loss:.6f} step {global_step}".format(**eval_result))
for prediction in classifier.predict(numpy_input_fn({k: v[:4] for k, v in test_x.items()}, shuffle=False)):
    print(prediction["class_ids"][0], ["%.5f" % p for p in prediction["probabilities"]])
print(classifier.get_variable_names())
