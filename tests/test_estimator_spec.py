"""EstimatorSpec: what it lets through, and TensorFlow 1.15's sentence for everything else, in TensorFlow's order."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import pytest

from model_fns import metrics
from model_fns.estimator_spec import EstimatorSpec
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float32
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.mode_keys import ModeKeys
from model_fns.ops.control import no_op, placeholder
from model_fns.variables import Variable

TRAIN, EVAL, PREDICT = ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.PREDICT
FIELDS = (
    *("mode", "predictions", "loss", "train_op", "eval_metric_ops", "export_outputs", "training_chief_hooks"),
    *("training_hooks", "scaffold", "evaluation_hooks", "prediction_hooks"),
)


class Hook:
    """What makes a session run hook."""

    def begin(self): ...
    def after_create_session(self, session, coord): ...
    def before_run(self, run_context): ...
    def after_run(self, run_context, run_values): ...
    def end(self, session): ...


class Output:
    """What makes an export output."""

    def as_signature_def(self, receiver_tensors): ...


class Scaffold:
    """What makes a scaffold."""

    def finalize(self): ...


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def x():
    return constant(1.0, name="x")


def elsewhere():
    with Graph().as_default():
        return constant(1.0, name="other")


def test_modes():
    assert (ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.PREDICT) == ("train", "eval", "infer")


def test_fields_and_signature_are_tensorflows():
    assert EstimatorSpec._fields == FIELDS
    parameters = inspect.signature(EstimatorSpec).parameters
    assert tuple(parameters) == FIELDS
    assert [name for name, p in parameters.items() if p.default is not None] == ["mode"]


def test_what_is_not_needed_may_be_left_out():
    spec = EstimatorSpec(EVAL, loss=x())
    assert spec == (EVAL, {}, spec.loss, None, {}, None, (), (), None, (), ())
    assert EstimatorSpec(PREDICT, predictions={"p": x()}).loss is None
    assert EstimatorSpec(TRAIN, loss=x(), train_op=no_op()).train_op.type == "NoOp"
    assert EstimatorSpec("a mode of one's own").predictions == {}


def test_all_may_be_given_in_every_mode():
    hooks = [Hook()]
    for mode in (TRAIN, EVAL, PREDICT):
        loss, pair = x(), metrics.mean(constant([1.0]))
        outputs, scaffold = {"serving_default": Output()}, Scaffold()
        spec = EstimatorSpec(
            mode, {"p": loss}, loss, no_op(), {"m": pair}, outputs, hooks, hooks, scaffold, hooks, hooks
        )  # fmt: skip
        assert spec.predictions == {"p": loss}
        assert spec.eval_metric_ops == {"m": pair}
        assert (
            spec.training_chief_hooks
            == spec.training_hooks
            == spec.evaluation_hooks
            == spec.prediction_hooks
            == (*hooks,)
        )


def test_a_variable_is_its_operation_as_train_op():
    variable = Variable(1.0)
    assert EstimatorSpec(TRAIN, loss=x(), train_op=variable).train_op is variable.op
    assert EstimatorSpec(TRAIN, loss=x(), train_op=variable.assign_add(1.0)).train_op.dtype == float32


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (None,), None])
def test_a_loss_of_one_element_becomes_a_scalar(shape):
    loss = placeholder(float32, shape)
    kept = EstimatorSpec(EVAL, loss=loss).loss
    if shape in ((), None):
        assert kept is loss
    else:
        assert kept.shape == ()


def test_one_export_output_is_the_default_one():
    output, given = Output(), {"mine": None}
    given["mine"] = output
    spec = EstimatorSpec(PREDICT, predictions=x(), export_outputs=given)
    assert spec.export_outputs == {"mine": output, "serving_default": output}
    assert given == {"mine": output}
    assert EstimatorSpec(EVAL, loss=x(), export_outputs=7).export_outputs == 7


def test_a_metric_object_becomes_a_pair(graph):
    pair = metrics.mean(constant([1.0]))
    variable = Variable(0.0, collections=[], trainable=False)
    metric = SimpleNamespace(
        update_state=print, updates=[pair[1]], variables=[variable], result=lambda: pair[0], name="m"
    )
    assert EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"m": metric}).eval_metric_ops == {"m": pair}
    assert variable in graph.get_collection(GraphKeys.LOCAL_VARIABLES)
    assert variable in graph.get_collection(GraphKeys.METRIC_VARIABLES)


def test_replace():
    spec = EstimatorSpec(EVAL, loss=x())
    other = spec._replace(mode=EVAL, predictions={"p": spec.loss})
    assert isinstance(other, EstimatorSpec)
    assert other.predictions == {"p": spec.loss}
    assert spec.predictions == {}


GRAPH = (
    '{0} with "{1}" must be from the default graph. Possible causes of this error include: \n\n'
    "1) {0} was created outside the context of the default graph.\n\n"
    '2) The object passed through to EstimatorSpec was not created in the most recent call to "model_fn".'
)
PAIR = "Values of eval_metric_ops must be (metric_value, update_op) tuples, given: {} for key: a"
X = "<tf.Tensor 'x:0' shape=() dtype=float32>"


def metric_without_update():
    return SimpleNamespace(update_state=print, updates=[], name="m")


ERRORS = {
    "train_op missing": (lambda: EstimatorSpec(TRAIN), ValueError, "Missing train_op."),
    "train_op before loss": (lambda: EstimatorSpec(TRAIN, loss=1), ValueError, "Missing train_op."),
    "train_op's kind": (
        lambda: EstimatorSpec(EVAL, train_op=1),
        TypeError,
        "train_op must be Operation or Tensor, given: 1",
    ),
    "train_op's graph": (
        lambda: EstimatorSpec(TRAIN, train_op=elsewhere()),
        ValueError,
        GRAPH.format("train_op", "other:0"),
    ),
    "loss missing in TRAIN": (lambda: EstimatorSpec(TRAIN, train_op=no_op()), ValueError, "Missing loss."),
    "loss missing in EVAL": (lambda: EstimatorSpec(EVAL), ValueError, "Missing loss."),
    "loss's kind": (lambda: EstimatorSpec(EVAL, loss=1.0), TypeError, "loss must be Tensor, given: 1.0"),
    "loss before predictions": (lambda: EstimatorSpec(EVAL, 1, 1.0), TypeError, "loss must be Tensor, given: 1.0"),
    "loss's shape": (
        lambda: EstimatorSpec(EVAL, loss=constant([1.0, 2.0], name="v")),
        ValueError,
        'Loss must be scalar, given: Tensor("v:0", shape=(2,), dtype=float32)',
    ),
    "loss's graph": (lambda: EstimatorSpec(EVAL, loss=elsewhere()), ValueError, GRAPH.format("loss", "other:0")),
    "predictions missing": (lambda: EstimatorSpec(PREDICT), ValueError, "Missing predictions."),
    "predictions' kind": (lambda: EstimatorSpec(PREDICT, 1), TypeError, "predictions must be Tensor, given: 1"),
    "a prediction's kind": (
        lambda: EstimatorSpec(PREDICT, {"a": 1}),
        TypeError,
        "predictions[a] must be Tensor, given: 1",
    ),
    "predictions' graph": (
        lambda: EstimatorSpec(PREDICT, elsewhere()),
        ValueError,
        GRAPH.format("prediction values", "other:0"),
    ),
    "a prediction's graph": (
        lambda: EstimatorSpec(PREDICT, {"a": elsewhere()}),
        ValueError,
        GRAPH.format("prediction values", "a: other:0"),
    ),
    "export_outputs' kind": (
        lambda: EstimatorSpec(PREDICT, x(), export_outputs=1),
        TypeError,
        "export_outputs must be dict, given: 1",
    ),
    "an export output's kind": (
        lambda: EstimatorSpec(PREDICT, x(), export_outputs={"a": 1}),
        TypeError,
        "Values in export_outputs must be ExportOutput objects. Given: {'a': 1}",
    ),
    "no default export output": (
        lambda: EstimatorSpec(PREDICT, x(), export_outputs={"a": Output(), "b": Output()}),
        ValueError,
        "Multiple export_outputs were provided, but none of them is specified as the default.  Do this by naming one "
        "of them with signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY.",
    ),
    **{
        field: (
            lambda field=field: EstimatorSpec(EVAL, loss=x(), **{field: [Hook(), 1]}),
            TypeError,
            "All hooks must be SessionRunHook instances, given: 1",
        )
        for field in ("training_hooks", "training_chief_hooks", "evaluation_hooks", "prediction_hooks")
    },
    "a hook's class": (
        lambda: EstimatorSpec(EVAL, loss=x(), training_hooks=[Hook]),
        TypeError,
        f"All hooks must be SessionRunHook instances, given: {Hook}",
    ),
    "eval_metric_ops' kind": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops=[1]),
        TypeError,
        "eval_metric_ops must be a dict, given: [1]",
    ),
    "a metric's kind": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"a": 1}),
        TypeError,
        PAIR.format("1"),
    ),
    "a metric's length": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"a": (x(),)}),
        TypeError,
        PAIR.format(f"({X.replace('x:0', 'x_1:0')},)"),
    ),
    "a metric's list": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"a": [1, 2]}),
        TypeError,
        PAIR.format("[1, 2]"),
    ),
    "a metric's parts": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"a": (1.0, 2.0)}),
        TypeError,
        "eval_metric_ops must hold tensors and operations, given: a: 1.0",
    ),
    "a metric's graph": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"a": (x(), elsewhere())}),
        ValueError,
        GRAPH.format("eval_metric_ops", "a: other:0"),
    ),
    "a metric object without update": (
        lambda: EstimatorSpec(EVAL, loss=x(), eval_metric_ops={"a": metric_without_update()}),
        ValueError,
        'Please call update_state(...) on the "m" metric',
    ),
    "scaffold": (
        lambda: EstimatorSpec(EVAL, loss=x(), scaffold=1),
        TypeError,
        "scaffold must be tf.train.Scaffold. Given: 1",
    ),
    "mode replaced": (
        lambda: EstimatorSpec(EVAL, loss=x())._replace(mode=TRAIN),
        ValueError,
        "mode of EstimatorSpec cannot be changed.",
    ),
    "replaced by something wrong": (
        lambda: EstimatorSpec(EVAL, loss=x())._replace(loss=None),
        ValueError,
        "Missing loss.",
    ),
    "unknown field replaced": (
        lambda: EstimatorSpec(EVAL, loss=x())._replace(los=None),
        ValueError,
        "Got unexpected field names: ['los']",
    ),
}


def test_every_field_has_an_error_case():
    missing = [field for field in FIELDS if not any(name.startswith(field) for name in ERRORS)]
    assert not missing, f"no error case: {missing}"


@pytest.mark.parametrize("name", ERRORS)
def test_bad_input_gets_tensorflows_sentence(name):
    provoke, kind, message = ERRORS[name]
    with pytest.raises(kind) as caught:
        provoke()
    assert type(caught.value) is kind
    assert str(caught.value) == message
