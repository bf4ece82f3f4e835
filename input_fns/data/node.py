"""Node: what every kind of dataset says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from input_fns.data.opening import Opening, Stream
from input_fns.data.structure import Structure
from model_fns.graph.tensor import Tensor


@dataclass(frozen=True, eq=False)
class Node(ABC):
    """A step of an input pipeline. Subclasses are final; their fields are nodes they read from, and arguments."""

    @property
    @abstractmethod
    def structure(self) -> Structure:
        """What the elements look like."""

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The nodes this one reads from."""
        return ()

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What may be tensors among the fields, and tensors that the functions among them take from outside."""
        return ()

    @property
    def endless(self) -> bool:
        """Whether it is certain that the elements never end."""
        return any(node.endless for node in self.inputs)

    @abstractmethod
    def open(self, opening: Opening) -> Stream:
        """Begins a pass over the elements. Raises InvalidArgumentError for arguments that make no sense."""

    def tensors(self) -> Iterator[Tensor]:
        """All tensors that this node and those before it depend on."""
        for node in self.inputs:
            yield from node.tensors()
        yield from (item for item in self.arguments if isinstance(item, Tensor))


@dataclass(frozen=True, eq=False)
class Passing(Node):
    """A step that hands on elements of its one input, looking at none of them."""

    source: Node

    @property
    def structure(self) -> Structure:
        return self.source.structure

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)
