"""Moving averages of variables: smoother weights for evaluation than the last step left behind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Operation, Tensor
from model_fns.initializers import zeros_initializer
from model_fns.ops.arithmetic import cast, minimum, pow
from model_fns.ops.control import group
from model_fns.optimizers.slots import create_slot
from model_fns.variable_scope import get_variable, variable_scope
from model_fns.variables import Variable, assign, global_variables, trainable_variables


@final
class ExponentialMovingAverage:
    """Exponentially decaying averages (Polyak, Juditsky 1992: averaging of iterates).

        decay_t := min(decay, (1 + num_updates) / (10 + num_updates))           decay if num_updates is None
        average := average - (1 - decay_t) * (average - value)

    Args:
      decay: number in [0, 1) or scalar tensor; near 1, 0.999 for instance.
      num_updates: a count of updates that makes the average follow faster at first.
      zero_debias: averages of tensors (which start at 0) are divided by 1 - decay^t.
      name: the averages are called `<variable>/<name>`.
    """

    def __init__(
        self,
        decay: Any,
        num_updates: Any = None,
        zero_debias: bool = False,
        name: str = "ExponentialMovingAverage",
    ) -> None:
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[Any, Variable] = {}

    @property
    def name(self) -> str:
        return self._name

    def apply(self, var_list: Iterable[Any] | None = None) -> Operation:
        """Makes the averages of variables (default: all trainable ones) or tensors; returns what updates them.

        Create it under `control_dependencies([train_op])` for it to see the new values.
        Raises TypeError for a type that is not floating.
        """
        items = trainable_variables() if var_list is None else list(var_list)
        graph = get_default_graph()
        for item in items:
            if not item.dtype.is_floating:
                raise TypeError(f"The variables must be half, float, or double: {item.name}")
            if item not in self._averages:
                with graph.control_dependencies(None):
                    self._averages[item] = self._made(item)
        with graph.name_scope(self._name) as scope:
            weight = self._weight()
            return group(*(self._update(item, weight) for item in items), name=scope)

    def _made(self, item: Variable | Tensor) -> Variable:
        if not isinstance(item, Variable):
            return create_slot(item, 0.0, self._name)
        get_default_graph().add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, item)
        return create_slot(item, item.initialized_value(), self._name)

    def _weight(self) -> Tensor:
        """1 - decay_t: how much of the new value goes into the average."""
        if self._num_updates is None and not isinstance(self._decay, Tensor | Variable):
            return convert_to_tensor(1.0 - self._decay, name="decay")
        decay = convert_to_tensor(self._decay, name="decay")
        if self._num_updates is not None:
            count = cast(self._num_updates, float32)
            decay = minimum(decay, (1.0 + count) / (10.0 + count))
        return 1.0 - decay

    def _update(self, item: Variable | Tensor, weight: Tensor) -> list[Tensor]:
        # A variable is read anew here, after the control dependencies around us, so that the average sees the update.
        value = item.read_value() if isinstance(item, Variable) else item
        average = self._averages[item]
        weight = cast(weight, average.dtype)
        if self._zero_debias and not isinstance(item, Variable):
            return _debiased(average, value, weight)
        old = average.read_value()
        return [assign(average, old - (old - value) * weight)]

    def average(self, var: Any) -> Variable | None:
        """The variable that holds the average of `var`, or None if none was made."""
        return self._averages.get(var)

    def average_name(self, var: Any) -> str:
        """The name of the average of `var`, made or not: under it checkpoints hold it."""
        if var in self._averages:
            return self._averages[var].op.name
        return get_default_graph().unique_name(f"{var.op.name}/{self._name}", mark_as_used=False)

    def variables_to_restore(self, moving_avg_variables: Iterable[Variable] | None = None) -> dict[str, Variable]:
        """What a Saver takes to restore variables from their averages: {name in the checkpoint: variable}.

        `moving_avg_variables` (default: the trainable ones and those with an average) take their averages' names, all
        other global variables their own.
        """
        if moving_avg_variables is None:
            averaged = get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES)
            moving_avg_variables = [*trainable_variables(), *averaged]
        names = {self.average_name(variable): variable for variable in dict.fromkeys(moving_avg_variables)}
        taken = set(names.values())
        for variable in global_variables():
            if variable not in taken:
                names.setdefault(variable.op.name, variable)
        return names


def _debiased(average: Variable, value: Tensor, weight: Tensor) -> list[Tensor]:
    """The average divided by what a start at zero has taken from it (Kingma, Ba 2015, section 3)."""
    with variable_scope(average.op.name):
        biased = _zeros("biased", average.shape, average.dtype)
        count = _zeros("local_step", [], average.dtype)
    new, steps = biased - (biased - value) * weight, count + 1
    return [assign(biased, new), assign(count, steps), assign(average, new / (1 - pow(1 - weight, steps)))]


def _zeros(name: str, shape: Any, dtype: Any) -> Variable:
    return get_variable(name, shape, dtype, zeros_initializer(), trainable=False)
