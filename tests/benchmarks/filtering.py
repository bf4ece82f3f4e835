"""Convolution by minimal filtering beside the direct walk, on one core, and what the choice between them expects.

python -m tests.benchmarks.filtering

prints, for forward, gradient by the input and gradient by the weights: GFLOP/s of the direct kernel and of each tile
(the multiplications of the definition counted for all), and how many times as fast it is. They take turns, so that a
shared machine changes speed for all, and only the processor's time is counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import astuple
from functools import partial

from estimators.kernels import scratch, winograd_scratch
from estimators.kernels.convolution_choice import FORWARD, GRADIENT_FILTER, GRADIENT_INPUT, Sizes, choose
from tests.benchmarks.kernels import _empty, _random, fma_peak
from tests.kernels.from_python import convolution, winograd

# examples, height and width, channels, outputs, taps, padding
SHAPES = [
    (50, 14, 32, 64, 5, "SAME"),
    (100, 12, 20, 50, 5, "VALID"),
    (100, 28, 1, 20, 5, "VALID"),
    (50, 28, 1, 32, 5, "SAME"),
    (50, 24, 20, 50, 5, "VALID"),
    (50, 14, 64, 64, 3, "SAME"),
    (20, 28, 64, 64, 3, "SAME"),
    (50, 7, 128, 128, 3, "SAME"),
    (8, 14, 256, 256, 3, "SAME"),
    (50, 28, 8, 16, 3, "SAME"),
]
ROUNDS = 25

Call = Callable[[], object]


def calls(examples: int, sizes: Sizes) -> dict[str, dict[int, Call]]:
    """For each walk the kernels by their tile, 0 for the direct one."""
    size, taps = astuple(sizes), sizes.kernel_height
    tiles = [tile for tile, of_taps in winograd_scratch.VARIANTS if of_taps == taps]
    x = _random(examples, sizes.height, sizes.width, sizes.channels)
    dy = _random(examples, sizes.out_height, sizes.out_width, sizes.outputs)
    weights = _random(taps, taps, sizes.channels, sizes.outputs)
    y, dx, d_weights = _empty(dy.size), _empty(x.size), _empty(weights.size)
    needs = [winograd_scratch.conv2d_gradient_input(tile, *size) for tile in tiles]
    memory = _empty(max(scratch.conv2d_gradient_input(*size), *needs))
    forward = (x, weights, y, memory, *size, 0, examples)
    by_input = (weights, dy, dx, memory, *size, 0, examples)
    by_weights = (x, dy, d_weights, memory, 0, examples, *size, 0)
    rows, channels = taps * taps * sizes.channels, sizes.channels
    result: dict[str, dict[int, Call]] = {
        FORWARD: {0: partial(convolution.conv2d, *forward)},
        GRADIENT_INPUT: {0: partial(convolution.conv2d_gradient_input, *by_input)},
        GRADIENT_FILTER: {0: partial(convolution.conv2d_gradient_filter, *by_weights, rows)},
    }
    for tile in tiles:
        for walk, given in ((FORWARD, forward), (GRADIENT_INPUT, by_input), (GRADIENT_FILTER, (*by_weights, channels))):
            result[walk][tile] = partial(getattr(winograd, f"{walk}_{tile}_{taps}"), *given)
    return result


def in_turns(*rivals: Call) -> list[float]:
    """The shortest time of each."""
    best = [float("inf")] * len(rivals)
    for turn in range(ROUNDS + 1):
        for i, rival in enumerate(rivals):
            start = time.thread_time()
            rival()
            if turn > 0:  # the first may compile
                best[i] = min(best[i], time.thread_time() - start)
    return best


def main() -> None:
    print(f"multiply-add peak of one core: {fma_peak():.0f} GFLOP/s, float32")
    for examples, side, channels, outputs, taps, padding in SHAPES:
        out, pad = (side, taps // 2) if padding == "SAME" else (side - taps + 1, 0)
        sizes = Sizes(side, side, channels, taps, taps, outputs, out, out, 1, 1, pad, pad)
        print(f"{taps}x{taps} {side}x{side}x{channels} -> {outputs}, {padding}, batch {examples}")
        operations = 2.0 * examples * out * out * taps * taps * channels * outputs
        for walk, rivals in calls(examples, sizes).items():
            times = dict(zip(rivals, in_turns(*rivals.values()), strict=True))
            print(f"  {walk:<24} direct {operations / times[0] / 1e9:4.0f} GFLOP/s", end="")
            for tile in list(times)[1:]:
                print(
                    f" | F({tile}, {taps}) {operations / times[tile] / 1e9:4.0f} {times[0] / times[tile]:5.2f}", end=""
                )
            print(f" | {choose(walk, sizes, examples=examples).reason}", flush=True)


if __name__ == "__main__":
    main()
