"""Two-dimensional convolution with stride 1, and its two gradients, with a fraction of the multiplications.

Images are cut into tiles of m x m outputs. The n x n inputs of each tile are transformed; at each of n * n points, the
transformed tiles are the rows of one small matrix product with the transformed weights; its results are transformed
back (winograd_matrices has the equations). F(4 x 4, 5 x 5) needs 64 multiplications where the definition has 400, and
F(7 x 7, 3 x 3) needs 81 for 441. Tiles that hang over the edge and the transformations eat some of that.

Arrays, sizes and their order are those of estimators.kernels.convolution, with strides of 1; a kernel's name says its
tile and its weights, so `conv2d_4_5` is F(4 x 4, 5 x 5). Results differ from that module's by rounding, the more so the
larger n is: by one or two millionths of the sum of magnitudes for n = 6, some ten millionths for n = 9. An infinity in
an image makes nan of every tile that reads it.

Tiles are done in blocks, so that what lies between the transformations stays in cache. It lies in the worker's scratch
as [point, tile, channel]. Points are an odd number of cache lines apart, or they would all share one set of the cache.
"""

from collections.abc import Callable
from typing import Any

from numba import boolean, int64

from estimators.kernels import winograd_scratch
from estimators.kernels.compile import kernel
from estimators.kernels.contraction import product, transpose, whole_lines
from estimators.kernels.convolution import crop, fits, pad
from estimators.kernels.microkernel import clear
from estimators.kernels.winograd_matrices import Filtering, transposed
from estimators.kernels.winograd_transforms import Partial, transformation

lines_apart, block_of = kernel(winograd_scratch.lines_apart), kernel(winograd_scratch.block_of)


@kernel
def tiles_along(out_size, tile):
    return (out_size + tile - 1) // tile


def _named(function: Callable[..., None], tile: int, taps: int) -> Any:
    """The kernel, with a name of its own in machine code."""
    function.__name__ = function.__qualname__ = f"{function.__name__}_{tile}_{taps}"
    return kernel(function)


def _image_reader(tile: int, taps: int) -> Any:
    """A kernel that writes B^T x B of some tiles to scratch: first..first+count, counted from example `start` on.

    Of all channels it takes part_start..part_start+part. A padded image is made at the start of scratch when its first
    tile is due, so tiles must come in order.
    """
    filtering = Filtering(tile, taps)
    n = filtering.inputs
    transform = transformation(f"reading_{n}", filtering.reading)

    def read_image(x, scratch, target, step, height, width, channels, out_height, out_width, pad_top, pad_left,
                   start, first, count, part_start, part):  # fmt: skip
        tiles_wide = tiles_along(out_width, tile)
        per_image = tiles_along(out_height, tile) * tiles_wide
        padded_height, padded_width = tiles_along(out_height, tile) * tile + taps - 1, tiles_wide * tile + taps - 1
        inside = fits(height, width, padded_height, padded_width, pad_top, pad_left)
        image, image_width = (x, width) if inside else (scratch, padded_width)
        if not inside and first == 0:
            clear(scratch, int64(0), padded_height * padded_width * channels)
        for t in range(count):
            place = (first + t) % per_image
            origin = (start + (first + t) // per_image) * height * width * channels
            if not inside:
                if place == 0:
                    pad(x, origin, scratch, height, width, channels, padded_height, padded_width, pad_top, pad_left)
                origin = int64(0)
            corner = (place // tiles_wide * image_width + place % tiles_wide) * tile * channels
            transform(image, origin + corner + part_start, image_width * channels, channels,
                      scratch, target + t * part, n * step, step, part, int64(n), int64(n))  # fmt: skip

    return _named(read_image, tile, taps)


def _gradient_reader(tile: int, taps: int) -> Any:
    """A kernel that writes A dy A^T of some tiles to scratch: first..first+count, counted from example `start` on."""
    filtering = Filtering(tile, taps)
    n = filtering.inputs
    transform = transformation(f"sampling_{tile}_{taps}", filtering.sampling, partial=Partial.SOURCE)

    def read_gradient(dy, scratch, target, step, out_height, out_width, outputs, start, first, count):
        tiles_wide = tiles_along(out_width, tile)
        per_image = tiles_along(out_height, tile) * tiles_wide
        for t in range(count):
            example, place = start + (first + t) // per_image, (first + t) % per_image
            row, column = place // tiles_wide * tile, place % tiles_wide * tile
            origin = ((example * out_height + row) * out_width + column) * outputs
            transform(dy, origin, out_width * outputs, outputs, scratch, target + t * outputs, n * step, step,
                      outputs, min(out_height - row, tile), min(out_width - column, tile))  # fmt: skip

    return _named(read_gradient, tile, taps)


def _forward(tile: int, taps: int) -> Any:
    filtering = Filtering(tile, taps)
    n = filtering.inputs
    points = n * n
    read_image = _image_reader(tile, taps)
    weigh = transformation(f"weighting_{tile}_{taps}", filtering.weighting)
    write = transformation(f"output_{tile}_{taps}", transposed(filtering.sampling), partial=Partial.TARGET)

    def conv2d(x, weights, y, scratch, height, width, channels, kernel_height, kernel_width, outputs,
               out_height, out_width, stride_height, stride_width, pad_top, pad_left, start, stop):  # fmt: skip
        """y of the examples start..stop."""
        tiles_wide = tiles_along(out_width, tile)
        per_image = tiles_along(out_height, tile) * tiles_wide
        block = block_of(per_image, channels, outputs)
        area = (tiles_along(out_height, tile) * tile + taps - 1) * (tiles_wide * tile + taps - 1)
        taken, step, out_step = channels * outputs, lines_apart(block * channels), lines_apart(block * outputs)
        matrix = lines_apart(taken)
        matrices = whole_lines(area * channels)
        read = matrices + points * matrix
        made = read + points * step
        weigh(weights, int64(0), taps * taken, taken, scratch, matrices, n * matrix, matrix, taken, n, n)
        first, total = int64(0), (stop - start) * per_image
        while first < total:
            count = min(total - first, block)
            read_image(x, scratch, read, step, height, width, channels, out_height, out_width, pad_top, pad_left,
                       start, first, count, int64(0), channels)  # fmt: skip
            for point in range(points):
                product(scratch, read + point * step, int64(0), channels, int64(1),
                        scratch, matrices + point * matrix, int64(0), outputs,
                        scratch, made + point * out_step, outputs,
                        count, outputs, int64(1), channels, boolean(0))  # fmt: skip
            for t in range(count):
                example, place = start + (first + t) // per_image, (first + t) % per_image
                row, column = place // tiles_wide * tile, place % tiles_wide * tile
                write(scratch, made + t * outputs, n * out_step, out_step,
                      y, ((example * out_height + row) * out_width + column) * outputs, out_width * outputs, outputs,
                      outputs, min(out_height - row, tile), min(out_width - column, tile))  # fmt: skip
            first += count

    return _named(conv2d, tile, taps)


def _gradient_input(tile: int, taps: int) -> Any:
    filtering = Filtering(tile, taps)
    n = filtering.inputs
    points = n * n
    read_gradient = _gradient_reader(tile, taps)
    weigh = transformation(f"weighting_{tile}_{taps}", filtering.weighting)
    add = transformation(f"input_{n}", transposed(filtering.reading), accumulate=True)

    def conv2d_gradient_input(weights, dy, dx, scratch, height, width, channels, kernel_height, kernel_width,
                              outputs, out_height, out_width, stride_height, stride_width, pad_top, pad_left,
                              start, stop):  # fmt: skip
        """dx of the examples start..stop. Tiles of it overlap, and are added up in order."""
        tiles_wide = tiles_along(out_width, tile)
        per_image = tiles_along(out_height, tile) * tiles_wide
        block = block_of(per_image, channels, outputs)
        padded_height, padded_width = tiles_along(out_height, tile) * tile + taps - 1, tiles_wide * tile + taps - 1
        inside = fits(height, width, padded_height, padded_width, pad_top, pad_left)
        image, image_width, image_height = (dx, width, height) if inside else (scratch, padded_width, padded_height)
        taken, step, in_step = channels * outputs, lines_apart(block * outputs), lines_apart(block * channels)
        matrix = lines_apart(taken)
        matrices = whole_lines(padded_height * padded_width * channels)
        read = matrices + points * matrix
        made = read + points * step
        turned = made + points * in_step
        for tap in range(taps * taps):
            transpose(weights, tap * taken, outputs, scratch, turned + tap * taken, channels, channels, outputs)
        weigh(scratch, turned, taps * taken, taken, scratch, matrices, n * matrix, matrix, taken, n, n)
        if per_image == 0:
            clear(dx, start * height * width * channels, (stop - start) * height * width * channels)
        first, total = int64(0), (stop - start) * per_image
        while first < total:
            count = min(total - first, block)
            read_gradient(dy, scratch, read, step, out_height, out_width, outputs, start, first, count)
            for point in range(points):
                product(scratch, read + point * step, int64(0), outputs, int64(1),
                        scratch, matrices + point * matrix, int64(0), channels,
                        scratch, made + point * in_step, channels,
                        count, channels, int64(1), outputs, boolean(0))  # fmt: skip
            for t in range(count):
                place = (first + t) % per_image
                dx_start = (start + (first + t) // per_image) * height * width * channels
                origin = dx_start if inside else int64(0)
                if place == 0:
                    clear(image, origin, image_height * image_width * channels)
                corner = (place // tiles_wide * image_width + place % tiles_wide) * tile * channels
                add(scratch, made + t * channels, n * in_step, in_step,
                    image, origin + corner, image_width * channels, channels, channels, n, n)  # fmt: skip
                if place == per_image - 1 and not inside:
                    crop(scratch, origin, dx, dx_start, height, width, channels, padded_height, padded_width,
                         pad_top, pad_left)  # fmt: skip
            first += count

    return _named(conv2d_gradient_input, tile, taps)


def _gradient_filter(tile: int, taps: int) -> Any:
    filtering = Filtering(tile, taps)
    n = filtering.inputs
    points = n * n
    read_image, read_gradient = _image_reader(tile, taps), _gradient_reader(tile, taps)
    restore = transformation(f"weights_{tile}_{taps}", transposed(filtering.weighting))

    def conv2d_gradient_filter(x, dy, d_weights, scratch, start, stop, height, width, channels, kernel_height,
                               kernel_width, outputs, out_height, out_width, stride_height, stride_width,
                               pad_top, pad_left, channel_start, channel_stop):  # fmt: skip
        """d_weights[:, :, channel_start:channel_stop] from the examples start..stop.

        The sum runs over the tiles of a block, then over blocks.
        """
        tiles_wide = tiles_along(out_width, tile)
        per_image = tiles_along(out_height, tile) * tiles_wide
        block = block_of(per_image, channels, outputs)
        part = channel_stop - channel_start
        area = (tiles_along(out_height, tile) * tile + taps - 1) * (tiles_wide * tile + taps - 1)
        step, out_step, matrix = lines_apart(block * part), lines_apart(block * outputs), lines_apart(part * outputs)
        matrices = whole_lines(area * channels)
        read = matrices + points * matrix
        out_read = read + points * step
        first, total = int64(0), (stop - start) * per_image if part > 0 else int64(0)
        if total == 0:
            clear(scratch, matrices, points * matrix)
        while first < total:
            count = min(total - first, block)
            read_image(x, scratch, read, step, height, width, channels, out_height, out_width, pad_top, pad_left,
                       start, first, count, channel_start, part)  # fmt: skip
            read_gradient(dy, scratch, out_read, out_step, out_height, out_width, outputs, start, first, count)
            for point in range(points):
                product(scratch, read + point * step, int64(0), int64(1), part,
                        scratch, out_read + point * out_step, int64(0), outputs,
                        scratch, matrices + point * matrix, outputs,
                        part, outputs, int64(1), count, first > 0)  # fmt: skip
            first += count
        taken = channels * outputs
        restore(scratch, matrices, n * matrix, matrix, d_weights, channel_start * outputs, taps * taken, taken,
                part * outputs, n, n)  # fmt: skip

    return _named(conv2d_gradient_filter, tile, taps)


conv2d_4_3, conv2d_5_3, conv2d_7_3 = _forward(4, 3), _forward(5, 3), _forward(7, 3)
conv2d_4_5, conv2d_5_5 = _forward(4, 5), _forward(5, 5)
conv2d_gradient_input_4_3, conv2d_gradient_input_4_5 = _gradient_input(4, 3), _gradient_input(4, 5)
conv2d_gradient_input_5_3, conv2d_gradient_input_5_5 = _gradient_input(5, 3), _gradient_input(5, 5)
conv2d_gradient_input_7_3 = _gradient_input(7, 3)
conv2d_gradient_filter_4_3, conv2d_gradient_filter_4_5 = _gradient_filter(4, 3), _gradient_filter(4, 5)
conv2d_gradient_filter_5_3, conv2d_gradient_filter_5_5 = _gradient_filter(5, 3), _gradient_filter(5, 5)
conv2d_gradient_filter_7_3 = _gradient_filter(7, 3)
