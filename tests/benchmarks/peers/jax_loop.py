"""JAX and optax: train steps under jit, with the state donated.

step: one step a call, its batch gathered by NumPy. scan: lax.scan over many steps a call, data on the device.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax

from tests.benchmarks.program import Program, Task, main
from tests.benchmarks.workloads import EVALUATION_BATCH, Workload

_SCANNED = {"linreg": 500, "softmax": 300, "mlp": 450, "mlp512": 50}  # steps a call


def parameters(workload: Workload) -> list[tuple[jax.Array, jax.Array]]:
    glorot = jax.nn.initializers.glorot_uniform()
    shapes = [shape for shape, _ in workload.kernels()]
    keys = jax.random.split(jax.random.key(0), len(shapes))
    return [(glorot(key, shape), jnp.zeros(shape[-1])) for key, shape in zip(keys, shapes, strict=True)]


def network(workload: Workload, layers: list[tuple[jax.Array, jax.Array]], x: jax.Array) -> jax.Array:
    convolutions, dense = layers[: len(workload.filters)], layers[len(workload.filters) :]
    for kernel, bias in convolutions:
        x = lax.conv_general_dilated(
            x, kernel, (1, 1), workload.padding.upper(), dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = lax.reduce_window(jax.nn.relu(x + bias), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    x = x.reshape(len(x), -1)
    for kernel, bias in dense[:-1]:
        x = jax.nn.relu(x @ kernel + bias)
    kernel, bias = dense[-1]
    return x @ kernel + bias


class Jax(Program):
    def __init__(self, task: Task, scanned: bool = False) -> None:
        workload = self._workload = task.workload
        self._task, self._scanned = task, _SCANNED[workload.name] if scanned else 1
        self._optimizer = optax.adam(workload.rate) if workload.adam else optax.sgd(workload.rate)
        layers = parameters(workload)
        self._state: Any = layers, self._optimizer.init(layers)
        on_device = jnp.asarray if scanned or task.full_batch else np.asarray
        self._x, self._y = on_device(task.x), on_device(task.y)
        self._rows: Iterator[np.ndarray] = task.shuffled()
        self._step = jax.jit(self._update, donate_argnums=0)
        self._scan = jax.jit(self._epoch, donate_argnums=0)
        self._scan_full = jax.jit(self._full_epoch, donate_argnums=0)
        self._score = jax.jit(self._sums)
        self._logits = jax.jit(partial(network, workload))

    def _losses(self, layers: Any, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        out = network(self._workload, layers, x)
        if self._workload.regression:
            return (out - y) ** 2, out
        return optax.softmax_cross_entropy_with_integer_labels(out, y), out

    def _update(self, state: Any, x: jax.Array, y: jax.Array) -> tuple[Any, jax.Array]:
        layers, slots = state
        loss, gradients = jax.value_and_grad(lambda given: self._losses(given, x, y)[0].mean())(layers)
        updates, slots = self._optimizer.update(gradients, slots, layers)
        return (optax.apply_updates(layers, updates), slots), loss

    def _epoch(self, state: Any, x: jax.Array, y: jax.Array, rows: jax.Array) -> tuple[Any, jax.Array]:
        return lax.scan(lambda carried, chosen: self._update(carried, x[chosen], y[chosen]), state, rows)

    def _full_epoch(self, state: Any, x: jax.Array, y: jax.Array) -> tuple[Any, jax.Array]:
        return lax.scan(lambda carried, _: self._update(carried, x, y), state, length=self._scanned)

    def _sums(self, layers: Any, x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        losses, out = self._losses(layers, x, y)
        return losses.sum(), (out.argmax(1) == y.reshape(-1)).sum()

    def train(self, steps: int) -> int:
        calls, state = -(-steps // self._scanned), self._state
        for _ in range(calls):
            if self._task.full_batch:
                train = self._step if self._scanned == 1 else self._scan_full
                state, _ = train(state, self._x, self._y)
            elif self._scanned == 1:
                chosen = next(self._rows)
                state, _ = self._step(state, self._x[chosen], self._y[chosen])
            else:
                chosen = np.stack(list(islice(self._rows, self._scanned)), dtype=np.int32)
                state, _ = self._scan(state, self._x, self._y, chosen)
        self._state = jax.block_until_ready(state)
        return calls * self._scanned

    def evaluate(self) -> tuple[float, float]:
        x, y, layers = self._task.test_x, self._task.test_y, self._state[0]
        starts = range(0, len(y), EVALUATION_BATCH)
        sums = [self._score(layers, x[i : i + EVALUATION_BATCH], y[i : i + EVALUATION_BATCH]) for i in starts]
        loss, hits = np.sum(jax.device_get(sums), axis=0)
        return float(loss) / len(y), float(hits) / len(y)

    def predict(self, example: np.ndarray) -> np.ndarray:
        return np.asarray(self._logits(self._state[0], example))


if __name__ == "__main__":
    main({"step": Jax, "scan": partial(Jax, scanned=True)})
