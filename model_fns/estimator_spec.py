"""EstimatorSpec: what a model function returns, checked when it is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Operation, Tensor
from model_fns.mode_keys import ModeKeys
from model_fns.ops.shaping import reshape
from model_fns.variables import Variable

_HOOK_METHODS = ("begin", "after_create_session", "before_run", "after_run", "end")
_SERVING_DEFAULT = "serving_default"


class _Fields(NamedTuple):
    mode: str
    predictions: Any
    loss: Any
    train_op: Any
    eval_metric_ops: Any
    export_outputs: Any
    training_chief_hooks: Any
    training_hooks: Any
    scaffold: Any
    evaluation_hooks: Any
    prediction_hooks: Any


class EstimatorSpec(_Fields):
    """The operations of a model, and what to do around them.

    All arguments may be given in every mode; those that a mode does not need are not used.

    Args:
      mode: a ModeKeys.
      predictions: tensor or dict of tensors. Needed to predict.
      loss: scalar tensor, or of shape [1]. Needed to train and to evaluate.
      train_op: operation or tensor of one training step. Needed to train.
      eval_metric_ops: dict of pairs (value, update_op) as the metrics return them, or of metric objects.
      export_outputs: dict of export outputs; looked at in PREDICT only.
      training_chief_hooks, training_hooks, evaluation_hooks, prediction_hooks: session run hooks.
      scaffold: a Scaffold; None for the default one.
    Raises ValueError for what is missing or belongs to another graph, TypeError for what is of a wrong kind.
    """

    __slots__ = ()

    def __new__(
        cls,
        mode: str,
        predictions: Any = None,
        loss: Any = None,
        train_op: Any = None,
        eval_metric_ops: Any = None,
        export_outputs: Any = None,
        training_chief_hooks: Any = None,
        training_hooks: Any = None,
        scaffold: Any = None,
        evaluation_hooks: Any = None,
        prediction_hooks: Any = None,
    ) -> EstimatorSpec:
        # The order of the checks is the order in which TensorFlow finds fault.
        train_op = _checked_train_op(train_op, mode)
        loss = _checked_loss(loss, mode)
        predictions = _checked_predictions(predictions, mode)
        export_outputs = _checked_export_outputs(export_outputs, mode)
        training_hooks = _checked_hooks(training_hooks)
        evaluation_hooks = _checked_hooks(evaluation_hooks)
        prediction_hooks = _checked_hooks(prediction_hooks)
        training_chief_hooks = _checked_hooks(training_chief_hooks)
        eval_metric_ops = _checked_metrics(eval_metric_ops)
        if scaffold is not None and not callable(getattr(scaffold, "finalize", None)):
            raise TypeError(f"scaffold must be tf.train.Scaffold. Given: {scaffold}")
        return super().__new__(
            cls,
            mode,
            predictions,
            loss,
            train_op,
            eval_metric_ops,
            export_outputs,
            training_chief_hooks,
            training_hooks,
            scaffold,
            evaluation_hooks,
            prediction_hooks,
        )

    def _replace(self, **kwds: Any) -> EstimatorSpec:
        """A copy with some fields replaced, checked anew. ValueError for another mode."""
        if kwds.get("mode", self.mode) != self.mode:
            raise ValueError("mode of EstimatorSpec cannot be changed.")
        unknown = [name for name in kwds if name not in self._fields]
        if unknown:
            raise ValueError(f"Got unexpected field names: {unknown}")
        return EstimatorSpec(**{**self._asdict(), **kwds})


def _checked_train_op(train_op: Any, mode: str) -> Any:
    if train_op is None:
        if mode == ModeKeys.TRAIN:
            raise ValueError("Missing train_op.")
        return None
    if not isinstance(train_op, Operation | Tensor | Variable):
        raise TypeError(f"train_op must be Operation or Tensor, given: {train_op}")
    train_op = train_op.op if isinstance(train_op, Variable) else train_op
    _check_graph("train_op", train_op, train_op.name)
    return train_op


def _checked_loss(loss: Any, mode: str) -> Any:
    if loss is None:
        if mode in (ModeKeys.TRAIN, ModeKeys.EVAL):
            raise ValueError("Missing loss.")
        return None
    _check_tensor("loss", loss)
    if loss.shape.num_elements() not in (None, 1):
        raise ValueError(f"Loss must be scalar, given: {loss}")
    _check_graph("loss", loss, loss.name)
    return loss if loss.shape.is_compatible_with([]) else reshape(loss, [])


def _checked_predictions(predictions: Any, mode: str) -> Any:
    if predictions is None:
        if mode == ModeKeys.PREDICT:
            raise ValueError("Missing predictions.")
        return {}
    if not isinstance(predictions, dict):
        _check_tensor("predictions", predictions)
        _check_graph("prediction values", predictions, predictions.name)
        return predictions
    for key, value in predictions.items():
        _check_tensor(f"predictions[{key}]", value)
    for key, value in predictions.items():
        _check_graph("prediction values", value, f"{key}: {value.name}")
    return dict(predictions)


def _checked_export_outputs(outputs: Any, mode: str) -> Any:
    """None stays: whoever exports then makes the one output that there is, of the predictions."""
    if mode != ModeKeys.PREDICT or outputs is None:
        return outputs
    if not isinstance(outputs, dict):
        raise TypeError(f"export_outputs must be dict, given: {outputs}")
    if not all(callable(getattr(output, "as_signature_def", None)) for output in outputs.values()):
        raise TypeError(f"Values in export_outputs must be ExportOutput objects. Given: {outputs}")
    if len(outputs) == 1 and _SERVING_DEFAULT not in outputs:
        return {**outputs, _SERVING_DEFAULT: next(iter(outputs.values()))}
    if len(outputs) > 1 and _SERVING_DEFAULT not in outputs:
        raise ValueError(
            "Multiple export_outputs were provided, but none of them is specified as the default.  Do this by naming "
            "one of them with signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY."
        )
    return outputs


def _checked_hooks(hooks: Iterable[Any] | None) -> tuple[Any, ...]:
    hooks = tuple(hooks or [])
    for hook in hooks:
        # Hooks are classes of the package that runs graphs, which this one does not know: what they can do counts.
        if isinstance(hook, type) or not all(callable(getattr(hook, method, None)) for method in _HOOK_METHODS):
            raise TypeError(f"All hooks must be SessionRunHook instances, given: {hook}")
    return hooks


def _checked_metrics(metrics: Any) -> dict[str, Any]:
    if metrics is None:
        return {}
    if not isinstance(metrics, dict):
        raise TypeError(f"eval_metric_ops must be a dict, given: {metrics}")
    checked = {}
    for key, value in metrics.items():
        if callable(getattr(value, "update_state", None)):
            value = _pair_of(value)
        elif not isinstance(value, tuple) or len(value) != 2:
            raise TypeError(
                f"Values of eval_metric_ops must be (metric_value, update_op) tuples, given: {value} for key: {key}"
            )
        checked[key] = value
    for key, value in checked.items():
        for part in _flattened(value):
            _check_graph("eval_metric_ops", part, f"{key}: {getattr(part, 'name', part)}")
    return checked


def _pair_of(metric: Any) -> tuple[Any, Any]:
    """A metric object's value and update; its variables are made local ones, which are set anew for each evaluation."""
    if not metric.updates:
        raise ValueError(f'Please call update_state(...) on the "{metric.name}" metric')
    graph = get_default_graph()
    for key in (GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES):
        present = graph.get_collection(key)
        for variable in metric.variables:
            if variable not in present:
                graph.add_to_collection(key, variable)
    return metric.result(), metric.updates[0]


def _flattened(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flattened(item)
    elif isinstance(value, dict):
        yield from _flattened([value[key] for key in sorted(value)])
    else:
        yield value


def _check_tensor(name: str, value: Any) -> None:
    if not isinstance(value, Tensor | Variable):
        raise TypeError(f"{name} must be Tensor, given: {value}")


def _check_graph(kind: str, element: Any, label: str) -> None:
    if not isinstance(element, Operation | Tensor | Variable):
        raise TypeError(f"{kind} must hold tensors and operations, given: {label}")
    if element.graph is not get_default_graph():
        raise ValueError(
            f'{kind} with "{label}" must be from the default graph. Possible causes of this error include: \n\n'
            f"1) {kind} was created outside the context of the default graph.\n\n"
            '2) The object passed through to EstimatorSpec was not created in the most recent call to "model_fn".'
        )
