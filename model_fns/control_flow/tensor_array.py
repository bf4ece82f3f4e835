"""TensorArray: tensors of one shape by number, to be read and written one by one; the memory of loops."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dim, Dims, Symbol, unknown
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.graph import get_default_graph
from model_fns.graph.shapes import TensorShape, to_dims
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.control import identity, no_op
from model_fns.ops.indexing import gather
from model_fns.ops.joining import concat, stack
from model_fns.ops.rows import long_enough, replace_rows
from model_fns.ops.shaping import reshape, shape, zeros


@final
class TensorArray:
    """An array of tensors. Writing makes a new one: `array = array.write(0, x)`.

    Args:
      dtype: the tensors' element type.
      size: how many; a number or a scalar tensor. 0 by default with `dynamic_size`.
      dynamic_size: whether it grows when something is written behind its end.
      element_shape: the tensors' shape; by default that of the first one written.
      flow: what it holds already: the tensors, stacked.
      clear_after_read, infer_shape, colocate_with_first_write_call, handle: accepted and without effect.
    What was never written is zero. Raises ValueError without a size.
    """

    def __init__(
        self,
        dtype: Any,
        size: Any = None,
        dynamic_size: Any = None,
        clear_after_read: Any = None,
        tensor_array_name: str | None = None,
        handle: Any = None,
        flow: Any = None,
        infer_shape: bool = True,
        element_shape: Any = None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ) -> None:
        if size is None and flow is None and not dynamic_size:
            raise ValueError("Size must be provided if flow is not provided.")
        self._dtype = as_dtype(dtype)
        self._dynamic = bool(dynamic_size)
        self._size = 0 if size is None else size
        self._element: Dims | None = to_dims(element_shape)
        self._flow: Tensor | None = flow
        self._name = name or tensor_array_name or "TensorArray"

    # -- as a loop variable ------------------------------------------------------------------------------------------

    @property
    def flow(self) -> Tensor | None:
        """What it holds, stacked; None before anything is known of it."""
        return self._flow

    @property
    def handle(self) -> Tensor | None:
        return self._flow

    @property
    def name(self) -> str:
        return self._name

    @property
    def state_dims(self) -> Dims | None:
        """What is known of the shape of the flow, in all iterations of a loop."""
        dims = self._flow.dims if self._flow is not None else self._dims_of(self._element)
        return dims if dims is None or not self._dynamic else (unknown(), *dims[1:])

    def _dims_of(self, element: Dims | None) -> Dims | None:
        size = self._size if isinstance(self._size, int) else unknown()
        return None if element is None else (size, *element)

    def with_flow(self, flow: Tensor) -> TensorArray:
        """An array of this kind that holds `flow`."""
        made = TensorArray(self._dtype, self._size, self._dynamic, flow=flow, name=self._name)
        made._element = self._element
        return made

    def begun(self, after: Tensor) -> Tensor:
        """The flow of an array that holds nothing, if `after` is what it is when something was written."""
        return self._zeros(after.dims[1:] if after.dims is not None and self._element is None else self._element)

    def _zeros(self, element: Dims | None) -> Tensor:
        if element is None:
            raise ValueError(
                f"The shape of the tensors in {self._name} is not known, because nothing was written yet; "
                "say it with element_shape=."
            )
        sizes = [convert_to_tensor(self._size), *(self._size_of(dim) for dim in element)]
        return zeros(stack(sizes), self._dtype)

    def _size_of(self, dim: Dim) -> Tensor:
        """A size as a tensor: that of an axis which has it."""
        if not isinstance(dim, Symbol):
            return convert_to_tensor(dim)
        for operation in get_default_graph().operations:
            for tensor in operation.outputs:
                if tensor.dims and dim in tensor.dims:
                    return shape(tensor)[tensor.dims.index(dim)]
        raise ValueError(
            f"A size of the tensors in {self._name} is not known outside of the loop; say it with element_shape=, or "
            "write something before the loop begins."
        )

    # -- what programs use -------------------------------------------------------------------------------------------

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape:
        dims = self._flow.dims[1:] if self._flow is not None and self._flow.dims is not None else self._element
        return TensorShape(dims)

    def identity(self) -> TensorArray:
        """The array, for control dependencies to hold back."""
        return self if self._flow is None else self.with_flow(identity(self._flow))

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The tensor number `index`."""
        return gather(self._held(), index, name=name or "TensorArrayReadV3")

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with `value` as the tensor number `index`."""
        tensor = convert_to_tensor(value, None if isinstance(value, Tensor) else self._dtype)
        return self._written(convert_to_tensor(index), tensor, tensor.dims, name)

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """The array with the rows of `value` as the tensors of the numbers `indices`."""
        tensor = convert_to_tensor(value, None if isinstance(value, Tensor) else self._dtype)
        element = None if tensor.dims is None else tensor.dims[1:]
        return self._written(convert_to_tensor(indices), tensor, element, name)

    def _written(self, numbers: Tensor, value: Tensor, element: Dims | None, name: str | None) -> TensorArray:
        flow = self._flow if self._flow is not None else self._zeros(self._element if element is None else element)
        if self._dynamic:
            flow = long_enough(flow, numbers)
        return self.with_flow(replace_rows(flow, numbers, value, name or "TensorArrayWriteV3"))

    def stack(self, name: str | None = None) -> Tensor:
        """All tensors, stacked."""
        return identity(self._held(), name or "TensorArrayStack")

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The tensors of the numbers `indices`, stacked."""
        return gather(self._held(), indices, name=name or "TensorArrayGatherV3")

    def concat(self, name: str | None = None) -> Tensor:
        """All tensors, one behind the other along their first axis."""
        held = self._held()
        sizes = shape(held)
        return reshape(held, concat([sizes[:1] * sizes[1:2], sizes[2:]], 0), name or "TensorArrayConcatV3")

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """An array of the rows of `value`."""
        tensor = convert_to_tensor(value, None if isinstance(value, Tensor) else self._dtype)
        if tensor.dtype != self._dtype:
            raise TypeError(f"a TensorArray of {self._dtype.name} cannot hold {tensor.dtype.name}")
        return self.with_flow(identity(tensor, name or "TensorArrayUnstack"))

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """Not there: the parts may have different sizes."""
        raise NotImplementedError("TensorArray.split is not available here. Use tf.split, and write() the parts.")

    def size(self, name: str | None = None) -> Tensor:
        """How many tensors there are."""
        return convert_to_tensor(self._size) if self._flow is None else shape(self._flow)[0]

    def close(self, name: str | None = None) -> Operation:
        """An operation that does nothing: memory is given back by itself."""
        return no_op(name or "TensorArrayCloseV3")

    def _held(self) -> Tensor:
        return self._zeros(self._element) if self._flow is None else self._flow
