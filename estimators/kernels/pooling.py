"""Pooling of images [examples, height, width, channels]; start..stop is a range of examples.

Pixel (i, j) of the result sees the window of rows i * stride_height - pad_top + (0..window_height-1), columns likewise.
What lies outside the image is passed over, also in the average's count. Windows of 2 x 2, by far the most common ones,
are done in one pass.
"""

from estimators.kernels.blocks import copy_run
from estimators.kernels.compile import kernel
from estimators.kernels.elementary import is_nan, logical_or, maximum, minimum, where
from estimators.kernels.indexing import at, stack_array

_TILE = 64  # channels for which the gradient is kept at hand


@kernel
def max_pool(x, y, height, width, channels, window_height, window_width, out_height, out_width,
             stride_height, stride_width, pad_top, pad_left, start, stop):  # fmt: skip
    """y = maximum of each window; NaN if the window holds one."""
    for row in range(start * out_height, stop * out_height):
        top = row % out_height * stride_height - pad_top
        first_row, last_row = maximum(top, 0), minimum(top + window_height, height)
        image = row // out_height * height
        for column in range(out_width):
            left = column * stride_width - pad_left
            first, last = maximum(left, 0), minimum(left + window_width, width)
            out = (row * out_width + column) * channels
            if last_row - first_row == 2 and last - first == 2:
                above = ((image + first_row) * width + first) * channels
                below = above + width * channels
                for c in range(channels):
                    upper = maximum(x[at(above + c)], x[at(above + channels + c)])
                    y[at(out + c)] = maximum(upper, maximum(x[at(below + c)], x[at(below + channels + c)]))
                continue
            for r in range(first_row, last_row):
                for j in range(first, last):
                    pixel = ((image + r) * width + j) * channels
                    beginning = r == first_row and j == first
                    for c in range(channels):
                        value = x[at(pixel + c)]
                        y[at(out + c)] = value if beginning else maximum(y[at(out + c)], value)


@kernel
def _is_maximum(candidate, maximum_of_window):
    return logical_or(candidate == maximum_of_window, is_nan(candidate))


@kernel
def _divide_among_four(x, y, dy, dx, above, below, channels, out, quarters):
    """dx of a window of 2 x 2 that no other window overlaps. The four results wait on the stack, where LLVM knows that
    writing them changes nothing that is still to be read."""
    zero = dx.dtype.type(0)
    for tile in range(0, channels, _TILE):
        count = minimum(_TILE, channels - tile)
        for c in range(count):
            value, rest = y[at(out + tile + c)], dy[at(out + tile + c)]
            hit = _is_maximum(x[at(above + tile + c)], value)
            quarters[c], rest = where(hit, rest, zero), where(hit, zero, rest)
            hit = _is_maximum(x[at(above + channels + tile + c)], value)
            quarters[_TILE + c], rest = where(hit, rest, zero), where(hit, zero, rest)
            hit = _is_maximum(x[at(below + tile + c)], value)
            quarters[2 * _TILE + c], rest = where(hit, rest, zero), where(hit, zero, rest)
            hit = _is_maximum(x[at(below + channels + tile + c)], value)
            quarters[3 * _TILE + c] = where(hit, rest, zero)
        copy_run(quarters, 0, dx, above + tile, count)
        copy_run(quarters, _TILE, dx, above + channels + tile, count)
        copy_run(quarters, 2 * _TILE, dx, below + tile, count)
        copy_run(quarters, 3 * _TILE, dx, below + channels + tile, count)


@kernel
def max_pool_gradient(x, y, dy, dx, height, width, channels, window_height, window_width, out_height, out_width,
                      stride_height, stride_width, pad_top, pad_left, start, stop):  # fmt: skip
    """dx: each element of dy goes to the first maximum of its window, row by row (TensorFlow's rule), or to its first
    NaN."""
    zero = dx.dtype.type(0)
    rest = stack_array(256, dx.dtype)  # 4 * _TILE
    apart = stride_height >= 2 and stride_width >= 2 and window_height == 2 and window_width == 2
    covered = apart and stride_height == 2 and stride_width == 2 and pad_top == 0 and pad_left == 0
    if not covered or out_height * 2 != height or out_width * 2 != width:
        for i in range(start * height * width * channels, stop * height * width * channels):
            dx[at(i)] = zero
    for row in range(start * out_height, stop * out_height):
        top = row % out_height * stride_height - pad_top
        first_row, last_row = maximum(top, 0), minimum(top + window_height, height)
        image = row // out_height * height
        for column in range(out_width):
            left = column * stride_width - pad_left
            first, last = maximum(left, 0), minimum(left + window_width, width)
            out = (row * out_width + column) * channels
            if apart and last_row - first_row == 2 and last - first == 2:
                above = ((image + first_row) * width + first) * channels
                _divide_among_four(x, y, dy, dx, above, above + width * channels, channels, out, rest)
                continue
            for tile in range(0, channels, _TILE):
                count = minimum(_TILE, channels - tile)
                for c in range(count):
                    rest[c] = dy[at(out + tile + c)]
                for r in range(first_row, last_row):
                    for j in range(first, last):
                        pixel = ((image + r) * width + j) * channels + tile
                        for c in range(count):
                            value = x[at(pixel + c)]
                            hit = _is_maximum(value, y[at(out + tile + c)])
                            dx[at(pixel + c)] += where(hit, rest[c], zero)
                            rest[c] = where(hit, zero, rest[c])


@kernel
def avg_pool(x, y, height, width, channels, window_height, window_width, out_height, out_width,
             stride_height, stride_width, pad_top, pad_left, start, stop):  # fmt: skip
    """y = mean of the part of each window that lies inside the image."""
    for row in range(start * out_height, stop * out_height):
        top = row % out_height * stride_height - pad_top
        first_row, last_row = maximum(top, 0), minimum(top + window_height, height)
        image = row // out_height * height
        for column in range(out_width):
            left = column * stride_width - pad_left
            first, last = maximum(left, 0), minimum(left + window_width, width)
            out = (row * out_width + column) * channels
            for c in range(channels):
                y[at(out + c)] = 0
            for r in range(first_row, last_row):
                for j in range(first, last):
                    pixel = ((image + r) * width + j) * channels
                    for c in range(channels):
                        y[at(out + c)] += x[at(pixel + c)]
            count = y.dtype.type((last_row - first_row) * (last - first))
            for c in range(channels):
                y[at(out + c)] /= count


@kernel
def avg_pool_gradient(dy, dx, height, width, channels, window_height, window_width, out_height, out_width,
                      stride_height, stride_width, pad_top, pad_left, start, stop):  # fmt: skip
    """dx: each element of dy is divided evenly among the part of its window that lies inside the image."""
    for i in range(start * height * width * channels, stop * height * width * channels):
        dx[at(i)] = 0
    for row in range(start * out_height, stop * out_height):
        top = row % out_height * stride_height - pad_top
        first_row, last_row = maximum(top, 0), minimum(top + window_height, height)
        image = row // out_height * height
        for column in range(out_width):
            left = column * stride_width - pad_left
            first, last = maximum(left, 0), minimum(left + window_width, width)
            out = (row * out_width + column) * channels
            count = dx.dtype.type((last_row - first_row) * (last - first))
            for r in range(first_row, last_row):
                for j in range(first, last):
                    pixel = ((image + r) * width + j) * channels
                    for c in range(channels):
                        dx[at(pixel + c)] += dy[at(out + c)] / count
