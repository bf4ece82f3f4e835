"""Kills a training again and again: `python kill_and_resume.py DIRECTORY KILLS SEED`. test_kill.py runs it.

Every attempt is a process of its own, a fork of this one, which has imported everything and run nothing. It trains with
shuffling, dropout and Adam, saves every few steps, and evaluates every checkpoint; kill -9 hits it at a random instant.
A training that comes to its end all the same is compared with one that was left in peace, and the next one is begun.
Prints, as JSON, how often kill -9 hit which phase, how many trainings came to their end, and what was wrong.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from typing import Any, final

from estimators.best_metric import BestMetric
from estimators.checkpoint import best_checkpoint, checkpoint_exists, get_checkpoint_state, read_checkpoint
from estimators.checkpoint.recovery import checkpoints_newest_first
from estimators.estimator import Estimator
from estimators.hooks.checkpoint_saver import CheckpointSaverListener
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.run_config import RunConfig
from tests.estimators.models import model_fn, test_input, training_input

MAX_STEPS = 200  # about 45 batches are an epoch, so that the end is in the middle of the fifth
STEPS_BETWEEN_SAVES = 9
PHASES = ("start", "steps", "save", "evaluation")
KILLS_WHILE_STARTING = 0.2  # of all


@final
class Started(SessionRunHook):
    """Notes, where the parent sees it, that the steps begin."""

    def __init__(self, shared: mmap.mmap) -> None:
        self._shared = shared

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._shared[0] = PHASES.index("steps")

    def next_run(self) -> None:
        return None


@final
class Notes(CheckpointSaverListener):
    """Notes, where the parent sees it, what begins `before` a save and `after` it."""

    def __init__(self, shared: mmap.mmap, before: str, after: str) -> None:
        self._shared, self._before, self._after = shared, PHASES.index(before), PHASES.index(after)

    def before_save(self, session: Any, global_step_value: int) -> None:
        self._shared[0] = self._before

    def after_save(self, session: Any, global_step_value: int) -> None:
        self._shared[0] = self._after


@final
class Evaluating(CheckpointSaverListener):
    """Evaluates every checkpoint."""

    def __init__(self, directory: str) -> None:
        self._estimator = estimator_in(directory)

    def after_save(self, session: Any, global_step_value: int) -> None:
        assert self._estimator.evaluate(test_input(), steps=4)["global_step"] == global_step_value


def estimator_in(directory: str) -> Estimator:
    config = RunConfig(
        tf_random_seed=11,
        save_checkpoints_steps=STEPS_BETWEEN_SAVES,
        save_summary_steps=20,
        keep_best=BestMetric("accuracy", higher_is_better=True),
    )
    return Estimator(model_fn, directory, config, {"units": 12, "rate": 0.4})


def train(directory: str, shared: mmap.mmap) -> None:
    listeners = [Notes(shared, "save", "evaluation"), Evaluating(directory), Notes(shared, "save", "steps")]
    estimator_in(directory).train(training_input(), [Started(shared)], max_steps=MAX_STEPS, saving_listeners=listeners)


def attempt(directory: str, instants: random.Random | None) -> str | None:
    """Trains in a process of its own; the phase in which it was killed, None if it ended before, or in peace."""
    shared = mmap.mmap(-1, 1)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            train(directory, shared)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    if instants is not None:
        if instants.random() > KILLS_WHILE_STARTING:
            while shared[0] == 0 and not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                time.sleep(0.001)
        time.sleep(instants.uniform(0, 0.3))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return PHASES[shared[0]]
    assert os.WEXITSTATUS(status) == 0, f"A training in {directory} failed."
    return None


def digest(directory: str, best: bool) -> str:
    """A hash of all that the last checkpoint holds, and with `best` that one."""
    total = hashlib.sha256()
    for path in (checkpoints_newest_first(directory)[0], *([best_checkpoint(directory)] if best else [])):
        assert path is not None
        arrays, metadata = read_checkpoint(path)
        total.update(json.dumps([os.path.basename(path), metadata], sort_keys=True).encode())
        for name in sorted(arrays):
            total.update(name.encode() + arrays[name].tobytes())
    return total.hexdigest()


def best_is_whole(directory: str) -> bool:
    """Whether the best checkpoint, once there is one, is there and is what its index says."""
    best = best_checkpoint(directory)
    if best is None:
        return not os.path.exists(f"{directory}/best/index.json")
    return int(read_checkpoint(best)[0]["global_step"]) == best.step


def newest_step(directory: str) -> int:
    """The step of the newest checkpoint, which the state file names; -1 before the first. Each named one is whole."""
    state = get_checkpoint_state(directory)
    if state is None:
        return -1
    assert state.model_checkpoint_path in state.all_model_checkpoint_paths
    steps = {
        path: int(read_checkpoint(path)[0]["global_step"])
        for path in state.all_model_checkpoint_paths
        if checkpoint_exists(path)
    }
    return steps[state.model_checkpoint_path]


def main() -> None:
    directory, kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    instants = random.Random(seed)
    hits: Counter[str] = Counter()
    wrong: list[str] = []
    assert attempt(f"{directory}/in-peace", None) is None
    expected = {best: digest(f"{directory}/in-peace", best) for best in (True, False)}
    trainings = 0
    while hits.total() < kills or trainings == 0:
        training, step = f"{directory}/{trainings}", -1
        evaluated = True  # every checkpoint
        while True:
            phase = attempt(training, instants if hits.total() < kills else None)
            found = newest_step(training)
            if found < step:
                wrong.append(f"training {trainings}: after step {step} the newest checkpoint is that of step {found}")
            step = found
            if not best_is_whole(training):
                wrong.append(f"training {trainings}: the best checkpoint is not what its index says")
            if phase is None:
                break
            hits[phase] += 1
            evaluated &= found < MAX_STEPS  # else it is at its end, and nothing saves, and so evaluates, it again
        trainings += 1
        if digest(training, evaluated) != expected[evaluated]:
            wrong.append(f"training {trainings - 1} ended with other weights, or another place in its input")
    print(json.dumps({"hits": hits, "trainings": trainings, "wrong": wrong}))


if __name__ == "__main__":
    main()
