"""A thread of a test: what goes wrong in it fails the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class CheckedThread:
    """Runs `target` beside the test. `join` waits for it, and fails the test if it raised."""

    def __init__(
        self,
        testcase: Any,
        target: Callable[..., Any],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self._testcase, self._target = testcase, target
        self._args, self._kwargs = tuple(args or ()), dict(kwargs or {})
        self._thread = threading.Thread(target=self._run)
        self._error: BaseException | None = None
        self._is_joined = False

    def _run(self) -> None:
        try:
            self._target(*self._args, **self._kwargs)
        except Exception as error:
            self._error = error

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._is_joined = True
        self._thread.join()
        if self._error is not None:
            self._testcase.fail(f"Error in checkedThread: {self._error}")

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def check_termination(self) -> None:
        """Fails the test that ends before this thread was joined."""
        if self._is_joined:
            if self.is_alive():
                self._testcase.fail(
                    "Thread was not joined with main thread, and is still running when the test finished."
                )
        else:
            self._testcase.fail("A checked thread was not joined.")
