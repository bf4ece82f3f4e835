"""Interrupts: Ctrl-C and SIGTERM during a training let the running chunk finish, so that nothing is lost."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any, final

from estimators import logging


@final
class Interrupts:
    """A context in which the first SIGINT or SIGTERM is noted in `pending`, and the second acts at once.

    Outside the main thread, where Python allows no handlers, it does nothing.
    """

    def __init__(self) -> None:
        self.pending: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                before = signal.getsignal(number)
                if before is not None and before is not signal.SIG_IGN:
                    self._before[number] = before
                    signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: Any) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.pending is None:
            self.pending = number
            logging.warning(
                "%s: finishing the step and saving; once more to leave at once.", signal.Signals(number).name
            )
            return
        self._leave(number, frame)

    def _leave(self, number: int, frame: FrameType | None) -> None:
        before = self._before[number]
        signal.signal(number, before)
        if callable(before):
            before(number, frame)
        else:
            os.kill(os.getpid(), number)

    def reraise(self) -> None:
        """Lets what was noted take its course, now that everything is saved."""
        if self.pending is not None:
            self._leave(self.pending, None)
