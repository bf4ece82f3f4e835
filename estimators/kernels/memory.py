"""Arrays at given addresses: how a compiled step reaches what it works on.

A step takes one table of integers; some of them are addresses of memory that Python keeps alive while the step runs.
"""

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


@intrinsic
def array_at(typing_context, address, count, dtype):
    """The flat array of `count` numbers of `dtype` that begins at `address` (an integer)."""
    if not isinstance(dtype, types.DType | types.NumberClass):
        return None
    element = dtype.dtype
    array = types.Array(element, 1, "C")

    def generate(context, builder, signature, arguments):
        item = context.get_data_type(element)
        result = make_array(array)(context, builder)
        item_size = context.get_constant(types.intp, context.get_abi_sizeof(item))
        data = builder.inttoptr(arguments[0], item.as_pointer())
        populate_array(result, data=data, shape=[arguments[1]], strides=[item_size], itemsize=item_size, meminfo=None)
        return result._getvalue()

    return array(types.int64, types.int64, dtype), generate


@intrinsic
def call_back(typing_context, address, number):
    """Calls the C function at `address`, which takes an int64 and returns one."""

    def generate(context, builder, signature, arguments):
        integer = ir.IntType(64)
        function = builder.inttoptr(arguments[0], ir.FunctionType(integer, [integer]).as_pointer())
        return builder.call(function, [arguments[1]])

    return types.int64(types.int64, types.int64), generate
