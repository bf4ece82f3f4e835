"""Cells around cells: projections of inputs and outputs, and a table of embeddings, as `tf.contrib.rnn` has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.initializers import random_uniform_initializer, zeros_initializer
from model_fns.ops.bias import bias_add
from model_fns.ops.embeddings import embedding_lookup
from model_fns.ops.linalg import matmul
from model_fns.ops.shaping import reshape
from model_fns.rnn.cell import RNNCell, check_cell
from model_fns.variable_scope import get_variable, get_variable_scope

_SQRT_OF_3, _ZEROS = 3**0.5, zeros_initializer()


@final
class OutputProjectionWrapper(RNNCell):
    """activation(output @ kernel + bias) in place of the cell's output. ValueError for a size below 1."""

    def __init__(
        self, cell: Any, output_size: int, activation: Callable[[Any], Any] | None = None, reuse: Any = None
    ) -> None:
        super().__init__(_reuse=reuse)
        check_cell("cell", cell)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._cell, self._output_size, self._activation = cell, output_size, activation

    @property
    def state_size(self) -> Any:
        return self._cell.state_size

    @property
    def output_size(self) -> int:
        return self._output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs: Any, state: Any, *args: Any, **kwargs: Any) -> Any:
        output, state = self._cell(inputs, state)
        return _projected(output, self._output_size, self._activation), state


@final
class InputProjectionWrapper(RNNCell):
    """activation(input @ kernel + bias) in place of the cell's input."""

    def __init__(
        self,
        cell: Any,
        num_proj: int,
        activation: Callable[[Any], Any] | None = None,
        input_size: Any = None,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        check_cell("cell", cell)
        self._cell, self._num_proj, self._activation = cell, num_proj, activation

    @property
    def state_size(self) -> Any:
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs: Any, state: Any, *args: Any, **kwargs: Any) -> Any:
        return self._cell(_projected(inputs, self._num_proj, self._activation), state)


@final
class EmbeddingWrapper(RNNCell):
    """The row of a table `embedding` for each symbol, int [batch] or [batch, 1], as the cell's input.

    The table is drawn evenly between -sqrt(3) and sqrt(3), which has variance 1, unless there is an initializer.
    ValueError for sizes below 1.
    """

    def __init__(
        self,
        cell: Any,
        embedding_classes: int,
        embedding_size: int,
        initializer: Any = None,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        check_cell("cell", cell)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                f"Both embedding_classes and embedding_size must be > 0: {embedding_classes}, {embedding_size}."
            )
        self._cell, self._classes, self._size = cell, embedding_classes, embedding_size
        self._initializer = initializer

    @property
    def state_size(self) -> Any:
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs: Any, state: Any, *args: Any, **kwargs: Any) -> Any:
        initializer = self._initializer or get_variable_scope().initializer
        initializer = initializer or random_uniform_initializer(-_SQRT_OF_3, _SQRT_OF_3)
        embedding = get_variable("embedding", [self._classes, self._size], initializer=initializer)
        return self._cell(embedding_lookup(embedding, reshape(convert_to_tensor(inputs), [-1])), state)


def _projected(inputs: Any, size: int, activation: Callable[[Any], Any] | None) -> Any:
    kernel = get_variable("kernel", [inputs.shape[-1].value, size], inputs.dtype)
    bias = get_variable("bias", [size], inputs.dtype, _ZEROS)
    projected = bias_add(matmul(inputs, kernel), bias)
    return projected if activation is None else activation(projected)
