"""A number of the machine code under construction, with Python's operators.

Formulas written over `Value` become LLVM instructions where numba generates a kernel: no function is typed, compiled
or called for them, so they cost almost no compile time and always end up inside the caller's loop. A `Value` may
hold a scalar or an LLVM vector; the same formula gives the same bits for both, because multiply-add is fused only
where `fused_multiply_add` is written.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

_NAMES = {ir.FloatType(): "f32", ir.DoubleType(): "f64"}


@dataclass(frozen=True)
class Value:
    """A float32 or float64 (or a truth value, or an integer of the same width), and the builder that extends it."""

    builder: ir.IRBuilder
    ir: ir.Value

    def _other(self, other: Value | float) -> ir.Value:
        return other.ir if isinstance(other, Value) else self.constant(other).ir

    def _value(self, instruction: ir.Value) -> Value:
        return Value(self.builder, instruction)

    def constant(self, number: float | int) -> Value:
        """The number in this value's type; in every lane of a vector."""
        if isinstance(self.ir.type, ir.VectorType):
            return self._value(ir.Constant(self.ir.type, [number] * self.ir.type.count))
        return self._value(ir.Constant(self.ir.type, number))

    def __add__(self, other: Value | float) -> Value:
        return self._value(self.builder.fadd(self.ir, self._other(other)))

    def __sub__(self, other: Value | float) -> Value:
        return self._value(self.builder.fsub(self.ir, self._other(other)))

    def __rsub__(self, other: float) -> Value:
        return self.constant(other) - self

    def __mul__(self, other: Value | float) -> Value:
        return self._value(self.builder.fmul(self.ir, self._other(other)))

    def __truediv__(self, other: Value | float) -> Value:
        return self._value(self.builder.fdiv(self.ir, self._other(other)))

    def __rtruediv__(self, other: float) -> Value:
        return self.constant(other) / self

    def __neg__(self) -> Value:
        return self._value(self.builder.fneg(self.ir))

    def __lt__(self, other: Value | float) -> Value:
        return self._value(self.builder.fcmp_ordered("<", self.ir, self._other(other)))

    def __gt__(self, other: Value | float) -> Value:
        return self._value(self.builder.fcmp_ordered(">", self.ir, self._other(other)))

    def equals(self, other: Value | float) -> Value:
        """Whether they are equal; False for NaN. (`==` is left to mean the same object.)"""
        return self._value(self.builder.fcmp_ordered("==", self.ir, self._other(other)))

    def is_nan(self) -> Value:
        """Whether this is NaN."""
        return self._value(self.builder.fcmp_unordered("uno", self.ir, self.ir))

    def select(self, if_true: Value, if_false: Value | float) -> Value:
        """This truth value's choice between two values, without a branch."""
        return self._value(self.builder.select(self.ir, if_true.ir, if_true._other(if_false)))

    def instruction(self, name: str, *others: Value | float) -> Value:
        """LLVM's intrinsic function of that name (`floor`, `sqrt`, `fma`, ...), of this and more values of its type."""
        kind = self.ir.type
        vector = isinstance(kind, ir.VectorType)
        # declare_intrinsic does not take vectors, so the name is built by hand.
        suffix = f"v{kind.count}{_NAMES[kind.element]}" if vector else _NAMES[kind]
        module, name = self.builder.module, f"llvm.{name}.{suffix}"
        arguments = [self.ir, *(self._other(other) for other in others)]
        declared = ir.FunctionType(kind, [kind] * len(arguments))
        function = module.globals.get(name) or ir.Function(module, declared, name)
        return self._value(self.builder.call(function, arguments))

    def polynomial(self, *coefficients: float) -> Value:
        """Horner's scheme with fused multiply-add, the coefficient of the highest power first."""
        result = self.constant(coefficients[0])
        for coefficient in coefficients[1:]:
            result = fused_multiply_add(result, self, coefficient)
        return result

    def bits(self) -> Value:
        """A float32's bits as an int32."""
        return self._value(self.builder.bitcast(self.ir, self._retyped(ir.IntType(32))))

    def from_bits(self) -> Value:
        """The float32 of which this int32 holds the bits."""
        return self._value(self.builder.bitcast(self.ir, self._retyped(ir.FloatType())))

    def as_float32(self) -> Value:
        """The int32's value as a float32."""
        return self._value(self.builder.sitofp(self.ir, self._retyped(ir.FloatType())))

    def plus(self, other: Value | int) -> Value:
        """Integer addition."""
        return self._value(self.builder.add(self.ir, self._other(other)))

    def minus(self, other: Value | int) -> Value:
        """Integer subtraction."""
        return self._value(self.builder.sub(self.ir, self._other(other)))

    def shift_left(self, count: int) -> Value:
        """The bits moved to the left."""
        return self._value(self.builder.shl(self.ir, self._other(count)))

    def shift_right(self, count: int) -> Value:
        """The bits moved to the right, the sign kept."""
        return self._value(self.builder.ashr(self.ir, self._other(count)))

    def _retyped(self, element: ir.Type) -> ir.Type:
        kind = self.ir.type
        return ir.VectorType(element, kind.count) if isinstance(kind, ir.VectorType) else element


def fused_multiply_add(a: Value, b: Value | float, c: Value | float) -> Value:
    """a * b + c with one rounding, on every machine and for every vector width."""
    return a.instruction("fma", b, c)


def larger(a: Value, b: Value) -> Value:
    """The larger of two floats, or NaN if one is NaN. With a constant b, LLVM leaves the test of b out."""
    return b.is_nan().select(b, (a < b).select(b, a))


def smaller(a: Value, b: Value) -> Value:
    """The smaller of two floats, or NaN if one is NaN."""
    return b.is_nan().select(b, (a > b).select(b, a))
