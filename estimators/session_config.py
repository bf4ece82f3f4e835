"""ConfigProto and what it holds: accepted, kept and without effect.

Programs set these to place operations and to share a GPU. Here everything runs on the CPU, in this process. Fields have
TensorFlow's names and defaults; one that does not exist is an error, as it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, final


@final
@dataclass(kw_only=True, slots=True)
class GPUOptions:
    per_process_gpu_memory_fraction: float = 0.0
    allow_growth: bool = False
    allocator_type: str = ""
    deferred_deletion_bytes: int = 0
    visible_device_list: str = ""
    polling_active_delay_usecs: int = 0
    polling_inactive_delay_msecs: int = 0
    force_gpu_compatible: bool = False
    experimental: Any = None


@final
@dataclass(kw_only=True, slots=True)
class OptimizerOptions:
    do_common_subexpression_elimination: bool = False
    do_constant_folding: bool = False
    max_folded_constant_in_bytes: int = 0
    do_function_inlining: bool = False
    opt_level: int = 0
    global_jit_level: int = 0


@final
@dataclass(kw_only=True, slots=True)
class GraphOptions:
    enable_recv_scheduling: bool = False
    optimizer_options: OptimizerOptions = field(default_factory=OptimizerOptions)
    build_cost_model: int = 0
    build_cost_model_after: int = 0
    infer_shapes: bool = False
    place_pruned_graph: bool = False
    enable_bfloat16_sendrecv: bool = False
    timeline_step: int = 0
    rewrite_options: Any = None


@final
@dataclass(kw_only=True, slots=True)
class ThreadPoolOptionProto:
    num_threads: int = 0
    global_name: str = ""


@final
class ThreadPools(list[Any]):
    """The pools of a ConfigProto; `add` appends one."""

    def add(self, **values: Any) -> ThreadPoolOptionProto:
        self.append(ThreadPoolOptionProto(**values))
        return self[-1]


@final
@dataclass(kw_only=True, slots=True)
class ConfigProto:
    device_count: dict[str, int] = field(default_factory=dict)
    intra_op_parallelism_threads: int = 0
    inter_op_parallelism_threads: int = 0
    use_per_session_threads: bool = False
    session_inter_op_thread_pool: ThreadPools = field(default_factory=lambda: ThreadPools())
    placement_period: int = 0
    device_filters: list[str] = field(default_factory=list)
    gpu_options: GPUOptions = field(default_factory=GPUOptions)
    allow_soft_placement: bool = False
    log_device_placement: bool = False
    graph_options: GraphOptions = field(default_factory=GraphOptions)
    operation_timeout_in_ms: int = 0
    rpc_options: Any = None
    cluster_def: Any = None
    isolate_session_state: bool = False
    share_cluster_devices_in_session: bool = False
    experimental: Any = None
