"""FakeSummaryWriter: stands in for a FileWriter in tests, and keeps what it is given instead of writing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

from estimators.summaries import file_writer
from model_fns.protos.summary import Summary


@final
class FakeSummaryWriter:
    """Keeps summaries, graphs and session logs. `install` lets FileWriterCache hand out such writers."""

    _replaced: ClassVar[Any] = None

    @classmethod
    def install(cls) -> None:
        """Puts it in the FileWriter's place. ValueError if it is there already."""
        if cls._replaced is not None:
            raise ValueError("FakeSummaryWriter already installed.")
        cls._replaced = file_writer.FileWriter
        file_writer.FileWriter = cls  # type: ignore[assignment, misc]  # that is what it is for

    @classmethod
    def uninstall(cls) -> None:
        """Takes it out again. ValueError if it is not there."""
        if cls._replaced is None:
            raise ValueError("FakeSummaryWriter not installed.")
        file_writer.FileWriter = cls._replaced  # type: ignore[misc]
        cls._replaced = None

    def __init__(self, logdir: Any, graph: Any = None) -> None:
        self._logdir, self._graph = logdir, graph
        self._summaries: dict[Any, list[Summary]] = {}
        self._graphs: list[Any] = []
        self._meta_graphs: list[Any] = []
        self._session_logs: list[Any] = []
        self._run_metadata: dict[str, Any] = {}

    @property
    def summaries(self) -> dict[Any, list[Summary]]:
        """The summaries by step."""
        return self._summaries

    def assert_summaries(
        self,
        test_case: Any,
        expected_logdir: Any = None,
        expected_graph: Any = None,
        expected_summaries: Mapping[Any, Mapping[str, float]] | None = None,
        expected_added_graphs: Sequence[Any] | None = None,
        expected_added_meta_graphs: Sequence[Any] | None = None,
        expected_session_logs: Sequence[Any] | None = None,
    ) -> None:
        """Fails the test unless all that is given was added: of `expected_summaries` numbers by tag, by step.

        How many steps a second were made is left out of account.
        """
        if expected_logdir is not None:
            test_case.assertEqual(expected_logdir, self._logdir)
        if expected_graph is not None:
            test_case.assertIs(expected_graph, self._graph)
        for step, expected in (expected_summaries or {}).items():
            test_case.assertIn(step, self._summaries)
            values = [value for summary in self._summaries[step] for value in summary.value]
            found = {value.tag: value.simple_value for value in values if value.tag != "global_step/sec"}
            test_case.assertEqual(dict(expected), found)
        for wanted, added in (
            (expected_added_graphs, self._graphs),
            (expected_added_meta_graphs, self._meta_graphs),
            (expected_session_logs, self._session_logs),
        ):
            if wanted is not None:
                test_case.assertEqual(list(wanted), added)

    def add_summary(self, summ: Any, current_global_step: Any = None) -> None:
        shown = Summary.FromString(summ) if isinstance(summ, bytes) else summ
        self._summaries.setdefault(current_global_step, []).append(shown)

    def add_numbers(self, tags: Sequence[str], steps: Any, numbers: Any, times: Any) -> None:
        """Numbers [n, tags] at steps [n]."""
        for step, row in zip(steps.tolist(), numbers.tolist(), strict=True):
            values = [{"tag": tag, "simple_value": number} for tag, number in zip(tags, row, strict=True)]
            self.add_summary(Summary(value=values), step)

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        if graph_def is not None:
            raise ValueError(f"Unexpected graph_def {graph_def}.")
        _check_step(global_step)
        self._graphs.append(graph)

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        _check_step(global_step)
        self._meta_graphs.append(meta_graph_def)

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        self._session_logs.append(session_log)

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        _check_step(global_step)
        self._run_metadata[tag] = run_metadata

    def flush(self) -> None:
        """Nothing waits."""

    def reopen(self) -> None:
        """It is never closed."""

    def close(self) -> None:
        """It has no file."""


def _check_step(step: Any) -> None:
    if step is not None and step < 0:
        raise ValueError(f"Invalid global_step {step}.")
