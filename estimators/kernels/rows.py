"""Rows of tables by number: which numbers are one, their rows added up, and rows put back in their place.

The number -1 is no row. Rows are added in the order in which they come, whoever adds them.
"""

from estimators.kernels.blocks import copy_run
from estimators.kernels.compile import kernel
from estimators.kernels.indexing import at


@kernel
def _place_in(heads, mask, indices, i):
    """Where in `heads`, a table of open addresses, the number indices[i] is, or belongs."""
    number = indices[at(i)]
    slot = (number * 2654435769 >> 8) & mask  # the golden ratio: numbers that follow each other lie apart
    while heads[at(slot)] != 0 and indices[at(heads[at(slot)] - 1)] != number:
        slot = (slot + 1) & mask
    return slot


@kernel
def distinct(indices, rows, places, heads, count, table_rows):
    """rows[i] = indices[i] where that number comes first among `count`, else -1; places[i] = where it comes first.

    `heads` is memory for 4 * count + 8 numbers. Returns the first place of a number that is neither -1 nor in
    0..table_rows-1, or -1; such a number is left out.
    """
    mask = 7
    while mask < 2 * count:
        mask = 2 * mask + 1
    for slot in range(mask + 1):
        heads[at(slot)] = 0
    bad = -1
    for i in range(count):
        number = indices[at(i)]
        rows[at(i)] = -1
        places[at(i)] = -1
        if 0 <= number < table_rows:
            slot = _place_in(heads, mask, indices, i)
            if heads[at(slot)] == 0:
                heads[at(slot)] = i + 1
                rows[at(i)] = number
            places[at(i)] = heads[at(slot)] - 1
        elif number != -1 and bad < 0:
            bad = i
    return bad


@kernel
def sum_repeated(values, places, out, inner, count, start, stop):
    """out[i, :] = the sum of values[j, :] over all j with places[j] = i, zeros without any; for start <= i < stop.

    places[j] <= j, and places[i] = i where there are any.
    """
    for i in range(start, stop):
        if places[at(i)] != i:
            for k in range(i * inner, (i + 1) * inner):
                out[at(k)] = 0
    for j in range(start, count):
        i = places[at(j)]
        if i == j and i < stop:
            copy_run(values, j * inner, out, i * inner, inner)
        elif start <= i < stop:
            for k in range(inner):
                out[at(i * inner + k)] += values[at(j * inner + k)]


@kernel
def present(table, indices, out, inner, table_rows, start, stop):
    """out[i, :] = table[indices[i], :], zeros where that is -1, for start <= i < stop.

    Returns the first of these i whose number is neither -1 nor in 0..table_rows-1, or -1; such rows become 0.
    """
    bad = -1
    for i in range(start, stop):
        row = indices[at(i)]
        if 0 <= row < table_rows:
            copy_run(table, row * inner, out, i * inner, inner)
        else:
            bad = i if row != -1 and bad < 0 else bad
            for k in range(i * inner, (i + 1) * inner):
                out[at(k)] = 0
    return bad


@kernel
def put(table, rows, values, inner, start, stop):
    """table[rows[i], :] = values[i, :] for start <= i < stop where rows[i] is not -1; no number comes twice."""
    for i in range(start, stop):
        if rows[at(i)] >= 0:
            copy_run(values, i * inner, table, rows[at(i)] * inner, inner)


@kernel
def scatter(table, rows, values, inner, count, factor):
    """table[rows[i], :] += factor * values[i, :] for i = 0, 1, ..., count - 1 in this order; set to them for factor 0.

    The row numbers must be in range; negative ones are passed over.
    """
    for i in range(count):
        to = rows[at(i)] * inner
        if to < 0:
            continue
        if factor == 0:
            copy_run(values, i * inner, table, to, inner)
        elif factor > 0:
            for k in range(inner):
                table[at(to + k)] += values[at(i * inner + k)]
        else:
            for k in range(inner):
                table[at(to + k)] -= values[at(i * inner + k)]


@kernel
def out_of_range(indices, low, high, count):
    """The first of `count` places whose number is not in low..high-1, or -1."""
    for i in range(count):
        if indices[at(i)] < low or indices[at(i)] >= high:
            return i
    return -1
