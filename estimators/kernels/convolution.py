"""Two-dimensional convolution and its two gradients, as walks of the register tile over images as they lie in memory.

    y[n, h, w, o] = sum_{i, j, c} weights[i, j, c, o]
                                  * x[n, h * stride_height + i - pad_top, w * stride_width + j - pad_left, c]

with zeros outside the image. Arrays are flat and C-contiguous: x [N, H, W, C], weights [KH, KW, C, O] and
y [N, OH, OW, O]. No patch is ever copied: for one kernel row, (kernel column, channel) is a stretch of memory in a
padded image, and the next output pixel is the same stretch further on. An image is padded by copying it into the
worker's scratch.

Sizes are given in one order everywhere: height, width, channels, kernel_height, kernel_width, outputs, out_height,
out_width, stride_height, stride_width, pad_top, pad_left. Padding at the bottom and right follows from the output size.
"""

from numba import boolean, int64

from estimators.kernels.compile import kernel
from estimators.kernels.contraction import product, transpose
from estimators.kernels.microkernel import clear, copy, tile_columns


@kernel
def padded_extent(out_size, stride, kernel_size):
    """How far along one axis the windows reach, counted from the first padded pixel."""
    return max((out_size - 1) * stride + kernel_size, 0)


@kernel
def fits(height, width, padded_height, padded_width, pad_top, pad_left):
    """Whether every window lies inside the image, so that the image can be read where it is."""
    return pad_top == 0 and pad_left == 0 and padded_height <= height and padded_width <= width


@kernel
def pad(x, x_start, padded, height, width, channels, padded_height, padded_width, pad_top, pad_left):
    """Copies one image into the interior of `padded`, whose border was cleared before."""
    visible = min(width, padded_width - pad_left)
    if visible > 0:
        for row in range(min(height, padded_height - pad_top)):
            target = ((row + pad_top) * padded_width + pad_left) * channels
            copy(x, x_start + row * width * channels, padded, target, visible * channels)


@kernel
def crop(padded, padded_start, x, x_start, height, width, channels, padded_height, padded_width, pad_top, pad_left):
    """The inverse of `pad`: one image out of the interior of `padded`, zeros where no window reached."""
    visible = max(min(width, padded_width - pad_left), 0)
    for row in range(height):
        target = x_start + row * width * channels
        count = visible * channels if row + pad_top < padded_height else 0
        copy(padded, padded_start + ((row + pad_top) * padded_width + pad_left) * channels, x, target, count)
        clear(x, target + count, width * channels - count)


@kernel
def conv2d(x, weights, y, scratch, height, width, channels, kernel_height, kernel_width, outputs,
           out_height, out_width, stride_height, stride_width, pad_top, pad_left, start, stop):  # fmt: skip
    """y of the examples start..stop. A row of output pixels is the rows of a product."""
    padded_height = padded_extent(out_height, stride_height, kernel_height)
    padded_width = padded_extent(out_width, stride_width, kernel_width)
    inside = fits(height, width, padded_height, padded_width, pad_top, pad_left)
    image, image_width = x, width
    if not inside:
        image, image_width = scratch, padded_width
        clear(scratch, 0, padded_height * padded_width * channels)
    lines, pixels = out_height, out_width
    if stride_height * image_width == out_width * stride_width:
        lines, pixels = int64(1), out_height * out_width  # one line goes on where the line before it ended
    stretch = kernel_width * channels
    for example in range(start, stop):
        origin = example * height * width * channels
        if not inside:
            pad(x, origin, scratch, height, width, channels, padded_height, padded_width, pad_top, pad_left)
            origin = int64(0)
        column = int64(0)
        while column < outputs:
            columns = tile_columns(weights, outputs - column)
            for line in range(lines):
                product(image, origin + line * stride_height * image_width * channels, image_width * channels,
                        stride_width * channels, int64(1), weights, column, stretch * outputs, outputs,
                        y, (example * out_height * out_width + line * pixels) * outputs + column, outputs,
                        pixels, columns, kernel_height, stretch, boolean(0))  # fmt: skip
            column += columns


@kernel
def conv2d_gradient_input(weights, dy, dx, scratch, height, width, channels, kernel_height, kernel_width,
                          outputs, out_height, out_width, stride_height, stride_width, pad_top, pad_left,
                          start, stop):  # fmt: skip
    """dx of the examples start..stop: the transposed walk of `conv2d`, which adds to what `conv2d` reads.

    One line of dy times the weights of one kernel row is, for each output pixel, what its window adds to one line of
    dx. This is exactly the work of `conv2d`, whatever stride and padding; a convolution of the padded and dilated dy
    would also multiply all the zeros. Neighbouring windows overlap: a product takes pixels so far `apart` that its
    results do not, or each row of a tile would wait for the row before it to reach memory.
    """
    padded_height = padded_extent(out_height, stride_height, kernel_height)
    padded_width = padded_extent(out_width, stride_width, kernel_width)
    inside = fits(height, width, padded_height, padded_width, pad_top, pad_left)
    stretch = kernel_width * channels
    taps = kernel_height * stretch
    transpose(weights, int64(0), outputs, scratch, int64(0), taps, taps, outputs)
    image, image_width = (dx, width) if inside else (scratch, padded_width)
    for example in range(start, stop):
        dx_start = example * height * width * channels
        origin = dx_start if inside else taps * outputs
        clear(image, origin, (height * width if inside else padded_height * padded_width) * channels)
        for kernel_row in range(kernel_height):
            column = int64(0)
            while column < stretch:
                columns = tile_columns(weights, stretch - column)
                apart = (columns - 1) // (stride_width * channels) + 1
                for line in range(out_height):
                    for pixel in range(min(apart, out_width)):
                        window = (line * stride_height + kernel_row) * image_width + pixel * stride_width
                        pixels = (out_width - pixel - 1) // apart + 1
                        product(dy, ((example * out_height + line) * out_width + pixel) * outputs, int64(0),
                                apart * outputs, int64(1), scratch, kernel_row * stretch + column, int64(0), taps,
                                image, origin + window * channels + column, apart * stride_width * channels,
                                pixels, columns, int64(1), outputs, boolean(1))  # fmt: skip
                column += columns
        if not inside:
            crop(scratch, origin, dx, dx_start, height, width, channels, padded_height, padded_width, pad_top, pad_left)


@kernel
def conv2d_gradient_filter(x, dy, d_weights, scratch, start, stop, height, width, channels, kernel_height, kernel_width,
                           outputs, out_height, out_width, stride_height, stride_width, pad_top, pad_left,
                           row_start, row_stop):  # fmt: skip
    """Rows row_start..row_stop of d_weights, seen as [KH * KW * C, O], from the examples start..stop.

    The sum runs over pixels, then over examples.
    """
    padded_height = padded_extent(out_height, stride_height, kernel_height)
    padded_width = padded_extent(out_width, stride_width, kernel_width)
    inside = fits(height, width, padded_height, padded_width, pad_top, pad_left)
    image, image_width = x, width
    if not inside:
        image, image_width = scratch, padded_width
        clear(scratch, 0, padded_height * padded_width * channels)
    if start >= stop:
        clear(d_weights, row_start * outputs, (row_stop - row_start) * outputs)
    stretch = kernel_width * channels
    for example in range(start, stop):
        origin = example * height * width * channels
        if not inside:
            pad(x, origin, scratch, height, width, channels, padded_height, padded_width, pad_top, pad_left)
            origin = int64(0)
        row = row_start
        while row < row_stop:
            kernel_row, place = row // stretch, row % stretch
            rows = min(row_stop - row, stretch - place)
            product(image, origin + kernel_row * image_width * channels + place, stride_height * image_width * channels,
                    int64(1), stride_width * channels, dy, example * out_height * out_width * outputs,
                    out_width * outputs, outputs, d_weights, row * outputs, outputs,
                    rows, outputs, out_height, out_width, example > start)  # fmt: skip
            row += rows
