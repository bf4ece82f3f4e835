"""When something that happens every N seconds or steps is due."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import final


class HookTimer(ABC):
    """Says at which steps to act."""

    def reset(self) -> None:
        """Forgets what it was triggered by."""

    @abstractmethod
    def should_trigger_for_step(self, step: int) -> bool:
        """True if it is time to act at this step."""

    @abstractmethod
    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        """Notes that it was acted at this step; returns (seconds, steps) since the last time, at first (None, None)."""

    @abstractmethod
    def last_triggered_step(self) -> int | None:
        """The step last acted at, None if there was none."""

    @abstractmethod
    def next_triggered_step(self) -> int | None:
        """The step at which it will be due, -1 for at once, None if steps do not decide it."""


class SecondOrStepTimer(HookTimer):
    """Due at the first step, then every `every_secs` seconds or `every_steps` steps, whichever is given.

    Raises ValueError unless exactly one is given.
    """

    def __init__(self, every_secs: float | None = None, every_steps: int | None = None) -> None:
        if every_secs is None and every_steps is None:
            raise ValueError("Either every_secs or every_steps should be provided.")
        if every_secs is not None and every_steps is not None:
            raise ValueError("Can not provide both every_secs and every_steps.")
        self._every_secs = every_secs
        self._every_steps = every_steps
        self.reset()

    def reset(self) -> None:
        self._last_triggered_step: int | None = None
        self._last_triggered_time: float | None = None

    def should_trigger_for_step(self, step: int) -> bool:
        if self._last_triggered_step is None or self._last_triggered_time is None:
            return True
        if self._last_triggered_step == step:
            return False
        if self._every_secs is not None:
            return time.time() >= self._last_triggered_time + self._every_secs
        return self._every_steps is not None and step >= self._last_triggered_step + self._every_steps

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        return self.triggered(step, time.time())

    def triggered(self, step: int, now: float) -> tuple[float | None, int | None]:
        """`update_last_triggered_step` for what was acted at some time ago."""
        elapsed: tuple[float | None, int | None] = (None, None)
        if self._last_triggered_time is not None and self._last_triggered_step is not None:
            elapsed = (now - self._last_triggered_time, step - self._last_triggered_step)
        self._last_triggered_time, self._last_triggered_step = now, step
        return elapsed

    def last_triggered_step(self) -> int | None:
        return self._last_triggered_step

    @property
    def every_steps(self) -> int | None:
        """How often it is due, if steps decide that and it was acted once."""
        return None if self._last_triggered_step is None else self._every_steps

    def next_triggered_step(self) -> int | None:
        if self._last_triggered_step is None:
            return -1
        return None if self._every_steps is None else self._last_triggered_step + self._every_steps


@final
class NeverTriggerTimer(HookTimer):
    """Never due."""

    def should_trigger_for_step(self, step: int) -> bool:
        return False

    def update_last_triggered_step(self, step: int) -> tuple[float | None, int | None]:
        return (None, None)

    def last_triggered_step(self) -> int | None:
        return None

    def next_triggered_step(self) -> int | None:
        return None
