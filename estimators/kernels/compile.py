"""How every kernel is compiled, and how workers divide the work among themselves.

Kernels promise the same bits for any number of workers. So nothing that lets the compiler reorder or contract
floating-point operations is switched on: the order of additions is the order that is written.
"""

from numba import njit

# nogil: workers are threads. error_model="numpy": a division by zero gives inf or nan, without a branch to raise.
kernel = njit(nogil=True, boundscheck=False, error_model="numpy")


@kernel
def share(count, worker, workers, multiple):
    """The part (start, stop) of range(count) that is this worker's; inner boundaries are multiples of `multiple`.

    Parts differ by at most one multiple, follow each other without gap, and may be empty.
    """
    blocks = (count + multiple - 1) // multiple
    start = blocks * worker // workers * multiple
    stop = blocks * (worker + 1) // workers * multiple
    return min(start, count), min(stop, count)
