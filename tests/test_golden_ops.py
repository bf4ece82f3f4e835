"""Ops against TensorFlow 1.15: names, static shapes, values and gradients of the cases in golden/op_cases.py."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as facade
from estimators.compiler.reference import evaluate
from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import Graph
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import placeholder
from model_fns.ops.reduction import reduce_sum
from tests.golden import array_op_cases, op_cases
from tests.golden.op_namespace import tf

CASES = op_cases.CASES | array_op_cases.CASES
HERE = Path(__file__).parent / "golden"
# TensorFlow makes matrices of the logits, even if they are, and a vector of the losses: its last op is .../Reshape_2.
COMPOSED_OTHERWISE = {
    *("softmax_cross_entropy", "softmax_cross_entropy_v1"),
    *("dynamic_partition", "image_rot90", "nce_loss"),
}
# What TensorFlow computes in float32, or from constants in float32, although the result is float64.
IN_FLOAT32 = {"lrn", "fused_batch_norm", "fused_batch_norm_variance"}


@cache
def facts() -> dict[str, Any]:
    return json.loads((HERE / "ops.json").read_text())  # type: ignore[no-any-return]


@cache
def golden() -> dict[str, np.ndarray]:
    with np.load(HERE / "ops.npz", allow_pickle=False) as file:
        return dict(file)


def built(name: str, dtype: str) -> tuple[Tensor, list[Tensor], dict[Tensor, np.ndarray]]:
    build, given = CASES[name]
    arrays = [op_cases.array(kind, shape, number, dtype) for number, (kind, shape) in enumerate(given)]
    tensors = [placeholder(array.dtype, [None, *array.shape[1:]], name="given") for array in arrays]
    namespace = facade if name in array_op_cases.CASES else tf
    return build(namespace, *tensors), tensors, dict(zip(tensors, arrays, strict=True))


def test_every_case_has_its_golden_numbers():
    assert set(facts()) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_names_and_shapes_are_tensorflows(name: str):
    with Graph().as_default() as graph:
        output, _, _ = built(name, "float64")
        made_of_several = name in array_op_cases.CASES and "/" in facts()[name]["name"]  # of which ours may be others
        if name not in COMPOSED_OTHERWISE and not made_of_several:
            assert output.name == facts()[name]["name"]
        if name.startswith("operator"):
            assert [operation.name for operation in graph.operations] == facts()[name]["operations"]
        assert output.dtype.name == facts()[name]["dtype"]
        known = facts()[name]["shape"]
        assert output.shape.is_compatible_with(known)
        assert [
            size
            for size, theirs in zip(output.shape.as_list(), known, strict=True)
            if size is None and theirs is not None
        ] == []


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_tensorflows(name: str, dtype: str):
    digits = "float32" if name in IN_FLOAT32 or name.startswith("image_") else dtype
    with Graph().as_default():
        output, tensors, feeds = built(name, dtype)
        (value,) = evaluate([output], feeds)
        compare(value, golden()[f"{name}/output"], digits, "the value")
        if not output.dtype.is_floating:
            return
        weights = np.cos(np.arange(np.size(value))).astype(output.dtype.as_numpy_dtype).reshape(np.shape(value))
        sources = [tensor for tensor in tensors if tensor.dtype.is_floating]
        for number, gradient in enumerate(gradients(reduce_sum(output * weights), sources)):
            wanted = golden().get(f"{name}/gradient/{number}")
            assert (gradient is None) == (wanted is None), f"the gradient by input {number}"
            if gradient is not None and wanted is not None:
                compare(
                    evaluate([convert_to_tensor(gradient)], feeds)[0], wanted, digits, f"the gradient by input {number}"
                )


def compare(value: Any, wanted: np.ndarray, dtype: str, what: str) -> None:
    exact, close = {"float32": (1e-5, 3e-6), "float64": (1e-10, 1e-12)}[dtype]
    finite = np.abs(wanted[np.isfinite(wanted)]) if wanted.dtype.kind == "f" else np.ones(1)
    # A sum whose terms cancel is as exact as the largest of them.
    np.testing.assert_allclose(value, wanted, rtol=exact, atol=close * finite.max(initial=1e-3), err_msg=what)
