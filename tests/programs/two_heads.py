"""One trunk, two heads: a class and a number, two losses added, gradients clipped together."""

import tempfile

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(27)
inputs = rng.randn(80, 5).astype(np.float32)
kinds = (inputs[:, 0] + inputs[:, 1] > 0).astype(np.int64) + (inputs[:, 2] > 0.5)
amounts = (2 * inputs[:, 3:4] - inputs[:, 4:]).astype(np.float32)


def dense(net, units, name, seed, activation=None):
    values = 0.5 * np.random.RandomState(seed).randn(net.shape.as_list()[-1], units)
    regularizer = tf.contrib.layers.l2_regularizer(0.001)
    return tf.layers.dense(net, units, activation, name=name, kernel_initializer=tf.constant_initializer(values),
                           kernel_regularizer=regularizer)  # fmt: skip


def model_fn(features, labels, mode, params, config):
    with tf.variable_scope("trunk"):
        shared = dense(features["x"], 8, "first", 28, tf.nn.relu)
    with tf.variable_scope("heads"):
        logits = dense(shared, 3, "kind", 29)
        amount = dense(shared, 1, "amount", 30)
    predictions = {"kind": tf.argmax(logits, 1), "amount": tf.squeeze(amount, 1)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions)
    kind_loss = tf.losses.sparse_softmax_cross_entropy(labels["kind"], logits, scope="kind_loss")
    amount_loss = tf.losses.huber_loss(labels["amount"], amount, weights=0.5, scope="amount_loss")
    loss = tf.losses.get_total_loss()
    metrics = {
        "kind/accuracy": tf.metrics.accuracy(labels["kind"], predictions["kind"]),
        "kind/loss": tf.metrics.mean(kind_loss),
        "amount/loss": tf.metrics.mean(amount_loss),
        "amount/mae": tf.metrics.mean_absolute_error(tf.squeeze(labels["amount"], 1), predictions["amount"]),
    }
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(mode, predictions, loss, eval_metric_ops=metrics)
    optimizer = tf.train.MomentumOptimizer(params["rate"], 0.9, use_nesterov=True)
    gradients, variables = zip(*optimizer.compute_gradients(loss))
    gradients, norm = tf.clip_by_global_norm(gradients, 1.0)
    tf.summary.scalar("gradient_norm", norm)
    train_op = optimizer.apply_gradients(zip(gradients, variables), global_step=tf.train.get_global_step())
    print(
        "losses:", [t.name for t in tf.losses.get_losses()], "of weights:", len(tf.losses.get_regularization_losses())
    )
    return tf.estimator.EstimatorSpec(mode, predictions, loss, train_op)


labels = {"kind": kinds, "amount": amounts}
estimator = tf.estimator.Estimator(model_fn, tempfile.mkdtemp(), params={"rate": 0.02})
numpy_input_fn = tf.estimator.inputs.numpy_input_fn
estimator.train(numpy_input_fn({"x": inputs}, labels, 20, num_epochs=20, shuffle=False))
results = estimator.evaluate(numpy_input_fn({"x": inputs}, labels, shuffle=False), steps=1)
for key in sorted(results):
    print("%-15s %.5f" % (key, results[key]))
rows = estimator.predict(numpy_input_fn({"x": inputs[:3]}, shuffle=False), predict_keys=["amount"])
print(["%.5f" % row["amount"] for row in rows], sorted(estimator.get_variable_names())[:4])
