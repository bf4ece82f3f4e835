"""Reading: what evaluation and prediction have in common, a mode's graph and a session that holds the weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from estimators import logging
from estimators.built_graph import BuiltGraph, Sources
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.mode_graphs import ModeGraphs
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.state import State
from estimators.weights import Weights
from model_fns.mode_keys import ModeKeys

HooksFor = Callable[[BuiltGraph], list[SessionRunHook]]
Fill = Callable[[Session, Scaffold], None]


@contextmanager
def reading(
    graphs: ModeGraphs,
    mode: str,
    input_fn: Callable[..., Any],
    params: dict[str, Any],
    hooks_for: HooksFor,
    fill: Fill,
    reused_with: Weights | None = None,
) -> Iterator[tuple[BuiltGraph, list[SessionRunHook], Session]]:
    """A mode's graph with the operations of hooks in it, the hooks, and a session that `fill` gave values.

    Whoever comes while it is in use, in another thread or between two predictions, does not change it. `reused_with`:
    the session may be one that was left behind with these weights.
    """
    with graphs.lock:
        there = graphs.built.get(mode)
        if there is not None and not there.serves(hooks_for(there)):
            del graphs.built[mode]
        built, sources = graphs.of(mode, input_fn, params)
        hooks = hooks_for(built)
        if mode == ModeKeys.EVAL:
            logging.info("Starting evaluation at %s", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        built.begin(hooks)
        weights = None if hooks else reused_with
        session = None if weights is None else _session_left_behind(built, sources, graphs.config, weights)
        if session is None:
            session = _new_session(built, sources, graphs.config, fill)
        built.users += 1
    try:
        yield built, hooks, session
        if weights is not None and not built.idle and session.graph is built.graph:
            built.idle.append(session)
    finally:
        with graphs.lock:
            built.users -= 1


def _new_session(built: BuiltGraph, sources: Sources, config: RunConfig, fill: Fill) -> Session:
    """A session that evaluates or predicts, with local variables of its own; `fill` gives it values."""
    with built.graph.as_default():
        built.scaffold.finalize()
    logging.info("Graph was finalized.")
    if built.session is None:
        built.session = Session(graph=built.graph, config=config.session_config)
    session = built.session.beside(State(config.tf_random_seed))
    fill(session, built.scaffold)
    for operation, source in sources.items():
        session.read(operation, source)
    session.start_iterators([built.scaffold.local_init_op])
    return session


def _session_left_behind(built: BuiltGraph, sources: Sources, config: RunConfig, weights: Weights) -> Session | None:
    """A session of an earlier prediction from the beginning of other input, if it holds the present weights."""
    if not built.idle:
        return None
    session = built.idle.pop()
    if not weights.are_in(session, built.scaffold):
        return None
    if config.tf_random_seed is not None:
        session.state.resume["draws"] = 0
    for operation, source in sources.items():
        session.read(operation, source)
    return session
