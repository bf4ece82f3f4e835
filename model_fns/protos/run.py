"""RunOptions and RunMetadata: what a run is asked for, and what it told of itself."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.graph import GraphDef
from model_fns.protos.message import Message

_TRACE_LEVELS = {0: "NO_TRACE", 1: "SOFTWARE_TRACE", 2: "HARDWARE_TRACE", 3: "FULL_TRACE"}


@final
class RunOptions(Message):
    """What a run is asked for. Only the trace level has an effect."""

    NO_TRACE = 0
    SOFTWARE_TRACE = 1
    HARDWARE_TRACE = 2
    FULL_TRACE = 3

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "trace_level", "enum", names=_TRACE_LEVELS),
        Field(2, "timeout_in_ms", "int64"),
        Field(3, "inter_op_thread_pool", "int32"),
        Field(5, "output_partition_graphs", "bool"),
        Field(7, "report_tensor_allocations_upon_oom", "bool"),
    )


@final
class NodeExecStats(Message):
    """When a node ran, in microseconds."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "node_name", "string"),
        Field(2, "all_start_micros", "int64"),
        Field(3, "op_start_rel_micros", "int64"),
        Field(4, "op_end_rel_micros", "int64"),
        Field(5, "all_end_rel_micros", "int64"),
        Field(8, "timeline_label", "string"),
        Field(10, "thread_id", "int32"),
    )


@final
class DeviceStepStats(Message):
    """What ran on one device."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "device", "string"),
        Field(2, "node_stats", message=NodeExecStats, repeated=True),
    )


@final
class StepStats(Message):
    """What ran on each device."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "dev_stats", message=DeviceStepStats, repeated=True),)


@final
class CostGraphDef(Message):
    """What nodes cost. Nothing is told of it here."""

    FIELDS: ClassVar[tuple[Field, ...]] = ()


@final
class RunMetadata(Message):
    """What a run told of itself."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "step_stats", message=StepStats),
        Field(2, "cost_graph", message=CostGraphDef),
        Field(3, "partition_graphs", message=GraphDef, repeated=True),
    )
