"""How `gradients` may be asked for them: what stands for an unconnected one, and how several are added."""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar, final


@final
class UnconnectedGradients(Enum):
    """What the gradient is by what the result does not depend on."""

    NONE = "none"
    ZERO = "zero"


@final
class AggregationMethod:
    """How gradients that meet are added; all are the same sum here."""

    ADD_N: ClassVar[int] = 0
    DEFAULT: ClassVar[int] = 0
    EXPERIMENTAL_TREE: ClassVar[int] = 1
    EXPERIMENTAL_ACCUMULATE_N: ClassVar[int] = 2


def verify_aggregation(method: Any) -> None:
    """ValueError unless it is None or one of AggregationMethod's."""
    if method not in (None, 0, 1, 2):
        raise ValueError(f"Invalid aggregation_method specified {method}.")


def wants_zeros(unconnected: Any) -> bool:
    """Whether an unconnected gradient is to be zeros. ValueError unless this is None, a member or its value."""
    try:
        return unconnected is not None and UnconnectedGradients(unconnected) is UnconnectedGradients.ZERO
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {unconnected!r}") from None
