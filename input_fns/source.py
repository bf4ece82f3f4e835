"""ArraySource: arrays in memory as an endless or finite stream of batches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np

from input_fns.batching import BatchPlan


@final
@dataclass(frozen=True, eq=False)
class ArraySource:
    """Arrays with the same number of rows, how they are cut into batches, and whether each epoch has its own order.

    It holds no place in the stream: the session that reads it does, and writes it into checkpoints.
    """

    arrays: tuple[np.ndarray[Any, Any], ...]
    plan: BatchPlan
    shuffled: bool

    @cached_property
    def signature(self) -> str:
        """What must be the same for a place in one stream to be a place in another."""
        plan = self.plan
        return f"{plan.rows} rows, batch {plan.batch_size}, epochs {plan.num_epochs}, shuffled {self.shuffled}"
