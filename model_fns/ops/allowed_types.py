"""Which element types each kind of operation takes, and TensorFlow's sentences for those that it does not."""

from __future__ import annotations

from collections.abc import Sequence

from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor

_FLOATING = ("bfloat16", "float16", "float32", "float64")
_COMPLEX = ("complex64", "complex128")
_ORDERED = (
    *("float32", "float64", "int32", "uint8", "int16", "int8", "int64", "bfloat16", "uint16", "float16", "uint32"),
    "uint64",
)
_NUMBERS = (
    *("float32", "float64", "int32", "uint8", "int16", "int8", "complex64", "int64", "qint8", "quint8", "qint32"),
    *("bfloat16", "uint16", "complex128", "float16", "uint32", "uint64"),
)
_SIGNED = (*_FLOATING, "int32", "int64", *_COMPLEX)
_WITH_SMALL = (*_FLOATING, "uint8", "int8", "uint16", "int16", "int32", "int64", *_COMPLEX)
_LAYERS = ("float16", "bfloat16", "float32", "float64")
_MATRICES = ("float64", "float32", "float16", *_COMPLEX)

# Types -> the operations, each as its kind and the inputs that share one of them.
_TABLE: dict[tuple[str, ...], str] = {
    _SIGNED: "Acos(x) Asin(x) Atan(x) BatchMatMulV2(x,y) MatMul(a,b) Neg(x) Reciprocal(x) Round(x) Sign(x) Square(x) "
    "SquaredDifference(x,y) Tan(x) Pow(x,y)",
    (*_FLOATING, *_COMPLEX): "Acosh(x) Asinh(x) Atanh(x) Cos(x) Cosh(x) Exp(x) Expm1(x) Log(x) Log1p(x) Rsqrt(x) "
    "Sigmoid(x) Sin(x) Sinh(x) Sqrt(x) Tanh(x)",
    _FLOATING: "Atan2(y,x) BesselI0e(x) BesselI1e(x) Ceil(x) CheckNumerics(tensor) Digamma(x) Erf(x) Erfc(x) Floor(x) "
    "IsFinite(x) IsInf(x) IsNan(x) Lgamma(x)",
    (*_FLOATING, "int8", "int16", "int32", "int64"): "Abs(x)",
    (*_FLOATING, "uint8", "int8", "int16", "int32", "int64", *_COMPLEX, "string"): "Add(x,y) AddV2(x,y)",
    _WITH_SMALL: "FloorDiv(x,y) Mul(x,y) RealDiv(x,y) Sub(x,y)",
    ("int32", "int64", *_FLOATING): "FloorMod(x,y) Mod(x,y)",
    (*_FLOATING, "int32", "int64"): "Maximum(x,y) Minimum(x,y)",
    _ORDERED: "Greater(x,y) GreaterEqual(x,y) Less(x,y) LessEqual(x,y) Relu6(features) TopKV2(input) "
    "UnsortedSegmentMax(data) UnsortedSegmentMin(data)",
    (*_ORDERED, "qint8"): "Relu(features)",
    _NUMBERS: "ArgMax(input) ArgMin(input) BiasAdd(value,bias) Cumprod(x) Cumsum(x) Max(input) Mean(input) Min(input) "
    "Prod(input) Sum(input) UnsortedSegmentSum(data)",
    _LAYERS: "AvgPool(value) Conv2D(input,filter) Elu(features) LeakyRelu(features) LogSoftmax(logits) Selu(features) "
    "Softmax(logits) SoftmaxCrossEntropyWithLogits(features,labels) Softplus(features) Softsign(features) "
    "SparseSoftmaxCrossEntropyWithLogits(features)",
    _MATRICES: "Cholesky(input) MatrixInverse(input) MatrixSolve(matrix,rhs) MatrixTriangularSolve(matrix,rhs)",
    ("uint8", "int32", "int64"): "OneHot(indices)",
    ("bool",): "LogicalAnd(x,y) LogicalOr(x,y) LogicalXor(x,y) LogicalNot(x)",
    ("float32", "float64"): "Betainc(a,b,x) Igamma(a,x) Igammac(a,x) Polygamma(a,x) Zeta(x,q)",
}


def _read_table() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Kind of operation -> names of the inputs, allowed types."""
    rules = {}
    for types, text in _TABLE.items():
        for entry in text.split():
            kind, _, names = entry.rstrip(")").partition("(")
            rules[kind] = tuple(names.split(",")), types
    return rules


_RULES = _read_table()


def verify_types(definition: Op, tensors: Sequence[Tensor]) -> None:
    """TypeError if an input has an element type that this kind of operation does not take, or not beside the first."""
    rule = _RULES.get(definition.type)
    if rule is None:
        return
    names, allowed = rule
    for name, tensor in zip(names, tensors, strict=False):
        given = tensor.dtype.name
        what = f"Input '{name}' of '{definition.type}' Op has type {given} that does not match"
        if allowed == ("bool",):
            if given != "bool":
                raise TypeError(f"{what} expected type of bool.")
        elif given not in allowed:
            raise TypeError(
                f"Value passed to parameter '{name}' has DataType {given} not in list of allowed values: "
                f"{', '.join(allowed)}"
            )
        elif given != tensors[0].dtype.name:
            raise TypeError(f"{what} type {tensors[0].dtype.name} of argument '{names[0]}'.")
