"""Random numbers from a counter, in machine code: `model_fns/random_bits.py` says how, and gives the same bits.

Every operand of the integer arithmetic is made a uint64 first: numba turns a mixture of int64 and uint64 into float64.
"""

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from estimators.kernels.compile import kernel
from estimators.kernels.indexing import at
from model_fns.random_bits import PARTS, PARTS_MOST

_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST_FACTOR = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_FACTOR = np.uint64(0x94D049BB133111EB)
_FIRST_SHIFT, _SECOND_SHIFT, _THIRD_SHIFT = np.uint64(30), np.uint64(27), np.uint64(31)
_FLOAT32_SHIFT, _FLOAT64_SHIFT = np.uint64(40), np.uint64(11)
_FLOAT32_UNIT, _FLOAT64_UNIT = np.float32(2.0**-24), 2.0**-53
_WIDE = ir.IntType(128)
_ZERO, _ONE = np.uint64(0), np.uint64(1)
_PARTS_LIMIT = np.uint64(PARTS_MOST**PARTS)


@kernel
def random_bits(key, index):
    """Number `index` of the key: uint64."""
    z = np.uint64(key) + (np.uint64(index) + _ONE) * _GOLDEN_GAMMA
    z = (z ^ (z >> _FIRST_SHIFT)) * _FIRST_FACTOR
    z = (z ^ (z >> _SECOND_SHIFT)) * _SECOND_FACTOR
    return z ^ (z >> _THIRD_SHIFT)


@kernel
def random_key(seed, stream, step):
    """The key (uint64) of a seed, a stream and a step, each an int64."""
    return random_bits(random_bits(random_bits(_ZERO, seed), stream), step)


@kernel
def uniform_float32(bits):
    """A float32 in [0, 1) from the top 24 bits. (By way of int32, for which every vector unit has a conversion.)"""
    return np.float32(np.int32(bits >> _FLOAT32_SHIFT)) * _FLOAT32_UNIT


@kernel
def uniform_float64(bits):
    """A float64 in [0, 1) from the top 53 bits."""
    return np.float64(np.int64(bits >> _FLOAT64_SHIFT)) * _FLOAT64_UNIT


@kernel
def random_uniform(out, key, low, high, start, stop):
    """out[i] = low + (high - low) * u with number i of the key as u in [0, 1)."""
    low, span = out.dtype.type(low), out.dtype.type(high) - out.dtype.type(low)
    for i in range(start, stop):
        bits = random_bits(key, i)
        if out.itemsize == 4:  # known when this is compiled
            out[at(i)] = uniform_float32(bits) * span + low
        else:
            out[at(i)] = uniform_float64(bits) * span + low


@intrinsic
def _multiply(typing_context, a, b):
    """The upper and the lower 64 of the 128 bits of a product of two uint64."""

    def generate(context, builder, signature, arguments):
        factors = [builder.zext(argument, _WIDE) for argument in arguments]
        product = builder.mul(*factors)
        upper = builder.lshr(product, ir.Constant(_WIDE, 64))
        halves = [builder.trunc(half, ir.IntType(64)) for half in (upper, product)]
        return context.make_tuple(builder, signature.return_type, halves)

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), generate


@kernel
def random_below(key, index, stride, bound):
    """A number in 0..bound-1 without bias: uint64. Attempt a takes number index + a * stride of the key."""
    bound = np.uint64(bound)
    position = np.uint64(index)
    bits = random_bits(key, position)
    if bits * bound < bound:  # rarely so: the division is spared
        threshold = (_ZERO - bound) % bound
        while bits * bound < threshold:
            position += np.uint64(stride)
            bits = random_bits(key, position)
    return _multiply(bits, bound)[0]


@kernel
def _parts(bits, bound):
    """Numbers below bound, bound + 1, ... bound + 7, each of what the one before left of the bits, and what is left."""
    a, bits = _multiply(bits, bound)
    b, bits = _multiply(bits, bound + _ONE)
    c, bits = _multiply(bits, bound + np.uint64(2))
    d, bits = _multiply(bits, bound + np.uint64(3))
    e, bits = _multiply(bits, bound + np.uint64(4))
    f, bits = _multiply(bits, bound + np.uint64(5))
    g, bits = _multiply(bits, bound + np.uint64(6))
    h, bits = _multiply(bits, bound + np.uint64(7))
    return (a, b, c, d, e, f, g, h), bits


@kernel
def random_parts(key, index, stride):
    """`_parts` for the bound index + 1. Attempt a takes number index + a * stride of the key."""
    bound, position = np.uint64(index) + _ONE, np.uint64(index)
    parts, rest = _parts(random_bits(key, position), bound)
    if rest < _PARTS_LIMIT:  # rarely so: the product and the division are spared
        product = bound
        for more in range(1, PARTS):
            product *= bound + np.uint64(more)
        while rest < (_ZERO - product) % product:
            position += np.uint64(stride)
            parts, rest = _parts(random_bits(key, position), bound)
    return parts


@kernel
def shuffle_order(order, key):
    """Fills an int64 array of n elements with a random permutation of 0..n-1, every one equally likely.

    Fisher and Yates', from the inside: element i takes the place of a partner among 0..i, who moves to place i. While
    places are few, one number of the key is good for eight partners. One worker does it: each move depends on those
    before.
    """
    count = len(order)
    first = 0
    while first + PARTS <= min(count, PARTS_MOST):
        for partner in random_parts(key, first, count):
            order[at(first)] = order[at(np.int64(partner))]
            order[at(np.int64(partner))] = first
            first += 1
    for position in range(first, count):
        partner = np.int64(random_below(key, position, count, position + 1))
        order[at(position)] = order[at(partner)]
        order[at(partner)] = position
