"""The machine: LLVM text made into an object file for this processor, and an object file made into running code."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from llvmlite import binding

from estimators.kernels.host import features, processor

_LEVEL = 2  # -O3, unrolled loops and SLP make the code longer, the compiler slower, and loops over memory no faster
_lock = threading.Lock()


def object_code(module: str) -> bytes:
    """The object file of an LLVM module given as text, optimised for this processor."""
    machine = _target_machine()
    parsed = binding.parse_assembly(module)
    parsed.triple, parsed.data_layout = machine.triple, str(machine.target_data)
    parsed.verify()
    options = binding.create_pipeline_tuning_options(speed_level=_LEVEL)
    options.loop_vectorization = options.loop_interleaving = True
    options.loop_unrolling = options.slp_vectorization = False
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(parsed, builder)
    return bytes(machine.emit_object(parsed))


def address_in(code: bytes, symbol: str) -> int:
    """Where the function `symbol` of an object file begins. The code stays in memory until the process ends."""
    with _lock:
        engine = _engine()
        engine.add_object_file(binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        return int(engine.get_function_address(symbol))


@cache
def _target_machine() -> Any:
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_triple(binding.get_process_triple())
    return target.create_target_machine(processor(), features(), opt=_LEVEL, codemodel="jitdefault", jit=True)


@cache
def _engine() -> Any:
    return binding.create_mcjit_compiler(binding.parse_assembly(""), _target_machine())
