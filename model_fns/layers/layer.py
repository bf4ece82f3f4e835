"""Layer: variables made on the first call and shared by later ones, under TensorFlow 1's scopes and names."""

from __future__ import annotations

import re
from abc import ABC
from contextlib import nullcontext
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, float32
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Tensor
from model_fns.layers.input_spec import InputSpec
from model_fns.ops.arithmetic import cast
from model_fns.ops.shaping import shape
from model_fns.variable_scope import VariableScope, get_variable, variable_scope
from model_fns.variables import Variable

# Accepted for the sake of Keras programs; nothing is done with them.
_IGNORED = frozenset({"autocast", "batch_input_shape", "batch_size", "experimental_autocast", "input_shape"})


class Layer(ABC):
    """A function with variables. Subclasses override `call`, and `build`, which makes the variables.

    Args:
      trainable: False keeps its variables out of TRAINABLE_VARIABLES.
      name: its variable scope; by default the class name in snake case, made unique (`dense`, `dense_1`).
      dtype: element type of its variables; by default that of its first input.
    Raises TypeError for other keywords.
    """

    input_spec = InputSpec()

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        scope = kwargs.pop("_scope", None)
        self._reuse: Any = kwargs.pop("_reuse", None)
        self._activity_regularizer: Any = kwargs.pop("activity_regularizer", None)
        for keyword in kwargs:
            if keyword not in _IGNORED:
                raise TypeError("Keyword argument not understood:", keyword)
        self.trainable = trainable
        self.built = False
        self._dtype: DType | None = None if dtype is None else as_dtype(dtype)
        self._base_name: str = (name.name if isinstance(name, VariableScope) else name) or _snake_case(
            type(self).__name__
        )
        self._name = name if isinstance(name, str) and name else _numbered(self._base_name)
        self._trainable_weights: list[Variable] = []
        self._non_trainable_weights: list[Variable] = []
        self._losses: list[Tensor] = []
        self._updates: list[Operation] = []
        self._scope: VariableScope | None = None
        if scope:
            with variable_scope(scope) as self._scope:
                pass

    # -- what a subclass overrides -----------------------------------------------------------------------------------

    def build(self, input_shape: TensorShape) -> None:
        """Makes the variables, with `add_weight`. Called once, before the first `call`."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The output of the layer for `inputs`."""
        return inputs

    # -- calling -----------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Applies the layer. The first call makes its variables, later ones use them again.

        Raises ValueError, naming the layer and `inputs`, if the input's rank or sizes do not fit.
        """
        inputs = self._as_tensor(inputs)
        graph: Graph = inputs.graph
        with graph.as_default():
            scope = self._own_scope(kwargs.pop("scope", None))
            reuse = True if self.built else self._reuse
            with variable_scope(scope, reuse=reuse, auxiliary_name_scope=False), self._inside(scope, graph):
                self.input_spec.check(self.scope_name, inputs)
                if not self.built:
                    self._built_for(inputs)
                outputs = self.call(inputs, *args, **kwargs)
                self._regularize_activity(outputs)
        return outputs

    def apply(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """The same as calling the layer."""
        return self(inputs, *args, **kwargs)

    def _as_tensor(self, inputs: Any) -> Tensor:
        several = isinstance(inputs, list | tuple) and any(isinstance(item, Tensor | Variable) for item in inputs)
        if several and len(inputs) > 1:
            raise ValueError(
                f"Layer {self.scope_name} expects 1 inputs, but it received {len(inputs)} input tensors. "
                f"Inputs received: {list(inputs)}"
            )
        return convert_to_tensor(inputs[0] if several else inputs)

    def _own_scope(self, scope: Any) -> VariableScope:
        """The layer's variable scope, opened on the first call, which is when its name is made unique."""
        if self._scope is None:
            name = (scope or self._base_name) if self._reuse else scope
            with variable_scope(name, default_name=None if name else self._base_name) as self._scope:
                pass
        assert self._scope is not None
        return self._scope

    def _inside(self, scope: VariableScope, graph: Graph) -> Any:
        """The name scope of the first call; the outermost if a scope without a name was given."""
        return graph.name_scope(scope.original_name_scope) if scope.original_name_scope else nullcontext()

    def _built_for(self, inputs: Tensor) -> None:
        if self._dtype is None:
            self._dtype = inputs.dtype
        try:
            self.build(inputs.shape)
        except ValueError as error:
            given = f"layer '{self.scope_name}' applied to '{inputs.name}' of shape {inputs.shape}"
            raise ValueError(f"{error} ({given})") from None
        self.built = True

    # -- what belongs to the layer -----------------------------------------------------------------------------------

    def add_weight(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool | None = None,
        constraint: Any = None,
        use_resource: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> Variable:
        """A variable of the layer, by `tf.get_variable` in the layer's scope."""
        trains = self.trainable and trainable is not False
        variable = get_variable(
            name,
            shape=shape,
            dtype=self.dtype if dtype is None else dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trains,
            constraint=constraint,
            **kwargs,
        )
        (self._trainable_weights if trains else self._non_trainable_weights).append(variable)
        return variable

    add_variable = add_weight

    def add_loss(self, losses: Any, inputs: Any = None) -> None:
        """Adds one or several losses to REGULARIZATION_LOSSES."""
        for loss in losses if isinstance(losses, list | tuple) else [losses]:
            self._losses.append(loss)
            get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)

    def add_update(self, updates: Any, inputs: Any = None) -> None:
        """Adds one or several operations to UPDATE_OPS, which the training operation has to run."""
        for update in updates if isinstance(updates, list | tuple) else [updates]:
            self._updates.append(update)
            get_default_graph().add_to_collection(GraphKeys.UPDATE_OPS, update)

    def _regularize_activity(self, outputs: Any) -> None:
        """The regularizer's value of the output, per example."""
        if self._activity_regularizer is None:
            return
        with outputs.graph.name_scope("ActivityRegularizer"):
            loss = self._activity_regularizer(outputs)
            self.add_loss(loss / cast(shape(outputs)[0], loss.dtype))

    @property
    def name(self) -> str:
        return self._name

    @property
    def scope_name(self) -> str:
        """The name of its variable scope, before the first call the name it would like to have."""
        return self._scope.name if self._scope is not None and self._scope.name else self._base_name

    @property
    def graph(self) -> Graph | None:
        """The graph of its variables, None before it has any."""
        return self.weights[0].graph if self.weights else None

    @property
    def dtype(self) -> DType:
        return self._dtype or float32

    @property
    def activity_regularizer(self) -> Any:
        return self._activity_regularizer

    @property
    def trainable_weights(self) -> list[Variable]:
        return list(self._trainable_weights)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        return list(self._non_trainable_weights)

    @property
    def weights(self) -> list[Variable]:
        return self.trainable_weights + self.non_trainable_weights

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights

    @property
    def losses(self) -> list[Tensor]:
        return list(self._losses)

    @property
    def updates(self) -> list[Operation]:
        return list(self._updates)

    def count_params(self) -> int:
        """How many numbers its variables hold."""
        return sum(variable.shape.num_elements() or 0 for variable in self.weights)


def _snake_case(name: str) -> str:
    """`MaxPooling2D` as `max_pooling2d`."""
    words = re.sub("(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def _numbered(base: str) -> str:
    """`dense_1` for the graph's first nameless Dense, and so on: TensorFlow's `Layer.name`; no scope depends on it."""
    counts: dict[str, int] = get_default_graph().by_key.setdefault("layer_names", {})
    counts[base] = counts.get(base, 0) + 1
    return f"{base}_{counts[base]}"
