"""Bias, relu and pooling as one: the same bits as one by one, and only where nothing else needs what lies between."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from estimators.compiler.executable import Executable
from estimators.compiler.pipeline import optimised
from estimators.compiler.reference import evaluate
from model_fns.autodiff import gradients
from model_fns.graph.graph import Graph
from model_fns.ops.activation import relu
from model_fns.ops.bias import bias_add
from model_fns.ops.control import control_dependencies, placeholder
from model_fns.ops.pooling import max_pool
from model_fns.ops.reduction import reduce_sum
from model_fns.variables import Variable
from tests.cases.compiled import captured

# height, width, channels, window, stride, padding, and whether the windows are whole and apart
SHAPES = {
    "28x28": (28, 28, 3, 2, 2, "SAME", True),
    "channels of a vector and a bit": (6, 4, 20, 2, 2, "VALID", True),
    "odd, the rest ignored": (5, 7, 2, 2, 2, "VALID", True),
    "odd, padded": (5, 7, 2, 2, 2, "SAME", False),
    "windows of 3": (9, 9, 2, 3, 3, "VALID", False),
    "overlapping": (6, 6, 2, 2, 1, "VALID", False),
}


def network(height: int, width: int, channels: int, window: int, stride: int, padding: str) -> dict[str, Any]:
    x = placeholder("float32", [None, height, width, channels], name="x")
    bias = placeholder("float32", [channels], name="bias")
    active = relu(bias_add(x, bias))
    pooled = max_pool(active, [1, window, window, 1], [1, stride, stride, 1], padding)
    by_x, by_bias = gradients(reduce_sum(pooled * pooled), [x, bias])
    return {"x": x, "bias": bias, "active": active, "pooled": pooled, "by_x": by_x, "by_bias": by_bias}


def kinds(program: Any) -> set[str]:
    return {statement.op.type for statement in program.statements}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fetched", [("pooled",), ("pooled", "by_x", "by_bias"), ("active", "pooled", "by_x")])
def test_same_bits(shape: str, fetched: tuple[str, ...]) -> None:
    *sizes, fusible = SHAPES[shape]
    with Graph().as_default():
        found = network(*sizes)
        fetches = [found[name] for name in fetched]
        program = optimised(captured(fetches, [found["x"], found["bias"]]))
        assert ("BiasReluMaxPool" in kinds(program)) == fusible
        assert ("MaxPool" in kinds(program)) == (not fusible)
        assert ("MaxPoolGrad" in kinds(program)) == (not fusible and "by_x" in fetched)
        executable = Executable(program)
        random = np.random.default_rng(5)
        for examples in (1, 0, 3):
            x = np.round(random.standard_normal((examples, *sizes[:3])) * 4).astype(np.float32)  # with ties
            bias = random.standard_normal(sizes[2]).astype(np.float32)
            feeds = {found["x"]: x, found["bias"]: bias}
            for workers in (1, 2):
                values = executable.run({}, [x, bias], workers=workers)[1]
                for name, value, wanted in zip(fetched, values, evaluate(fetches, feeds), strict=True):
                    if name == "by_bias":  # a sum: added in another order
                        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-4)
                    else:
                        np.testing.assert_array_equal(value, wanted)


@pytest.mark.parametrize("changed", ["bias", "image"])
def test_what_changes_before_the_pooling_is_not_read_again(changed: str) -> None:
    """An assignment between the sum and the pooling: the pooling is of what the sum was then."""
    with Graph().as_default():
        image, bias = Variable(np.ones((1, 4, 4, 2), np.float32), name="image"), Variable([1.0, -0.5], name="bias")
        total = bias_add(image, bias)
        active = relu(total)
        with control_dependencies([active]):
            target = bias if changed == "bias" else image
            assign = target.assign_add(target * 10.0)
        with control_dependencies([assign]):
            pooled = max_pool(active, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")
        by_image = gradients(reduce_sum(pooled * pooled), [active])[0]
        by_total = gradients(active, total, by_image)[0]
        program = optimised(captured([pooled, by_total], []))
        assert "BiasReluMaxPool" not in kinds(program) and "BiasReluMaxPoolGrad" not in kinds(program)
        state = {"image": np.ones((1, 4, 4, 2), np.float32), "bias": np.array([1, -0.5], np.float32)}
        values = Executable(program).run(state)[1]
    np.testing.assert_array_equal(values[0], np.broadcast_to(np.array([2, 0.5], np.float32), (1, 2, 2, 2)))
    assert values[1][0, 0, 0].tolist() == [4, 1]
    np.testing.assert_allclose(state[changed].ravel()[:1], 11)
