"""TPUEstimator with use_tpu=False: batch sizes in params, specs with functions of tensors, as TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

tpu = tf.contrib.tpu


def input_fn(params):
    x = np.arange(12, dtype=np.float32)[:, None]
    return tf.data.Dataset.from_tensor_slices(({"x": x}, 2 * x)).batch(params["batch_size"])


def model_fn(features, labels, mode, params):
    guess = tf.layers.dense(features["x"], 1, name="line")
    if mode == tf.estimator.ModeKeys.PREDICT:
        size = tf.fill([tf.shape(guess)[0]], params["batch_size"])
        return tpu.TPUEstimatorSpec(mode, predictions={"guess": guess, "size": size, "rate": size * params["times"]})
    loss = tf.losses.mean_squared_error(labels, guess)
    step = tf.train.get_global_step()
    return tpu.TPUEstimatorSpec(
        mode,
        loss=loss,
        train_op=tf.train.AdamOptimizer(0.1).minimize(loss, step),
        eval_metrics=(lambda labels, guess: {"error": tf.metrics.mean_absolute_error(labels, guess)}, [labels, guess]),
        scaffold_fn=tf.train.Scaffold,
        host_call=(lambda step: step + 1, [step]),
    )


def test_each_mode_has_its_batch_size(tmp_path, caplog):
    caplog.set_level("INFO", "tensorflow")
    config = tpu.RunConfig(model_dir=str(tmp_path), tpu_config=tpu.TPUConfig(iterations_per_loop=5), tf_random_seed=1)
    assert config.tpu_config.iterations_per_loop == 5 and config.master == "" and config.cluster is None
    estimator = tpu.TPUEstimator(
        model_fn,
        config=config,
        params={"times": 2},
        use_tpu=False,
        train_batch_size=3,
        eval_batch_size=12,
        predict_batch_size=5,
    )
    estimator.train(input_fn)
    result = estimator.evaluate(input_fn)
    assert result["global_step"] == 4 and result["error"] > 0  # 12 examples, 3 at a time
    found = list(estimator.predict(input_fn))
    assert len(found) == 12 and {(int(item["size"]), int(item["rate"])) for item in found} == {(5, 10)}
    assert "Running train on CPU" in caplog.messages and "batch_size" not in estimator.params


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: tpu.TPUEstimator(model_fn, params={"times": 1}), "needs use_tpu=False"),
        (lambda: tpu.TPUEstimator(model_fn, params={"batch_size": 1}, use_tpu=False), "are reserved keys"),
        (lambda: tpu.TPUEstimatorSpec("eval", eval_metrics=[1]).as_estimator_spec(), "a pair of a function"),
        (lambda: tpu.RunConfig(cluster=object(), master="x"), "Both cluster and master"),
    ],
)
def test_what_is_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
