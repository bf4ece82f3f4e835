"""An Estimator's best weights: kept when an evaluation says that they are, and gone back to after early stopping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from estimators import logging
from estimators.checkpoint.best import BestCheckpoint, best_checkpoint, keep_if_best, put_link, put_values
from estimators.hooks.checkpoint_saver import CheckpointSaverHook
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.session_start import restore_from
from model_fns.graph.keys import GraphKeys


def keep(config: RunConfig, evaluation: str | None, results: Mapping[str, Any], path: Any, trained: Any) -> None:
    """After an evaluation: keeps what was evaluated if it is the best so far, and the configuration wants it.

    Args:
      evaluation: its name.
      results: with global_step.
      path: the checkpoint that was evaluated, None if it was what is in memory.
      trained: the session that holds that.
    """
    by = config.keep_best
    if by is None or by.evaluation != (evaluation or None) or (path is None and trained is None):
        return
    step = int(results[GraphKeys.GLOBAL_STEP])
    if path is not None:
        put = put_link(path)
    else:
        names = [variable.op.name for variable in trained.graph.get_collection(GraphKeys.GLOBAL_VARIABLES)]
        put = put_values({name: trained.state.arrays[name] for name in names}, trained.state.resume)
    keep_if_best(config.model_dir, by, results, step, put)


def restore_best(
    session: Session, scaffold: Scaffold, model_dir: Any, hooks: Iterable[SessionRunHook]
) -> BestCheckpoint | None:
    """Goes back to the best checkpoint, and makes it the latest one, too; None, with a warning, if there is none."""
    best, step = best_checkpoint(model_dir), int(session.state.arrays[GraphKeys.GLOBAL_STEP])
    if best is None:
        logging.warning("There is no best checkpoint to go back to: no evaluation has said which is.")
        return None
    if best.step != step:
        restore_from(session, scaffold, best.path)
        logging.info(
            "Went back from step %d to the best checkpoint, of step %d: %s = %s.",
            step,
            best.step,
            best.metric,
            best.score,
        )
        for hook in hooks:
            if isinstance(hook, CheckpointSaverHook):
                hook.save_early(session)
                break
    return best
