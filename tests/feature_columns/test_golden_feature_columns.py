"""input_layer and linear_model against TensorFlow 1.15: names, shapes and values of every kind of column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from estimators.session import Session
from estimators.state import State
from model_fns import feature_columns as fc
from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import placeholder
from model_fns.ops.reduction import reduce_sum
from model_fns.sparse_tensor import SparseTensor
from model_fns.variables import global_variables, trainable_variables
from tests.golden import feature_column_cases as cases
from tests.golden.inputs import variable_value

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "feature_columns.json").read_text(encoding="utf-8"))
BUILDS = {
    f"input_layer: {name}": lambda features, build=build: fc.input_layer(features, build(fc))
    for name, build in cases.LAYERS.items()
} | {
    f"linear_model: {name}": lambda features, build=build, options=options: fc.linear_model(
        features, build(fc), **options
    )
    for name, (build, options) in cases.LINEAR.items()
}


BUILDS |= {
    f"sparse: {name}": BUILDS[f"{'input_layer' if name in cases.LAYERS else 'linear_model'}: {name}"]
    for name in cases.SPARSE
}


def built(name: str) -> tuple[Tensor, dict[Tensor, Any]]:
    """The output and the feeds, in the default graph."""
    features: dict[str, Any] = {}
    feeds = {}
    for key, array in cases.FEATURES.items():
        if name.startswith("sparse: ") and key not in cases.DENSE:
            features[key] = cases.sparse(SparseTensor, array)
            continue
        features[key] = placeholder(as_dtype(array.dtype), [None, *array.shape[1:]], key)
        feeds[features[key]] = array
    return BUILDS[name](features), feeds


def variables() -> list[Any]:
    return sorted(global_variables(), key=lambda variable: variable.name)


def state_of_variables() -> dict[str, np.ndarray]:
    return {v.op.name: variable_value(v.op.name, n, v.dims, "float32") for n, v in enumerate(variables())}


@pytest.mark.parametrize("name", GOLDEN)
def test_columns_are_tensorflows(name: str):
    golden = GOLDEN[name]
    with Graph().as_default() as graph:
        output, feeds = built(name)
        trained = trainable_variables()
        assert [[v.op.name, v.shape.as_list(), v in trained] for v in variables()] == golden["variables"]
        assert graph.get_collection(GraphKeys.MODEL_VARIABLES) == global_variables()
        assert output.shape.as_list()[1:] == golden["shape"][1:]
        assert output.shape.is_compatible_with(golden["shape"])
        assert output.dtype == "float32"
        (value,) = evaluate([output], feeds, state_of_variables())
    np.testing.assert_allclose(value, golden["output"], rtol=2e-6, atol=1e-7)


def test_every_case_has_its_golden_values():
    assert sorted(BUILDS) == sorted(GOLDEN)


def test_all_columns_in_one_compiled_program():
    """...with their gradients, which reach every variable that is trained."""
    with Graph().as_default() as graph:
        outputs, feeds = [], {}
        features = {}
        for key, array in cases.FEATURES.items():
            features[key] = placeholder(as_dtype(array.dtype), [None, *array.shape[1:]], key)
            feeds[features[key]] = array
        outputs = [build(features) for name, build in BUILDS.items() if not name.startswith("sparse: ")]
        found = [gradients(reduce_sum(output * output), trainable_variables()) for output in outputs]
        found = [convert_to_tensor(g) for group in found for g in group if g is not None]
        every = [*outputs, *found]
        assert len(every) - len(outputs) == len(trainable_variables())
        arrays = state_of_variables()
        expected = evaluate(every, feeds, dict(arrays))
        state = State(0)
        for name, array in arrays.items():
            state.arrays[name] = array
        values = Session(graph=graph, state=state).run(every, feeds)
    for value, other in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-6)
