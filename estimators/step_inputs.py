"""StepInputs: what a run of given fetches is fed with before its compiled part begins, and in what sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from estimators.host_stage import HostStage, host_stage, is_row_wise
from model_fns.graph.dimensions import Dim, Dims, Symbol, named
from model_fns.graph.dtypes import string
from model_fns.graph.graph import Graph
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.input import MakeIterator
from model_fns.ops.resource import early_reads
from model_fns.ops.shaping import Squeeze
from model_fns.ops.state import Assign, VariableV2


@final
@dataclass(frozen=True, eq=False)
class StepInputs:
    """For a set of fetches and fed tensors.

    Args:
      fed: the tensors that the caller feeds.
      sources: the operations that yield batches.
      gathered: what the machine code itself gathers of the one source; nothing if it is fed.
      ahead: what the host computes of all rows of that source before the first run, and is gathered as they are.
      stage: what the host computes first in every run.
      given: all tensors whose values the compiled part may take, in order.
      variables: the names of the variables that are read or written.
      initializes: whether the run gives first values, or starts an iterator.
      drops_ones: whether axes of size 1 are left out, whichever they are: then a 1 is no size like others.
      by_host: whether the host has to go through the whole run, as it puts elements into queues.
    """

    fed: tuple[Tensor, ...]
    sources: tuple[Operation, ...]
    gathered: tuple[Tensor, ...]
    ahead: HostStage | None
    stage: HostStage | None
    given: tuple[Tensor, ...]
    variables: frozenset[str]
    initializes: bool
    drops_ones: bool
    by_host: bool = False

    def number(self, tensor: Tensor) -> int:
        """Of a gathered tensor, the number of its array: those computed ahead come after those of the source."""
        outputs = self.sources[0].outputs
        if self.ahead is not None and tensor in self.ahead.results:
            return len(outputs) + self.ahead.results.index(tensor)
        return tensor.value_index

    def computes(self, targets: Sequence[Any]) -> bool:
        """Whether any of `targets` is not among the values given: then there is something to compile."""
        return not all(isinstance(item, Tensor) and item in self.given for item in targets)


# Of a source's operation, the tensors of it that are to be gathered, and what is computed ahead: whether that can be.
CanGather = Callable[[Operation, Sequence[Tensor], HostStage | None], bool]


def step_inputs(graph: Graph, targets: Sequence[Any], fed: Sequence[Tensor], can_gather: CanGather) -> StepInputs:
    """What `targets` need. `can_gather` tells what of a source machine code can gather."""
    needed = needed_operations(targets, fed)
    reads = early_reads(needed, frozenset(fed))
    by_host, reads = reads is None, reads or []
    sources = tuple(op for op in needed if op in reads or (op in graph.sources and graph.sources[op] is not None))
    outputs = [tensor for operation in sources for tensor in operation.outputs if tensor not in fed]
    if by_host:
        return StepInputs(
            tuple(fed), sources, (), None, None, (*fed, *outputs), frozenset(), False, False, by_host=True
        )
    stage = host_stage(targets, dict.fromkeys([*fed, *outputs]))
    ahead = None
    if stage is not None and not set(stage.given).isdisjoint(outputs):
        ahead = stage if set(stage.given) <= set(outputs) and is_row_wise(stage) else None
    on_host = ahead is None and stage is not None and not set(stage.given).isdisjoint(outputs)
    staged = () if stage is None else stage.results
    gathered: tuple[Tensor, ...] = ()
    drops_ones = any(operation.definition == Squeeze() for operation in needed)
    if len(sources) == 1 and not on_host and not (drops_ones and _has_batch_of_one(graph.sources.get(sources[0]))):
        read = (
            _read(targets, [*fed, *staged], outputs) or [t for t in outputs if t.dtype != string][:1]
        )  # sets the pace
        if can_gather(sources[0], read, ahead):
            gathered = (*read, *(() if ahead is None else ahead.results))
    if gathered and ahead is not None:
        stage, staged = None, ()
    return StepInputs(
        fed=tuple(fed),
        sources=sources,
        gathered=gathered,
        ahead=ahead if gathered else None,
        stage=stage,
        given=(*fed, *(() if gathered else outputs), *staged),
        variables=frozenset(op.name for op in needed if isinstance(op.definition, VariableV2)),
        initializes=any(_initializes(operation) for operation in needed),
        drops_ones=drops_ones,
    )


def _has_batch_of_one(source: Any) -> bool:
    """Whether among the batches of an array's rows some are of one row: for machine code these are like others."""
    plan = getattr(source, "plan", None)
    if plan is None or plan.total_rows == 0:
        return False
    return plan.batch_size == 1 or (plan.total_rows or 0) % plan.batch_size == 1


def _read(targets: Sequence[Any], given: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Tensor]:
    """Which of a source's `outputs` the operations behind `targets` take, apart from what makes those `given`."""
    taken = set(targets)
    for operation in needed_operations(targets, given):
        if not (operation.outputs and all(tensor in given for tensor in operation.outputs)):
            taken.update(operation.inputs)
    return [tensor for tensor in outputs if tensor in taken]


def _initializes(operation: Operation) -> bool:
    definition = operation.definition
    if isinstance(definition, MakeIterator):
        return True
    return isinstance(definition, Assign) and operation.name == f"{operation.inputs[0].op.name}/Assign"


def sizes_of(inputs: StepInputs, given: Mapping[Tensor, Any]) -> dict[Tensor, Dims]:
    """Sizes for the given tensors: what their graph does not know becomes a symbol, the same one for equal sizes.

    Sizes of one axis are taken to be the same if they are equal; an axis other than the first, and not of a tensor that
    the caller fed, only among its like: that a sentence is as long as the batch has rows is a coincidence.
    """
    symbols: dict[tuple[int, int], Symbol] = {}
    result: dict[Tensor, Dims] = {}
    for tensor, array in given.items():
        static = tensor.dims or (None,) * array.ndim
        dims: list[Dim] = []
        for axis, (known, size) in enumerate(zip(static, array.shape, strict=True)):
            if size == 1 and inputs.drops_ones:
                dims.append(1)
            elif known is None or isinstance(known, Symbol):
                key = size, 0 if tensor in inputs.fed else axis
                dims.append(symbols.setdefault(key, named(f"n{len(symbols)}")))
            else:
                dims.append(known)
        result[tensor] = tuple(dims)
    return result


def fits(dims: Mapping[Tensor, Dims], given: Mapping[Tensor, Any], ones_apart: bool = False) -> bool:
    """Whether arrays have such sizes: where two are the same symbol, they are equal; if `ones_apart`, not to 1."""
    sizes: dict[Dim, int] = {}
    for tensor, expected in dims.items():
        array = given[tensor]
        if len(expected) != array.ndim:
            return False
        for dim, size in zip(expected, array.shape, strict=True):
            if (sizes.setdefault(dim, size) if isinstance(dim, Symbol) else dim) != size:
                return False
    return not (ones_apart and any(size == 1 for dim, size in sizes.items() if isinstance(dim, Symbol)))


def other_sizes(feeds: Mapping[Tensor, Any]) -> dict[Tensor, Any]:
    """The values fed in place of such as took part in the shapes of the graph: the program is made anew for each.

    So a constant that told a size can be fed with another, as in TensorFlow, where it is looked at in every run.
    """
    return {tensor: value for tensor, value in feeds.items() if tensor.known_value is not None}
