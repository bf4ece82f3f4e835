"""`tf.contrib.slim.learning.train`: the loop around a train op, with checkpoints and summaries in a directory."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from estimators.checkpoint.saver import Saver
from estimators.checkpoint.state_file import latest_checkpoint
from estimators.coordinator import Coordinator
from estimators.queue_runners import start_queue_runners
from estimators.session import Session
from estimators.timed_records import Records
from model_fns.errors import OutOfRangeError
from model_fns.global_step import get_or_create_global_step
from model_fns.graph.graph import get_default_graph
from model_fns.ops.control import group
from model_fns.summary import merge_all
from model_fns.variables import global_variables_initializer, local_variables_initializer, tables_initializer

_LOGGER = logging.getLogger("tensorflow")
_USUAL: Any = 0  # the default of what is made unless it is given; None is for none


def train_step(sess: Any, train_op: Any, global_step: Any, train_step_kwargs: Mapping[str, Any]) -> tuple[Any, bool]:
    """One step: the loss, and whether to stop. `train_step_kwargs` may hold should_stop and should_log, tensors."""
    began = time.time()
    total_loss, step = sess.run([train_op, global_step])
    asked = {name: train_step_kwargs[name] for name in ("should_log", "should_stop") if name in train_step_kwargs}
    answers = {name: sess.run(item) for name, item in asked.items()}
    if answers.get("should_log"):
        _LOGGER.info("global step %d: loss = %.4f (%.3f sec/step)", step, total_loss, time.time() - began)
    return total_loss, bool(answers.get("should_stop", False))


def train(
    train_op: Any,
    logdir: str | None,
    train_step_fn: Callable[..., tuple[Any, bool]] = train_step,
    train_step_kwargs: Any = _USUAL,
    log_every_n_steps: int = 1,
    graph: Any = None,
    master: str = "",
    is_chief: bool = True,
    global_step: Any = None,
    number_of_steps: int | None = None,
    init_op: Any = _USUAL,
    init_feed_dict: Any = None,
    local_init_op: Any = _USUAL,
    init_fn: Callable[[Any], None] | None = None,
    ready_op: Any = _USUAL,
    summary_op: Any = _USUAL,
    save_summaries_secs: float | None = 600,
    summary_writer: Any = _USUAL,
    startup_delay_steps: int = 0,
    saver: Any = None,
    save_interval_secs: float = 600,
    sync_optimizer: Any = None,
    session_config: Any = None,
    session_wrapper: Callable[[Any], Any] | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
) -> Any:
    """Runs `train_op` until the global step is `number_of_steps`, or the input ends, and returns the last loss.

    Goes on from the last checkpoint in `logdir`; without one, variables get their initial values and then `init_fn`
    is called with the session. Checkpoints and summaries are written every so many seconds, and at the end.

    Args:
      train_op: a tensor of the loss, see `create_train_op`.
      logdir: the directory; None for no checkpoints and no summaries.
      train_step_fn: what is called for each step, with session, train op, global step and `train_step_kwargs`. By
        default those say when to log and when to stop.
    Raises ValueError for a train op of None, for a negative number of steps.
    """
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    if number_of_steps is not None and number_of_steps <= 0:
        raise ValueError("number_of_steps must be either None or a positive number.")
    graph = graph or get_default_graph()
    with graph.as_default():
        step = get_or_create_global_step() if global_step is None else global_step
        saver = saver or Saver()
        start = global_variables_initializer() if init_op is _USUAL else init_op
        local_start = local_init_op
        if local_init_op is _USUAL:
            local_start = group(local_variables_initializer(), tables_initializer())
        summaries = merge_all() if summary_op is _USUAL else summary_op
    with Session(graph=graph, config=session_config) as session:
        _LOGGER.info("Starting Session.")
        _initialized(session, saver, logdir, start, init_feed_dict, init_fn)
        if local_start is not None:
            session.run(local_start)
        records = Records(session, logdir, saver, step, summaries, save_interval_secs, save_summaries_secs, graph)
        coordinator = Coordinator()
        threads = start_queue_runners(session, coordinator)
        _LOGGER.info("Starting Queues.")
        running = session_wrapper(session) if session_wrapper else session
        loss, stop = None, number_of_steps is not None and session.run(step) >= number_of_steps
        with suppress(OutOfRangeError):
            while not stop:
                if train_step_kwargs is _USUAL:
                    loss, now = _logged_step(running, train_op, step, log_every_n_steps, train_step_fn)
                    stop = number_of_steps is not None and now >= number_of_steps
                else:
                    loss, stop = train_step_fn(running, train_op, step, train_step_kwargs)
                records.write_what_is_due()
        _LOGGER.info("Stopping Training.")
        coordinator.request_stop()
        coordinator.join(threads, ignore_live_threads=True)
        _LOGGER.info("Finished training! Saving model to disk.")
        records.close()
    return loss


def _initialized(session: Any, saver: Any, logdir: Any, start: Any, feeds: Any, init_fn: Any) -> None:
    checkpoint = latest_checkpoint(logdir) if logdir else None
    if checkpoint:
        saver.restore(session, checkpoint)
        return
    if start is not None:
        session.run(start, feeds)
    if init_fn is not None:
        init_fn(session)


def _logged_step(session: Any, train_op: Any, step: Any, every: int, function: Any) -> tuple[Any, int]:
    began = time.time()
    if function is train_step:
        loss, now = session.run([train_op, step])
    else:
        (loss, _), now = function(session, train_op, step, {}), session.run(step)
    if every and now % every == 0:
        _LOGGER.info("global step %d: loss = %.4f (%.3f sec/step)", now, loss, time.time() - began)
    return loss, int(now)
