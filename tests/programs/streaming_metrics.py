"""Metrics updated batch by batch in a plain session, reset between two passes."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(39)
labels = rng.randint(0, 3, 60)
scores = rng.rand(60, 3) + 0.5 * np.eye(3)[labels]
weights = rng.randint(0, 3, 60).astype(np.float32)

label = tf.placeholder(tf.int64, [None], name="label")
score = tf.placeholder(tf.float32, [None, 3], name="score")
weight = tf.placeholder_with_default(tf.ones_like(label, dtype=tf.float32), [None], name="weight")
predicted = tf.argmax(score, 1)
positive = tf.equal(label, 0)
chance = score[:, 0] / tf.reduce_sum(score, 1)

with tf.name_scope("metrics"):
    pairs = {
        "accuracy": tf.metrics.accuracy(label, predicted, weight, name="accuracy"),
        "per_class": tf.metrics.mean_per_class_accuracy(label, predicted, num_classes=3),
        "iou": tf.metrics.mean_iou(label, predicted, num_classes=3),
        "precision": tf.metrics.precision(positive, tf.equal(predicted, 0)),
        "recall": tf.metrics.recall(positive, tf.equal(predicted, 0)),
        "auc": tf.metrics.auc(positive, chance, weights=weight),
        "pr_auc": tf.metrics.auc(positive, chance, curve="PR", summation_method="careful_interpolation"),
        "rmse": tf.metrics.root_mean_squared_error(tf.to_float(label), tf.to_float(predicted)),
        "sensitivity": tf.metrics.sensitivity_at_specificity(positive, chance, 0.7),
        "mean": tf.metrics.mean(chance, weights=weight),
    }
values = {name: pair[0] for name, pair in pairs.items()}
update = tf.group(*[pair[1] for pair in pairs.values()])
matrix = tf.confusion_matrix(label, predicted, num_classes=3)
reset = tf.variables_initializer(tf.get_collection(tf.GraphKeys.METRIC_VARIABLES))

with tf.Session() as sess:
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    for weighted in (False, True):
        sess.run(reset)
        for start in range(0, 60, 25):
            rows = slice(start, start + 25)
            feeds = {label: labels[rows], score: scores[rows]}
            if weighted:
                feeds[weight] = weights[rows]
            sess.run(update, feed_dict=feeds)
            print(start, "accuracy so far %.5f" % values["accuracy"].eval())
        print({name: float("%.5f" % value) for name, value in sorted(sess.run(values).items())})
    print(sess.run(matrix, {label: labels, score: scores}))
    print([v.name for v in tf.local_variables()][:4], len(tf.get_collection(tf.GraphKeys.LOCAL_VARIABLES)))
    print(pairs["accuracy"][0].name, pairs["accuracy"][1].name, tf.global_variables())
