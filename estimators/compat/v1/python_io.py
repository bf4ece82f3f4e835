"""tf.python_io: record files."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.data.record_file import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator

__all__ = [
    "TFRecordCompressionType",
    "TFRecordOptions",
    "TFRecordWriter",
    "tf_record_iterator",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
