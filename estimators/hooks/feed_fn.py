"""FeedFnHook: feeds every run with what a function returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook


class FeedFnHook(SessionRunHook):
    """`feed_fn` takes nothing and returns a dict from tensor to value, anew before every run."""

    def __init__(self, feed_fn: Callable[[], Any]) -> None:
        self.feed_fn = feed_fn

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(fetches=None, feed_dict=self.feed_fn())
