"""RunConfig: how an Estimator runs - where it saves, how often it saves and logs, from which seed."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from estimators import logging
from estimators.best_metric import BestMetric
from estimators.cluster_role import ClusterRole, cluster_role
from estimators.cluster_spec import ClusterSpec
from estimators.session_config import ConfigProto

_UNSET = object()
_DEFAULT_CHECKPOINT_SECS = 600
_BOTH_SET = "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
_REPLACEABLE = [
    "model_dir",
    "tf_random_seed",
    "save_summary_steps",
    "save_checkpoints_steps",
    "save_checkpoints_secs",
    "session_config",
    "keep_checkpoint_max",
    "keep_checkpoint_every_n_hours",
    "log_step_count_steps",
    "train_distribute",
    "device_fn",
    "protocol",
    "eval_distribute",
    "experimental_distribute",
    "experimental_max_worker_delay_secs",
    "session_creation_timeout_secs",
    "keep_best",
    "nan_policy",
]
_BEYOND_TENSORFLOW = ("keep_best", "nan_policy")
_NAN_POLICIES = ("raise", "stop", "skip")
_WITHOUT_EFFECT = ("train_distribute", "eval_distribute", "experimental_distribute")


def _takes_op_only(device_fn: Any) -> bool:
    return callable(device_fn) and set(inspect.signature(device_fn).parameters) == {"op"}


# What each property must fulfil unless it is None, and the sentence for when it does not, in the order of looking.
_CHECKS: list[tuple[str, Callable[[Any], bool], str]] = [
    ("model_dir", bool, "model_dir should be non-empty"),
    ("save_summary_steps", lambda steps: steps >= 0, "save_summary_steps should be >= 0"),
    ("save_checkpoints_steps", lambda steps: steps >= 0, "save_checkpoints_steps should be >= 0"),
    ("save_checkpoints_secs", lambda secs: secs >= 0, "save_checkpoints_secs should be >= 0"),
    ("session_config", lambda sc: isinstance(sc, ConfigProto), "session_config must be instance of ConfigProto"),
    ("keep_checkpoint_max", lambda keep: keep >= 0, "keep_checkpoint_max should be >= 0"),
    ("keep_checkpoint_every_n_hours", lambda hours: hours > 0, "keep_checkpoint_every_n_hours should be > 0"),
    ("log_step_count_steps", lambda steps: steps > 0, "log_step_count_steps should be > 0"),
    ("tf_random_seed", lambda seed: isinstance(seed, int), "tf_random_seed must be integer."),
    (
        "experimental_max_worker_delay_secs",
        lambda delay: isinstance(delay, int),
        "experimental_max_worker_delay_secs must be an integer if set.",
    ),
    ("session_creation_timeout_secs", lambda secs: secs > 0, "session_creation_timeout_secs should be > 0"),
    ("device_fn", _takes_op_only, 'device_fn must be callable with exactly one argument "op".'),
    ("protocol", lambda protocol: protocol in ("grpc", "grpc+verbs"), "protocol should be grpc or grpc+verbs"),
    (
        "keep_best",
        lambda best: isinstance(best, BestMetric),
        "keep_best must be a BestMetric, such as BestMetric('accuracy', higher_is_better=True)",
    ),
    ("nan_policy", lambda policy: policy in _NAN_POLICIES, f"nan_policy should be one of {', '.join(_NAN_POLICIES)}"),
]


class RunConfig:
    """How an Estimator runs.

    Args:
      model_dir: where checkpoints and summaries are; may also come from TF_CONFIG.
      tf_random_seed: the one seed, of initial values, shuffling and dropout. None: another one in each run.
      save_summary_steps: write summaries every so many steps; 0 or None: never.
      save_checkpoints_steps, save_checkpoints_secs: save every so many steps or seconds, not both; if neither is given
        every 600 seconds; None for both: never.
      keep_checkpoint_max: how many checkpoints to keep; None or 0: all.
      keep_checkpoint_every_n_hours: besides these keep one for good every so many hours.
      log_step_count_steps: log loss and steps per second every so many steps; None: never.
      session_config, device_fn, protocol, train_distribute, eval_distribute, experimental_distribute,
      experimental_max_worker_delay_secs, session_creation_timeout_secs: accepted and checked, without effect.
      keep_best: a BestMetric: the checkpoint that was best by it in an evaluation is kept, in the directory `best`,
        whatever happens to the others. Not in TensorFlow, as is
      nan_policy: what to do about a loss that is NaN. "raise", as TensorFlow: raise NanLossDuringTrainingError. "stop":
        end the training in peace, with the weights from before that step. "skip": a step after which the loss or a
        variable is not finite leaves no trace, and the next batch is taken. The last two keep a copy of all variables
        for as long as one piece of the training takes, a tenth of a second.
    Raises ValueError for values out of range and for a TF_CONFIG that contradicts itself or the arguments.
    """

    def __init__(
        self,
        model_dir: Any = None,
        tf_random_seed: int | None = None,
        save_summary_steps: int | None = 100,
        save_checkpoints_steps: Any = _UNSET,
        save_checkpoints_secs: Any = _UNSET,
        session_config: ConfigProto | None = None,
        keep_checkpoint_max: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000,
        log_step_count_steps: int | None = 100,
        train_distribute: Any = None,
        device_fn: Any = None,
        protocol: str | None = None,
        eval_distribute: Any = None,
        experimental_distribute: Any = None,
        experimental_max_worker_delay_secs: int | None = None,
        session_creation_timeout_secs: float = 7200,
        keep_best: BestMetric | None = None,
        nan_policy: str = "raise",
    ) -> None:
        steps, secs = _checkpoint_interval(save_checkpoints_steps, save_checkpoints_secs)
        tf_config = _tf_config()
        self._set(
            model_dir=_model_dir(tf_config, model_dir),
            tf_random_seed=tf_random_seed,
            save_summary_steps=save_summary_steps,
            save_checkpoints_steps=steps,
            save_checkpoints_secs=secs,
            session_config=session_config,
            keep_checkpoint_max=keep_checkpoint_max,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            log_step_count_steps=log_step_count_steps,
            train_distribute=train_distribute,
            device_fn=device_fn,
            protocol=protocol,
            eval_distribute=eval_distribute,
            experimental_distribute=experimental_distribute,
            experimental_max_worker_delay_secs=experimental_max_worker_delay_secs,
            session_creation_timeout_secs=session_creation_timeout_secs,
            keep_best=keep_best,
            nan_policy=nan_policy,
        )
        self._take_role(cluster_role(tf_config))

    def replace(self, **kwargs: Any) -> RunConfig:
        """A copy with these properties changed. One of save_checkpoints_steps and _secs unsets the other.

        Raises ValueError for properties that are not arguments of the constructor, and for values out of range.
        """
        changed = copy.deepcopy(self)
        changed._set(**kwargs)
        return changed

    def _set(self, **properties: Any) -> None:
        for name, value in properties.items():
            if name not in _REPLACEABLE:
                raise ValueError(f"Replacing {name} is not supported. Allowed properties are {_REPLACEABLE}.")
            if name in _BEYOND_TENSORFLOW and value == getattr(self, f"_{name}"):
                continue  # so that a configuration without them shows itself in the log as TensorFlow's does
            setattr(self, f"_{name}", value)
        _settle_checkpoint_interval(self, properties.keys())
        for name, holds, sentence in _CHECKS:
            value = getattr(self, name)
            if value is not None and not holds(value):
                raise ValueError(sentence)
        for name in _WITHOUT_EFFECT:
            if properties.get(name) is not None:
                logging.warning("%s is without effect: everything runs in this process, on all of its cores.", name)

    def _take_role(self, role: ClusterRole) -> None:
        for field in dataclasses.fields(role):
            setattr(self, f"_{field.name}", getattr(role, field.name))
        if self._session_config is None and role.cluster_spec:
            self._session_config = ConfigProto(allow_soft_placement=True, device_filters=_device_filters(role))

    _model_dir: str | None
    _tf_random_seed: int | None
    _save_summary_steps: int | None
    _save_checkpoints_steps: int | None
    _save_checkpoints_secs: float | None
    _session_config: ConfigProto | None
    _keep_checkpoint_max: int | None
    _keep_checkpoint_every_n_hours: float
    _log_step_count_steps: int | None
    _train_distribute: Any
    _device_fn: Any
    _protocol: str | None
    _eval_distribute: Any
    _experimental_distribute: Any
    _experimental_max_worker_delay_secs: int | None
    _session_creation_timeout_secs: float
    _service: dict[str, Any] | None
    _cluster_spec: ClusterSpec
    _task_type: str
    _task_id: int
    _global_id_in_cluster: int | None
    _master: str
    _evaluation_master: str
    _keep_best: BestMetric | None = None
    _nan_policy: str = "raise"
    _is_chief: bool
    _num_ps_replicas: int
    _num_worker_replicas: int

    @property
    def model_dir(self) -> str | None:
        return self._model_dir

    @property
    def tf_random_seed(self) -> int | None:
        return self._tf_random_seed

    @property
    def save_summary_steps(self) -> int | None:
        return self._save_summary_steps

    @property
    def save_checkpoints_steps(self) -> int | None:
        return self._save_checkpoints_steps

    @property
    def save_checkpoints_secs(self) -> float | None:
        return self._save_checkpoints_secs

    @property
    def session_config(self) -> ConfigProto | None:
        return self._session_config

    @property
    def keep_checkpoint_max(self) -> int | None:
        return self._keep_checkpoint_max

    @property
    def keep_checkpoint_every_n_hours(self) -> float:
        return self._keep_checkpoint_every_n_hours

    @property
    def log_step_count_steps(self) -> int | None:
        return self._log_step_count_steps

    @property
    def train_distribute(self) -> Any:
        return self._train_distribute

    @property
    def eval_distribute(self) -> Any:
        return self._eval_distribute

    @property
    def device_fn(self) -> Any:
        return self._device_fn

    @property
    def protocol(self) -> str | None:
        return self._protocol

    @property
    def experimental_max_worker_delay_secs(self) -> int | None:
        return self._experimental_max_worker_delay_secs

    @property
    def session_creation_timeout_secs(self) -> float:
        return self._session_creation_timeout_secs

    @property
    def keep_best(self) -> BestMetric | None:
        return self._keep_best

    @property
    def nan_policy(self) -> str:
        return self._nan_policy

    @property
    def service(self) -> dict[str, Any] | None:
        return self._service

    @property
    def cluster_spec(self) -> ClusterSpec:
        return self._cluster_spec

    @property
    def task_type(self) -> str:
        return self._task_type

    @property
    def task_id(self) -> int:
        return self._task_id

    @property
    def global_id_in_cluster(self) -> int | None:
        """This task's number among all tasks of the cluster; None for an evaluator."""
        return self._global_id_in_cluster

    @property
    def master(self) -> str:
        return self._master

    @property
    def evaluation_master(self) -> str:
        return self._evaluation_master

    @property
    def is_chief(self) -> bool:
        return self._is_chief

    @property
    def num_ps_replicas(self) -> int:
        return self._num_ps_replicas

    @property
    def num_worker_replicas(self) -> int:
        return self._num_worker_replicas


def _checkpoint_interval(steps: Any, secs: Any) -> tuple[Any, Any]:
    """(steps, seconds) between checkpoints; of two that were not given, 600 seconds holds."""
    if steps is _UNSET and secs is _UNSET:
        return None, _DEFAULT_CHECKPOINT_SECS
    return None if steps is _UNSET else steps, None if secs is _UNSET else secs


def _settle_checkpoint_interval(config: RunConfig, changed: Iterable[str]) -> None:
    steps_given = "save_checkpoints_steps" in changed and config._save_checkpoints_steps is not None
    secs_given = "save_checkpoints_secs" in changed and config._save_checkpoints_secs is not None
    if steps_given and secs_given:
        raise ValueError(_BOTH_SET)
    if steps_given:
        config._save_checkpoints_secs = None
    elif secs_given:
        config._save_checkpoints_steps = None


def _tf_config() -> dict[str, Any]:
    text = os.environ.get("TF_CONFIG", "{}")
    try:
        tf_config = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The environment variable TF_CONFIG does not hold JSON ({error}): {text!r}") from None
    if not isinstance(tf_config, dict):
        raise ValueError(f"The environment variable TF_CONFIG must hold a JSON object, but it holds {text!r}")
    if tf_config:
        logging.info("TF_CONFIG environment variable: %s", tf_config)
    return tf_config


def _model_dir(tf_config: dict[str, Any], model_dir: Any) -> Any:
    model_dir = os.fspath(model_dir) if hasattr(model_dir, "__fspath__") else model_dir
    given = tf_config.get("model_dir")
    if model_dir == "":
        raise ValueError("model_dir should be non-empty.")
    if given == "":
        raise ValueError("model_dir in TF_CONFIG should be non-empty.")
    if given and model_dir and given != model_dir:
        raise ValueError(
            "`model_dir` provided in RunConfig construct, if set, must have the same value as the model_dir in "
            f'TF_CONFIG. model_dir: {model_dir}\nTF_CONFIG["model_dir"]: {given}.\n'
        )
    if given:
        logging.info("Using model_dir in TF_CONFIG: %s", given)
    return model_dir or given


def _device_filters(role: ClusterRole) -> list[str]:
    if role.task_type == "ps":
        return ["/job:ps", "/job:worker", "/job:chief", "/job:master"]
    suffix = f"/task:{role.task_id}" if role.task_type == "worker" else ""
    return ["/job:ps", f"/job:{role.task_type}{suffix}"]
