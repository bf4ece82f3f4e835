"""float32 exp, log and their relatives, without a branch or a call, so that loops over them become vector code.

The range reductions and the coefficients of exp and log are those of the Cephes library (Moshier, "Methods and Programs
for Mathematical Functions", 1989; expf.c, logf.c). The coefficients of erf and of log(1 + e) for 0 <= e <= 1 are
minimax fits made for this file. NaN comes through every function, and infinities and zeros give IEEE 754's limits.
tests/kernels/test_elementary.py states and checks the accuracies.
"""

from __future__ import annotations

import math

from estimators.kernels.value import Value, fused_multiply_add

_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4  # ln 2 in two parts: a small integer times the first is exact
_TO_INTEGER = 12582912.0  # 1.5 * 2**23: adding it rounds to an integer, which is then found in the lowest bits
_SQRT_HALF_BITS = 0x3F3504F3
_INFINITY = math.inf


def _clamp(x: Value, low: float, high: float) -> Value:
    """min(max(x, low), high), which keeps NaN."""
    x = (x < low).select(x.constant(low), x)
    return (x > high).select(x.constant(high), x)


def _power_of_two(exponent: Value) -> Value:
    """2 ** exponent for an int32 of -126..127, put together from its bits."""
    return exponent.plus(127).shift_left(23).from_bits()


def _reduce(x: Value) -> tuple[Value, Value]:
    """x = n ln 2 + r with |r| <= ln(2) / 2: the int32 n, and e**r - 1."""
    shifted = fused_multiply_add(x, math.log2(math.e), _TO_INTEGER)
    count = shifted - _TO_INTEGER
    n = shifted.bits().minus(shifted.constant(_TO_INTEGER).bits())
    r = fused_multiply_add(count, -_LN2_LOW, fused_multiply_add(count, -_LN2_HIGH, x))
    p = r.polynomial(
        1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1
    )
    return n, fused_multiply_add(p, r * r, r)


def exp(x: Value) -> Value:
    """e**x, the denormal results included: 2**n is applied as two factors, each of which is a normal number."""
    n, fraction = _reduce(_clamp(x, -104.0, 89.0))
    half = n.shift_right(1)
    return (fraction + 1.0) * _power_of_two(half) * _power_of_two(n.minus(half))


def expm1(x: Value) -> Value:
    """e**x - 1 = 2 * (2**(n-1) * (e**r - 1) + (2**(n-1) - 1/2)); exact to first order near 0."""
    n, fraction = _reduce(_clamp(x, -20.0, 89.0))
    half_scale = _power_of_two(n.minus(1))
    return fused_multiply_add(half_scale, fraction, half_scale - 0.5) * 2.0


def log(x: Value) -> Value:
    """ln x = ln m + e ln 2 with x = m * 2**e and sqrt(1/2) <= m < sqrt(2)."""
    denormal = x < 1.1754943508222875e-38
    normal = denormal.select(x * 8388608.0, x)
    bits = normal.bits()
    exponent = bits.minus(_SQRT_HALF_BITS).shift_right(23)
    f = bits.minus(exponent.shift_left(23)).from_bits() - 1.0
    e = exponent.as_float32()
    e = denormal.select(e - 23.0, e)
    square = f * f
    p = f.polynomial(
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
    y = fused_multiply_add(e, _LN2_LOW, p * f * square)
    y = fused_multiply_add(square, -0.5, y)
    result = fused_multiply_add(e, _LN2_HIGH, f + y)
    result = (x < _INFINITY).select(result, x)  # infinity and NaN stay as they are
    result = (x < 0.0).select(x.constant(math.nan), result)
    return x.equals(0.0).select(x.constant(-_INFINITY), result)


def log1p(x: Value) -> Value:
    """ln(1 + x) = ln u + (x - (u - 1)) / u with u = 1 + x rounded: the second term restores what was rounded away."""
    u = x + 1.0
    log_u = log(u)
    restored = log_u + (x - (u - 1.0)) / u
    return (u > 0.0).select((u < _INFINITY).select(restored, u), log_u)


def tanh(x: Value) -> Value:
    """tanh |x| = -t / (2 + t) with t = exp(-2 |x|) - 1, which neither overflows nor cancels."""
    t = expm1(x.instruction("fabs") * -2.0)
    return (-t / (t + 2.0)).instruction("copysign", x)


def sigmoid(x: Value) -> Value:
    """1 / (1 + e**-x), or e**x / (1 + e**x) where x is negative: never from an overflowed exponential."""
    e = exp(-x.instruction("fabs"))
    return (x < 0.0).select(e, e.constant(1.0)) / (e + 1.0)


def softplus(x: Value) -> Value:
    """ln(1 + e**x) = max(x, 0) + ln(1 + e), e = e**-|x|; with s = e / (2 + e), ln(1 + e) = 2 artanh s."""
    e = exp(-x.instruction("fabs"))
    s = e / (e + 2.0)
    square = s * s
    p = square.polynomial(0.280244589, 0.279991411, 0.400216991, 0.666664131)
    return (x > 0.0).select(x, x.constant(0.0)) + fused_multiply_add(p * square, s, s + s)


def erf(x: Value) -> Value:
    """x + x P(x**2) up to 0.9, and 1 - exp(-(t + t Q(t))) with t = |x| beyond; it is 1 in float32 from 4 on."""
    t = x.instruction("fabs")
    p = (x * x).polynomial(-0.000609036025, 0.00501196287, -0.026778909, 0.112821408, -0.376125233, 0.128379154)
    t = (t > 4.0).select(t.constant(4.0), t)
    q = t.polynomial(-0.000214594962, 0.00321997504, -0.0229060298, 0.105286853, 0.63569937, 0.128519952)
    tail = 1.0 - exp(-fused_multiply_add(q, t, t))
    return (t < 0.9).select(fused_multiply_add(p, t, t), tail).instruction("copysign", x)
