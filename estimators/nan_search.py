"""Where a NaN loss came from: the step that failed is made again, operation by operation, from the last checkpoint on.

That is possible because a run that is taken up again is the same to the bit. It costs nothing while all goes well.
"""

from __future__ import annotations

import copy
import time

import numpy as np

from estimators import logging
from estimators.built_graph import BuiltGraph, Sources
from estimators.checkpoint.recovery import restore_newest
from estimators.first_nonfinite import NonFinite, first_nonfinite
from estimators.input_cursor import is_arrays, taken_up
from estimators.run_loop import RunLoop
from estimators.session import Session
from estimators.state import State
from model_fns.graph.keys import GraphKeys

_MOST_SECONDS = 10.0  # that the search may take; a training that has failed must not look as if it hung


def log_first_nonfinite(loop: RunLoop, built: BuiltGraph, sources: Sources, checkpoint_dir: str) -> None:
    """Logs which tensor was the first that was not finite in the run after which `loop` found its loss NaN.

    Says nothing if that cannot be found out: no checkpoint, an input that cannot be read again, too long a way.
    """
    if not all(is_arrays(source) for source in sources.values()):
        return
    twin = loop.session.beside(State(loop.session.state.seed))
    twin.until = loop.session.until
    last = int(loop.session.state.arrays[GraphKeys.GLOBAL_STEP]) - 1
    if restore_newest(built.scaffold.saver, twin, checkpoint_dir) is None:
        return
    before = _go_to(last, loop.beside(twin), sources)
    if before is None:
        return
    found = _found_in(twin, built, sources)
    if found is not None:
        logging.error("In step %d the first tensor that is not finite is %s", before + 1, found)


def _go_to(last: int, loop: RunLoop, sources: Sources) -> int | None:
    """Trains up to the global step `last`, or the last one after which all variables are finite; where it is then.

    None if that takes too long, or if the way is another one.
    """
    state = loop.session.state
    end, most = time.monotonic() + _MOST_SECONDS, last
    _read_on(loop.session, sources)
    while (step := int(state.arrays[GraphKeys.GLOBAL_STEP])) < last:
        arrays, resume = {name: array.copy() for name, array in state.arrays.items()}, copy.deepcopy(state.resume)
        if time.monotonic() > end or loop.advance(min(most, last - step)) is None:
            return None
        if not all(np.isfinite(array).all() for array in state.arrays.values()):
            for name, array in arrays.items():
                state.arrays[name][...] = array
            state.resume.update(resume)
            _read_on(loop.session, sources)
            if most == 1:
                return step
            most = 1  # the same runs again, one by one
    return step if step == last else None


def _read_on(session: Session, sources: Sources) -> None:
    """Lets the session read its input where its state says."""
    state = session.state
    step = int(state.arrays[GraphKeys.GLOBAL_STEP])
    for operation, source in sources.items():
        session.read(operation, source, taken_up(source, state.seed, state.resume["input"], step, state.draws))


def _found_in(twin: Session, built: BuiltGraph, sources: Sources) -> NonFinite | None:
    feeds = {
        tensor: array
        for operation in sources
        for tensor, array in zip(operation.outputs, twin.cursor(operation).gather(), strict=True)
    }
    return first_nonfinite([built.spec.train_op, built.spec.loss], feeds, twin.state)
