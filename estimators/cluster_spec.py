"""ClusterSpec: the processes of a cluster, by job, as the environment variable TF_CONFIG names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final


@final
class ClusterSpec:
    """Jobs, each a set of numbered tasks with a network address.

    Args:
      cluster: a dict from the job's name to its addresses (a list, or a dict by number), or a ClusterSpec.
    Raises TypeError for anything else.
    """

    def __init__(self, cluster: Any) -> None:
        if isinstance(cluster, ClusterSpec):
            cluster = cluster.as_dict()
        if not isinstance(cluster, Mapping):
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network addresses, or a "
                "`ClusterDef` protocol buffer"
            )
        self._jobs: dict[str, dict[int, str]] = {}
        for job, tasks in cluster.items():
            if not isinstance(tasks, list | tuple | Mapping):
                raise TypeError(f"The tasks for job {job!r} must be a list or a dictionary from integers to strings.")
            numbered = tasks.items() if isinstance(tasks, Mapping) else enumerate(tasks)
            self._jobs[job] = {int(number): address for number, address in numbered}

    @property
    def jobs(self) -> list[str]:
        return list(self._jobs)

    def as_dict(self) -> dict[str, Any]:
        """Addresses by job: a list if its tasks are numbered from 0 without a gap, else a dict by number."""
        dense = {job: sorted(tasks) == list(range(len(tasks))) for job, tasks in self._jobs.items()}
        return {job: self.job_tasks(job) if dense[job] else dict(tasks) for job, tasks in self._jobs.items()}

    def num_tasks(self, job_name: str) -> int:
        return len(self._tasks(job_name))

    def task_indices(self, job_name: str) -> list[int]:
        return sorted(self._tasks(job_name))

    def task_address(self, job_name: str, task_index: int) -> str:
        tasks = self._tasks(job_name)
        if task_index not in tasks:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}")
        return tasks[task_index]

    def job_tasks(self, job_name: str) -> list[str | None]:
        """The job's addresses by number, None where there is no task of that number."""
        tasks = self._tasks(job_name)
        return [tasks.get(number) for number in range(max(tasks, default=-1) + 1)]

    def _tasks(self, job_name: str) -> dict[int, str]:
        if job_name not in self._jobs:
            raise ValueError(f"No such job in cluster: {job_name!r}")
        return self._jobs[job_name]

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClusterSpec | Mapping):
            return NotImplemented
        return self._jobs == ClusterSpec(other)._jobs

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        jobs = self.as_dict()
        return "ClusterSpec({" + ", ".join(f"{job!r}: {jobs[job]!r}" for job in sorted(jobs)) + "})"
