"""Event: one entry of an event file - a time, a step and what happened then."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.message import Message
from model_fns.protos.summary import Summary

_STATUS = {0: "STATUS_UNSPECIFIED", 1: "START", 2: "STOP", 3: "CHECKPOINT"}
_LEVELS = {0: "UNKNOWN", 10: "DEBUGGING", 20: "INFO", 30: "WARN", 40: "ERROR", 50: "FATAL"}


@final
class SessionLog(Message):
    """That a training began, stopped, or wrote a checkpoint."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "status", "enum", names=_STATUS),
        Field(2, "checkpoint_path", "string"),
        Field(3, "msg", "string"),
    )
    STATUS_UNSPECIFIED, START, STOP, CHECKPOINT = range(4)


@final
class LogMessage(Message):
    """A line of a log."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "level", "enum", names=_LEVELS),
        Field(2, "message", "string"),
    )
    UNKNOWN, DEBUGGING, INFO, WARN, ERROR, FATAL = 0, 10, 20, 30, 40, 50


@final
class TaggedRunMetadata(Message):
    """What was measured in one run."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "tag", "string"), Field(2, "run_metadata", "bytes"))


@final
class Event(Message):
    """One entry of an event file. `wall_time` in seconds since the epoch."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "wall_time", "double"),
        Field(2, "step", "int64"),
        Field(3, "file_version", "string", oneof="what"),
        Field(4, "graph_def", "bytes", oneof="what"),
        Field(5, "summary", message=Summary, oneof="what"),
        Field(6, "log_message", message=LogMessage, oneof="what"),
        Field(7, "session_log", message=SessionLog, oneof="what"),
        Field(8, "tagged_run_metadata", message=TaggedRunMetadata, oneof="what"),
        Field(9, "meta_graph_def", "bytes", oneof="what"),
    )
