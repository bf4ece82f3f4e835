"""Messages in protocol buffers' format: bytes and text are those that protobuf itself makes, as observed with it."""

from __future__ import annotations

import copy
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_fns.graph.constant import constant
from model_fns.graph.graph import Graph
from model_fns.ops.arithmetic import add
from model_fns.ops.control import no_op, placeholder
from model_fns.protos import (
    AttrValue,
    DecodeError,
    Event,
    GraphDef,
    HistogramProto,
    NodeDef,
    SessionLog,
    Summary,
    SummaryMetadata,
    TensorProto,
    TensorShapeProto,
    make_ndarray,
    make_tensor_proto,
)


def summary():
    made = Summary(value=[{"tag": "a", "simple_value": 0.0}])
    made.value.add(tag="h", histo=HistogramProto(min=1, bucket_limit=[1, 2, 3]))
    made.value.add(tag="t").tensor.CopyFrom(make_tensor_proto(np.arange(3)))
    return made


def graph_def():
    made = GraphDef()
    node = made.node.add()
    node.name = "x"
    node.attr["T"].type = 1
    node.attr["b"].s = b"\x00\xff"
    node.attr["shape"].shape.CopyFrom(TensorShapeProto(dim=[{"size": -1}]))
    return made


def test_bytes():
    assert summary().SerializeToString().hex() == (
        "0a080a016115000000000a280a01682a2309000000000000f03f3218000000000000f03f000000000000004000000000000008400a270a0174"
        "422208091204120208032218000000000000000001000000000000000200000000000000"
    )


def test_text():
    assert str(graph_def()) == (
        'node {\n  name: "x"\n  attr {\n    key: "T"\n    value {\n      type: DT_FLOAT\n    }\n  }\n'
        '  attr {\n    key: "b"\n    value {\n      s: "\\000\\377"\n    }\n  }\n'
        '  attr {\n    key: "shape"\n    value {\n      shape {\n        dim {\n          size: -1\n        }\n'
        "      }\n    }\n  }\n}\n"
    )


@pytest.mark.parametrize("make", [summary, graph_def, lambda: Event(wall_time=1.5, step=-3, summary=summary())])
def test_there_and_back(make):
    made = make()
    again = type(made).FromString(made.SerializeToString())
    assert again == made == copy.deepcopy(made) and str(again) == str(made)
    assert again.ByteSize() == len(made.SerializeToString())
    made.MergeFrom(again)
    assert made != again or isinstance(made, Event)


def test_presence():
    value = Summary.Value(tag="t")
    assert value.WhichOneof("value") is None and not value.HasField("metadata")
    assert value.histo.num == 0 and not value.HasField("histo")  # looking is not setting
    value.simple_value = 0
    assert value.WhichOneof("value") == "simple_value" and value.HasField("simple_value")
    value.image.height = 3
    value.ClearField("simple_value")
    assert value.WhichOneof("value") == "image"
    value.metadata.CopyFrom(SummaryMetadata())
    assert value.HasField("metadata") and b"J\x00" in value.SerializeToString()


def test_maps_and_lists():
    node = NodeDef(name="n", attr={"a": AttrValue(i=3)})
    assert "a" in node.attr and node.attr["a"].i == 3 and "b" not in node.attr
    node.input.extend(["x", "^y"])
    with pytest.raises(TypeError, match="has type int, but expected one of: str"):
        node.input.append(3)
    assert NodeDef.FromString(node.SerializeToString()).input == ["x", "^y"]


@pytest.mark.parametrize(
    ("provoke", "kind", "sentence"),
    [
        (lambda: Summary(values=[]), ValueError, 'Protocol message Summary has no "values" field. It has: value.'),
        (lambda: setattr(Summary(), "value", []), AttributeError, "Assignment not allowed to repeated field"),
        (lambda: setattr(Event(), "stepp", 1), AttributeError, 'has no "stepp" field'),
        (lambda: Event().stepp, AttributeError, 'has no "stepp" field'),
        (lambda: Event(step=1.5), TypeError, "1.5 has type float, but expected one of: int"),
        (lambda: Event(step=2**63), ValueError, "Value out of range: 9223372036854775808"),
        (lambda: Event().HasField("step"), ValueError, "cannot tell whether 'step' is set"),
        (lambda: Event().CopyFrom(Summary()), TypeError, "expected Event got Summary"),
        (lambda: TensorProto(tensor_content="text"), TypeError, "expected one of: bytes"),
        (lambda: Event.FromString(b"\x0a"), DecodeError, "Truncated message"),
        (lambda: Event.FromString(b"\x00\x00"), DecodeError, "byte 0 begins no field"),
    ],
)
def test_errors(provoke, kind, sentence):
    with pytest.raises(kind) as caught:
        provoke()
    assert sentence in str(caught.value)


def test_fields_of_a_later_version_are_kept():
    unknown = b"\xa2\x06\x03abc"  # field 100
    again = SessionLog.FromString(SessionLog(status=SessionLog.START).SerializeToString() + unknown)
    assert again.status == 1 and again.SerializeToString().endswith(unknown)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_an_error_that_says_so(content):
    for kind in (Event, GraphDef):
        try:
            message = kind.FromString(content)
        except DecodeError:
            continue
        assert kind.FromString(message.SerializeToString()) == message


@pytest.mark.parametrize(
    "dtype", ["float32", "float64", "int64", "int32", "uint8", "int16", "float16", "uint64", "bool"]
)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0, 4)])
def test_arrays(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    again = make_ndarray(TensorProto.FromString(make_tensor_proto(array).SerializeToString()))
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)


def test_arrays_of_text_and_of_one_number():
    np.testing.assert_array_equal(make_ndarray(make_tensor_proto(["a", "b"])), np.array([b"a", b"b"], object))
    np.testing.assert_array_equal(make_ndarray(make_tensor_proto(3, "float32", [2, 2])), np.full((2, 2), 3, np.float32))
    np.testing.assert_array_equal(
        make_ndarray(TensorProto(dtype=1, tensor_shape={"dim": [{"size": 3}]}, float_val=[2])), [2] * 3
    )
    with pytest.raises(TypeError, match="Unsupported tensor type: 0"):
        make_ndarray(TensorProto())
    with pytest.raises(ValueError, match="Too many elements provided. Needed at most 2, but received 3"):
        make_tensor_proto([1, 2, 3], shape=[2])


# --- graphs ----------------------------------------------------------------------------------------------------------


def test_a_graph_as_nodes():
    graph = Graph()
    with graph.as_default():
        x = placeholder("float32", [None, 2], "x")
        with graph.control_dependencies([no_op("before")]):
            add(x, constant([[1.0, 2.0]], name="c"), name="sum")
    nodes = {node.name: node for node in graph.as_graph_def(add_shapes=True).node}
    assert [(node.op, list(node.input)) for node in nodes.values()] == [
        ("Placeholder", []),
        ("NoOp", []),
        ("Const", ["^before"]),
        ("Add", ["x", "c", "^before"]),
    ]
    assert nodes["x"].attr["dtype"].type == 1 and [d.size for d in nodes["x"].attr["shape"].shape.dim] == [-1, 2]
    assert nodes["c"].attr["value"].tensor.tensor_content == struct.pack("<2f", 1, 2)
    assert nodes["sum"].attr["T"].type == 1
    assert [d.size for d in nodes["sum"].attr["_output_shapes"].list.shape[0].dim] == [-1, 2]
    assert [node.name for node in graph.as_graph_def(from_version=3).node] == ["sum"]


def test_constants_can_be_stripped_from_a_graph_as_notebooks_do():
    with Graph().as_default() as graph:
        constant(np.arange(100.0))
    stripped = GraphDef()
    for node in graph.as_graph_def().node:
        copied = stripped.node.add()
        copied.MergeFrom(node)
        tensor = copied.attr["value"].tensor
        if copied.op == "Const" and len(tensor.tensor_content) > 32:
            tensor.tensor_content = b"<stripped %d bytes>" % len(tensor.tensor_content)
    assert "<stripped 800 bytes>" in str(stripped)
    assert len(graph.as_graph_def().node[0].attr["value"].tensor.tensor_content) == 800
