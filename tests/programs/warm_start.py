"""Transfer: a second model starts from the first one's trunk, and trains its head alone."""

import tempfile

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(31)
x = rng.randn(60, 4).astype(np.float32)
first_y = np.tanh(x[:, :1] - x[:, 1:2]).astype(np.float32)
second_y = (first_y > 0).astype(np.float32)


def trunk(features):
    with tf.variable_scope("trunk"):
        kernel = tf.constant_initializer(np.random.RandomState(32).randn(4, 6) * 0.5)
        return tf.layers.dense(features, 6, tf.nn.tanh, kernel_initializer=kernel, name="hidden")


def first_model(features, labels, mode):
    output = tf.layers.dense(trunk(features), 1, kernel_initializer=tf.ones_initializer(), name="head")
    loss = tf.losses.mean_squared_error(labels, output)
    train_op = tf.train.AdagradOptimizer(0.3).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def second_model(features, labels, mode):
    logits = tf.layers.dense(trunk(features), 1, kernel_initializer=tf.zeros_initializer(), name="new_head")
    loss = tf.losses.sigmoid_cross_entropy(labels, logits)
    head = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="new_head")
    train_op = tf.train.GradientDescentOptimizer(0.5).minimize(loss, tf.train.get_global_step(), var_list=head)
    auc = tf.metrics.auc(labels, tf.sigmoid(logits))
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={"auc": auc})


def input_fn(y):
    return lambda: tf.data.Dataset.from_tensor_slices((x, y)).repeat(10).batch(20)


first = tf.estimator.Estimator(first_model, model_dir=tempfile.mkdtemp())
first.train(input_fn(first_y))
print("first: %.6f" % first.evaluate(input_fn(first_y))["loss"], first.latest_checkpoint().split("-")[-1])

settings = tf.estimator.WarmStartSettings(ckpt_to_initialize_from=first.model_dir, vars_to_warm_start="trunk.*")
second = tf.estimator.Estimator(second_model, tempfile.mkdtemp(), warm_start_from=settings)
second.train(input_fn(second_y))
results = second.evaluate(input_fn(second_y))
print("second: loss %.6f auc %.5f at step %d" % (results["loss"], results["auc"], results["global_step"]))
kept = [np.array_equal(m.get_variable_value("trunk/hidden/kernel"), first.get_variable_value("trunk/hidden/kernel"))
        for m in (first, second)]  # fmt: skip
print("the trunk stayed:", kept, second.get_variable_names())

with tf.Graph().as_default(), tf.Session() as sess:
    trunk(tf.placeholder(tf.float32, [None, 4]))
    tf.train.init_from_checkpoint(first.model_dir, {"trunk/": "trunk/"})
    sess.run(tf.global_variables_initializer())
    print(["%.5f" % v for v in sess.run("trunk/hidden/bias:0")], tf.train.list_variables(first.model_dir)[0])
