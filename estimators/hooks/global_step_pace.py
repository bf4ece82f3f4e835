"""How fast global_step advances, to say in how many runs it will reach a step."""

from __future__ import annotations

from typing import Any, final

from model_fns.global_step import get_global_step


@final
class GlobalStepPace:
    """Watches the values of global_step.

    Training advances it by one a run, but a program may do so by two (two optimizers), or irregularly. As long as the
    pace
    is not known, or when it changes, the answer is the very next run: too early costs a call, too late would miss the
    step.
    """

    def __init__(self) -> None:
        self._step: int | None = None
        self._per_run: float | None = None

    def start(self, global_step: Any) -> None:
        """Notes the value before the first run."""
        self._step, self._per_run = int(global_step), None

    def observe(self, global_step: Any, runs: int) -> None:
        """Notes the value after `runs` more runs."""
        step = int(global_step)
        if self._step is not None:
            pace = (step - self._step) / runs
            self._per_run = pace if self._per_run in (None, pace) else None
        self._step = step

    @property
    def is_one(self) -> bool:
        """Whether global_step advances by one a run, as far as is known."""
        return self._per_run == 1

    def step_after(self, runs: int) -> int:
        """What global_step will be after `runs` more runs, if it goes on like this."""
        return (self._step or 0) + int(runs * (self._per_run or 0))

    def runs_until(self, step: int | None) -> int:
        """In how many runs global_step will be `step` or more; 0 for None, a step that only a clock knows."""
        if step is None:
            return 0
        if self._step is None or self._per_run is None or self._per_run <= 0:
            return 1
        return max(1, -int((self._step - step) // self._per_run))


def required_global_step(hook_name: str) -> Any:
    """The default graph's global_step. RuntimeError, naming the hook that needs it, if there is none."""
    global_step = get_global_step()
    if global_step is None:
        raise RuntimeError(f"Global step should be created to use {hook_name}.")
    return global_step
