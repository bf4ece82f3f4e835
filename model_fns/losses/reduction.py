"""How losses of single elements become one number."""

from __future__ import annotations

from typing import Any, final


@final
class Reduction:
    """How the losses l of single elements, with weights w, become one number.

    NONE: w * l, not reduced. SUM: sum(w l). MEAN: sum(w l) / sum(w).
    SUM_OVER_BATCH_SIZE: sum(w l) / number of elements.
    SUM_BY_NONZERO_WEIGHTS (the default): sum(w l) / number of elements with w != 0.
    A quotient by 0 is 0.
    """

    NONE = "none"
    SUM = "weighted_sum"
    MEAN = "weighted_mean"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key: Any) -> None:
        """ValueError unless `key` is one of them."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")
