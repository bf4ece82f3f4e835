"""Every layer's and loss's gradients, by each input and each variable, in float64: what finite differences say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns.graph.dtypes import float64
from tests.cases import families
from tests.cases.families import FUNCTIONS, LAYERS, LOSSES, Projected
from tests.compiled import SEED

BATCH = 5
STEP = 1e-6

# No gradient, as in TensorFlow: a count or a constant; and one that stops at its labels, which are its logits too.
WITHOUT = {"get_regularization_loss_of_nothing", "in_top_k", "zero_fraction"}
STOPPED = {"softmax_cross_entropy_stops_at_labels"}


def total(case: Projected, feeds: dict[Any, Any], state: dict[str, np.ndarray]) -> float:
    """The case's output by its projection, and its penalties."""
    output, *penalties = evaluate(case.outputs, feeds, state, SEED)
    return float(np.sum(output * feeds[case.projection]) + sum(penalties))


def compare_with_differences(case: Projected) -> None:
    """The derivative along a random direction, for each input and variable by itself."""
    feeds, state = case.feeds(BATCH), case.case.state
    assert case.case.output.dtype == float64
    generator = np.random.default_rng(8)
    for label, (target, gradient) in case.gradients.items():
        value = feeds[target] if target in feeds else state[label]
        direction = generator.uniform(-1, 1, value.shape) * value  # a weight of zero stays one: it does not count

        def moved(
            by: float, label: str = label, target: Any = target, value: Any = value, direction: Any = direction
        ) -> float:
            there = value + by * direction
            if target in feeds:
                return total(case, feeds | {target: there}, state)
            return total(case, feeds, state | {label: there})

        (slopes,) = evaluate([gradient], feeds, state, SEED)
        assert slopes.shape == value.shape and slopes.dtype == np.float64, label
        expected = (moved(STEP) - moved(-STEP)) / (2 * STEP)
        size = max(1.0, float(np.sum(np.abs(slopes * direction))))
        assert abs(np.sum(slopes * direction) - expected) <= 1e-7 * size, label


@pytest.mark.parametrize("name", LAYERS)
def test_layer(name: str):
    case = families.layer(name, "float64")
    assert case.gradients.keys() == {*LAYERS[name][1], *(variable.op.name for variable in case.case.trained)}
    compare_with_differences(case)


@pytest.mark.parametrize("name", [name for name in (*LOSSES, *FUNCTIONS) if name not in WITHOUT | STOPPED])
def test_loss_or_small_function(name: str):
    case = families.loss(name, "float64")
    assert case.gradients
    compare_with_differences(case)
