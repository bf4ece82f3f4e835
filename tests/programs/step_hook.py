"""Hooks of one's own: one that watches and stops, one that feeds and fetches, a listener of checkpoints."""

import tempfile

import numpy as np
import tensorflow as tf


class EarlyEnd(tf.train.SessionRunHook):
    """Asks to stop once the loss is below `limit`."""

    def __init__(self, limit):
        self.limit = limit
        self.losses = []

    def begin(self):
        self.step = tf.train.get_global_step()
        print("begin")

    def after_create_session(self, session, coord):
        print("created at step", session.run(self.step), "should stop:", coord.should_stop())

    def before_run(self, run_context):
        return tf.train.SessionRunArgs({"loss": "mean_loss:0"}, options=None)

    def after_run(self, run_context, run_values):
        loss = run_values.results["loss"]
        self.losses.append(loss)
        if loss < self.limit:
            print("stop after step %d, loss %.5f" % (len(self.losses), loss))
            run_context.request_stop()

    def end(self, session):
        print("end, weights:", " ".join("%.5f" % w for w in session.run("dense/kernel:0").ravel()))


class Listener(tf.train.CheckpointSaverListener):
    def before_save(self, session, global_step_value):
        print("before save", global_step_value)

    def after_save(self, session, global_step_value):
        print("after save", global_step_value)


def model_fn(features, labels, mode):
    prediction = tf.layers.dense(features, 1, kernel_initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(prediction - labels) * features[:, :1] ** 2, name="mean_loss")
    rate = tf.placeholder_with_default(0.05, [], name="rate")
    train_op = tf.train.GradientDescentOptimizer(rate).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def input_fn():
    x = np.random.RandomState(26).randn(48, 3).astype(np.float32)
    y = x.dot([[1.0], [-2.0], [0.5]]).astype(np.float32) + 0.25
    return tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(16).make_one_shot_iterator().get_next()


config = tf.estimator.RunConfig(save_checkpoints_steps=20, model_dir=tempfile.mkdtemp(), log_step_count_steps=10)
estimator = tf.estimator.Estimator(model_fn, config=config)
hook = EarlyEnd(limit=0.05)
feeding = tf.train.FeedFnHook(lambda: {"rate:0": 0.1 if len(hook.losses) < 10 else 0.02})
estimator.train(input_fn, max_steps=200, hooks=[hook, feeding], saving_listeners=[Listener()])
print(["%.5f" % loss for loss in hook.losses[::8]])
print("stopped before the end:", estimator.get_variable_value("global_step") < 200)
