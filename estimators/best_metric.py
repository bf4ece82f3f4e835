"""BestMetric: by which number of an evaluation one checkpoint is better than another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class BestMetric:
    """A metric, as evaluate names it, and which way is up.

    Args:
      name: `loss`, or a name among the model's eval_metric_ops.
      higher_is_better: True for an accuracy, False for a loss.
      evaluation: the `name` of the evaluations that count; by default those without one.
    Raises ValueError for an empty name, TypeError if `higher_is_better` is not True or False.
    """

    name: str
    higher_is_better: bool
    evaluation: str | None = None

    def __post_init__(self) -> None:
        if not self.name or not isinstance(self.name, str):
            raise ValueError(f"BestMetric: name must be a metric's name, such as 'accuracy', not {self.name!r}.")
        if not isinstance(self.higher_is_better, bool):
            raise TypeError(f"BestMetric: higher_is_better must be True or False, not {self.higher_is_better!r}.")

    def prefers(self, score: float, other: float) -> bool:
        """Whether `score` is better than `other`. One that is not a number is never better, and always worse."""
        if math.isnan(score) or math.isnan(other):
            return not math.isnan(score)
        return score > other if self.higher_is_better else score < other
