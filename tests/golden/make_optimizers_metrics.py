"""Golden numbers of TensorFlow's optimizers, metrics and schedules. Run by hand, under TensorFlow 1.15.5 (Python 3.7):

    python tests/golden/make_optimizers_metrics.py

Writes optimizers.json, metrics.json and schedules.json beside itself: each case with its arguments, so that the tests
need nothing but the files.
"""

import functools
import inspect
import json
import os

import numpy as np
import tensorflow as tf
from tensorflow.python.util import tf_inspect

HERE = os.path.dirname(os.path.abspath(__file__))
STEPS = 5

OPTIMIZERS = {
    "GradientDescent": ("GradientDescentOptimizer", {"learning_rate": 0.1}),
    "Momentum": ("MomentumOptimizer", {"learning_rate": 0.1, "momentum": 0.9}),
    "Momentum, Nesterov": ("MomentumOptimizer", {"learning_rate": 0.1, "momentum": 0.9, "use_nesterov": True}),
    "Adagrad": ("AdagradOptimizer", {"learning_rate": 0.1}),
    "Adagrad, all": ("AdagradOptimizer", {"learning_rate": 0.2, "initial_accumulator_value": 0.5, "name": "Mine"}),
    "Adam": ("AdamOptimizer", {}),
    "Adam, all": ("AdamOptimizer", {"learning_rate": 0.05, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}),
    "LazyAdam": ("LazyAdamOptimizer", {"learning_rate": 0.01}),
    "RMSProp": ("RMSPropOptimizer", {"learning_rate": 0.01}),
    "RMSProp, all": (
        "RMSPropOptimizer",
        {"learning_rate": 0.01, "decay": 0.8, "momentum": 0.9, "epsilon": 1e-4, "centered": True},
    ),
    "Adadelta": ("AdadeltaOptimizer", {}),
    "Adadelta, all": ("AdadeltaOptimizer", {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-4}),
    "Ftrl": ("FtrlOptimizer", {"learning_rate": 0.1}),
    "Ftrl, all": (
        "FtrlOptimizer",
        {
            "learning_rate": 0.3,
            "learning_rate_power": -0.7,
            "initial_accumulator_value": 0.2,
            "l1_regularization_strength": 0.4,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.01,
            "accum_name": "squares",
            "linear_name": "pull",
        },
    ),
    "ProximalAdagrad": ("ProximalAdagradOptimizer", {"learning_rate": 0.1}),
    "ProximalAdagrad, all": (
        "ProximalAdagradOptimizer",
        {
            "learning_rate": 0.3,
            "initial_accumulator_value": 0.2,
            "l1_regularization_strength": 0.4,
            "l2_regularization_strength": 0.2,
        },
    ),
    "ProximalGradientDescent": (
        "ProximalGradientDescentOptimizer",
        {"learning_rate": 0.1, "l1_regularization_strength": 0.4, "l2_regularization_strength": 0.2},
    ),
    "AdagradDA": ("AdagradDAOptimizer", {"learning_rate": 0.1}),
    "AdagradDA, all": (
        "AdagradDAOptimizer",
        {
            "learning_rate": 0.3,
            "initial_gradient_squared_accumulator_value": 0.2,
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.2,
        },
    ),
}

THRESHOLDS = [0.2, 0.5, 0.8]
PROBABILITIES = {"labels": "binary", "predictions": "probabilities"}
DECISIONS = {"labels": "binary", "predictions": "decisions"}
NUMBERS = {"labels": "targets", "predictions": "numbers"}
CLASSES = {"labels": "classes", "predictions": "guesses"}
SCORES = {"labels": "several", "predictions": "scores"}
CHOICES = {"labels": "several", "predictions_idx": "choices"}
METRICS = {
    "mean": ("mean", {"values": "numbers"}, {}),
    "mean_tensor": ("mean_tensor", {"values": "numbers"}, {}),
    "percentage_below": ("percentage_below", {"values": "numbers"}, {"threshold": 0.3}),
    "accuracy": ("accuracy", CLASSES, {}),
    "mean_per_class_accuracy": ("mean_per_class_accuracy", CLASSES, {"num_classes": 5}),
    "mean_iou": ("mean_iou", CLASSES, {"num_classes": 5}),
    "mean_squared_error": ("mean_squared_error", NUMBERS, {}),
    "root_mean_squared_error": ("root_mean_squared_error", NUMBERS, {}),
    "mean_absolute_error": ("mean_absolute_error", NUMBERS, {}),
    "mean_relative_error": ("mean_relative_error", dict(NUMBERS, normalizer="sizes"), {}),
    "mean_cosine_distance": (
        "mean_cosine_distance",
        {"labels": "unit_vectors", "predictions": "directions"},
        {"dim": 1},
    ),
    "precision": ("precision", DECISIONS, {}),
    "recall": ("recall", DECISIONS, {}),
    "true_positives": ("true_positives", DECISIONS, {}),
    "true_negatives": ("true_negatives", DECISIONS, {}),
    "false_positives": ("false_positives", DECISIONS, {}),
    "false_negatives": ("false_negatives", DECISIONS, {}),
    "true_positives_at_thresholds": ("true_positives_at_thresholds", PROBABILITIES, {"thresholds": THRESHOLDS}),
    "true_negatives_at_thresholds": ("true_negatives_at_thresholds", PROBABILITIES, {"thresholds": THRESHOLDS}),
    "false_positives_at_thresholds": ("false_positives_at_thresholds", PROBABILITIES, {"thresholds": THRESHOLDS}),
    "false_negatives_at_thresholds": ("false_negatives_at_thresholds", PROBABILITIES, {"thresholds": THRESHOLDS}),
    "precision_at_thresholds": ("precision_at_thresholds", PROBABILITIES, {"thresholds": THRESHOLDS}),
    "recall_at_thresholds": ("recall_at_thresholds", PROBABILITIES, {"thresholds": THRESHOLDS}),
    "auc": ("auc", PROBABILITIES, {}),
    "auc, PR": ("auc", PROBABILITIES, {"curve": "PR"}),
    "auc, PR, interpolated": (
        "auc",
        PROBABILITIES,
        {"curve": "PR", "summation_method": "careful_interpolation", "num_thresholds": 20},
    ),
    "auc, minoring": ("auc", PROBABILITIES, {"summation_method": "minoring", "num_thresholds": 10}),
    "auc, majoring": ("auc", PROBABILITIES, {"summation_method": "majoring", "thresholds": THRESHOLDS}),
    "sensitivity_at_specificity": ("sensitivity_at_specificity", PROBABILITIES, {"specificity": 0.6}),
    "specificity_at_sensitivity": (
        "specificity_at_sensitivity",
        PROBABILITIES,
        {"sensitivity": 0.7, "num_thresholds": 30},
    ),
    "precision_at_k": ("precision_at_k", SCORES, {"k": 3}),
    "precision_at_k, one label": ("precision_at_k", {"labels": "classes", "predictions": "scores"}, {"k": 2}),
    "precision_at_k, one class": ("precision_at_k", SCORES, {"k": 2, "class_id": 1}),
    "sparse_precision_at_k": ("sparse_precision_at_k", SCORES, {"k": 1}),
    "recall_at_k": ("recall_at_k", SCORES, {"k": 2}),
    "recall_at_k, one class": ("recall_at_k", SCORES, {"k": 3, "class_id": 2}),
    "precision_at_top_k": ("precision_at_top_k", CHOICES, {}),
    "recall_at_top_k": ("recall_at_top_k", CHOICES, {"k": 2, "class_id": 3}),
    "average_precision_at_k": ("average_precision_at_k", SCORES, {"k": 3}),
    "sparse_average_precision_at_k": ("sparse_average_precision_at_k", SCORES, {"k": 1}),
}

SCHEDULE_STEPS = [0, 1, 4, 10, 15, 25, 37]
SCHEDULES = {
    "exponential_decay": ("exponential_decay", {"learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.8}),
    "exponential_decay, staircase": (
        "exponential_decay",
        {"learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.8, "staircase": True},
    ),
    "natural_exp_decay": ("natural_exp_decay", {"learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.8}),
    "natural_exp_decay, staircase": (
        "natural_exp_decay",
        {"learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.8, "staircase": True},
    ),
    "inverse_time_decay": ("inverse_time_decay", {"learning_rate": 0.5, "decay_steps": 10, "decay_rate": 0.8}),
    "inverse_time_decay, staircase": (
        "inverse_time_decay",
        {"learning_rate": 0.5, "decay_steps": 4, "decay_rate": 0.8, "staircase": True},
    ),
    "polynomial_decay": ("polynomial_decay", {"learning_rate": 0.5, "decay_steps": 20}),
    "polynomial_decay, all": (
        "polynomial_decay",
        {"learning_rate": 0.5, "decay_steps": 10, "end_learning_rate": 0.1, "power": 2.0, "cycle": True},
    ),
    "piecewise_constant": ("piecewise_constant", {"boundaries": [1, 10, 30], "values": [1.0, 0.5, 0.25, 0.125]}),
    "cosine_decay": ("cosine_decay", {"learning_rate": 0.5, "decay_steps": 20}),
    "cosine_decay, all": ("cosine_decay", {"learning_rate": 0.5, "decay_steps": 20, "alpha": 0.1}),
    "cosine_decay_restarts": ("cosine_decay_restarts", {"learning_rate": 0.5, "first_decay_steps": 8}),
    "cosine_decay_restarts, all": (
        "cosine_decay_restarts",
        {"learning_rate": 0.5, "first_decay_steps": 8, "t_mul": 1.0, "m_mul": 0.9, "alpha": 0.1},
    ),
    "linear_cosine_decay": ("linear_cosine_decay", {"learning_rate": 0.5, "decay_steps": 20}),
    "linear_cosine_decay, all": (
        "linear_cosine_decay",
        {"learning_rate": 0.5, "decay_steps": 30, "num_periods": 2.0, "alpha": 0.1, "beta": 0.2},
    ),
    # Without noise: the noise is another generator's.
    "noisy_linear_cosine_decay": (
        "noisy_linear_cosine_decay",
        {"learning_rate": 0.5, "decay_steps": 20, "initial_variance": 0.0},
    ),
}


def plain(value):
    """An array as lists of Python numbers, float32 as the shortest text that gives it back."""
    array = np.asarray(value)
    if array.dtype == np.float32:
        return np.vectorize(lambda item: float(str(item)), otypes=[np.float64])(array).tolist()
    return array.tolist()


def linear_problem(random):
    return {
        "x": random.normal(size=(4, 3)).astype(np.float32),
        "y": random.normal(size=(4, 2)).astype(np.float32),
        "dense/kernel": random.normal(size=(3, 2)).astype(np.float32),
        "dense/bias": random.normal(size=(2,)).astype(np.float32),
    }


def optimizer_class(kind):
    return getattr(tf.train, kind, None) or getattr(tf.contrib.opt, kind)


def run_optimizer(kind, arguments, problem):
    with tf.Graph().as_default(), tf.Session() as session:
        kernel = tf.get_variable("dense/kernel", initializer=problem["dense/kernel"])
        bias = tf.get_variable("dense/bias", initializer=problem["dense/bias"])
        loss = tf.reduce_mean(tf.square(tf.matmul(problem["x"], kernel) + bias - problem["y"]))
        step = tf.train.get_or_create_global_step()
        if kind == "AdagradDAOptimizer":
            arguments = dict(arguments, global_step=step)
        optimizer = optimizer_class(kind)(**arguments)
        train_op = optimizer.minimize(loss, step)
        session.run(tf.global_variables_initializer())
        names = [variable.op.name for variable in tf.global_variables()]
        values = []
        for _ in range(STEPS + 1):
            values.append(session.run([kernel, bias]))
            before_last = session.run({variable.op.name: variable for variable in tf.global_variables()})
            session.run(train_op)
        return {
            "train_op": train_op.name,
            "slots": optimizer.get_slot_names(),
            "variables": names,
            "own": [variable.op.name for variable in optimizer.variables()],
            "steps": [[plain(item) for item in pair] for pair in values],
            "after": {name: plain(value) for name, value in sorted(before_last.items())},
        }


def metric_data(random, batches=3, size=6):
    def batched(array):
        return np.asarray(array).reshape((batches, size) + np.shape(array)[1:])

    count = batches * size
    vectors = random.normal(size=(2, count, 3)).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    labels = random.randint(0, 2, count)
    data = {
        "binary": batched(labels.astype(np.int64)),
        "decisions": batched(random.randint(0, 2, count).astype(np.int64)),
        "probabilities": batched(np.clip(random.normal(0.35 + 0.3 * labels, 0.2), 0, 1).astype(np.float32)),
        "targets": batched(random.normal(size=count).astype(np.float32)),
        "numbers": batched(random.normal(size=count).astype(np.float32)),
        "sizes": batched(np.where(random.uniform(size=count) < 0.2, 0, random.uniform(1, 2, count)).astype(np.float32)),
        "classes": batched(random.randint(0, 4, count).astype(np.int64)),
        "guesses": batched(random.randint(0, 4, count).astype(np.int64)),
        "unit_vectors": batched(unit[0]),
        "directions": batched(unit[1]),
        "weights": batched(random.choice([0.0, 0.5, 1.0, 2.0], count).astype(np.float32)),
    }
    data["several"] = batched(random.randint(0, 5, (count, 3)).astype(np.int64))  # some twice
    data["scores"] = batched(random.uniform(size=(count, 5)).astype(np.float32))
    data["choices"] = batched(random.randint(0, 5, (count, 2)).astype(np.int64))
    return data


def run_metric(kind, inputs, arguments, data, weighted):
    with tf.Graph().as_default(), tf.Session() as session:
        fed = {}
        for argument, source in list(inputs.items()) + ([("weights", "weights")] if weighted else []):
            # mean_tensor needs to know the shape, the others meet a batch of unknown size.
            shape = data[source].shape[1:] if kind == "mean_tensor" else (None,) + data[source].shape[2:]
            fed[argument] = tf.placeholder(data[source].dtype, shape)
        given = dict(fed)
        if kind == "mean_cosine_distance" and weighted:
            given["weights"] = fed["weights"][:, None]
        value, update = getattr(tf.metrics, kind)(**dict(arguments, **given))
        session.run(tf.local_variables_initializer())
        sources = dict(inputs, weights="weights")
        result = {"variables": [v.op.name for v in tf.local_variables()], "before": plain(session.run(value))}
        result["updates"], result["values"] = [], []
        for i in range(len(data["weights"])):
            feeds = {tensor: data[sources[argument]][i] for argument, tensor in fed.items()}
            result["updates"].append(plain(session.run(update, feeds)))
            result["values"].append(plain(session.run(value)))
        return result


def run_schedule(kind, arguments):
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.placeholder(tf.int64, [])
        key = "x" if kind == "piecewise_constant" else "global_step"
        rate = getattr(tf.train, kind)(**dict(arguments, **{key: step}))
        return [plain(session.run(rate, {step: value})) for value in SCHEDULE_STEPS]


def parameters(function):
    """The parameters in order, each with its default (or "required"), as TensorFlow has them."""
    found = tf_inspect.getfullargspec(function)
    names, defaults = [name for name in found.args if name not in ("self", "cls")], found.defaults or ()
    first = len(names) - len(defaults)
    return [[name, "required" if i < first else defaults[i - first]] for i, name in enumerate(names)]


def signatures(found, cases):
    functions = {case["kind"]: found(case["kind"]) for case in cases.values()}
    return {
        kind: parameters(function.__init__ if inspect.isclass(function) else function)
        for kind, function in sorted(functions.items())
    }


def write(name, content):
    with open(os.path.join(HERE, name), "w") as file:
        json.dump(content, file, indent=None, separators=(",", ":"), sort_keys=True)
        file.write("\n")


def main():
    problem = linear_problem(np.random.RandomState(1))
    cases = {
        name: dict(run_optimizer(kind, arguments, problem), kind=kind, arguments=arguments)
        for name, (kind, arguments) in OPTIMIZERS.items()
    }
    problem = {key: plain(value) for key, value in problem.items()}
    write("optimizers.json", {"problem": problem, "cases": cases, "signatures": signatures(optimizer_class, cases)})

    data = metric_data(np.random.RandomState(2))
    cases = {}
    for name, (kind, inputs, arguments) in METRICS.items():
        for weighted in (False, True):
            case = run_metric(kind, inputs, arguments, data, weighted)
            case.update(kind=kind, inputs=inputs, arguments=arguments, weighted=weighted)
            cases[name + (", weighted" if weighted else "")] = case
    types = {key: value.dtype.name for key, value in data.items()}
    data = {key: plain(value) for key, value in data.items()}
    content = {
        "data": data,
        "types": types,
        "cases": cases,
        "signatures": signatures(functools.partial(getattr, tf.metrics), cases),
    }
    write("metrics.json", content)

    cases = {
        name: {"kind": kind, "arguments": arguments, "values": run_schedule(kind, arguments)}
        for name, (kind, arguments) in SCHEDULES.items()
    }
    content = {
        "steps": SCHEDULE_STEPS,
        "cases": cases,
        "signatures": signatures(functools.partial(getattr, tf.train), cases),
    }
    write("schedules.json", content)


if __name__ == "__main__":
    main()
