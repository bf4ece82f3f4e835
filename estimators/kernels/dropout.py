"""Dropout with a counter-based generator: whether element i survives depends on the key and i alone."""

from estimators.kernels.compile import kernel
from estimators.kernels.indexing import at
from estimators.kernels.random import random_bits, uniform_float32


@kernel
def dropout(x, out, key, rate, scale, start, stop):
    """out[i] = x[i] * scale where draw number i of `key`, in [0, 1), is at least `rate`, else 0; for i in start..stop.

    `rate` is a float32, `scale` has the type of x.
    """
    zero = x.dtype.type(0)
    for i in range(start, stop):
        draw = uniform_float32(random_bits(key, i))
        out[at(i)] = x[at(i)] * scale if draw >= rate else zero
