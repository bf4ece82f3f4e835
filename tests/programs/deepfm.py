"""Clicks by a factorization machine beside a network (DeepFM): hashed ids of several fields, one table of rows."""

import tempfile

import numpy as np
import tensorflow as tf

FIELDS, BUCKETS, SIZE = ["user", "item", "hour"], 200, 4
rng = np.random.RandomState(51)
users, items, hours = rng.randint(30, size=400), rng.randint(20, size=400), rng.randint(24, size=400)
liking = rng.randn(30, 2).dot(rng.randn(2, 20))[users, items] + 0.8 * (hours > 17)
columns = {
    "user": np.array(["u%d" % n for n in users]),
    "item": np.array(["i%d" % n for n in items]),
    "hour": np.array(["%02d:00" % n for n in hours]),
}
clicks = (liking > 0.2).astype(np.float32)


def table(name, size, deviation, seed):
    values = deviation * np.random.RandomState(seed).randn(BUCKETS, size)
    return tf.get_variable(name, [BUCKETS, size], initializer=tf.constant_initializer(values))


def dense(net, units, seed, activation=None):
    values = 0.4 * np.random.RandomState(seed).randn(net.shape.as_list()[-1], units)
    return tf.layers.dense(net, units, activation, kernel_initializer=tf.constant_initializer(values))


def model_fn(features, labels, mode, params):
    hashed = [tf.string_to_hash_bucket_fast(tf.string_join([field, features[field]], ":"), BUCKETS) for field in FIELDS]
    ids = tf.stack(hashed, axis=1)
    with tf.variable_scope("first_order"):
        weights = tf.nn.embedding_lookup(table("weights", 1, 0.0, 1), ids)
        linear = tf.reduce_sum(weights, axis=[1, 2])
    with tf.variable_scope("second_order"):
        factors = tf.nn.embedding_lookup(table("factors", SIZE, 0.3, 2), ids, name="factors_of_ids")
        pairs = 0.5 * tf.reduce_sum(
            tf.square(tf.reduce_sum(factors, 1)) - tf.reduce_sum(tf.square(factors), 1), axis=1, name="pairs"
        )
    with tf.variable_scope("deep"):
        net = tf.reshape(factors, [-1, len(FIELDS) * SIZE])
        deep = tf.squeeze(dense(dense(net, 8, 3, tf.nn.relu), 1, 4), 1)
    logits = linear + pairs + deep
    click = tf.sigmoid(logits)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, {"click": click})
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
    loss += params["l2"] * (tf.nn.l2_loss(factors) + tf.nn.l2_loss(weights))
    if mode == tf.estimator.ModeKeys.EVAL:
        metrics = {"auc": tf.metrics.auc(labels, click), "accuracy": tf.metrics.accuracy(labels, tf.round(click))}
        return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=metrics)

    first = tf.trainable_variables("first_order")
    others = [variable for variable in tf.trainable_variables() if variable not in first]
    ftrl = tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.001)
    adagrad = tf.train.AdagradOptimizer(0.2)
    gradients = adagrad.compute_gradients(loss, others)
    print([(v.op.name, type(g).__name__) for g, v in gradients])
    clipped, norm = tf.clip_by_global_norm([g for g, _ in gradients], 0.5)
    tf.summary.scalar("norm", norm)
    train_op = tf.group(
        ftrl.minimize(loss, var_list=first),
        adagrad.apply_gradients(zip(clipped, others), tf.train.get_global_step()),
    )
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def rows(part):
    return {field: values[part] for field, values in columns.items()}


inputs = tf.estimator.inputs.numpy_input_fn
estimator = tf.estimator.Estimator(model_fn, tempfile.mkdtemp(), params={"l2": 0.0005})
train, test = slice(0, 320), slice(320, 400)
estimator.train(inputs(rows(train), clicks[train], 40, num_epochs=10, shuffle=False))
results = estimator.evaluate(inputs(rows(test), clicks[test], 40, shuffle=False))
print(", ".join("%s %.4f" % (key, results[key]) for key in sorted(results)))
predicted = estimator.predict(inputs(rows(slice(320, 325)), shuffle=False))
print(["%.4f" % row["click"] for row in predicted], clicks[320:325])
for name in ["first_order/weights", "first_order/weights/Ftrl_1", "second_order/factors/Adagrad"]:
    value = estimator.get_variable_value(name)
    print(name, value.shape, "rows that moved: %d" % np.sum(np.abs(value - value[0]).sum(1) > 0), "%.4f" % value.sum())
