"""TPUEstimator on processors: `use_tpu=False`, as TensorFlow runs it there. The batch size comes in `params`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, final

from estimators import logging
from estimators.built_graph import argument_names, verify_model_fn
from estimators.estimator import Estimator
from model_fns.estimator_spec import EstimatorSpec
from model_fns.mode_keys import ModeKeys
from model_fns.ops.control import group

_BATCH_SIZE = "batch_size"


class TPUEstimatorSpec(NamedTuple):
    """The operations of a model.

    Args:
      eval_metrics: (function, tensors): the function makes the dict of metrics from the tensors, a list or a dict.
      scaffold_fn: a function that makes the Scaffold.
      host_call: (function, tensors), called so; what it returns is run with each training step.
    The rest is as in EstimatorSpec.
    """

    mode: str
    predictions: Any = None
    loss: Any = None
    train_op: Any = None
    eval_metrics: Any = None
    export_outputs: Any = None
    scaffold_fn: Callable[[], Any] | None = None
    host_call: Any = None
    training_hooks: Any = None
    evaluation_hooks: Any = None
    prediction_hooks: Any = None

    def as_estimator_spec(self) -> EstimatorSpec:
        """The same as an EstimatorSpec. ValueError for parts that are no pairs of function and tensors."""
        metrics = _called("eval_metrics", self.eval_metrics) if self.eval_metrics else None
        train_op = self.train_op
        if self.host_call and self.mode == ModeKeys.TRAIN:
            train_op = group(train_op, _called("host_call", self.host_call))
        return EstimatorSpec(
            mode=self.mode,
            predictions=self.predictions,
            loss=self.loss,
            train_op=train_op,
            eval_metric_ops=metrics,
            export_outputs=self.export_outputs,
            scaffold=self.scaffold_fn() if self.scaffold_fn else None,
            training_hooks=self.training_hooks,
            evaluation_hooks=self.evaluation_hooks,
            prediction_hooks=self.prediction_hooks,
        )


@final
class TPUEstimator(Estimator):
    """An Estimator that puts `params["batch_size"]`, the one of the mode, before its model and input functions.

    Args:
      model_fn: may return a TPUEstimatorSpec.
      use_tpu: must be False here (ValueError).
      train_batch_size, eval_batch_size, predict_batch_size: what the input functions find as batch_size; None for
        none.
    The other arguments are those of Estimator, or of no effect. Raises ValueError if params already holds batch_size.
    """

    def __init__(
        self,
        model_fn: Any = None,
        model_dir: Any = None,
        config: Any = None,
        params: dict[str, Any] | None = None,
        use_tpu: bool = True,
        train_batch_size: int | None = None,
        eval_batch_size: int | None = None,
        predict_batch_size: int | None = None,
        batch_axis: Any = None,
        eval_on_tpu: bool = True,
        export_to_tpu: bool = True,
        export_to_cpu: bool = True,
        warm_start_from: Any = None,
        embedding_config_spec: Any = None,
        export_saved_model_api_version: Any = None,
    ) -> None:
        if use_tpu:
            raise ValueError("There are no TPUs here: TPUEstimator needs use_tpu=False, and then runs on processors.")
        if params is not None and _BATCH_SIZE in params:
            raise ValueError(f"{[_BATCH_SIZE]} are reserved keys but existed in params {params}.")
        verify_model_fn(model_fn, params)
        self._batch_sizes = {
            ModeKeys.TRAIN: train_batch_size,
            ModeKeys.EVAL: eval_batch_size,
            ModeKeys.PREDICT: predict_batch_size,
        }
        super().__init__(_plain(model_fn), model_dir, config, dict(params or {}), warm_start_from)

    def _params_for(self, mode: str) -> dict[str, Any]:
        logging.info("Running %s on CPU", mode)
        size = self._batch_sizes[mode]
        return self._params if size is None else {**self._params, _BATCH_SIZE: size}


def _plain(model_fn: Callable[..., Any]) -> Callable[..., EstimatorSpec]:
    """The model function, returning an EstimatorSpec."""
    names = argument_names(model_fn)

    def plain_model_fn(features: Any, labels: Any, mode: str, params: Any, config: Any) -> EstimatorSpec:
        if labels is not None and "labels" not in names:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        arguments = {"features": features, "labels": labels, "mode": mode, "params": params, "config": config}
        spec = model_fn(**{name: value for name, value in arguments.items() if name in names})
        return spec.as_estimator_spec() if isinstance(spec, TPUEstimatorSpec) else spec

    return plain_model_fn


def _called(name: str, pair: Any) -> Any:
    if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[0]):
        raise ValueError(f"{name} must be a pair of a function and its tensors, got {pair!r}")
    function, tensors = pair
    return function(**tensors) if isinstance(tensors, Mapping) else function(*tensors)
