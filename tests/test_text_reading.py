"""Messages from text: what is written can be read, and what is no message is said to be none."""

from __future__ import annotations

import pytest

from model_fns.protos.graph import GraphDef, NodeDef
from model_fns.protos.summary import Summary
from model_fns.protos.tensor import TensorProto, make_tensor_proto
from model_fns.protos.text_reading import ParseError, merged_from_text

TEXT = """
# a remark
node {
  name: "a" "b"  # side by side
  op: 'Const'
  input: ["x", "^y"];
  attr {
    key: "value"
    value { tensor { dtype: DT_INT32 tensor_shape { dim { size: 2 } } tensor_content: "\\001\\000\\n\\"" } }
  }
  attr < key: "flag" value: < b: true > >
}
versions { producer: 0x10, min_consumer: -1 }
"""


def test_a_text_is_read():
    graph = merged_from_text(TEXT, GraphDef())
    (node,) = graph.node
    assert (node.name, node.op, list(node.input)) == ("ab", "Const", ["x", "^y"])
    assert node.attr["value"].tensor.tensor_content == b'\x01\x00\n"'
    assert node.attr["value"].tensor.dtype == 3 and node.attr["flag"].b is True
    assert (graph.versions.producer, graph.versions.min_consumer) == (16, -1)


@pytest.mark.parametrize(
    "message",
    [
        make_tensor_proto([1.5, -2, float("inf")]),
        make_tensor_proto(["ä", b"\xff\x00", ""]),
        make_tensor_proto(7, shape=[2, 3]),
        Summary(value=[{"tag": "loss", "simple_value": 0.1}]),
        merged_from_text(TEXT, GraphDef()),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_is_written_is_read_again(message):
    assert str(merged_from_text(str(message), type(message)())) == str(message)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nam: 'a'", 'Message type "NodeDef" has no field named "nam". It has: name, op'),
        ("name 3", "Expected a string in quotes, got 3."),
        ("name: 'a", 'Line 1: expected a name, a value or a bracket, got "\'a".'),
        ("name: 'a'\n\n$", "Line 3: expected"),
        ("attr { value { b: true } }", "Expected `key` in the entry of a map."),
        ("attr { key: 'a' value { b: true }", "The text ends inside a message."),
        ("attr { key: 'a' value { i: x } }", "x is no value of i, a field of kind int64."),
        ("attr: 3", "Expected an opening bracket, got '3'."),
    ],
)
def test_what_is_no_message(text, said):
    with pytest.raises(ParseError) as caught:
        merged_from_text(text, NodeDef())
    assert said in str(caught.value)


def test_what_is_there_stays():
    made = merged_from_text("int_val: 2", TensorProto(int_val=[1]))
    assert list(made.int_val) == [1, 2]
