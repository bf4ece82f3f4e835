"""How a session's variables get their first values: from a checkpoint, or as the scaffold says."""

from __future__ import annotations

import os
from typing import Any

from estimators import logging
from estimators.checkpoint.format import checkpoint_exists
from estimators.checkpoint.recovery import restore_newest
from estimators.compiler.reference import evaluate as interpret
from estimators.local_values import give_first_values
from estimators.scaffold import Scaffold
from estimators.session import Session


def first_values(session: Session, scaffold: Scaffold) -> None:
    """What the scaffold says the variables begin with."""
    feeds = session.converted_feeds(scaffold.init_feed_dict)
    interpret([scaffold.init_op], feeds, session.state.arrays, session.state.seed)
    if scaffold.init_fn is not None:
        scaffold.init_fn(session)


def restore_from(session: Session, scaffold: Scaffold, path: Any) -> None:
    """The variables of one checkpoint, whichever is the latest. ValueError if there is none of that name."""
    path = os.fspath(path)
    if not checkpoint_exists(path):
        raise ValueError(f"The passed save_path is not a valid checkpoint: {path}")
    scaffold.saver.restore(session, path)


def local_values(session: Session, scaffold: Scaffold) -> None:
    """What the local variables begin with, in every session."""
    logging.info("Running local_init_op.")
    session.start_iterators([scaffold.local_init_op])
    give_first_values(session, scaffold.local_init_op)
    logging.info("Done running local_init_op.")


def start(session: Session, scaffold: Scaffold, checkpoint_dir: Any = None, checkpoint_path: Any = None) -> None:
    """Gives all variables values: those of a checkpoint, of the newest in a directory, or first ones."""
    if checkpoint_path:
        restore_from(session, scaffold, checkpoint_path)
    elif not checkpoint_dir or restore_newest(scaffold.saver, session, checkpoint_dir) is None:
        first_values(session, scaffold)
    local_values(session, scaffold)
