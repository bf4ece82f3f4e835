"""PyTorch: a loop written by hand over tensors in memory.

eager: defaults. fused: optimizers with fused=True, images and convolutions channels_last. compiled: that, and the
forward pass with its loss under torch.compile.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.benchmarks.program import Program, Task, main
from tests.benchmarks.workloads import EVALUATION_BATCH, KERNEL_SIZE, Workload


def network(workload: Workload) -> nn.Module:
    parts: list[nn.Module] = []
    for shape, _ in workload.kernels():
        if len(shape) == 4:
            convolution = nn.Conv2d(shape[2], shape[3], KERNEL_SIZE, padding=workload.padding)
            parts += [convolution, nn.ReLU(), nn.MaxPool2d(2)]
        else:
            if parts and isinstance(parts[-1], nn.MaxPool2d):
                parts.append(nn.Flatten())
            parts += [nn.Linear(*shape), nn.ReLU()]
    return nn.Sequential(*parts[:-1])


class Torch(Program):
    def __init__(self, task: Task, fused: bool = False, compiled: bool = False) -> None:
        torch.manual_seed(0)
        workload = task.workload
        model = network(workload)
        self._loss = F.mse_loss if workload.regression else F.cross_entropy
        self._layout = torch.channels_last if fused and workload.filters else None
        if self._layout:
            model = model.to(memory_format=self._layout)
        self._model = model
        kind = torch.optim.Adam if workload.adam else torch.optim.SGD
        self._optimizer = kind(model.parameters(), lr=workload.rate, **({"fused": True} if fused else {}))
        self._x, self._y = self._tensors(task.x, task.y)
        self._test_x, self._test_y = self._tensors(task.test_x, task.test_y)
        self._rows = None if task.full_batch else task.shuffled()
        self._objective = torch.compile(self._forward) if compiled else self._forward

    def _tensors(self, x: np.ndarray, y: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        features = torch.from_numpy(x)
        if x.ndim == 4:
            features = features.permute(0, 3, 1, 2).contiguous(memory_format=self._layout or torch.contiguous_format)
        return features, torch.from_numpy(y if y.dtype == np.float32 else y.astype(np.int64))

    def _forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self._loss(self._model(x), y)

    def train(self, steps: int) -> int:
        x, y = self._x, self._y
        for _ in range(steps):
            if self._rows is not None:
                rows = torch.from_numpy(next(self._rows))
                x, y = self._x[rows], self._y[rows]
            self._optimizer.zero_grad(set_to_none=True)
            self._objective(x, y).backward()
            self._optimizer.step()
        return steps

    @torch.inference_mode()
    def evaluate(self) -> tuple[float, float]:
        loss, hits, rows = torch.zeros(()), torch.zeros(()), len(self._test_y)
        for start in range(0, rows, EVALUATION_BATCH):
            x, y = self._test_x[start : start + EVALUATION_BATCH], self._test_y[start : start + EVALUATION_BATCH]
            out = self._model(x)
            loss += self._loss(out, y) * len(y)
            if y.dtype == torch.int64:
                hits += (out.argmax(1) == y).sum()
        return float(loss) / rows, float(hits) / rows

    @torch.inference_mode()
    def predict(self, example: np.ndarray) -> np.ndarray:
        x = torch.from_numpy(example)
        return self._model(x.permute(0, 3, 1, 2) if x.ndim == 4 else x).numpy()


if __name__ == "__main__":
    main({"eager": Torch, "fused": partial(Torch, fused=True), "compiled": partial(Torch, fused=True, compiled=True)})
