"""Weights: an Estimator's state in memory, and its relation to the checkpoints on disk.

The state in memory is the truth for this process. It gives way only if the checkpoint directory changed without us:
another process trained there, or the directory was deleted.
"""

from __future__ import annotations

import os
from typing import Any, final

from estimators import logging
from estimators.checkpoint.format import read_checkpoint
from estimators.checkpoint.recovery import checkpoints_newest_first, restore_newest
from estimators.local_values import give_first_values, has_none
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.session_start import first_values, restore_from
from estimators.state import State
from model_fns.errors import DataLossError
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys

_LOOK = object()


@final
class Weights:
    """The variables of an Estimator, kept in memory between calls."""

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._state_file = os.path.join(config.model_dir or "", "checkpoint")
        self._state: State | None = None
        self._stamp: Any = None

    def _disk(self) -> Any:
        """What tells whether the state file is the one last seen."""
        try:
            status = os.stat(self._state_file)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino, status.st_size

    def saved(self, state: State) -> None:
        """To be called after the training of `state`: what lies on disk now is known."""
        self._state = state  # a listener may have evaluated a checkpoint on the way, which is an older one by now
        self._stamp = self._disk()

    def forget(self) -> None:
        """Lets the next call begin with the latest checkpoint."""
        self._state = None

    def _current(self, stamp: Any = _LOOK) -> State | None:
        """The state in memory, unless the directory has changed without us. Another thread may ask at the same time.

        `stamp`: what `_disk` said just now.
        """
        state = self._state
        if state is not None and (self._disk() if stamp is _LOOK else stamp) != self._stamp:
            self._state = state = None
        return state

    def step(self) -> int:
        """The global step reached so far, in memory or on disk; 0 if there is nothing."""
        state = self._current()
        if state is not None:
            return int(state.arrays.get(GraphKeys.GLOBAL_STEP, 0))
        for path in checkpoints_newest_first(self._config.model_dir):
            try:
                return int(read_checkpoint(path)[0].get(GraphKeys.GLOBAL_STEP, 0))
            except DataLossError:
                continue  # `restore_newest` will say so
        return 0

    def holder(self, session: Session | None, path: str | None) -> Session | None:
        """The session, if what it has trained is in memory and not, at this step, in the checkpoint `path`."""
        if session is None or session.state is not self._current() or not _holds_all(session.state, session.graph):
            return None
        step = int(session.state.arrays[GraphKeys.GLOBAL_STEP])
        return None if path is not None and os.fspath(path).endswith(f"-{step}") else session

    def newest_checkpoint(self) -> str | None:
        """The checkpoint to begin with, whatever has become of the state file; None if there is none."""
        return next(iter(checkpoints_newest_first(self._config.model_dir)), None)

    def state_for(self, graph: Graph) -> State:
        """The state that a training of `graph` goes on with."""
        state = self._current()
        return State(self._config.tf_random_seed) if state is None or not _holds_all(state, graph) else state

    def initialize(self, session: Session, scaffold: Scaffold) -> None:
        """Gives the session's variables values: those at hand, those of the latest checkpoint, or initial ones."""
        if _holds_all(session.state, session.graph):
            self._name_checkpoint(session.state)
        elif restore_newest(scaffold.saver, session, self._config.model_dir) is None:
            first_values(session, scaffold)
        self._state = session.state
        self._run_local_init_op(session, scaffold)

    def read_into(self, session: Session, scaffold: Scaffold, checkpoint_path: Any) -> None:
        """Lets `session` evaluate or predict: variables shared with the state in memory, local ones of its own."""
        arrays = session.state.arrays
        if checkpoint_path is not None:
            restore_from(session, scaffold, checkpoint_path)
        else:
            stamp = self._disk()
            state = self._current(stamp)
            if state is not None and _holds_all(state, session.graph):
                self._name_checkpoint(state)
                arrays.share(state.arrays)
            elif restore_newest(scaffold.saver, session, self._config.model_dir) is not None:
                state = State(session.state.seed, arrays)
                state.resume.update(session.state.resume)
                self._stamp, self._state = stamp, state
            else:
                first_values(session, scaffold)
        self._run_local_init_op(session, scaffold)

    def are_in(self, session: Session, scaffold: Scaffold) -> bool:
        """Whether `read_into` would give the session what it has, and nothing of its own."""
        state = self._current()
        if state is None or logging.shows(logging.INFO) or not has_none(scaffold.local_init_op):
            return False
        return session.state.arrays.is_as(state.arrays)

    def announce(self, verb: str) -> None:
        """Says so if there is nothing learnt yet to evaluate or predict with."""
        if logging.shows(logging.INFO) and self._current() is None and self.newest_checkpoint() is None:
            directory = self._config.model_dir
            logging.info(
                "Could not find trained model in model_dir: %s, running initialization to %s.", directory, verb
            )

    def _name_checkpoint(self, state: State) -> None:
        """If what is in memory is what a checkpoint holds, the log says which, as if it had been read."""
        if not logging.get_logger().isEnabledFor(logging.INFO):
            return
        path = self.newest_checkpoint()
        if path is not None and path.endswith(f"-{int(state.arrays.get(GraphKeys.GLOBAL_STEP, 0))}"):
            logging.info("Restoring parameters from %s", path)

    @staticmethod
    def _run_local_init_op(session: Session, scaffold: Scaffold) -> None:
        logging.info("Running local_init_op.")
        give_first_values(session, scaffold.local_init_op)
        logging.info("Done running local_init_op.")


def share_into(session: Session, scaffold: Scaffold, state: State) -> None:
    """Lets `session` evaluate with the variables of `state`, local ones its own. ValueError if one is missing."""
    missing = _missing(state, session.graph)
    if missing:
        raise ValueError(f"The session has no values of {', '.join(missing)}: it is not one that trains this model.")
    session.state.arrays.share(state.arrays)
    give_first_values(session, scaffold.local_init_op)


def _missing(state: State, graph: Graph) -> list[str]:
    names = [variable.op.name for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES)]
    return [name for name in names if name not in state.arrays]


def _holds_all(state: State, graph: Graph) -> bool:
    return not _missing(state, graph)
