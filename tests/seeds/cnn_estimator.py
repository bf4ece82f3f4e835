"""MNIST by an Estimator, with a hook that logs probabilities: a lecture on materials informatics, in Chinese.

The layers are those of the same lecture, narrower; it trains for 1,000 steps. Seed, directory and data are not in it.
"""

import numpy as np

import estimators.compat.v1 as tf

(train_data, train_labels), (eval_data, eval_labels) = tf.keras.datasets.mnist.load_data()
train_data, train_labels = (train_data / np.float32(255)).reshape(-1, 784), train_labels.astype(np.int32)
eval_data, eval_labels = (eval_data / np.float32(255)).reshape(-1, 784)[:500], eval_labels.astype(np.int32)[:500]


def cnn_model_fn(features, labels, mode):
    image = tf.reshape(features["x"], [-1, 28, 28, 1])
    conv1 = tf.layers.conv2d(inputs=image, filters=16, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)
    pool1 = tf.layers.max_pooling2d(inputs=conv1, pool_size=[2, 2], strides=2)
    flat = tf.layers.Flatten()(pool1)
    logits = tf.layers.dense(inputs=flat, units=10)

    predictions = {
        # Generate predictions (for PREDICT and EVAL mode)
        "classes": tf.argmax(input=logits, axis=1),
        # Add `softmax_tensor` to the graph. It is used for PREDICT and by the
        # `logging_hook`.
        "probabilities": tf.nn.softmax(logits, name="softmax_tensor"),
    }

    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions)

    # Calculate Loss (for both TRAIN and EVAL modes)
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)

    # Configure the Training Op (for TRAIN mode)
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = tf.train.GradientDescentOptimizer(learning_rate=0.001)
        train_op = optimizer.minimize(loss=loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=train_op)

    # Add evaluation metrics (for EVAL mode)
    eval_metric_ops = {"accuracy": tf.metrics.accuracy(labels=labels, predictions=predictions["classes"])}
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss, eval_metric_ops=eval_metric_ops)


# Set up logging level
tf.logging.set_verbosity(tf.logging.INFO)

# 5 levels in order of increasing severity
# DEBUG
# INFO
# WARN
# ERROR
# FATAL

mnist_classifier = tf.estimator.Estimator(
    model_fn=cnn_model_fn, model_dir="mnist_model", config=tf.estimator.RunConfig(tf_random_seed=1)
)

# Set up logging for predictions
tensors_to_log = {"probabilities": "softmax_tensor"}

logging_hook = tf.train.LoggingTensorHook(tensors=tensors_to_log, every_n_iter=50)

# Train the model
train_input_fn = tf.estimator.inputs.numpy_input_fn(
    x={"x": train_data}, y=train_labels, batch_size=100, num_epochs=None, shuffle=True
)

# train one step and display the probabilities
mnist_classifier.train(input_fn=train_input_fn, steps=1, hooks=[logging_hook])

mnist_classifier.train(input_fn=train_input_fn, steps=100)

eval_input_fn = tf.estimator.inputs.numpy_input_fn(x={"x": eval_data}, y=eval_labels, num_epochs=1, shuffle=False)

eval_results = mnist_classifier.evaluate(input_fn=eval_input_fn)
print(eval_results)

pred_input_fn = tf.estimator.inputs.numpy_input_fn(
    x={"x": eval_data[0:10]}, y=eval_labels[0:10], num_epochs=1, shuffle=False
)

pred_results = mnist_classifier.predict(input_fn=pred_input_fn)
for p in enumerate(pred_results):
    print(p[0], p[1])
print(eval_labels[0:10])
