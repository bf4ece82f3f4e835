"""Which part of a cluster this process is, by the environment variable TF_CONFIG.

TF_CONFIG holds JSON: `cluster` maps job names to addresses, `task` says with `type` and `index` which one this process
is. Without `cluster` it is alone, the chief of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from estimators.cluster_spec import ClusterSpec


@final
class TaskType:
    """The jobs' names that mean something."""

    MASTER = "master"
    PS = "ps"
    WORKER = "worker"
    CHIEF = "chief"
    EVALUATOR = "evaluator"


@final
@dataclass(frozen=True)
class ClusterRole:
    """This process's place; the fields are RunConfig's properties of the same names."""

    service: dict[str, Any] | None
    cluster_spec: ClusterSpec
    task_type: str
    task_id: int
    global_id_in_cluster: int | None
    master: str
    evaluation_master: str
    is_chief: bool
    num_ps_replicas: int
    num_worker_replicas: int


def cluster_role(tf_config: dict[str, Any]) -> ClusterRole:
    """The role that TF_CONFIG's content gives this process. ValueError or TypeError where it contradicts itself."""
    service = tf_config.get("service")
    if service is not None and not isinstance(service, dict):
        raise TypeError(f'If "service" is set in TF_CONFIG, it must be a dict. Given {type(service)}')
    cluster, task = ClusterSpec(tf_config.get("cluster", {})), tf_config.get("task", {})
    if not cluster:
        return _alone(tf_config, service, task)
    legacy = TaskType.MASTER in cluster.jobs
    if legacy and TaskType.CHIEF in cluster.jobs:
        raise ValueError("If `master` node exists in `cluster`, job `chief` is not supported.")
    chief = TaskType.MASTER if legacy else TaskType.CHIEF
    task_type, task_id = _checked_task(cluster, task, chief)
    if task_type == TaskType.EVALUATOR:
        if legacy:
            raise ValueError("If `master` node exists in `cluster`, task_type `evaluator` is not supported.")
        evaluation_master = tf_config.get("eval_session_master", "")
        return ClusterRole(service, ClusterSpec({}), task_type, task_id, None, "", evaluation_master, False, 0, 0)
    return ClusterRole(
        service=service,
        cluster_spec=cluster,
        task_type=task_type,
        task_id=task_id,
        global_id_in_cluster=_global_id(cluster, task_type, task_id, chief),
        master=_session_master(cluster, task_type, task_id, tf_config),
        evaluation_master="",
        is_chief=task_type == chief,
        num_ps_replicas=_count(cluster, TaskType.PS),
        num_worker_replicas=_count(cluster, TaskType.WORKER) + _count(cluster, chief),
    )


def _alone(tf_config: dict[str, Any], service: Any, task: dict[str, Any]) -> ClusterRole:
    if task.get("type", TaskType.WORKER) != TaskType.WORKER:
        raise ValueError('If "cluster" is not set in TF_CONFIG, task type must be WORKER.')
    if int(task.get("index", 0)) != 0:
        raise ValueError('If "cluster" is not set in TF_CONFIG, task index must be 0.')
    master, evaluation_master = tf_config.get("session_master", ""), tf_config.get("eval_session_master", "")
    return ClusterRole(service, ClusterSpec({}), TaskType.WORKER, 0, 0, master, evaluation_master, True, 0, 1)


def _checked_task(cluster: ClusterSpec, task: dict[str, Any], chief: str) -> tuple[str, int]:
    if chief not in cluster.jobs:
        raise ValueError(f'If "cluster" is set in TF_CONFIG, it must have one "{chief}" node.')
    if cluster.num_tasks(chief) > 1:
        raise ValueError(f'The "cluster" in TF_CONFIG must have only one "{chief}" node.')
    task_type, task_index = task.get("type"), task.get("index")
    if not task_type:
        raise ValueError('If "cluster" is set in TF_CONFIG, task type must be set.')
    if task_index is None:
        raise ValueError('If "cluster" is set in TF_CONFIG, task index must be set.')
    task_id = int(task_index)
    if task_id < 0:
        raise ValueError("Task index must be non-negative number.")
    if task_type == TaskType.EVALUATOR:
        return task_type, task_id
    origin = f"{cluster}\n\nNote that these values may be coming from the TF_CONFIG environment variable."
    if task_type not in cluster.jobs:
        raise ValueError(f"{task_type} is not a valid task_type in the cluster_spec:\n{origin}")
    if task_id >= len(cluster.job_tasks(task_type)):
        raise ValueError(f"{task_id} is not a valid task_id for task_type {task_type} in the cluster_spec:\n{origin}")
    return task_type, task_id


def _global_id(cluster: ClusterSpec, task_type: str, task_id: int, chief: str) -> int:
    """Tasks are counted through: the chief, the other jobs by name, parameter servers last."""
    others = sorted(job for job in cluster.jobs if job not in (chief, TaskType.PS))
    order = [chief, *others, TaskType.PS]
    return sum(_count(cluster, job) for job in order[: order.index(task_type)]) + task_id


def _session_master(cluster: ClusterSpec, task_type: str, task_id: int, tf_config: dict[str, Any]) -> str:
    if "session_master" in tf_config:
        return str(tf_config["session_master"])
    if len(cluster.jobs) == 1 and cluster.num_tasks(cluster.jobs[0]) == 1:
        return ""
    return f"grpc://{cluster.job_tasks(task_type)[task_id]}"


def _count(cluster: ClusterSpec, job: str) -> int:
    return cluster.num_tasks(job) if job in cluster.jobs else 0
