"""Calling kernels by address: a step holds no copy of the kernels it calls.

A kernel that numba links into its caller is optimised and generated anew with every caller, which is most of the time
that compiling a step would take. Instead each kernel is compiled once for its types and kept on disk; a step finds its
address in the table. A step is then compiled in a fraction of the time, and all steps share the kernels' code.
"""

from typing import Any

from numba.core import cgutils, sigutils, types
from numba.extending import intrinsic

from estimators.kernels.disk import compiled


def kernel_call(kernel: Any, signature: str) -> Any:
    """A function (address, *arguments) for numba code that calls `kernel`, compiled for `signature`, at `address`.

    `signature` lists the argument types, such as `(float32[::1], int64)`; arguments are converted to them.
    """
    expected, _ = sigutils.normalize_signature(signature)

    @intrinsic
    def call(typing_context, address, *arguments):
        result = compiled(kernel, expected).signature.return_type

        def generate(context, builder, own, values):
            given = cgutils.unpack_tuple(builder, values[1])
            converted = [
                context.cast(builder, value, source, target)
                for value, source, target in zip(given, own.args[1].types, expected, strict=True)
            ]
            convention = context.call_conv
            function_type = convention.get_function_type(result, expected)
            function = builder.inttoptr(values[0], function_type.as_pointer())
            _, value = convention.call_function(builder, function, result, expected, converted)  # it raises nothing
            return value if result != types.none else context.get_dummy_value()

        rest = arguments[0].types if isinstance(arguments[0], types.StarArgTuple) else arguments
        return result(types.int64, types.StarArgTuple(rest)), generate

    return call


def address_of(kernel: Any, signature: str) -> int:
    """Where the machine code of `kernel` for `signature` begins."""
    expected, _ = sigutils.normalize_signature(signature)
    result = compiled(kernel, expected)
    return int(result.library.get_pointer_to_function(result.fndesc.llvm_func_name))
