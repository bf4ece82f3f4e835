"""Copies: boxes with any strides, rows by index, and their adjoints. Only scatter_add computes: it adds."""

import numpy as np

from estimators.kernels.blocks import SIDE, copy_run, transpose_block
from estimators.kernels.compile import kernel
from estimators.kernels.elementary import minimum
from estimators.kernels.indexing import at, stack_array


@kernel
def _merge_dimensions(box):
    """Makes one dimension of two that are one in memory, in source and target alike; the other one gets size 1."""
    inner = 5
    for d in range(4, -1, -1):
        size, step, target_step = box[at(inner)], box[at(6 + inner)], box[at(12 + inner)]
        if box[at(d)] > 1 and size > 1 and box[at(6 + d)] == size * step and box[at(12 + d)] == size * target_step:
            box[at(inner)], box[at(d)] = size * box[at(d)], 1
        elif box[at(d)] > 1:
            inner = d


@kernel
def _choose_plane(box):
    """The two dimensions that are quickest to copy as a plane: (rows, columns).

    They are the innermost two with more than one element; for a transposition, one that is contiguous in the source and
    one that is contiguous in the target.
    """
    column = 5
    while column > 0 and box[at(column)] == 1:
        column -= 1
    row = 1 if column == 0 else column - 1
    while column > 0 and row > 0 and box[at(row)] == 1:
        row -= 1
    contiguous, target_contiguous = box[at(6 + column)] == 1, box[at(12 + column)] == 1
    for d in range(6):
        if contiguous != target_contiguous and box[at(d)] > 1 and box[at((12 if contiguous else 6) + d)] == 1:
            return (column, d) if contiguous else (d, column)
    return row, column


@kernel
def _copy_plane(source, origin, row_stride, stride, target, place, target_row_stride, target_stride, rows, columns):
    """A matrix with any strides: contiguous rows, a transposition in blocks, or element by element."""
    if stride == 1 and target_stride == 1:
        for i in range(rows):
            copy_run(source, origin + i * row_stride, target, place + i * target_row_stride, columns)
        return
    whole_rows = whole_columns = 0
    if row_stride == 1 and target_stride == 1:
        whole_rows, whole_columns = rows // SIDE * SIDE, columns // SIDE * SIDE
        for i in range(0, whole_rows, SIDE):
            for j in range(0, whole_columns, SIDE):
                to = place + i * target_row_stride + j
                transpose_block(source, origin + i + j * stride, stride, target, to, target_row_stride)
    for i in range(rows):
        for j in range(whole_columns if i < whole_rows else 0, columns):
            value = source[at(origin + i * row_stride + j * stride)]
            target[at(place + i * target_row_stride + j * target_stride)] = value


@kernel
def copy_strided(source, source_offset, source_strides, target, target_offset, target_strides, sizes, start, stop):
    """Copies a box of six dimensions: target[target_offset + sum_d i_d * target_strides[d]] = source[...] likewise, for
    start <= i_0 < stop and 0 <= i_d < sizes[d]. Strides count elements and may be negative or 0; source and target have
    one dtype and do not overlap.

    It is transpose, slice, reverse, pad, concatenate, split, stack and tile. The first dimension is the one that is
    divided among workers; a box of fewer dimensions has sizes of 1 anywhere. It is fastest where the innermost
    dimension of more than one element has stride 1 in both arrays, and next to that where one dimension has stride 1 in
    the source and another one in the target.
    """
    box = stack_array(24, np.int64)  # sizes, strides in source and target, and the numbers of the plane at work
    for d in range(6):
        box[d], box[d + 6], box[d + 12], box[d + 18] = sizes[d], source_strides[d], target_strides[d], 0
        if d == 0:
            box[0] = stop - start
        if box[d] <= 0:
            return
    origin, place = source_offset + start * box[6], target_offset + start * box[12]
    _merge_dimensions(box)
    r, c = _choose_plane(box)
    rows, columns = box[at(r)], box[at(c)]
    box[at(r)] = box[at(c)] = 1
    d = 0
    while d >= 0:
        _copy_plane(
            source, origin, box[at(6 + r)], box[at(6 + c)],
            target, place, box[at(12 + r)], box[at(12 + c)], rows, columns,
        )  # fmt: skip
        d = 5
        while d >= 0 and box[at(18 + d)] + 1 == box[at(d)]:
            origin, place = origin - box[at(18 + d)] * box[at(6 + d)], place - box[at(18 + d)] * box[at(12 + d)]
            box[at(18 + d)] = 0
            d -= 1
        if d >= 0:
            origin, place = origin + box[at(6 + d)], place + box[at(12 + d)]
            box[at(18 + d)] += 1


@kernel
def fill(target, value, start, stop):
    """target[start:stop] = value"""
    for i in range(start, stop):
        target[at(i)] = value


@kernel
def gather_rows(source, rows, target, width, start, stop):
    """target[i, :] = source[rows[i], :] for rows of `width` elements, start <= i < stop; the rows must be in range."""
    if width == 1:
        for i in range(start, stop):
            target[at(i)] = source[at(rows[at(i)])]
        return
    for i in range(start, stop):
        copy_run(source, rows[at(i)] * width, target, i * width, width)


@kernel
def gather(params, indices, out, outer, axis_size, inner, count, start, stop):
    """out[o, i, :] = params[o, indices[i], :] of params [outer, axis_size, inner] and count indices.

    start..stop is a range of the outer * count rows of out. Rows of indices that are not in 0..axis_size-1 become 0.
    Returns the first such row of the range (its index is at that row modulo count), or -1.
    """
    bad = -1
    for row in range(start, stop):
        index = indices[at(row % count)]
        if 0 <= index < axis_size:
            copy_run(params, (row // count * axis_size + index) * inner, out, row * inner, inner)
        else:
            bad = row if bad < 0 else bad
            for j in range(inner):
                out[at(row * inner + j)] = 0
    return bad


@kernel
def scatter_add(target, indices, updates, outer, axis_size, inner, count, start, stop):
    """target[o, k, :] = sum of updates[o, i, :] over all i with indices[i] = k: the adjoint of `gather`.

    start..stop is a range of the outer * axis_size rows of target. Every worker reads all the indices and adds those
    that fall into its range, in their order. Indices that are not in 0..axis_size-1 are passed over.
    """
    for i in range(start * inner, stop * inner):
        target[at(i)] = 0
    if start >= stop:
        return
    for o in range(start // axis_size, (stop - 1) // axis_size + 1):
        first, last = start - o * axis_size, minimum(stop - o * axis_size, axis_size)
        first = 0 if first < 0 else first
        for i in range(count):
            index = indices[at(i)]
            if first <= index < last:
                place, origin = (o * axis_size + index) * inner, (o * count + i) * inner
                for j in range(inner):
                    target[at(place + j)] += updates[at(origin + j)]


@kernel
def one_hot(indices, out, depth, on_value, off_value, start, stop):
    """out[i, :] = off_value, except out[i, indices[i]] = on_value, for rows of `depth` elements; an index that is not
    in 0..depth-1 leaves its row at off_value."""
    for i in range(start * depth, stop * depth):
        out[at(i)] = off_value
    for i in range(start, stop):
        index = indices[at(i)]
        if 0 <= index < depth:
            out[at(i * depth + index)] = on_value
