"""Cross-entropy over the rows of [rows, classes] with at most 16 classes, each row a single vector.

In rows of ten numbers, what is done once for a row - a maximum, a sum, a logarithm - is most of the work. Here those
take 16 lanes instead of 64, and the logarithms of a block of rows are taken together.
"""

import operator

import numpy as np

from estimators.kernels import polynomials
from estimators.kernels.compile import kernel
from estimators.kernels.elementary import log, minimum
from estimators.kernels.indexing import at, stack_array
from estimators.kernels.lanes import Combination, mapper, runner

MOST_CLASSES = 16
_ROWS = 32
_BLOCK = _ROWS * MOST_CLASSES
_sum = runner(Combination(operator.add, None, lambda dtype: 0), MOST_CLASSES)
# Whether it passes NaN on does not matter: the sum will.
_maximum = runner(Combination(lambda a, b: (a < b).select(b, a), None, lambda dtype: -np.inf), MOST_CLASSES)
_exponentials = mapper(lambda x, largest: polynomials.exp(x - largest), MOST_CLASSES)
_times = mapper(operator.mul, MOST_CLASSES)


@kernel
def sparse_softmax_cross_entropy(logits, labels, loss, gradient, classes, start, stop):
    """As softmax.sparse_softmax_cross_entropy, for 1 to 16 classes in float32."""
    # Rows of their own, on cache lines: what is stored across lines is read again only when it has arrived in memory.
    powers = stack_array(_BLOCK, logits.dtype)
    largest = stack_array(_ROWS, logits.dtype)
    total = stack_array(_ROWS, logits.dtype)
    one = logits.dtype.type(1.0)
    for i in range(_ROWS):
        total[i] = one  # also of the rows that the last block lacks
        largest[i] = one
    bad = -1
    for row in range(start, stop, _ROWS):
        count = minimum(_ROWS, stop - row)
        for i in range(count):
            position = (row + i) * classes
            largest[at(i)] = _maximum(logits, position, classes)
            _exponentials(logits, position, powers, i * MOST_CLASSES, classes, largest[at(i)])
            total[at(i)] = _sum(powers, i * MOST_CLASSES, classes)
        for i in range(_ROWS):
            largest[i] += log(total[i])  # the logarithm of the sum of exponentials, as if none were shifted
            total[i] = one / total[i]
        for i in range(count):
            position, label = (row + i) * classes, np.int64(labels[at(row + i)])
            if 0 <= label < classes:
                loss[at(row + i)] = largest[at(i)] - logits[at(position + label)]
                _times(powers, i * MOST_CLASSES, gradient, position, classes, total[at(i)])
                gradient[at(position + label)] = powers[at(i * MOST_CLASSES + label)] * total[at(i)] - one
            else:
                bad = row + i if bad < 0 else bad
                loss[at(row + i)] = logits.dtype.type(np.nan)
                _times(powers, i * MOST_CLASSES, gradient, position, classes, logits.dtype.type(np.nan))
    return bad
