"""Softmax and cross-entropy over the rows of [rows, classes]; start..stop is a range of rows.

Rows are handled in blocks that stay in the first-level cache, and the exponential is taken over a whole block: rows
of 10 classes fill the vector units as well as rows of 1000. The largest logit of a row is subtracted first, so nothing
overflows.
"""

import numpy as np

from estimators.kernels.compile import kernel
from estimators.kernels.elementary import exp, log, maximum, minimum
from estimators.kernels.indexing import at, stack_array
from estimators.kernels.reduction import maximum_run, sum_run

_BLOCK = 2048  # elements


@kernel
def _shifted_exponentials(x, out, classes, row, stop):
    """out = exp(x - maximum of the row) for the rows row..stop."""
    for r in range(row, stop):
        largest = maximum_run(x, r * classes, classes)
        for j in range(classes):
            out[at(r * classes + j)] = x[at(r * classes + j)] - largest
    for i in range(row * classes, stop * classes):
        out[at(i)] = exp(out[at(i)])


@kernel
def softmax(x, out, classes, start, stop):
    """out = exp(x) / sum(exp(x)) of each row."""
    rows = maximum(1, _BLOCK // maximum(1, classes))
    for row in range(start, stop if classes > 0 else start, rows):
        last = minimum(row + rows, stop)
        _shifted_exponentials(x, out, classes, row, last)
        for r in range(row, last):
            scale = out.dtype.type(1.0 / sum_run(out, r * classes, classes))
            for j in range(classes):
                out[at(r * classes + j)] *= scale


@kernel
def log_softmax(x, out, classes, start, stop):
    """out = x - log(sum(exp(x))) of each row; x and out must not overlap."""
    rows = maximum(1, _BLOCK // maximum(1, classes))
    for row in range(start, stop if classes > 0 else start, rows):
        last = minimum(row + rows, stop)
        _shifted_exponentials(x, out, classes, row, last)
        for r in range(row, last):
            logarithm = log(out.dtype.type(sum_run(out, r * classes, classes)))
            largest = maximum_run(x, r * classes, classes)
            for j in range(classes):
                out[at(r * classes + j)] = (x[at(r * classes + j)] - largest) - logarithm


@kernel
def softmax_cross_entropy(logits, labels, loss, gradient, classes, start, stop):
    """loss = -sum(labels * log_softmax(logits)) of each row, and its gradient by the logits,
    softmax(logits) * sum(labels) - labels. `gradient` must not overlap logits and labels. No classes make no loss."""
    for row in range(start, start if classes > 0 else stop):
        loss[at(row)] = 0
    terms = stack_array(512, logits.dtype)
    rows = maximum(1, _BLOCK // maximum(1, classes))
    for row in range(start, stop if classes > 0 else start, rows):
        last = minimum(row + rows, stop)
        _shifted_exponentials(logits, gradient, classes, row, last)
        for r in range(row, last):
            total = sum_run(gradient, r * classes, classes)
            weight = sum_run(labels, r * classes, classes)
            logarithm = log(gradient.dtype.type(total))
            largest = maximum_run(logits, r * classes, classes)
            result = np.float64(0.0)
            for first in range(0, classes, 512):
                count = minimum(512, classes - first)
                for j in range(count):
                    i = at(r * classes + first + j)
                    terms[j] = labels[i] * (logarithm - (logits[i] - largest))
                result += sum_run(terms, 0, count)
            loss[at(r)] = result
            scale = gradient.dtype.type(weight / total)
            for i in range(r * classes, (r + 1) * classes):
                gradient[at(i)] = gradient[at(i)] * scale - labels[at(i)]


@kernel
def sparse_softmax_cross_entropy(logits, labels, loss, gradient, classes, start, stop):
    """loss = -log_softmax(logits)[label] of each row, and its gradient by the logits: softmax(logits) - one_hot(label).

    Returns the first row of the range whose label is not in 0..classes-1, or -1; loss and gradient of such rows are
    NaN. `gradient` must not overlap logits.
    """
    bad = -1
    rows = maximum(1, _BLOCK // maximum(1, classes))
    for row in range(start, stop, rows):
        last = minimum(row + rows, stop)
        if classes > 0:
            _shifted_exponentials(logits, gradient, classes, row, last)
        for r in range(row, last):
            label = np.int64(labels[at(r)])
            scale = gradient.dtype.type(np.nan)
            if label < 0 or label >= classes:
                loss[at(r)] = scale
                bad = r if bad < 0 else bad
            else:
                total = sum_run(gradient, r * classes, classes)
                largest = maximum_run(logits, r * classes, classes)
                loss[at(r)] = log(gradient.dtype.type(total)) - (logits[at(r * classes + label)] - largest)
                scale = gradient.dtype.type(1.0 / total)
            for j in range(classes):
                gradient[at(r * classes + j)] *= scale
            if 0 <= label < classes:
                gradient[at(r * classes + label)] -= gradient.dtype.type(1.0)
    return bad
