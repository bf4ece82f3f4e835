"""tensorflow.python.training.monitored_session: the session with hooks inside a MonitoredSession."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

from estimators.fetching import Fetches
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook
from estimators.observed_runs import ObservedRuns
from estimators.session import Session
from model_fns.graph.tensor import Tensor


@final
class HookedSession:
    """Runs a session with hooks around each run; who makes it calls their begin, after_create_session and end."""

    def __init__(self, sess: Session, hooks: Sequence[SessionRunHook]) -> None:
        self._session, self._hooks = sess, hooks
        self._should_stop = False

    @property
    def graph(self) -> Any:
        return self._session.graph

    def should_stop(self) -> bool:
        """Whether a hook has requested a stop."""
        return self._should_stop

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """As Session.run, with the hooks' before_run and after_run. RuntimeError after a stop."""
        if self.should_stop():
            raise RuntimeError("Run called even after should_stop requested.")
        session = self._session
        wanted, feeds = Fetches(session.graph, fetches), session.converted_feeds(feed_dict)

        def compute(items: list[Any], given: dict[Tensor, Any]) -> dict[Any, Any]:
            return dict(zip(items, session.values_of(items, given), strict=True))

        runs = ObservedRuns(session, wanted.elements, compute)
        contexts = [SessionRunContext(SessionRunArgs(fetches, feed_dict, options), session) for _ in self._hooks]
        asked = runs.ask(self._hooks, contexts, feeds)
        results = runs.run(asked)
        self._should_stop |= runs.tell(asked, results)
        return wanted.packed([results[item] for item in wanted.elements])

    def close(self) -> None:
        self._session.close()
