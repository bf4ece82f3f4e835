"""How every kernel is compiled.

Kernels promise the same bits for any number of workers. So nothing that lets the compiler reorder or contract
floating-point operations is switched on: the order of additions is the order that is written.
"""

from typing import Any

from numba import njit

OPTIONS: dict[str, Any] = {
    "nogil": True,  # workers are threads
    "boundscheck": False,
    "error_model": "numpy",  # a division by zero gives inf or nan, without a branch to raise
    # Kernels are called by machine code alone (estimators/kernels/calling.py), and the arrays they are given belong to
    # nobody here: entry points for Python and counting of references would double the time to compile them.
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
kernel = njit(**OPTIONS)
