"""Canned estimators to be trained by TensorFlow and here, on the same rows from the same weights.

Python 3.7 must be able to read this file.
"""

import numpy as np

BATCH, STEPS = 8, 10
_number = np.arange(20)
FEATURES = {
    "x": np.sin(1.3 * _number),
    "pair": np.stack([np.cos(0.7 * _number), np.sin(2.1 * _number + 1)], 1).astype("float32"),
    "color": np.array(["red", "blue", "green", "", "grey"], object)[_number % 5],
    "tags": np.array(["a", "b", "", "zebra"], object)[np.stack([_number % 4, _number % 3], 1)],
    "weight": (0.25 + _number % 3).astype("float32"),
}
_CLASSES = (np.sin(1.3 * _number) + np.cos(0.7 * _number) > 0.3).astype("int64") + (_number % 7 == 0)
LABELS = {
    "binary": (_CLASSES > 0).astype("int32"),
    "share": ((_CLASSES > 0) * 0.75 + 0.125).astype("float32"),
    "classes": _CLASSES,
    "words": np.array(["no", "yes"], object)[(_CLASSES > 0).astype(int)],
    "names": np.array(["zero", "one", "two"], object)[_CLASSES],
    "number": (2 * np.sin(1.3 * _number) - 1).astype("float64"),
    "pair": np.stack([np.sin(_number), np.cos(_number)], 1).astype("float32"),
}


def colors(fc):
    return fc.categorical_column_with_vocabulary_list("color", ["red", "green", "blue"])


def numbers(fc):
    return [fc.numeric_column("x"), fc.numeric_column("pair", shape=[2])]


def dense(fc):
    return numbers(fc) + [
        fc.indicator_column(colors(fc)),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("tags", 5), 2),
        fc.bucketized_column(fc.numeric_column("x"), [-0.5, 0.0, 0.5]),
    ]


def wide(fc):
    return [
        colors(fc),
        fc.categorical_column_with_hash_bucket("tags", 5),
        fc.crossed_column(["color", fc.bucketized_column(fc.numeric_column("x"), [0.0])], 9),
    ]


# name -> (labels, function of tf and the arguments for every estimator)
CASES = {
    "DNNClassifier": (
        "binary",
        lambda tf, **base: tf.estimator.DNNClassifier([4, 3], dense(tf.feature_column), **base),
    ),
    "DNNClassifier of three classes": (
        "classes",
        lambda tf, **base: tf.estimator.DNNClassifier(
            hidden_units=[4],
            feature_columns=numbers(tf.feature_column),
            n_classes=3,
            optimizer="Adam",
            activation_fn=tf.nn.tanh,
            weight_column="weight",
            **base,
        ),
    ),
    "DNNClassifier of words": (
        "words",
        lambda tf, **base: tf.estimator.DNNClassifier(
            [3],
            numbers(tf.feature_column),
            label_vocabulary=["no", "yes"],
            optimizer=lambda: tf.train.GradientDescentOptimizer(0.02),
            loss_reduction=tf.losses.Reduction.SUM_OVER_BATCH_SIZE,
            **base,
        ),
    ),
    "DNNClassifier of names": (
        "names",
        lambda tf, **base: tf.estimator.DNNClassifier(
            [3],
            numbers(tf.feature_column),
            n_classes=3,
            label_vocabulary=["zero", "one", "two"],
            batch_norm=True,
            optimizer="RMSProp",
            **base,
        ),
    ),
    "DNNRegressor": (
        "number",
        lambda tf, **base: tf.estimator.DNNRegressor([4, 2], dense(tf.feature_column), weight_column="weight", **base),
    ),
    "DNNRegressor of pairs": (
        "pair",
        lambda tf, **base: tf.estimator.DNNRegressor(
            [3], numbers(tf.feature_column), label_dimension=2, optimizer="SGD", **base
        ),
    ),
    "LinearClassifier": (
        "binary",
        lambda tf, **base: tf.estimator.LinearClassifier(
            wide(tf.feature_column) + numbers(tf.feature_column), weight_column="weight", **base
        ),
    ),
    "LinearClassifier of shares": (
        "share",
        lambda tf, **base: tf.estimator.LinearClassifier(
            wide(tf.feature_column), sparse_combiner="mean", optimizer="Adagrad", **base
        ),
    ),
    "LinearClassifier of three classes": (
        "classes",
        lambda tf, **base: tf.estimator.LinearClassifier(wide(tf.feature_column), n_classes=3, **base),
    ),
    "LinearRegressor": (
        "number",
        lambda tf, **base: tf.estimator.LinearRegressor(
            numbers(tf.feature_column) + [colors(tf.feature_column)],
            optimizer=tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.5),
            **base,
        ),
    ),
    "LinearRegressor, no optimizer named": (
        "pair",
        lambda tf, **base: tf.estimator.LinearRegressor(
            numbers(tf.feature_column), label_dimension=2, optimizer=None, **base
        ),
    ),
    "DNNLinearCombinedClassifier": (
        "binary",
        lambda tf, **base: tf.estimator.DNNLinearCombinedClassifier(
            linear_feature_columns=wide(tf.feature_column),
            dnn_feature_columns=dense(tf.feature_column),
            dnn_hidden_units=[4, 3],
            **base,
        ),
    ),
    "DNNLinearCombinedRegressor": (
        "number",
        lambda tf, **base: tf.estimator.DNNLinearCombinedRegressor(
            linear_feature_columns=wide(tf.feature_column),
            linear_optimizer="SGD",
            dnn_feature_columns=numbers(tf.feature_column),
            dnn_hidden_units=[3],
            dnn_optimizer=tf.train.AdamOptimizer(0.01),
            weight_column="weight",
            **base,
        ),
    ),
    "DNNLinearCombinedRegressor, linear only": (
        "number",
        lambda tf, **base: tf.estimator.DNNLinearCombinedRegressor(
            linear_feature_columns=numbers(tf.feature_column), **base
        ),
    ),
    "BaselineClassifier": ("binary", lambda tf, **base: tf.estimator.BaselineClassifier(**base)),
    "BaselineClassifier of three classes": (
        "classes",
        lambda tf, **base: tf.estimator.BaselineClassifier(
            n_classes=3, weight_column="weight", optimizer="Adagrad", **base
        ),
    ),
    "BaselineRegressor": ("pair", lambda tf, **base: tf.estimator.BaselineRegressor(label_dimension=2, **base)),
}


def weights_hook(tf, variable_value):
    """A hook that gives every trainable variable the value that is its own on both sides."""

    class GiveWeights(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            variables = {v.op.name.replace("/part_0", ""): v for v in tf.trainable_variables()}
            for position, name in enumerate(sorted(variables)):
                shape = variables[name].shape.as_list()
                variables[name].load(0.5 * variable_value(name, position, shape, "float32"), session)

    return GiveWeights()


def record_of(tf):
    """A hook that keeps the loss of every step in `losses`, and names of the training graph in `names`."""

    class Record(tf.train.SessionRunHook):
        def __init__(self):
            self.losses = []

        def begin(self):
            keys = tf.GraphKeys
            self.names = {
                "losses": [t.name for t in tf.get_collection(keys.LOSSES)],
                "summaries": sorted(t.op.name for t in tf.get_collection(keys.SUMMARIES) if "queue" not in t.name),
                "trained": [v.name.replace("/part_0", "") for v in tf.trainable_variables()],
            }

        def before_run(self, run_context):
            return tf.train.SessionRunArgs(tf.get_collection(tf.GraphKeys.LOSSES)[-1])  # the Estimator's comes last

        def after_run(self, run_context, run_values):
            self.losses.append(float(run_values.results))

    return Record()


def run(tf, name, model_dir, variable_value):
    """Trains, evaluates and predicts; (estimator, record of the training, evaluation, predictions)."""
    labels, build = CASES[name]
    estimator = build(tf, model_dir=model_dir, config=tf.estimator.RunConfig(tf_random_seed=1))
    inputs = tf.estimator.inputs.numpy_input_fn
    record = record_of(tf)
    hooks = [weights_hook(tf, variable_value), record]
    endless = inputs(FEATURES, LABELS[labels], batch_size=BATCH, num_epochs=None, shuffle=False)
    estimator.train(endless, steps=STEPS, hooks=hooks)
    evaluation = estimator.evaluate(inputs(FEATURES, LABELS[labels], batch_size=BATCH, shuffle=False))
    first = {key: array[:3] for key, array in FEATURES.items()}
    predictions = list(estimator.predict(inputs(first, shuffle=False)))
    return estimator, record, evaluation, predictions
