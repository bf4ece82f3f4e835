"""Which algorithm computes a convolution: the direct walk or minimal filtering, by what each is expected to cost.

Costs are counted in vectors of fused multiply-adds for one example on one core. The constants beside them were measured
on one machine; only the ratio of two costs is used, and filtering must win clearly. The choice depends on sizes and the
processor, never on the number of workers, so results do not either. Knows no numba.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import final

from estimators.kernels.host import host
from estimators.kernels.winograd_matrices import Filtering, multiply, transposed
from estimators.kernels.winograd_scratch import VARIANTS, block_of

FORWARD, GRADIENT_INPUT, GRADIENT_FILTER = "conv2d", "conv2d_gradient_input", "conv2d_gradient_filter"

# Of a product: what its call, a register tile, and one vector of a tile besides its sum take; the least that a step of
# the sum takes, however small the tile; what the end of a line takes in a sum over lines; and how long a product
# whose last vector is masked waits for the one that wrote there before.
CALL, TILE_CALL, ELEMENT, STEP, LINE_END, WAIT = 75, 20, 4, 4, 20, 100
# Of a transformation: what each point takes on its way between the caches, and what finding a tile and the call take.
POINT, TILE_OF_IMAGE = 2, 40
# What a vector of transformed weights takes beyond those that stay NEAR, the elements that a level-2 cache holds.
FAR, NEAR = 6, 1 << 18
CLEARLY = 1.1  # how much faster what rounds more must be expected to be
ENOUGH_EXAMPLES = 16  # over which the transformation of the weights is spread where the batch is not known
LARGEST_WEIGHTS = 1 << 24  # elements of transformed weights that each worker may keep
MOST_POINTS = 9  # along each axis


@final
@dataclass(frozen=True)
class Sizes:
    """The sizes of a convolution, in the order in which the kernels take them."""

    height: int
    width: int
    channels: int
    kernel_height: int
    kernel_width: int
    outputs: int
    out_height: int
    out_width: int
    stride_height: int
    stride_width: int
    pad_top: int
    pad_left: int


@final
@dataclass(frozen=True)
class Choice:
    """The kernel `name` of estimators.kernels.`module`, and why; `tile` outputs each way, 0 if it is direct."""

    module: str
    name: str
    reason: str
    tile: int = 0


def choose(
    walk: str,
    sizes: Sizes,
    dtype: str = "float32",
    examples: int = ENOUGH_EXAMPLES,
    most_points: int = MOST_POINTS,
) -> Choice:
    """The kernel for `walk`, which is FORWARD, GRADIENT_INPUT or GRADIENT_FILTER.

    `examples` is the size of the batch, where it is known when the step is compiled. `most_points` limits what rounding
    may cost (see winograd_matrices.PAIRS).
    """
    obstacle = _obstacle(sizes, dtype)
    if obstacle:
        return Choice("convolution", walk, f"direct: {obstacle}")
    taps, fitting = sizes.kernel_height, _possible(sizes, most_points)
    if not fitting:
        reason = f"more than {most_points} points or {LARGEST_WEIGHTS} transformed weights for each worker"
        return Choice("convolution", walk, f"direct: filtering would need {reason}")
    costs = {filtering: _filtering(walk, filtering, sizes, examples) for filtering in fitting}
    cheap = [filtering for filtering in fitting if costs[filtering] < CLEARLY * min(costs.values())]
    best = min(cheap, key=lambda filtering: filtering.inputs)  # the one that rounds the least
    gain = DIRECT[walk](sizes) / costs[best]
    tile, name = best.outputs, f"F({best.outputs}x{best.outputs}, {taps}x{taps})"
    if gain < CLEARLY:
        return Choice("convolution", walk, f"direct: {name} is expected to be {gain:.1f} times as fast")
    reason = f"{name}, expected to be {gain:.1f} times as fast as direct"
    return Choice("winograd", f"{walk}_{tile}_{taps}", reason, tile)


def _obstacle(sizes: Sizes, dtype: str) -> str:
    """Why no filtering can or should be used whatever it costs; empty if it may."""
    if dtype != "float32":
        return f"filtering costs digits, which {dtype} is chosen for"
    if 0 in (sizes.out_height, sizes.out_width):
        return "there is nothing to compute"
    if (sizes.stride_height, sizes.stride_width) != (1, 1):
        return f"filtering needs strides of 1, here they are {sizes.stride_height} and {sizes.stride_width}"
    if sizes.kernel_height != sizes.kernel_width or sizes.kernel_height not in (taps for _, taps in VARIANTS):
        kernel = f"{sizes.kernel_height}x{sizes.kernel_width}"
        return f"filtering is there for 3x3 and 5x5 weights, here they are {kernel}"
    return ""


def _possible(sizes: Sizes, most_points: int) -> list[Filtering]:
    """The kernels for these weights that neither round nor keep too much."""
    weights = sizes.channels * sizes.outputs
    filterings = [Filtering(tile, taps) for tile, taps in VARIANTS if taps == sizes.kernel_height]
    return [f for f in filterings if f.inputs <= most_points and f.inputs**2 * weights <= LARGEST_WEIGHTS]


def _vectors(count: int) -> float:
    """How many vectors `count` neighbours take; where there are half vectors, they take half the time."""
    half = host().lanes(4) // 2 if host().halves else host().lanes(4)
    return -(-count // half) * half / host().lanes(4)


def _tiles(rows: int, columns: int) -> int:
    return -(-rows // host().rows) * -(-columns // (2 * host().lanes(4)))


def _product(rows: int, columns: int, depth: int) -> float:
    """One call of contraction.product."""
    tiles, vectors = _tiles(rows, columns), rows * _vectors(columns)
    return CALL + TILE_CALL * tiles + max(vectors, STEP * tiles) * depth + max(vectors, rows) * ELEMENT


def _direct(sizes: Sizes) -> float:
    depth = sizes.kernel_height * sizes.kernel_width * sizes.channels
    strips = -(-sizes.outputs // (2 * host().lanes(4)))
    return sizes.out_height * (_product(sizes.out_width, sizes.outputs, depth) + (strips - 1) * CALL)


def _direct_gradient_input(sizes: Sizes) -> float:
    """Overlapping windows are added to in several products, each of the windows that do not overlap."""
    stretch, strip = sizes.kernel_width * sizes.channels, 2 * host().lanes(4)
    total = 0.0
    for column in range(0, stretch, strip):
        columns = min(strip, stretch - column)
        apart = min((columns - 1) // sizes.channels + 1, sizes.out_width)
        wait = WAIT if columns < strip else 0
        total += apart * (_product(-(-sizes.out_width // apart), columns, sizes.outputs + ELEMENT) + wait)
    return sizes.out_height * sizes.kernel_height * total


def _direct_gradient_filter(sizes: Sizes) -> float:
    rows, outputs = sizes.kernel_width * sizes.channels, sizes.outputs
    lines = LINE_END * sizes.out_height * _tiles(rows, outputs)
    return sizes.kernel_height * (_product(rows, outputs, sizes.out_height * sizes.out_width) + lines)


DIRECT: dict[str, Callable[[Sizes], float]] = {
    FORWARD: _direct,
    GRADIENT_INPUT: _direct_gradient_input,
    GRADIENT_FILTER: _direct_gradient_filter,
}


def _filtering(walk: str, filtering: Filtering, sizes: Sizes, examples: int) -> float:
    """Transformations of every tile before and after its products, and of the weights once for all examples."""
    channels, outputs, points = sizes.channels, sizes.outputs, filtering.inputs**2
    tiles = -(-sizes.out_height // filtering.outputs) * -(-sizes.out_width // filtering.outputs)
    block = block_of(tiles, channels, outputs)
    product, parts, weights = {
        FORWARD: (_product(block, outputs, channels), (("B^T", channels), ("A^T", outputs)), "G"),
        GRADIENT_INPUT: (_product(block, channels, outputs), (("A", outputs), ("B", channels)), "G"),
        GRADIENT_FILTER: (_product(channels, outputs, block), (("B^T", channels), ("A", outputs)), "G^T"),
    }[walk]
    operations, blocks = _operations(filtering), tiles / block
    each = sum(
        (operations[matrix] + POINT * points) * -(-count // host().lanes(4)) + TILE_OF_IMAGE for matrix, count in parts
    )
    vectors = _vectors(channels * outputs)
    far = FAR * max(points * channels * outputs - NEAR, 0) / host().lanes(4)
    once = (operations[weights] + POINT * points) * vectors + far
    moved = 2 * far if walk == GRADIENT_FILTER else far  # there each block reads and writes them
    return blocks * (points * product + moved) + tiles * each + once / max(examples, 1)


class _Counting:
    """Arithmetic that only counts."""

    def __init__(self) -> None:
        self.count = 0

    def _one(self, *_: object) -> None:
        self.count += 1

    add = subtract = scale = multiply_add = _one

    def zero(self) -> None:
        """Zero is there without an operation."""


@cache
def _operations(filtering: Filtering) -> dict[str, int]:
    """What one vector of a tile, times a matrix from both sides, takes."""
    result = {}
    for name, matrix in (("A", filtering.sampling), ("G", filtering.weighting), ("B^T", filtering.reading)):
        for key, turned in ((name, matrix), (f"{name}^T".replace("^T^T", ""), transposed(matrix))):
            counting = _Counting()
            multiply(turned, [None] * len(turned[0]), counting)
            result[key] = counting.count * (len(turned) + len(turned[0]))
    return result
