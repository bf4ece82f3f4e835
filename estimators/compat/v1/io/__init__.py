"""tf.io: files, and what is written in them."""

from estimators.compat.missing import of_io as __getattr__  # noqa: F401
from estimators.compat.v1.io import gfile
from input_fns.data.record_file import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator
from input_fns.queues.producers import match_filenames_once
from input_fns.queues.queue import PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from model_fns.example_features import FixedLenFeature, VarLenFeature
from model_fns.ops.decoding import decode_csv, decode_raw
from model_fns.ops.example_features import FixedLenSequenceFeature
from model_fns.ops.examples import parse_example, parse_single_example
from model_fns.ops.files import matching_files, read_file, write_file

__all__ = [
    "FixedLenFeature",
    "FixedLenSequenceFeature",
    "PaddingFIFOQueue",
    "PriorityQueue",
    "QueueBase",
    "RandomShuffleQueue",
    "TFRecordCompressionType",
    "TFRecordOptions",
    "TFRecordWriter",
    "VarLenFeature",
    "decode_csv",
    "decode_raw",
    "gfile",
    "match_filenames_once",
    "matching_files",
    "parse_example",
    "parse_single_example",
    "read_file",
    "tf_record_iterator",
    "write_file",
]
