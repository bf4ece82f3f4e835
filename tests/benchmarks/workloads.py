"""The workloads that frameworks are compared on: models, batch sizes, optimizers, and what a step costs at least.

Descriptions only, of the standard library alone: peers read them in environments of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

KERNEL_SIZE = 5  # of every convolution, each followed by relu and max pooling of 2x2
EVALUATION_BATCH = 100
EVALUATION_ROWS = 10_000

_EXAMPLES = {"line": (1,), "digits": (64,), "flat": (784,), "images": (28, 28, 1)}


@dataclass(frozen=True)
class Workload:
    """Convolutions with `filters`, then dense layers of `units` with relu between them, trained on `rows` examples.

    The loss is the mean squared error for "line", else the softmax cross-entropy of ten classes.
    """

    name: str
    data: str
    batch: int
    rows: int
    units: tuple[int, ...]
    filters: tuple[int, ...] = ()
    padding: str = "same"
    adam: bool = True
    rate: float = 1e-3

    @property
    def regression(self) -> bool:
        return self.data == "line"

    @property
    def example_shape(self) -> tuple[int, ...]:
        return _EXAMPLES[self.data]

    def kernels(self) -> Iterator[tuple[tuple[int, ...], int]]:
        """Each layer's kernel: its shape, and at how many places of one example it is applied."""
        size, channels = self.example_shape[0], self.example_shape[-1]
        for filters in self.filters:
            places = size if self.padding == "same" else size - KERNEL_SIZE + 1
            yield (KERNEL_SIZE, KERNEL_SIZE, channels, filters), places * places
            size, channels = places // 2, filters
        width = size * size * channels if self.filters else channels
        for units in self.units:
            yield (width, units), 1
            width = units

    @property
    def flops(self) -> int:
        """Multiplications and additions to train on one example: forward, by the weights, and by the input but for the
        first layer, whose input needs no gradient."""
        forward = [2 * prod(shape) * places for shape, places in self.kernels()]
        return 3 * sum(forward) - forward[0]


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("linreg", "line", 100, 100, (1,), adam=False, rate=0.1),
        Workload("softmax", "flat", 100, 60000, (10,), adam=False, rate=0.5),
        Workload("mlp", "digits", 32, 1440, (25, 10)),
        Workload("mlp512", "flat", 100, 60000, (512, 10)),
        Workload("cnn_lenet", "images", 100, 60000, (10,), (20, 50), "valid", adam=False, rate=0.01),
        Workload("cnn_wide", "images", 50, 15000, (1024, 10), (32, 64)),
        Workload("cnn_wide128", "images", 128, 38400, (1024, 10), (32, 64)),
    )
}
