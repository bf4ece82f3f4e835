"""Who is measured: programs, and the environments that they run in."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.workloads import Workload


@dataclass(frozen=True)
class Contestant:
    """A variant of a program. `environment` names one that peers.install makes; ours is the running interpreter's.

    `only` leaves out the rest of what a program measures; `threads` is fewer than the others have.
    """

    name: str
    module: str
    variant: str
    environment: str | None = None
    convolutions: bool = True
    only: str | None = None
    threads: int | None = None

    def takes_part_in(self, workload: Workload) -> bool:
        return self.convolutions or not workload.filters


OURS = Contestant("ours", "tests.benchmarks.ours", "ours")
OURS_ON_ONE_THREAD = Contestant("ours, one thread", OURS.module, OURS.variant, only="train", threads=1)

_TENSORFLOW = "tests.benchmarks.peers.tensorflow_graph"
_TORCH = "tests.benchmarks.peers.torch_loop"
_JAX = "tests.benchmarks.peers.jax_loop"

PEERS = (
    Contestant("tf_estimator", _TENSORFLOW, "estimator", "tensorflow"),
    Contestant("tf_session", _TENSORFLOW, "session", "tensorflow"),
    Contestant("torch_eager", _TORCH, "eager", "torch"),
    Contestant("torch_fused", _TORCH, "fused", "torch"),
    Contestant("torch_compiled", _TORCH, "compiled", "torch"),
    Contestant("jax_step", _JAX, "step", "jax"),
    # XLA's convolutions inside a loop take ten times as long on processors as outside.
    Contestant("jax_scan", _JAX, "scan", "jax", convolutions=False),
)
