"""Weights: an Estimator's state in memory, and its relation to the checkpoints on disk.

The state in memory is the truth for this process. It gives way only if the checkpoint directory changed without us:
another process trained there, or the directory was deleted.
"""

from __future__ import annotations

import os
from typing import Any, final

from estimators import logging
from estimators.checkpoint.format import checkpoint_exists, read_checkpoint
from estimators.checkpoint.recovery import restore_newest
from estimators.checkpoint.state_file import latest_checkpoint
from estimators.compiler.reference import evaluate as interpret
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.state import State
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

    def saved(self) -> None:
        """To be called after a training: what lies on disk now is known."""
        self._stamp = self._disk()

    def _refresh(self) -> None:
        if self._state is not None and self._disk() != self._stamp:
            self._state = None

    def step(self) -> int:
        """The global step reached so far, in memory or on disk; 0 if there is nothing."""
        self._refresh()
        if self._state is not None:
            return int(self._state.arrays.get(GraphKeys.GLOBAL_STEP, 0))
        path = latest_checkpoint(self._config.model_dir)
        return 0 if path is None else int(read_checkpoint(path)[0].get(GraphKeys.GLOBAL_STEP, 0))

    def state_for(self, graph: Graph) -> State:
        """The state that a training of `graph` goes on with."""
        self._refresh()
        if self._state is None or not _holds_all(self._state, graph):
            self._state = State(self._config.tf_random_seed)
        return self._state

    def initialize(self, session: Session, scaffold: Scaffold) -> None:
        """Gives the session's variables values: those at hand, those of the latest checkpoint, or their initial ones."""
        graph, arrays = session.graph, session.state.arrays
        if not _holds_all(session.state, graph):
            if restore_newest(scaffold.saver, session, self._config.model_dir) is None:
                interpret([scaffold.init_op], session.converted_feeds(scaffold.init_feed_dict), arrays, session.state.seed)
                if scaffold.init_fn is not None:
                    scaffold.init_fn(session)
        logging.info("Running local_init_op.")
        interpret([scaffold.local_init_op], {}, arrays, session.state.seed)
        logging.info("Done running local_init_op.")

    def reading_state(self, session: Session, scaffold: Scaffold, checkpoint_path: Any, purpose: str) -> State:
        """A state for evaluation or prediction: variables shared with the state in memory, local ones of its own."""
        graph = session.graph
        if checkpoint_path is not None:
            return self._restored(session, scaffold, checkpoint_path)
        self._refresh()
        if self._state is None or not _holds_all(self._state, graph):
            session.state = State(self._config.tf_random_seed)
            if restore_newest(scaffold.saver, session, self._config.model_dir) is None:
                logging.info("Could not find trained model in model_dir: %s, running initialization to %s.", self._config.model_dir, _verb(purpose))
                state = session.state
                interpret([scaffold.init_op], {}, state.arrays, state.seed)
                interpret([scaffold.local_init_op], {}, state.arrays, state.seed)
                return state
            self._state = session.state
            self._stamp = self._disk()
        shared = State(self._state.seed)
        for name, array in self._state.arrays.items():
            shared.arrays.share(name, array)
        interpret([scaffold.local_init_op], {}, shared.arrays, shared.seed)
        return shared

    def _restored(self, session: Session, scaffold: Scaffold, path: Any) -> State:
        """A state with the variables of a checkpoint."""
        path = os.fspath(path)
        if not checkpoint_exists(path):
            raise ValueError(f"The passed save_path is not a valid checkpoint: {path}")
        session.state = State(self._config.tf_random_seed)
        scaffold.saver.restore(session, path)
        interpret([scaffold.local_init_op], {}, session.state.arrays, session.state.seed)
        return session.state


def _holds_all(state: State, graph: Graph) -> bool:
    return all(variable.op.name in state.arrays for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES))


def _verb(purpose: str) -> str:
    return {"evaluation": "evaluate", "prediction": "predict"}[purpose]

