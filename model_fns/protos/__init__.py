"""Messages in protocol buffers' format, for TensorBoard and old programs, written and read without their library."""

from model_fns.protos.event import Event, LogMessage, SessionLog, TaggedRunMetadata
from model_fns.protos.graph import AttrValue, GraphDef, NodeDef
from model_fns.protos.message import Message
from model_fns.protos.summary import HistogramProto, Summary, SummaryDescription, SummaryMetadata
from model_fns.protos.tensor import TensorProto, TensorShapeProto, make_ndarray, make_tensor_proto
from model_fns.protos.wire import DecodeError

__all__ = [
    "AttrValue",
    "DecodeError",
    "Event",
    "GraphDef",
    "HistogramProto",
    "LogMessage",
    "Message",
    "NodeDef",
    "SessionLog",
    "Summary",
    "SummaryDescription",
    "SummaryMetadata",
    "TaggedRunMetadata",
    "TensorProto",
    "TensorShapeProto",
    "make_ndarray",
    "make_tensor_proto",
]
