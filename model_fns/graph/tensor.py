"""Operation and Tensor: the nodes and edges of a graph, with the names and methods a TensorFlow 1 program uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, final

from model_fns.graph import dimensions
from model_fns.graph.dimensions import Dims, Symbol
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.shapes import TensorShape, check_equal, to_dims

if TYPE_CHECKING:
    from model_fns.graph.graph import Graph

    class Operators:
        """What model_fns.ops.operators installs in Tensor and Variable, for type checkers."""

        def __add__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __getitem__(self, key: Any) -> Tensor: ...
else:
    Operators = object


@final
class Operation:
    """A node: a kind of operation (`definition`) applied to tensors, under a unique name."""

    def __init__(
        self,
        graph: Graph,
        name: str,
        definition: Op,
        inputs: tuple[Tensor, ...],
        control_inputs: tuple[Operation, ...],
        specs: tuple[TensorSpec, ...],
    ) -> None:
        self.graph = graph
        self.name = name
        self.definition = definition
        self.inputs = inputs
        self.control_inputs = control_inputs
        self.index = len(graph.operations)
        self.outputs = tuple(Tensor(self, position, spec) for position, spec in enumerate(specs))

    @property
    def type(self) -> str:
        return self.definition.type

    @property
    def device(self) -> str:
        return ""

    def extend(self, definition: Op) -> tuple[Tensor, ...]:
        """Makes the operation one that makes more outputs behind those it has; returns those that are new.

        Its gradient may need what it did not hand out so far.
        """
        count = len(self.outputs)
        specs = definition.infer(tuple(x.spec for x in self.inputs), tuple(x.known_value for x in self.inputs))
        self.definition = definition
        self.outputs += tuple(Tensor(self, place, spec) for place, spec in enumerate(specs[count:], count))
        return self.outputs[count:]

    @property
    def node_def(self) -> Any:
        """The operation as a message: its name, kind, inputs and attributes."""
        from model_fns.graph_definition import node_def  # here: it describes what this class is

        return node_def(self)

    def get_attr(self, name: str) -> Any:
        """A static attribute of the operation. ValueError if it has none of that name."""
        if name in self.definition.__dataclass_fields__ and name != "value":
            return getattr(self.definition, name)
        attributes = self.node_def.attr
        if name not in attributes:
            raise ValueError(f"Operation '{self.name}' has no attr named '{name}'.")
        value = attributes[name]
        kind = value.WhichOneof("value")
        return as_dtype(value.type) if kind == "type" else getattr(value, kind)

    def values(self) -> tuple[Tensor, ...]:
        return self.outputs

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Runs the operation in `session`, by default the default one."""
        self.graph.session_for(session, "run()", "execute", "operation").run(self, feed_dict)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}' type={self.type}>"


@final
class Tensor(Operators):
    """An edge: output number `value_index` of the operation `op`."""

    __array_priority__ = 100  # a numpy array on the left of an operator leaves the work to us
    aliases: list[str]  # what layers that collect their outputs call it; no other tensor has any

    def __init__(self, op: Operation, value_index: int, spec: TensorSpec) -> None:
        self.op = op
        self.value_index = value_index
        self.spec = spec
        self.known_value: Any = None  # an integer array, possibly of symbolic sizes, if it is known already

    def taken_value(self) -> Any:
        """The known value, to become part of an operation: another can then no longer be fed in its place."""
        if self.known_value is not None:
            self.graph.prevent_feeding(self)
        return self.known_value

    @property
    def name(self) -> str:
        return f"{self.op.name}:{self.value_index}"

    @property
    def graph(self) -> Graph:
        return self.op.graph

    @property
    def dtype(self) -> DType:
        return self.spec.dtype

    @property
    def dims(self) -> Dims | None:
        """The shape as the compiler knows it: sizes and symbols."""
        return self.spec.dims

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self.spec.dims)

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def device(self) -> str:
        return ""

    def set_shape(self, shape: Any) -> None:
        """Adds what is known about the static shape. ValueError if it contradicts what was known."""
        new = to_dims(shape)
        check_equal(self.spec.dims, new)
        if new is not None:
            old = self.spec.dims or new
            dims = tuple(dimensions.merged(a, b) for a, b in zip(old, new, strict=True))
            self.spec = TensorSpec(self.spec.dtype, dims)

    def consumers(self) -> list[Operation]:
        return [operation for operation in self.graph.operations if self in operation.inputs]

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The tensor's value, computed in `session`, by default the default one."""
        return self.graph.session_for(session, "eval()", "evaluate").run(self, feed_dict)

    __hash__ = object.__hash__  # by identity, and quicker than a function of our own

    def __eq__(self, other: object) -> bool:
        return self is other

    def __bool__(self) -> bool:
        raise TypeError(
            "using a `tf.Tensor` as a Python `bool` is not allowed in Graph execution. Use `if t is not None:` "
            "instead of `if t:` to test "
            "if a tensor is defined, and use TensorFlow ops such as tf.cond to execute subgraphs conditioned on the "
            "value of a tensor."
        )

    def __len__(self) -> int:
        raise TypeError(
            f"len is not well defined for symbolic Tensors. ({self.name}) Please call `x.shape` rather than `len(x)` "
            "for shape information."
        )

    def __iter__(self) -> Iterator[Tensor]:
        if not self.dims or isinstance(self.dims[0], Symbol):
            raise TypeError(
                f"Tensor {self.name!r} with shape {self.shape} is not iterable: its first size is not known."
            )
        return (self[i] for i in range(self.dims[0]))

    def __repr__(self) -> str:
        return f"<tf.Tensor '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    def __str__(self) -> str:
        shape = "" if self.dims is None else f", shape={self.shape}"
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name})'
