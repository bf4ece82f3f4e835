"""Scalar functions for loops in machine code: each takes and returns one dtype, and costs no call.

They are numba intrinsics: they write LLVM instructions straight into the loop that uses them, which LLVM then turns
into vector code. Operands must be of one dtype, as in TensorFlow; an integer literal takes the dtype of the others. (A
literal such as `0.5` is float64 to numba and is refused beside a float32: no float32 becomes float64 unnoticed.)

`FUNCTIONS` names all of them. Where TensorFlow and NumPy differ in a corner (floor_divide of floats), NumPy is
followed.
"""

import math
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing.templates import signature as typed
from numba.extending import intrinsic

from estimators.kernels import polynomials
from estimators.kernels.value import Value, larger, smaller

FUNCTIONS: dict[str, Any] = {}
Generator = Callable[..., ir.Value]  # (builder, dtype, *operands) -> result
_GENERATORS: dict[str, tuple[dict[Any, Generator], Any]] = {}  # name -> (by dtype or its class, result)


def _dtype(operands: tuple[Any, ...]) -> Any:
    """The one dtype of the operands, or None; integer literals have none of their own unless all are literals."""
    firm = {operand for operand in operands if not isinstance(operand, types.IntegerLiteral)}
    dtypes = firm or {types.unliteral(operand) for operand in operands}
    return dtypes.pop() if len(dtypes) == 1 else None


def _define(name: str, generators: dict[Any, Generator], operands: int = 1, result: Any = None) -> Any:
    """The intrinsic of that name. `generators` are found by dtype, or by class of dtypes; `result` is the result's
    dtype, where it is not that of the operands."""

    _GENERATORS[name] = generators, result

    def resolve(*given: Any) -> Any:
        dtype = _dtype(given)
        generator = generators.get(dtype) or generators.get(type(dtype))
        if generator is None:
            return None

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
            return generator(builder, dtype, *arguments)

        return typed(result or dtype, *[dtype] * operands), generate

    def unary(typing_context, x):
        return resolve(x)

    def binary(typing_context, x, y):
        return resolve(x, y)

    function = unary if operands == 1 else binary
    function.__name__ = function.__qualname__ = name
    FUNCTIONS[name] = intrinsic(prefer_literal=True)(function)
    return FUNCTIONS[name]


def generate(name: str, builder: ir.IRBuilder, dtype: Any, *operands: ir.Value) -> tuple[Any, ir.Value]:
    """Writes the function of that name for operands of one dtype (numba's): the result's dtype, and the result."""
    generators, result = _GENERATORS[name]
    generator = generators.get(dtype) or generators[type(dtype)]
    return result or dtype, generator(builder, dtype, *operands)


def _formula(build: Callable[..., Value]) -> Generator:
    """Generates a formula over values."""
    return lambda builder, dtype, *operands: build(*(Value(builder, operand) for operand in operands)).ir


def _instruction(name: str) -> Generator:
    """Generates an LLVM intrinsic function of floats."""
    return _formula(lambda x: x.instruction(name))


def _library(name: str) -> Generator:
    """Generates a call of the C library's function of that name; its float32 namesake has an f at the end."""

    def generate(builder: ir.IRBuilder, dtype: Any, *operands: ir.Value) -> ir.Value:
        kind, symbol = operands[0].type, name if dtype == types.float64 else f"{name}f"
        declared = ir.FunctionType(kind, [kind] * len(operands))
        return builder.call(cgutils.get_or_insert_function(builder.module, declared, symbol), operands)

    return generate


def _power_of_integers(builder: ir.IRBuilder, dtype: Any, base: ir.Value, exponent: ir.Value) -> ir.Value:
    """By squaring, with wrap-around; a negative exponent gives 1 / base ** -exponent, which is 0 but for 1 and -1."""
    kind = base.type
    zero, one, minus_one = (ir.Constant(kind, number) for number in (0, 1, -1))
    negative = builder.icmp_signed("<", exponent, zero)
    left, square, result = (cgutils.alloca_once(builder, kind) for _ in range(3))
    builder.store(builder.select(negative, builder.neg(exponent), exponent), left)
    builder.store(base, square)
    builder.store(one, result)
    test, body, after = (builder.append_basic_block(name) for name in ("test", "square", "done"))
    builder.branch(test)
    builder.position_at_end(test)
    rest = builder.load(left)
    builder.cbranch(builder.icmp_signed("!=", rest, zero), body, after)
    builder.position_at_end(body)
    factor, product = builder.load(square), builder.load(result)
    odd = builder.trunc(rest, ir.IntType(1))
    builder.store(builder.select(odd, builder.mul(product, factor), product), result)
    builder.store(builder.mul(factor, factor), square)
    builder.store(builder.lshr(rest, one), left)
    builder.branch(test)
    builder.position_at_end(after)
    whole = builder.load(result)
    unit = builder.or_(builder.icmp_signed("==", whole, one), builder.icmp_signed("==", whole, minus_one))
    return builder.select(negative, builder.select(unit, whole, zero), whole)


def _same(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    return x


def _never(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    return ir.Constant(ir.IntType(1), 0)


def _always(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    return ir.Constant(ir.IntType(1), 1)


def _of_floats(float32: Callable[..., Value], float64: str) -> dict[Any, Generator]:
    """A formula in float32, in float64 a function of the C library."""
    return {types.float32: _formula(float32), types.float64: _library(float64)}


def _sigmoid_float64(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    """As polynomials.sigmoid, from the C library's exp."""
    value = Value(builder, x)
    e = Value(builder, _library("exp")(builder, dtype, (-value.instruction("fabs")).ir))
    return ((value < 0.0).select(e, e.constant(1.0)) / (e + 1.0)).ir


def _softplus_float64(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    """ln(1 + e**x) = max(x, 0) + ln(1 + e**-|x|)"""
    value = Value(builder, x)
    e = _library("exp")(builder, dtype, (-value.instruction("fabs")).ir)
    small = Value(builder, _library("log1p")(builder, dtype, e))
    return ((value > 0.0).select(value, value.constant(0.0)) + small).ir


exp = _define("exp", _of_floats(polynomials.exp, "exp"))
expm1 = _define("expm1", _of_floats(polynomials.expm1, "expm1"))
log = _define("log", _of_floats(polynomials.log, "log"))
log1p = _define("log1p", _of_floats(polynomials.log1p, "log1p"))
tanh = _define("tanh", _of_floats(polynomials.tanh, "tanh"))
erf = _define("erf", _of_floats(polynomials.erf, "erf"))
sigmoid = _define("sigmoid", {types.float32: _formula(polynomials.sigmoid), types.float64: _sigmoid_float64})
softplus = _define("softplus", {types.float32: _formula(polynomials.softplus), types.float64: _softplus_float64})
sin = _define("sin", {types.Float: _library("sin")})
cos = _define("cos", {types.Float: _library("cos")})
tan = _define("tan", {types.Float: _library("tan")})
arcsin = _define("arcsin", {types.Float: _library("asin")})
arccos = _define("arccos", {types.Float: _library("acos")})
arctan = _define("arctan", {types.Float: _library("atan")})
power = _define("power", {types.Float: _library("pow"), types.Integer: _power_of_integers}, operands=2)
sqrt = _define("sqrt", {types.Float: _instruction("sqrt")})
rsqrt = _define("rsqrt", {types.Float: _formula(lambda x: 1.0 / x.instruction("sqrt"))})
floor = _define("floor", {types.Float: _instruction("floor"), types.Integer: _same})
ceil = _define("ceil", {types.Float: _instruction("ceil"), types.Integer: _same})
round_half_even = _define("round_half_even", {types.Float: _instruction("roundeven"), types.Integer: _same})


# Signs and order ------------------------------------------------------------------------------------------------------
def _sign(x: Value) -> Value:
    """-1, 0 or 1; NaN stays NaN."""
    return (x > 0.0).select(x.constant(1.0), (x < 0.0).select(x.constant(-1.0), x))


def _sign_integer(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    zero = ir.Constant(x.type, 0)
    if not dtype.signed:
        return builder.zext(builder.icmp_unsigned("!=", x, zero), x.type)
    positive = builder.zext(builder.icmp_signed(">", x, zero), x.type)
    return builder.sub(positive, builder.zext(builder.icmp_signed("<", x, zero), x.type))


def _absolute_integer(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    if not dtype.signed:
        return x
    return builder.select(builder.icmp_signed("<", x, ir.Constant(x.type, 0)), builder.neg(x), x)


def _choose_integer(comparison: str) -> Generator:
    def generate(builder: ir.IRBuilder, dtype: Any, x: ir.Value, y: ir.Value) -> ir.Value:
        compare = builder.icmp_signed if dtype.signed else builder.icmp_unsigned
        return builder.select(compare(comparison, x, y), x, y)

    return generate


def _square_integer(builder: ir.IRBuilder, dtype: Any, x: ir.Value) -> ir.Value:
    return builder.mul(x, x)


absolute = _define("absolute", {types.Float: _instruction("fabs"), types.Integer: _absolute_integer})
sign = _define("sign", {types.Float: _formula(_sign), types.Integer: _sign_integer})
square = _define("square", {types.Float: _formula(lambda x: x * x), types.Integer: _square_integer})
maximum = _define("maximum", {types.Float: _formula(larger), types.Integer: _choose_integer(">")}, operands=2)
minimum = _define("minimum", {types.Float: _formula(smaller), types.Integer: _choose_integer("<")}, operands=2)


# Division towards minus infinity, with Python's rule: the remainder has the sign of the divisor -----------------------
def _divide_integers(builder: ir.IRBuilder, dtype: Any, x: ir.Value, y: ir.Value) -> tuple[Any, Any]:
    """Quotient and remainder; both 0 where y is 0. The processor stops the program at x / 0 and at minimum / -1, so
    these are never computed: x / -1 is -x."""
    zero, one, minus_one = (ir.Constant(x.type, number) for number in (0, 1, -1))
    undefined = builder.icmp_signed("==", y, zero)
    if not dtype.signed:
        divisor = builder.select(undefined, one, y)
        quotient, remainder = builder.udiv(x, divisor), builder.urem(x, divisor)
    else:
        negate = builder.icmp_signed("==", y, minus_one)
        divisor = builder.select(builder.or_(undefined, negate), one, y)
        quotient, remainder = builder.sdiv(x, divisor), builder.srem(x, divisor)
        opposite = builder.icmp_signed("<", builder.xor(remainder, divisor), zero)
        adjust = builder.and_(opposite, builder.icmp_signed("!=", remainder, zero))
        quotient = builder.add(quotient, builder.sext(adjust, x.type))
        remainder = builder.add(remainder, builder.select(adjust, divisor, zero))
        quotient = builder.select(negate, builder.neg(x), quotient)
    return builder.select(undefined, zero, quotient), builder.select(undefined, zero, remainder)


def _divide_floats(x: Value, y: Value) -> tuple[Value, Value]:
    """As NumPy's divmod: from the exact remainder, so that quotient * y + remainder is x; y = 0 gives x / 0 and NaN."""
    remainder = Value(x.builder, x.builder.frem(x.ir, y.ir))
    exact = remainder.equals(0.0)
    quotient = (x - remainder) / y
    opposite = (remainder < 0.0).select(y > 0.0, y < 0.0)
    adjusted = exact.select(remainder.constant(0.0).instruction("copysign", y), remainder)
    adjusted = opposite.select(exact.select(adjusted, remainder + y), adjusted)
    quotient = opposite.select(exact.select(quotient, quotient - 1.0), quotient)
    rounded = quotient.instruction("floor")
    rounded = (quotient - rounded > 0.5).select(rounded + 1.0, rounded)
    rounded = quotient.equals(0.0).select(quotient.constant(0.0).instruction("copysign", x / y), rounded)
    return y.equals(0.0).select(x / y, rounded), adjusted


floor_divide = _define(
    "floor_divide",
    {
        types.Float: _formula(lambda x, y: _divide_floats(x, y)[0]),
        types.Integer: lambda *operands: _divide_integers(*operands)[0],
    },
    operands=2,
)
floor_mod = _define(
    "floor_mod",
    {
        types.Float: _formula(lambda x, y: _divide_floats(x, y)[1]),
        types.Integer: lambda *operands: _divide_integers(*operands)[1],
    },
    operands=2,
)


# Truth values ---------------------------------------------------------------------------------------------------------
def _is_inf(x: Value) -> Value:
    return x.instruction("fabs").equals(math.inf)


def _is_finite(x: Value) -> Value:
    return x.instruction("fabs") < math.inf


def _logical(name: str) -> Generator:
    return lambda builder, dtype, *operands: getattr(builder, name)(*operands)


is_nan = _define("is_nan", {types.Float: _formula(Value.is_nan), types.Integer: _never}, result=types.boolean)
is_inf = _define("is_inf", {types.Float: _formula(_is_inf), types.Integer: _never}, result=types.boolean)
is_finite = _define("is_finite", {types.Float: _formula(_is_finite), types.Integer: _always}, result=types.boolean)
logical_and = _define("logical_and", {types.Boolean: _logical("and_")}, operands=2)
logical_or = _define("logical_or", {types.Boolean: _logical("or_")}, operands=2)
logical_xor = _define("logical_xor", {types.Boolean: _logical("xor")}, operands=2)
logical_not = _define("logical_not", {types.Boolean: _logical("not_")})


@intrinsic(prefer_literal=True)
def where(typing_context: Any, condition: Any, if_true: Any, if_false: Any) -> Any:
    """`if_true` where the condition holds, `if_false` elsewhere; both are computed."""
    dtype = _dtype((if_true, if_false))
    if dtype is None or condition != types.boolean:
        return None

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
        return builder.select(*arguments)

    return typed(dtype, types.boolean, dtype, dtype), generate


FUNCTIONS["where"] = where
