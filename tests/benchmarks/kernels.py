"""Speed of the contraction kernels on one core, beside the machine's own limit.

python -m tests.benchmarks.kernels

prints GFLOP/s and the share of the multiply-add peak, which is measured between the rows: a shared machine changes
speed. Only the multiplications that the definition asks for are counted.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from estimators.kernels import scratch as scratch_sizes
from estimators.kernels.microkernel import TILE_ROWS, tile, tile_columns
from tests.kernels.from_python import contraction, convolution, kernel

REPEATS = 10


@kernel
def _one_tile(a, b, c, columns, steps):
    tile(a, 0, 0, 1, 0, b, 0, 0, 0, c, 0, columns, TILE_ROWS, columns, 1, steps, True)


@kernel
def _widest(a):
    return tile_columns(a, 1 << 20)


def seconds(call: Callable[[], object], budget: float = 0.3) -> float:
    """The shortest of several runs, the first (which may compile) not counted."""
    call()
    times: list[float] = []
    while len(times) < REPEATS and sum(times) < budget:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def fma_peak() -> float:
    """GFLOP/s of one core, float32: a register tile that reads the same few numbers again and again."""
    a = np.ones(64, np.float32)
    columns = _widest(a)
    b, c, steps = np.zeros(columns, np.float32), np.zeros(TILE_ROWS * columns, np.float32), 100_000
    return 2 * TILE_ROWS * columns * steps / seconds(partial(_one_tile, a, b, c, columns, steps)) / 1e9


def _empty(length: int) -> np.ndarray:
    """Memory that starts at a cache line, as that of the compiled steps does; numpy's own often does not."""
    whole = np.empty(length + 16, np.float32)
    start = -whole.ctypes.data % 64 // whole.itemsize
    return whole[start : start + length]


def _random(*shape: int) -> np.ndarray:
    array = _empty(int(np.prod(shape)))
    np.random.default_rng(0).standard_normal(dtype=np.float32, out=array)
    return array


def convolution_cases(
    examples: int, size: int, channels: int, outputs: int, kernel_size: int = 5, same: bool = True, stride: int = 1
) -> dict[str, tuple[float, Callable[[], object]]]:
    """The three convolutions of one square shape: name -> (floating-point operations, call)."""
    out_size = -(-size // stride) if same else (size - kernel_size) // stride + 1
    pad = max((out_size - 1) * stride + kernel_size - size, 0) // 2 if same else 0
    sizes = (size, size, channels, kernel_size, kernel_size, outputs, out_size, out_size, stride, stride, pad, pad)
    x, y = _random(examples, size, size, channels), _random(examples, out_size, out_size, outputs)
    weights = _random(kernel_size, kernel_size, channels, outputs)
    scratch = _empty(scratch_sizes.conv2d_gradient_input(*sizes))
    operations = 2.0 * y.size * weights.size / outputs
    padding = "SAME" if same else "VALID"
    image = f"{size}x{size}x{channels}"
    shape = f"{kernel_size}x{kernel_size} {image} -> {outputs}, {padding}, stride {stride}, batch {examples}"
    rows = kernel_size * kernel_size * channels
    return {
        f"conv {shape}": (operations, partial(convolution.conv2d, x, weights, y, scratch, *sizes, 0, examples)),
        "  its gradient by the input": (
            operations,
            partial(convolution.conv2d_gradient_input, weights, y, _empty(x.size), scratch, *sizes, 0, examples),
        ),
        "  its gradient by the weights": (
            operations,
            partial(
                convolution.conv2d_gradient_filter, x, y, _empty(weights.size), scratch, 0, examples, *sizes, 0, rows
            ),
        ),
    }


def matmul_cases(m: int, n: int, k: int) -> dict[str, tuple[float, Callable[[], object]]]:
    """A dense layer [m, k] -> [m, n], forward and backward."""
    x, weights, y = _random(m, k), _random(k, n), _random(m, n)
    scratch = _empty(scratch_sizes.matmul_transpose_b(m, k, n))
    operations = 2.0 * m * n * k
    return {
        f"dense {k} -> {n}, batch {m}": (operations, partial(contraction.matmul, x, weights, y, m, n, k, 0, m, 0, n)),
        "  its gradient by the input": (
            operations,
            partial(contraction.matmul_transpose_b, y, weights, _empty(x.size), scratch, m, k, n, 0, m, 0, k),
        ),
        "  its gradient by the weights": (
            operations,
            partial(contraction.matmul_transpose_a, x, y, _empty(weights.size), k, n, m, 0, k, 0, n),
        ),
    }


def report(cases: dict[str, tuple[float, Callable[[], object]]]) -> None:
    peak = fma_peak()
    for name, (operations, call) in cases.items():
        speed = operations / seconds(call) / 1e9
        peak, before = fma_peak(), peak
        print(f"{name:<58} {speed:8.1f} GFLOP/s {100 * speed / max(peak, before):6.1f} % of the peak")


def main() -> None:
    print(f"multiply-add peak of one core: {fma_peak():.0f} GFLOP/s, float32")
    report(convolution_cases(50, 14, 32, 64))
    report(convolution_cases(50, 28, 1, 32))
    report(convolution_cases(50, 24, 20, 50, same=False))
    report(convolution_cases(50, 12, 20, 50, same=False))
    report(convolution_cases(20, 14, 64, 64, kernel_size=3, stride=2))
    for m, n, k in ((50, 1024, 3136), (128, 1024, 3136), (1, 1024, 3136), (50, 10, 1024), (128, 256, 784)):
        report(matmul_cases(m, n, k))
    report(matmul_cases(32, 25, 64))
    report(matmul_cases(32, 10, 25))


if __name__ == "__main__":
    main()
