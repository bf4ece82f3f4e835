"""tf.summary."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.summaries.file_writer import FileWriter, FileWriterCache
from model_fns.protos.event import Event, SessionLog, TaggedRunMetadata
from model_fns.protos.summary import Summary, SummaryDescription
from model_fns.summary import audio, histogram, image, merge, merge_all, scalar, text

__all__ = [
    "Event",
    "FileWriter",
    "FileWriterCache",
    "SessionLog",
    "Summary",
    "SummaryDescription",
    "TaggedRunMetadata",
    "audio",
    "histogram",
    "image",
    "merge",
    "merge_all",
    "scalar",
    "text",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
