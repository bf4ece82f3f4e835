"""ObservedRuns: runs of a session with hooks around them, which may ask for more to be fetched and fed.

What a hook once asked for is compiled along from then on, so that hooks that ask now and then cost one compilation, not
one for each combination. Summaries are made after the run, of what it computed, and are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, final

from estimators.compiler.reference import evaluate
from estimators.fetching import Fetches
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from estimators.reports import found_before_the_step, seen_by_report
from estimators.session import Session
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.state import VariableV2

Compute = Callable[[list[Any], dict[Tensor, Any]], dict[Any, Any]]


_NOTHING = SessionRunValues(None, None, None)


@final
@dataclass
class Asked:
    """What hooks asked for in one run; `fetches` is empty if none asked for any."""

    hooks: Sequence[SessionRunHook]
    contexts: Sequence[SessionRunContext]
    fetches: Sequence[Fetches | None]
    feeds: dict[Tensor, Any]


@final
class ObservedRuns:
    """Runs of `targets` in `session`.

    Args:
      compute: from tensors and operations, and feeds, to the values of each.
    """

    def __init__(self, session: Session, targets: Sequence[Any], compute: Compute) -> None:
        self._session, self._compute = session, compute
        self.fetched: dict[Tensor | Operation, None] = dict.fromkeys(targets)  # all that was ever asked for
        self.stopped_by: list[SessionRunHook] = []  # the hooks that requested a stop

    def ask(
        self,
        hooks: Sequence[SessionRunHook],
        contexts: Sequence[SessionRunContext],
        feeds: Mapping[Tensor, Any] | None = None,
    ) -> Asked:
        """Calls each hook's before_run. RuntimeError for a tensor fed twice; `feeds` are the caller's."""
        requests = [hook.before_run(context) for hook, context in zip(hooks, contexts, strict=True)]
        if requests.count(None) == len(requests):
            return Asked(hooks, contexts, (), dict(feeds or {}))
        graph = self._session.graph
        fetches = [
            None if request is None or request.fetches is None else Fetches(graph, request.fetches)
            for request in requests
        ]
        return Asked(hooks, contexts, fetches, self._feeds(requests, dict(feeds or {})))

    def _feeds(self, requests: list[SessionRunArgs | None], feeds: dict[Tensor, Any]) -> dict[Tensor, Any]:
        users = set(feeds)
        for request in requests:
            if request is None or not request.feed_dict:
                continue
            given = self._session.converted_feeds(request.feed_dict)
            shared = [tensor for tensor in given if tensor in feeds]
            if shared:
                by = "a SessionRunHook and user" if users.intersection(shared) else "two hooks"
                raise RuntimeError(f"Same tensor is fed by {by}. Conflict(s): {[tensor.name for tensor in shared]}")
            feeds.update(given)
        return feeds

    def run(self, asked: Asked) -> dict[Any, Any]:
        """One run: the values of the targets and of what the hooks asked for."""
        if not asked.fetches:
            return self._compute(list(self.fetched), asked.feeds)
        elements: list[Any] = [item for wanted in asked.fetches if wanted is not None for item in wanted.elements]
        reports: dict[Any, Any] = {item: seen for item in elements if (seen := seen_by_report(item)) is not None}
        seen_tensors = [tensor for seen in reports.values() for tensor in seen]
        computed = [item for item in elements if not is_variable(item) and item not in reports]
        self.fetched.update(dict.fromkeys([*computed, *seen_tensors]))
        early = self._found_early(reports, asked.feeds) if reports else {}
        results = self._compute(list(self.fetched), asked.feeds)
        for item in elements:  # a variable is read after the run: hooks see the step they are at
            if is_variable(item):
                results[item] = self._session.variable(item.op.name)
        if reports:
            state, known = self._session.state, asked.feeds | early | {item: results[item] for item in seen_tensors}
            made = evaluate(list(reports), known, state.arrays, state.seed, state.draws)
            results.update(zip(reports, made, strict=True))
        return results

    def _found_early(self, reports: Iterable[Any], feeds: dict[Tensor, Any]) -> dict[Tensor, Any]:
        """What reports look at that is found before the run, without it."""
        wanted = list(dict.fromkeys(tensor for item in reports for tensor in found_before_the_step(item)))
        state = self._session.state
        return dict(zip(wanted, evaluate(wanted, feeds, state.arrays, state.seed, state.draws), strict=True))

    def tell(self, asked: Asked, results: Mapping[Any, Any]) -> bool:
        """Calls each hook's after_run; whether one of them requests a stop."""
        stopping = []
        for hook, context, wanted in zip_longest(asked.hooks, asked.contexts, asked.fetches):
            values = _NOTHING
            if wanted is not None:
                values = SessionRunValues(wanted.packed([results[item] for item in wanted.elements]), None, None)
            hook.after_run(context, values)
            if context.stop_requested:
                stopping.append(hook)
        self.stopped_by += stopping
        return bool(stopping)


def is_variable(item: Any) -> bool:
    """Whether `item` is a variable itself, which is read and not computed."""
    return isinstance(item, Tensor) and isinstance(item.op.definition, VariableV2)
