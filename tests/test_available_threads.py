"""How many threads are used: what the environment says, else what the process may run on and its container is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimators import available_threads as threads

MANY = 1 << 20
VERSION_2 = "0::/jobs/mine\n"
VERSION_1 = "5:memory:/jobs\n4:cpu,cpuacct:/jobs\n"
TREES = {
    "no control groups": ({}, MANY),
    "no limit": ({"proc/self/cgroup": VERSION_2, "sys/fs/cgroup/jobs/cpu.max": "max 100000\n"}, MANY),
    "a container sees its own group as the root": (
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"},
        2,
    ),
    "a part of a processor is one more thread": (
        {"proc/self/cgroup": VERSION_2, "sys/fs/cgroup/jobs/mine/cpu.max": "250000 100000\n"},
        3,
    ),
    "the tightest of the groups around": (
        {
            "proc/self/cgroup": VERSION_2,
            "sys/fs/cgroup/jobs/mine/cpu.max": "800000 100000\n",
            "sys/fs/cgroup/jobs/cpu.max": "400000 100000\n",
            "sys/fs/cgroup/cpu.max": "max 100000\n",
        },
        4,
    ),
    "version 1": (
        {
            "proc/self/cgroup": VERSION_1,
            "sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us": "150000\n",
            "sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us": "50000\n",
        },
        3,
    ),
    "version 1, no limit": (
        {
            "proc/self/cgroup": VERSION_1,
            "sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us": "50000\n",
        },
        MANY,
    ),
}


@pytest.mark.parametrize("case", TREES)
def test_control_groups(case: str, tmp_path: Path) -> None:
    files, expected = TREES[case]
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert threads._processors_of_control_groups(tmp_path) == expected


def test_the_environment_has_the_first_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("ESTIMATORS_NUM_THREADS", raising=False)
    assert threads.available_threads() == 3
    monkeypatch.setenv("ESTIMATORS_NUM_THREADS", "5")
    assert threads.available_threads() == 5


def test_a_containers_share_is_not_exceeded(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OMP_NUM_THREADS", "ESTIMATORS_NUM_THREADS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(threads, "_processors_of_control_groups", lambda root: 1)
    assert threads.available_threads() == 1
