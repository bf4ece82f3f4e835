"""RunConfig checks its values and reads TF_CONFIG as TensorFlow 1.15's; the expectations were observed there."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest

from estimators.cluster_spec import ClusterSpec
from estimators.run_config import RunConfig
from estimators.session_config import ConfigProto, GPUOptions

BOTH = "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
CLUSTER = {"chief": ["h0:1"], "ps": ["h1:2", "h2:2"], "worker": ["h3:3", "h4:3", "h5:3"]}


@pytest.fixture(autouse=True)
def no_tf_config(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)


def test_defaults():
    assert vars(RunConfig()) == {
        "_model_dir": None,
        "_tf_random_seed": None,
        "_save_summary_steps": 100,
        "_save_checkpoints_steps": None,
        "_save_checkpoints_secs": 600,
        "_session_config": None,
        "_keep_checkpoint_max": 5,
        "_keep_checkpoint_every_n_hours": 10000,
        "_log_step_count_steps": 100,
        "_train_distribute": None,
        "_device_fn": None,
        "_protocol": None,
        "_eval_distribute": None,
        "_experimental_distribute": None,
        "_experimental_max_worker_delay_secs": None,
        "_session_creation_timeout_secs": 7200,
        "_service": None,
        "_cluster_spec": {},
        "_task_type": "worker",
        "_task_id": 0,
        "_global_id_in_cluster": 0,
        "_master": "",
        "_evaluation_master": "",
        "_is_chief": True,
        "_num_ps_replicas": 0,
        "_num_worker_replicas": 1,
    }


def test_every_property_shows_its_value():
    config = RunConfig(model_dir="/m", tf_random_seed=1)
    for name, value in vars(config).items():
        if name != "_experimental_distribute":  # which has none in TensorFlow either
            assert getattr(config, name[1:]) is value


@pytest.mark.parametrize(
    "values, sentence",
    [
        ({"model_dir": ""}, "model_dir should be non-empty."),
        ({"save_summary_steps": -1}, "save_summary_steps should be >= 0"),
        ({"save_checkpoints_steps": -1}, "save_checkpoints_steps should be >= 0"),
        ({"save_checkpoints_secs": -1}, "save_checkpoints_secs should be >= 0"),
        ({"save_checkpoints_secs": 1, "save_checkpoints_steps": 1}, BOTH),
        ({"session_config": 1}, "session_config must be instance of ConfigProto"),
        ({"keep_checkpoint_max": -1}, "keep_checkpoint_max should be >= 0"),
        ({"keep_checkpoint_every_n_hours": 0}, "keep_checkpoint_every_n_hours should be > 0"),
        ({"log_step_count_steps": 0}, "log_step_count_steps should be > 0"),
        ({"tf_random_seed": 1.5}, "tf_random_seed must be integer."),
        ({"session_creation_timeout_secs": 0}, "session_creation_timeout_secs should be > 0"),
        ({"device_fn": lambda x: 1}, 'device_fn must be callable with exactly one argument "op".'),
        ({"device_fn": 1}, 'device_fn must be callable with exactly one argument "op".'),
        ({"protocol": "x"}, "protocol should be grpc or grpc+verbs"),
        (
            {"experimental_max_worker_delay_secs": "a"},
            "experimental_max_worker_delay_secs must be an integer if set.",
        ),
    ],
)
def test_values_out_of_range(values, sentence):
    with pytest.raises(ValueError) as caught:
        RunConfig(**values)
    assert str(caught.value) == sentence
    with pytest.raises(ValueError) as caught:
        RunConfig().replace(**values)
    assert str(caught.value) == sentence.removesuffix("." if "model_dir" in values else "")


@pytest.mark.parametrize(
    "given, steps, secs",
    [
        ({}, None, 600),
        ({"save_checkpoints_steps": 7}, 7, None),
        ({"save_checkpoints_secs": 7}, None, 7),
        ({"save_checkpoints_steps": None}, None, None),
        ({"save_checkpoints_secs": None}, None, None),
        ({"save_checkpoints_steps": None, "save_checkpoints_secs": None}, None, None),
        ({"save_checkpoints_steps": 7, "save_checkpoints_secs": None}, 7, None),
        ({"save_checkpoints_steps": None, "save_checkpoints_secs": 7}, None, 7),
    ],
)
def test_checkpoint_interval(given, steps, secs):
    config = RunConfig(**given)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (steps, secs)


def test_values_in_range():
    config = RunConfig(
        model_dir=Path("/m"),
        keep_checkpoint_max=0,
        save_summary_steps=0,
        log_step_count_steps=None,
        device_fn=lambda op: "/cpu:0",
        protocol="grpc",
        session_config=ConfigProto(gpu_options=GPUOptions(allow_growth=True)),
        tf_random_seed=42,
    )
    assert config.model_dir == "/m" and config.session_config.gpu_options.allow_growth


def test_replace():
    config = RunConfig(model_dir="/m", save_checkpoints_steps=5)
    changed = config.replace(tf_random_seed=3, save_checkpoints_secs=9)
    assert (config.tf_random_seed, config.save_checkpoints_steps, config.save_checkpoints_secs) == (None, 5, None)
    assert (changed.tf_random_seed, changed.save_checkpoints_steps, changed.save_checkpoints_secs) == (3, None, 9)
    assert changed.model_dir == "/m"
    assert changed.replace(save_checkpoints_secs=None).save_checkpoints_secs is None
    with pytest.raises(ValueError, match=r"Replacing foo is not supported\. Allowed properties are \['model_dir', "):
        config.replace(foo=1)
    with pytest.raises(ValueError, match="Replacing is_chief is not supported"):
        config.replace(is_chief=False)


def test_strategies_are_without_effect(caplog):
    assert RunConfig(train_distribute="a strategy").train_distribute == "a strategy"
    assert caplog.messages == [
        "train_distribute is without effect: everything runs in this process, on all of its cores."
    ]


def with_tf_config(monkeypatch, tf_config, **arguments):
    monkeypatch.setenv("TF_CONFIG", tf_config if isinstance(tf_config, str) else json.dumps(tf_config))
    return RunConfig(**arguments)


@pytest.mark.parametrize(
    "tf_config, expected",
    [
        (
            {"cluster": CLUSTER, "task": {"type": "worker", "index": 1}},
            (False, "grpc://h4:3", "", 2, 4, 1, "worker", 2),
        ),
        ({"cluster": CLUSTER, "task": {"type": "chief", "index": 0}}, (True, "grpc://h0:1", "", 2, 4, 0, "chief", 0)),
        ({"cluster": CLUSTER, "task": {"type": "ps", "index": 1}}, (False, "grpc://h2:2", "", 2, 4, 1, "ps", 5)),
        (
            {"cluster": CLUSTER, "task": {"type": "evaluator", "index": 0}},
            (False, "", "", 0, 0, 0, "evaluator", None),
        ),
        ({"cluster": {"chief": ["a"]}, "task": {"type": "chief", "index": 0}}, (True, "", "", 0, 1, 0, "chief", 0)),
        (
            {"cluster": {"master": ["a"], "worker": ["b"]}, "task": {"type": "worker", "index": 0}},
            (False, "grpc://b", "", 0, 2, 0, "worker", 1),
        ),
        ({"session_master": "sm", "eval_session_master": "em"}, (True, "sm", "em", 0, 1, 0, "worker", 0)),
    ],
)
def test_the_place_in_a_cluster(monkeypatch, tf_config, expected):
    config = with_tf_config(monkeypatch, tf_config)
    names = (
        "is_chief master evaluation_master num_ps_replicas num_worker_replicas task_id task_type global_id_in_cluster"
    )
    assert tuple(getattr(config, name) for name in names.split()) == expected
    alone = config.task_type == "evaluator" or "cluster" not in tf_config
    assert config.cluster_spec == ({} if alone else tf_config["cluster"])
    assert (config.session_config is None) == alone


@pytest.mark.parametrize(
    "tf_config, sentence",
    [
        ({"cluster": CLUSTER}, 'If "cluster" is set in TF_CONFIG, task type must be set.'),
        ({"cluster": CLUSTER, "task": {"type": "worker"}}, 'If "cluster" is set in TF_CONFIG, task index must be set.'),
        ({"cluster": CLUSTER, "task": {"type": "worker", "index": -1}}, "Task index must be non-negative number."),
        (
            {"cluster": CLUSTER, "task": {"type": "worker", "index": 7}},
            f"7 is not a valid task_id for task_type worker in the cluster_spec:\nClusterSpec({CLUSTER})\n\n"
            "Note that these values may be coming from the TF_CONFIG environment variable.",
        ),
        (
            {"cluster": CLUSTER, "task": {"type": "foo", "index": 0}},
            f"foo is not a valid task_type in the cluster_spec:\nClusterSpec({CLUSTER})\n\n"
            "Note that these values may be coming from the TF_CONFIG environment variable.",
        ),
        ({"cluster": {"worker": ["a"]}}, 'If "cluster" is set in TF_CONFIG, it must have one "chief" node.'),
        ({"cluster": {"chief": ["a", "b"]}}, 'The "cluster" in TF_CONFIG must have only one "chief" node.'),
        (
            {"cluster": {"master": ["a"], "chief": ["b"]}},
            "If `master` node exists in `cluster`, job `chief` is not supported.",
        ),
        (
            {"cluster": {"master": ["a"]}, "task": {"type": "evaluator", "index": 0}},
            "If `master` node exists in `cluster`, task_type `evaluator` is not supported.",
        ),
        ({"task": {"type": "ps"}}, 'If "cluster" is not set in TF_CONFIG, task type must be WORKER.'),
        ({"task": {"index": 1}}, 'If "cluster" is not set in TF_CONFIG, task index must be 0.'),
        ({"service": 1}, "If \"service\" is set in TF_CONFIG, it must be a dict. Given <class 'int'>"),
        ({"model_dir": ""}, "model_dir in TF_CONFIG should be non-empty."),
        ('{"nope', "The environment variable TF_CONFIG does not hold JSON ("),
        ("[1]", "The environment variable TF_CONFIG must hold a JSON object, but it holds '[1]'"),
        ({"cluster": [1]}, "`cluster` must be a dictionary mapping one or more job names"),
        (
            {"cluster": {"chief": 3}},
            "The tasks for job 'chief' must be a list or a dictionary from integers to strings.",
        ),
    ],
)
def test_contradictions_in_tf_config(monkeypatch, tf_config, sentence):
    with pytest.raises((ValueError, TypeError), match=re.escape(sentence)):
        with_tf_config(monkeypatch, tf_config)


def test_model_dir_in_tf_config(monkeypatch, caplog):
    caplog.set_level("INFO", "tensorflow")
    assert with_tf_config(monkeypatch, {"model_dir": "/x"}).model_dir == "/x"
    assert caplog.messages == [
        "TF_CONFIG environment variable: {'model_dir': '/x'}",
        "Using model_dir in TF_CONFIG: /x",
    ]
    assert with_tf_config(monkeypatch, {"model_dir": "/x"}, model_dir="/x").model_dir == "/x"
    with pytest.raises(ValueError) as caught:
        with_tf_config(monkeypatch, {"model_dir": "/x"}, model_dir="/y")
    assert str(caught.value) == (
        "`model_dir` provided in RunConfig construct, if set, must have the same value as the model_dir in TF_CONFIG. "
        'model_dir: /y\nTF_CONFIG["model_dir"]: /x.\n'
    )


def test_cluster_spec():
    spec = ClusterSpec({"worker": {1: "b", 3: "d"}, "ps": ("p",)})
    assert spec.jobs == ["worker", "ps"] and spec and not ClusterSpec({})
    assert spec.num_tasks("worker") == 2 and spec.task_indices("worker") == [1, 3]
    assert spec.job_tasks("worker") == [None, "b", None, "d"] and spec.task_address("worker", 3) == "d"
    assert spec.as_dict() == {"worker": {1: "b", 3: "d"}, "ps": ["p"]}
    assert str(spec) == "ClusterSpec({'ps': ['p'], 'worker': {1: 'b', 3: 'd'}})"
    assert ClusterSpec(spec) == spec == spec.as_dict() and spec != {} and hash(ClusterSpec(spec)) == hash(spec)
    with pytest.raises(ValueError, match="No such job in cluster: 'x'"):
        spec.num_tasks("x")
    with pytest.raises(ValueError, match="No task with index 2 in job 'worker'"):
        spec.task_address("worker", 2)


def test_config_proto():
    config = ConfigProto(allow_soft_placement=True, log_device_placement=False)
    config.gpu_options.allow_growth = True
    config.gpu_options.per_process_gpu_memory_fraction = 0.5
    config.graph_options.optimizer_options.global_jit_level = 1
    config.intra_op_parallelism_threads = 2
    assert copy.deepcopy(config) == config != ConfigProto()
    with pytest.raises(AttributeError):
        config.gpu_option = 1
    with pytest.raises(TypeError):
        ConfigProto(allow_growth=True)
