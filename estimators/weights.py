"""Weights: an Estimator's state in memory, and its relation to the checkpoints on disk.

The state in memory is the truth for this process. It gives way only if the checkpoint directory changed without us:
another process trained there, or the directory was deleted.
"""

from __future__ import annotations

import os
from typing import Any, final

from estimators import logging
from estimators.checkpoint.format import checkpoint_exists, read_checkpoint
from estimators.checkpoint.recovery import checkpoints_newest_first, restore_newest
from estimators.compiler.reference import evaluate as interpret
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.state import State
from model_fns.errors import DataLossError
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys


@final
class Weights:
    """The variables of an Estimator, kept in memory between calls."""

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._state: State | None = None
        self._stamp: Any = None

    def _disk(self) -> Any:
        """What tells whether the state file is the one last seen."""
        try:
            status = os.stat(os.path.join(self._config.model_dir or "", "checkpoint"))
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

    def _refresh(self) -> None:
        if self._state is not None and self._disk() != self._stamp:
            self._state = None

    def step(self) -> int:
        """The global step reached so far, in memory or on disk; 0 if there is nothing."""
        self._refresh()
        if self._state is not None:
            return int(self._state.arrays.get(GraphKeys.GLOBAL_STEP, 0))
        for path in checkpoints_newest_first(self._config.model_dir):
            try:
                return int(read_checkpoint(path)[0].get(GraphKeys.GLOBAL_STEP, 0))
            except DataLossError:
                continue  # `restore_newest` will say so
        return 0

    def state_for(self, graph: Graph) -> State:
        """The state that a training of `graph` goes on with."""
        self._refresh()
        if self._state is None or not _holds_all(self._state, graph):
            return State(self._config.tf_random_seed)
        return self._state

    def initialize(self, session: Session, scaffold: Scaffold) -> None:
        """Gives the session's variables values: those at hand, those of the latest checkpoint, or initial ones."""
        graph, arrays = session.graph, session.state.arrays
        if (
            not _holds_all(session.state, graph)
            and restore_newest(scaffold.saver, session, self._config.model_dir) is None
        ):
            _first_values(session, scaffold)
        self._state = session.state
        logging.info("Running local_init_op.")
        interpret([scaffold.local_init_op], {}, arrays, session.state.seed)
        logging.info("Done running local_init_op.")

    def read_into(self, session: Session, scaffold: Scaffold, checkpoint_path: Any, purpose: str) -> None:
        """Lets `session` evaluate or predict: variables shared with the state in memory, local ones of its own."""
        arrays = session.state.arrays
        if checkpoint_path is not None:
            _restore(session, scaffold, checkpoint_path)
        else:
            self._refresh()
            if self._state is not None and _holds_all(self._state, session.graph):
                for name, array in self._state.arrays.items():
                    arrays.share(name, array)
            elif restore_newest(scaffold.saver, session, self._config.model_dir) is not None:
                self._state = State(session.state.seed, arrays)
                self._state.resume.update(session.state.resume)
                self._stamp = self._disk()
            else:
                directory, verb = self._config.model_dir, _VERBS[purpose]
                logging.info(
                    "Could not find trained model in model_dir: %s, running initialization to %s.", directory, verb
                )
                _first_values(session, scaffold)
        interpret([scaffold.local_init_op], {}, arrays, session.state.seed)


_VERBS = {"evaluation": "evaluate", "prediction": "predict"}


def _first_values(session: Session, scaffold: Scaffold) -> None:
    """What the scaffold says the variables begin with."""
    feeds = session.converted_feeds(scaffold.init_feed_dict)
    interpret([scaffold.init_op], feeds, session.state.arrays, session.state.seed)
    if scaffold.init_fn is not None:
        scaffold.init_fn(session)


def _restore(session: Session, scaffold: Scaffold, path: Any) -> None:
    """The variables of one checkpoint, whichever is the latest."""
    path = os.fspath(path)
    if not checkpoint_exists(path):
        raise ValueError(f"The passed save_path is not a valid checkpoint: {path}")
    scaffold.saver.restore(session, path)


def _holds_all(state: State, graph: Graph) -> bool:
    return all(variable.op.name in state.arrays for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES))
