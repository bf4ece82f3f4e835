"""Every metric: equals TensorFlow 1.15 after each of three batches; any split into batches == one batch == NumPy."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import metrics
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float32
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import placeholder
from model_fns.variables import local_variables, local_variables_initializer

GOLDEN = json.loads((Path(__file__).parent / "golden" / "metrics.json").read_text())
CASES = GOLDEN["cases"]
BATCHES = {name: np.array(value, GOLDEN["types"][name]) for name, value in GOLDEN["data"].items()}
WHOLE = {name: value.reshape(-1, *value.shape[2:]) for name, value in BATCHES.items()}
COUNT = len(WHOLE["weights"])


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def sources(case):
    return {**case["inputs"], **({"weights": "weights"} if case["weighted"] else {})}


def made(case, whole_shape=False):
    """(value, update_op, {tensor to feed: name of its data}) of a case, for batches of any size."""
    fed = {}
    for argument, source in sources(case).items():
        size = BATCHES[source].shape[1] if whole_shape or case["kind"] == "mean_tensor" else None
        fed[argument] = placeholder(BATCHES[source].dtype, [size, *BATCHES[source].shape[2:]])
    given = dict(fed)
    if case["kind"] == "mean_cosine_distance" and case["weighted"]:
        given["weights"] = fed["weights"][:, None]
    value, update_op = getattr(metrics, case["kind"])(**case["arguments"], **given)
    return value, update_op, {fed[argument]: source for argument, source in sources(case).items()}


def initial_state():
    state = {}
    evaluate([local_variables_initializer()], {}, state)
    return state


def run(tensor, state, feeds=None):
    return evaluate([tensor], feeds or {}, state)[0]


# --- NumPy: the value from all examples at once, (labels, predictions, weights, **arguments) -> value -----------------


def share(part, whole):
    return part / whole if whole > 0 else 0.0


def mean_of(function):
    def value(labels=None, predictions=None, weights=None, **arguments):
        values = function(labels, predictions, **arguments)
        return np.average(values, weights=np.broadcast_to(weights, values.shape))

    return value


def counts(labels, predictions, weights, threshold=0.5):
    """TP, FN, TN, FP at one threshold."""
    labels, predictions = labels.astype(bool), predictions > threshold
    pairs = [labels & predictions, labels & ~predictions, ~labels & ~predictions, ~labels & predictions]
    return [float(np.sum(pair * weights)) for pair in pairs]


def counted(position):
    return lambda labels, predictions, weights: counts(labels, predictions, weights)[position]


def counted_at(position):
    return lambda labels, predictions, weights, thresholds: [
        counts(labels, predictions, weights, threshold)[position] for threshold in thresholds
    ]


def precision(labels, predictions, weights, threshold=0.5):
    tp, _, _, fp = counts(labels, predictions, weights, threshold)
    return share(tp, tp + fp)


def recall(labels, predictions, weights, threshold=0.5):
    tp, fn, _, _ = counts(labels, predictions, weights, threshold)
    return share(tp, tp + fn)


def levels(number, last=1 + 1e-7):
    inner = [np.float32((i + 1) / (number - 1)) for i in range(number - 2)]
    return [-1e-7, *inner, last]


def auc(labels, predictions, weights, curve="ROC", summation_method="trapezoidal", num_thresholds=200, thresholds=None):
    at = levels(num_thresholds) if thresholds is None else [-1e-7, *np.float32(thresholds), 1 + 1e-7]
    tp, fn, tn, fp = np.array([counts(labels, predictions, weights, threshold) for threshold in at]).T
    if summation_method == "careful_interpolation":
        area, p = 0.0, tp + fp
        for a, b in zip(range(len(at) - 1), range(1, len(at)), strict=True):
            slope = share(tp[a] - tp[b], p[a] - p[b])
            growth = np.log(p[a] / p[b]) if min(p[a], p[b]) > 0 else 0
            area += slope * (tp[a] - tp[b] + (tp[b] - slope * p[b]) * growth) / (tp[b] + fn[b])
        return area
    rec = (tp + 1e-6) / (tp + fn + 1e-6)
    x, y = (fp / (fp + tn + 1e-6), rec) if curve == "ROC" else (rec, (tp + 1e-6) / (tp + fp + 1e-6))
    height = {"trapezoidal": lambda a, b: (a + b) / 2, "minoring": np.minimum, "majoring": np.maximum}[summation_method]
    return np.sum((x[:-1] - x[1:]) * height(y[:-1], y[1:]))


def sensitivity_at_specificity(labels, predictions, weights, specificity):
    tp, fn, tn, fp = np.array([counts(labels, predictions, weights, threshold) for threshold in levels(200)]).T
    best = np.argmin(np.abs(tn / (tn + fp + 1e-7) - specificity))
    return tp[best] / (tp[best] + fn[best] + 1e-7)


def specificity_at_sensitivity(labels, predictions, weights, sensitivity, num_thresholds):
    at = levels(num_thresholds, 1 - 1e-7)
    tp, fn, tn, fp = np.array([counts(labels, predictions, weights, threshold) for threshold in at]).T
    distance = np.abs(tp / (tp + fn + 1e-7) - sensitivity)
    best = np.flatnonzero(distance == distance.min())[-1]
    return tn[best] / (tn[best] + fp[best] + 1e-7)


def ranked(kind):
    """Precision or recall of the best k, or of the classes chosen."""

    def value(labels, predictions=None, predictions_idx=None, weights=1, k=None, class_id=None):
        chosen = predictions_idx if predictions is None else np.argsort(-predictions, kind="stable")[:, :k]
        tp, rest = 0.0, 0.0
        for wanted, found, weight in zip(labels.reshape(len(labels), -1), chosen, _each(weights, labels), strict=True):
            among = set(range(9)) if class_id is None else {class_id}
            wanted, found = among & set(wanted.tolist()), among & set(found.tolist())
            tp += weight * len(wanted & found)
            rest += weight * len(found - wanted if kind == "precision" else wanted - found)
        return tp / (tp + rest)

    return value


def average_precision(labels, predictions, weights, k):
    values = []
    for wanted, order in zip(labels.tolist(), np.argsort(-predictions, kind="stable").tolist(), strict=True):
        right = [place in wanted for place in order[:k]]
        values.append(sum(r * sum(right[: i + 1]) / (i + 1) for i, r in enumerate(right)) / min(k, len(wanted)))
    return np.average(values, weights=_each(weights, labels))


def _each(weights, labels):
    return np.broadcast_to(weights, len(labels))


def per_class_accuracy(labels, predictions, weights, num_classes):
    hits, all_ = weights * (labels == predictions), np.broadcast_to(weights, labels.shape)
    return np.mean([share(hits[labels == k].sum(), all_[labels == k].sum()) for k in range(num_classes)])


def mean_iou(labels, predictions, weights, num_classes):
    weights = np.broadcast_to(weights, labels.shape)
    either = [(labels == k) | (predictions == k) for k in range(num_classes)]
    both = [(labels == k) & (predictions == k) for k in range(num_classes)]
    return np.mean([weights[b].sum() / weights[e].sum() for b, e in zip(both, either, strict=True) if weights[e].sum()])


REFERENCES = {
    "accuracy": mean_of(lambda labels, predictions: labels == predictions),
    "auc": auc,
    "average_precision_at_k": average_precision,
    "false_negatives": counted(1),
    "false_negatives_at_thresholds": counted_at(1),
    "false_positives": counted(3),
    "false_positives_at_thresholds": counted_at(3),
    "mean": mean_of(lambda labels, predictions, values: values),
    "mean_absolute_error": mean_of(lambda labels, predictions: np.abs(labels - predictions)),
    "mean_cosine_distance": mean_of(lambda labels, predictions, dim: 1 - np.sum(labels * predictions, dim)),
    "mean_iou": mean_iou,
    "mean_per_class_accuracy": per_class_accuracy,
    "mean_relative_error": mean_of(
        lambda labels, predictions, normalizer: np.divide(
            np.abs(labels - predictions), normalizer, out=np.zeros_like(labels), where=normalizer != 0
        )
    ),
    "mean_squared_error": mean_of(lambda labels, predictions: (labels - predictions) ** 2),
    "mean_tensor": None,  # a mean over batches of one shape: test_mean_tensor_is_the_mean_of_batches
    "percentage_below": mean_of(lambda labels, predictions, values, threshold: values < threshold),
    "precision": precision,
    "precision_at_k": ranked("precision"),
    "precision_at_top_k": ranked("precision"),
    "precision_at_thresholds": lambda labels, predictions, weights, thresholds: [
        precision(labels, predictions, weights, threshold) for threshold in thresholds
    ],
    "recall": recall,
    "recall_at_k": ranked("recall"),
    "recall_at_top_k": ranked("recall"),
    "recall_at_thresholds": lambda labels, predictions, weights, thresholds: [
        recall(labels, predictions, weights, threshold) for threshold in thresholds
    ],
    "root_mean_squared_error": lambda labels, predictions, weights: np.sqrt(
        np.average((labels - predictions) ** 2, weights=np.broadcast_to(weights, labels.shape))
    ),
    "sensitivity_at_specificity": sensitivity_at_specificity,
    "sparse_average_precision_at_k": average_precision,
    "sparse_precision_at_k": ranked("precision"),
    "specificity_at_sensitivity": specificity_at_sensitivity,
    "true_negatives": counted(2),
    "true_negatives_at_thresholds": counted_at(2),
    "true_positives": counted(0),
    "true_positives_at_thresholds": counted_at(0),
}


# --- every one --------------------------------------------------------------------------------------------------------


def every_metric():
    """The public functions of the package that take a name and collections for their value and update."""
    modules = [importlib.import_module(f"{metrics.__name__}.{m.name}") for m in pkgutil.iter_modules(metrics.__path__)]
    functions = {value for module in modules for value in vars(module).values() if inspect.isfunction(value)}
    return {
        function.__name__
        for function in functions
        if "metrics_collections" in inspect.signature(function).parameters and not function.__name__.startswith("_")
    }


def test_every_metric_has_its_cases():
    missing = []
    for weighted in (False, True):
        present = {case["kind"] for case in CASES.values() if case["weighted"] == weighted}
        missing += [f"{kind}: no golden case with weighted={weighted}" for kind in every_metric() - present]
    missing += [f"{kind}: no NumPy reference" for kind in every_metric() - set(REFERENCES)]
    missing += [f"{kind}: not exported" for kind in every_metric() - set(metrics.__all__)]
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize("kind", sorted(every_metric()))
def test_signature_is_tensorflows(kind):
    parameters = list(inspect.signature(getattr(metrics, kind)).parameters.values())
    ours = [[p.name, "required" if p.default is p.empty else p.default] for p in parameters]
    assert ours == GOLDEN["signatures"][kind]


@pytest.mark.parametrize("name", CASES)
def test_equals_tensorflow(name, graph):
    case = CASES[name]
    value, update_op, fed = made(case)
    assert [variable.op.name for variable in local_variables()] == case["variables"]
    assert graph.get_collection(GraphKeys.METRIC_VARIABLES) == local_variables()
    assert graph.get_collection(GraphKeys.GLOBAL_VARIABLES) == []
    state = initial_state()
    np.testing.assert_allclose(run(value, state), case["before"], rtol=1e-6)
    for i, (expected_update, expected_value) in enumerate(zip(case["updates"], case["values"], strict=True)):
        updated = run(update_op, state, {tensor: BATCHES[source][i] for tensor, source in fed.items()})
        np.testing.assert_allclose(updated, expected_update, rtol=2e-6, atol=1e-7)
        np.testing.assert_allclose(run(value, state), expected_value, rtol=2e-6, atol=1e-7)


SPLITS = {"one": [COUNT], "ones": [1] * COUNT, "uneven": [2, COUNT - 3, 1], "with an empty batch": [7, 0, COUNT - 7]}


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if REFERENCES[case["kind"]]])
def test_any_split_equals_numpy(name, split):
    case = CASES[name]
    given = {argument: WHOLE[source] for argument, source in case["inputs"].items()}
    weights = WHOLE["weights"] if case["weighted"] else np.float32(1)
    expected = REFERENCES[case["kind"]](**given, weights=weights, **case["arguments"])
    value, update_op, fed = made(case)
    state, start = initial_state(), 0
    for size in SPLITS[split]:
        run(update_op, state, {tensor: WHOLE[source][start : start + size] for tensor, source in fed.items()})
        start += size
    np.testing.assert_allclose(run(value, state), expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_mean_tensor_is_the_mean_of_batches(weighted):
    case = CASES["mean_tensor, weighted" if weighted else "mean_tensor"]
    value, update_op, fed = made(case)
    state = initial_state()
    for i in range(len(BATCHES["numbers"])):
        run(update_op, state, {tensor: BATCHES[source][i] for tensor, source in fed.items()})
    weights = BATCHES["weights"] if weighted else np.ones_like(BATCHES["weights"])
    total, count = np.sum(BATCHES["numbers"] * weights, 0), np.sum(weights, 0)
    np.testing.assert_allclose(run(value, state), np.divide(total, count, out=total * 0, where=count > 0), rtol=1e-5)


@pytest.mark.parametrize("kind", sorted(every_metric()))
def test_name_and_collections(kind, graph):
    case = next(case for case in CASES.values() if case["kind"] == kind)
    arguments = {
        **case["arguments"],
        "metrics_collections": ["values"],
        "updates_collections": "updates",
        "name": "mine",
    }
    value, update_op, _ = made({**case, "arguments": arguments})
    assert graph.get_collection("values") == [value]
    assert graph.get_collection("updates") == [update_op]
    assert isinstance(value, Tensor)
    assert isinstance(update_op, Tensor)
    assert all(variable.op.name.startswith("mine/") for variable in local_variables())


@pytest.mark.parametrize("kind", sorted(every_metric()))
def test_two_of_a_kind_keep_apart(kind):
    case = next(case for case in CASES.values() if case["kind"] == kind)
    first, second = made(case), made(case)
    names = [variable.op.name for variable in local_variables()]
    root = names[0].split("/")[0]
    assert {name.split("/")[0] for name in names} == {root, f"{root}_1"}
    state = initial_state()
    feeds = {tensor: BATCHES[source][0] for tensor, source in first[2].items()}
    run(first[1], state, feeds)
    np.testing.assert_allclose(run(second[0], state), case["before"])


# --- shapes, weights, mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels, predictions", [([4, 1], [4]), ([4], [4, 1]), ([None, 1], [None]), ([4, 1], [4, 1])])
def test_an_axis_of_size_one_makes_no_difference(labels, predictions):
    fed = placeholder(float32, labels), placeholder(float32, predictions)
    _, update_op = metrics.accuracy(*fed)
    values = np.array([1, 2, 3, 4], np.float32), np.array([1, 2, 0, 4], np.float32)
    feeds = {
        tensor: array.reshape([4] * (i >= 0) + [1] * (len(tensor.dims) - 1))
        for i, (tensor, array) in enumerate(zip(fed, values, strict=True))
    }
    assert run(update_op, initial_state(), feeds) == 0.75


@pytest.mark.parametrize("shape", [(), (1, 1), (2, 1), (1, 3), (2, 3), (2,), (2, 3, 1)])
def test_weights_are_broadcast(shape):
    random = np.random.default_rng(3)
    values, weights = random.normal(size=(2, 3)).astype(np.float32), random.uniform(size=shape).astype(np.float32)
    _, update_op = metrics.mean(constant(values), constant(weights))
    aligned = weights.reshape({(2,): (2, 1), (2, 3, 1): (2, 3)}.get(shape, shape))
    expected = np.average(values, weights=np.broadcast_to(aligned, (2, 3)))
    np.testing.assert_allclose(run(update_op, initial_state()), expected, rtol=1e-5)


def test_plain_values_and_other_types_are_taken():
    _, update_op = metrics.accuracy([1, 2, 3], np.array([1.0, 2.0, 4.0]), weights=[1, 1, 2])
    assert run(update_op, initial_state()) == 0.5
    assert [variable.dtype for variable in local_variables()] == [float32, float32]


def test_perfect_and_useless_predictions():
    labels = constant([0, 0, 1, 1])
    for predictions, expected in (([0.1, 0.2, 0.8, 0.9], 1.0), ([0.5] * 4, 0.5), ([0.9, 0.8, 0.2, 0.1], 0.0)):
        _, update_op = metrics.auc(labels, constant(predictions))
        np.testing.assert_allclose(run(update_op, initial_state()), expected, atol=1e-5)


def vector(size):
    return placeholder(float32, [size])


ERRORS = {
    "shapes": (lambda: metrics.accuracy(vector(3), vector(4)), "Shapes (4,) and (3,) are incompatible"),
    "weights' rank": (
        lambda: metrics.mean(vector(3), placeholder(float32, [3, 1, 1])),
        "weights can not be broadcast to values. values.rank=1. weights.rank=3. values.shape=(3,). "
        "weights.shape=(3, 1, 1).",
    ),
    "weights' size": (
        lambda: metrics.mean(vector(3), vector(2)),
        "weights can not be broadcast to values. Mismatch at dim 0. values.shape=(3,). weights.shape=(2,).",
    ),
    "curve": (lambda: metrics.auc(vector(3), vector(3), curve="X"), "curve must be either ROC or PR, X unknown"),
    "summation": (
        lambda: metrics.auc(vector(3), vector(3), summation_method="X"),
        "Invalid summation_method: X",
    ),
    "specificity": (
        lambda: metrics.sensitivity_at_specificity(vector(3), vector(3), 1.5),
        "`specificity` must be in the range [0, 1].",
    ),
    "sensitivity": (
        lambda: metrics.specificity_at_sensitivity(vector(3), vector(3), -0.5),
        "`sensitivity` must be in the range [0, 1].",
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input_gets_a_sentence(name):
    provoke, message = ERRORS[name]
    with pytest.raises(ValueError) as caught:
        provoke()
    assert str(caught.value) == message
