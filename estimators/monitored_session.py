"""Monitored sessions: a session with hooks around each run, that starts and ends as a training does."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, final

from estimators import logging
from estimators.coordinator import Coordinator
from estimators.fetching import Fetches
from estimators.hooks.checkpoint_saver import CheckpointSaverHook
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook
from estimators.hooks.step_counter import StepCounterHook
from estimators.hooks.summary_saver import SummarySaverHook
from estimators.observed_runs import ObservedRuns
from estimators.queue_runners import start_queue_runners
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.session_creator import ChiefSessionCreator, SessionCreator, WorkerSessionCreator
from model_fns.errors import AbortedError, OutOfRangeError, UnavailableError
from model_fns.graph.graph import Graph
from model_fns.graph.tensor import Tensor

_UNSET = object()
_DEFAULT_CHECKPOINT_SECS = 600
_DEFAULT_SUMMARY_STEPS = 100
_ENDS_OF_INPUT = (OutOfRangeError, StopIteration)


class _MonitoredSession:
    """What the two kinds share."""

    def __init__(
        self,
        session_creator: SessionCreator,
        hooks: Iterable[SessionRunHook] | None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        self._hooks = list(hooks or [])
        self._stop_grace_period_secs = stop_grace_period_secs
        self._runs: dict[Any, ObservedRuns] = {}
        self._should_stop = False
        self._creator = session_creator
        for hook in self._hooks:
            hook.begin()
        self._session: Session | None = None
        self._create()

    _recovers_from: tuple[type[BaseException], ...] = ()  # the errors after which it begins anew

    def _create(self) -> None:
        self._session = self._creator.create_session()
        self._coordinator, self._runs = Coordinator(), {}
        start_queue_runners(self._session, self._coordinator)
        for hook in self._hooks:
            hook.after_create_session(self._session, self._coordinator)

    @property
    def graph(self) -> Graph | None:
        """The session's graph; None after it was closed."""
        return None if self._session is None else self._session.graph

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """As Session.run, with the hooks' before_run and after_run. RuntimeError after a stop or close."""
        while True:
            try:
                return self._run(fetches, feed_dict, options)
            except self._recovers_from as error:
                logging.info(
                    "An error was raised. This may be due to a preemption in a connected worker or parameter server. "
                    "The current session will be closed and a new session will be created. Error: %s",
                    error,
                )
                self._open_session().close()
                self._create()

    def _run(self, fetches: Any, feed_dict: Mapping[Any, Any] | None, options: Any) -> Any:
        session = self._open_session()
        if self._should_stop:
            raise RuntimeError("Run called even after should_stop requested.")
        wanted, feeds = Fetches(session.graph, fetches), session.converted_feeds(feed_dict)
        runs = self._runs_of(session, wanted.elements)
        contexts = [SessionRunContext(SessionRunArgs(fetches, feed_dict, options), session) for _ in self._hooks]
        asked = runs.ask(self._hooks, contexts, feeds)
        results = runs.run(asked)
        self._should_stop |= runs.tell(asked, results)
        return wanted.packed([results[item] for item in wanted.elements])

    def _runs_of(self, session: Session, elements: list[Any]) -> ObservedRuns:
        def compute(items: list[Any], feeds: dict[Tensor, Any]) -> dict[Any, Any]:
            return dict(zip(items, session.values_of(items, feeds), strict=True))

        return self._runs.setdefault(tuple(elements), ObservedRuns(session, elements, compute))

    def run_step_fn(self, step_fn: Callable[[Any], Any]) -> Any:
        """Calls `step_fn` with a StepContext: `session`, to run without hooks, `run_with_hooks` and `request_stop`.

        Raises ValueError for a function with other arguments than `step_context`.
        """
        names = tuple(inspect.signature(step_fn).parameters)
        if names != ("step_context",):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and `step_context` arguments if it's "
                f"an instance method. Got {names} instead."
            )
        return step_fn(_StepContext(self._open_session(), self.run))

    def _open_session(self) -> Session:
        if self._session is None:
            raise RuntimeError("Session is closed.")
        return self._session

    def should_stop(self) -> bool:
        """Whether a hook has requested a stop, or the session is closed."""
        return self._session is None or self._should_stop or self._coordinator.should_stop()

    def close(self) -> None:
        """Calls the hooks' end, and closes the session."""
        self._close(None)

    def _close(self, exception_type: type[BaseException] | None) -> None:
        session = self._session
        if session is None:
            return
        try:
            if exception_type is None or issubclass(exception_type, _ENDS_OF_INPUT):
                for hook in self._hooks:
                    hook.end(session)
            self._coordinator.request_stop()
            self._coordinator.join(stop_grace_period_secs=self._stop_grace_period_secs, ignore_live_threads=True)
        finally:
            self._session = None
            session.close()

    def __enter__(self) -> Any:
        return self

    def __exit__(
        self, exception_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Ends as training does; the end of the input is a good end."""
        self._close(exception_type)
        return exception_type is not None and issubclass(exception_type, _ENDS_OF_INPUT)


@final
class _StepContext:
    """What a step function is given."""

    def __init__(self, session: Session, run_with_hooks: Callable[..., Any]) -> None:
        self.session, self.run_with_hooks = session, run_with_hooks

    def request_stop(self) -> None:
        """Ends the `with` of the session, by raising StopIteration."""
        raise StopIteration("step_fn has requested the iterations to stop.")


@final
class MonitoredSession(_MonitoredSession):
    """A session with hooks; `session_creator` makes the session inside, by default a ChiefSessionCreator.

    If a run is aborted (AbortedError, UnavailableError), it begins anew: with another session, and the checkpoint.
    """

    _recovers_from = (AbortedError, UnavailableError)

    def __init__(
        self,
        session_creator: SessionCreator | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        super().__init__(session_creator or ChiefSessionCreator(), hooks, stop_grace_period_secs)


@final
class SingularMonitoredSession(_MonitoredSession):
    """A session with hooks, whose own session `raw_session` gives. Arguments as of ChiefSessionCreator."""

    def __init__(
        self,
        hooks: Iterable[SessionRunHook] | None = None,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: Any = None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path: Any = None,
    ) -> None:
        creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path)
        super().__init__(creator, hooks, stop_grace_period_secs)

    def raw_session(self) -> Session | None:
        """The session inside; None after it was closed."""
        return self._session


def MonitoredTrainingSession(
    master: str = "",
    is_chief: bool = True,
    checkpoint_dir: Any = None,
    scaffold: Scaffold | None = None,
    hooks: Iterable[SessionRunHook] | None = None,
    chief_only_hooks: Iterable[SessionRunHook] | None = None,
    save_checkpoint_secs: Any = _UNSET,
    save_summaries_steps: Any = _UNSET,
    save_summaries_secs: Any = _UNSET,
    config: Any = None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int | None = 100,
    max_wait_secs: float = 7200,
    save_checkpoint_steps: Any = _UNSET,
    summary_dir: Any = None,
) -> MonitoredSession:
    """A MonitoredSession with the hooks of a training: steps a second, summaries, checkpoints, then `hooks`.

    Args:
      is_chief: False leaves checkpoints and summaries to another process.
      checkpoint_dir: where checkpoints are restored from and saved; None for neither.
      save_checkpoint_secs, save_checkpoint_steps: how often; if neither is given every 600 seconds; None: never.
      save_summaries_steps, save_summaries_secs: likewise, every 100 steps.
      summary_dir: by default checkpoint_dir.
      log_step_count_steps: how often steps a second are logged.
    """
    save_steps, save_secs = _interval(save_checkpoint_steps, save_checkpoint_secs, (None, _DEFAULT_CHECKPOINT_SECS))
    show_steps, show_secs = _interval(save_summaries_steps, save_summaries_secs, (_DEFAULT_SUMMARY_STEPS, None))
    scaffold = scaffold or Scaffold()
    if not is_chief:
        worker = WorkerSessionCreator(scaffold, master, config, max_wait_secs)
        return MonitoredSession(worker, hooks, stop_grace_period_secs)
    every: list[SessionRunHook] = list(chief_only_hooks or [])
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir:
        if log_step_count_steps:
            every.append(StepCounterHook(every_n_steps=log_step_count_steps, output_dir=summary_dir))
        if show_steps or show_secs:
            every.append(SummarySaverHook(show_steps, show_secs, output_dir=summary_dir, scaffold=scaffold))
    if checkpoint_dir and (save_steps or save_secs):
        every.append(CheckpointSaverHook(checkpoint_dir, save_secs, save_steps, scaffold=scaffold))
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    return MonitoredSession(creator, [*every, *(hooks or [])], stop_grace_period_secs)


def _interval(steps: Any, secs: Any, default: tuple[Any, Any]) -> tuple[Any, Any]:
    """How often something is done: what was given of the two, or what is usual if nothing was."""
    if steps is _UNSET and secs is _UNSET:
        return default
    return (None if steps is _UNSET else steps), (None if secs is _UNSET else secs)
