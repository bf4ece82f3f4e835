"""Our ops under the names a golden case of op_cases.py calls them by."""

from types import SimpleNamespace
from typing import Any

from model_fns.graph import dtypes
from model_fns.graph.graph import get_default_graph
from model_fns.ops import (
    activation,
    arithmetic,
    bias,
    clipping,
    comparison,
    control,
    convolution,
    division,
    elementary,
    embeddings,
    getitem,
    indexing,
    joining,
    linalg,
    moments,
    norms,
    pooling,
    reduction,
    shaping,
    slicing,
    softmax,
    tensordot,
)


def _public(*modules: Any) -> dict[str, Any]:
    """The functions of modules, under TensorFlow's names: without the underscore that keeps clear of Python's own."""
    return {
        name.rstrip("_"): item
        for module in modules
        for name, item in vars(module).items()
        if callable(item) and name[:1].islower()
    }


_elementwise = _public(arithmetic, division, elementary, comparison, activation)
tf = SimpleNamespace(
    **_public(
        shaping,
        slicing,
        getitem,
        joining,
        linalg,
        indexing,
        control,
        arithmetic,
        division,
        comparison,
        reduction,
        clipping,
        tensordot,
    ),
    float32=dtypes.float32,
    int32=dtypes.int32,
    name_scope=lambda name: get_default_graph().name_scope(name),
    math=SimpleNamespace(**_elementwise, floormod=division.mod),
    nn=SimpleNamespace(
        **_public(activation, softmax, convolution, pooling, indexing, embeddings, norms, moments, bias)
    ),
)
