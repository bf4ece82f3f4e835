"""What test cases say of messages: GraphDefs, Summaries, TensorProtos."""

from __future__ import annotations

from typing import Any

from estimators.testing.container_assertions import ContainerAssertions
from model_fns.protos.graph import GraphDef
from model_fns.protos.message import Message
from model_fns.protos.text_reading import merged_from_text

_PRODUCER = 134  # the version of the graphs of TensorFlow 1.15, which Graph.as_graph_def writes


class MessageAssertions(ContainerAssertions):
    """Assertions of messages, which may be given as text, too."""

    def assertProtoEquals(self, expected_message_maybe_ascii: Any, message: Any, msg: str | None = None) -> None:
        """The same fields with the same values. What is expected is a message or its text."""
        expected = expected_message_maybe_ascii
        if isinstance(expected, str):
            expected = merged_from_text(expected, type(message)())
        if type(expected) is not type(message):
            self.fail(f"Can't compare protos of type {type(expected)} and {type(message)}.{f' {msg}' if msg else ''}")
        if isinstance(message, Message):
            self.assertMultiLineEqual(str(expected), str(message), msg)
        self.assertEqual(expected, message, msg)

    def assertProtoEqualsVersion(
        self, expected: str, actual: Any, producer: int = _PRODUCER, min_consumer: int = 0, msg: str | None = None
    ) -> None:
        """As assertProtoEquals, of a GraphDef, to whose expected text the versions are added."""
        versions = f"versions {{ producer: {producer} min_consumer: {min_consumer} }}"
        self.assertProtoEquals(f"{expected}\n{versions}", actual, msg)


def assert_equal_graph_def(
    actual: Any, expected: Any, checkpoint_v2: bool = False, hash_table_shared_name: bool = False
) -> None:
    """Raises AssertionError unless two GraphDefs have the same nodes, whatever the order and the versions.

    The order of control inputs does not count either. The last two arguments are for names that TensorFlow invents
    anew in each graph; there are none here.
    """
    for name, given in (("actual", actual), ("expected", expected)):
        if not isinstance(given, GraphDef):
            raise TypeError(f"Expected tf.GraphDef for {name}, got {type(given).__name__}")
    found, wanted = ({node.name: _in_order(node) for node in graph.node} for graph in (actual, expected))
    for name in wanted.keys() | found.keys():
        if name not in found:
            raise AssertionError(f"Did not find expected node '{name}'")
        if name not in wanted:
            raise AssertionError(f"Found unexpected node '{name}'")
        if found[name] != wanted[name]:
            raise AssertionError(f"Node named '{name}' is\n{found[name]}\nbut was expected to be\n{wanted[name]}")


def assert_ops_in_graph(expected_ops: dict[str, str], graph: Any) -> dict[str, Any]:
    """The nodes of these names. ValueError unless all are there, and of the kinds that `expected_ops` tells."""
    nodes = {node.name: node for node in graph.as_graph_def().node if node.name in expected_ops}
    for name, node in nodes.items():
        if node.op != expected_ops[name]:
            raise ValueError(f"Expected op for node {name} is different. {expected_ops[name]} vs {node.op}")
    if nodes.keys() != expected_ops.keys():
        wanted, found = expected_ops.keys(), nodes.keys()
        raise ValueError(f"Not all expected ops are present. Expected {wanted}, found {found}")
    return nodes


def _in_order(node: Any) -> str:
    """A node as text, with its control inputs sorted."""
    made = type(node)()
    made.CopyFrom(node)
    data = [name for name in node.input if not name.startswith("^")]
    made.input[:] = [*data, *sorted(name for name in node.input if name.startswith("^"))]
    return str(made)
