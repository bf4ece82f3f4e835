"""Input inside the step: which rows of the source make up a batch.

An epoch's order is Fisher and Yates' exact permutation for the key (seed, stream, epoch): nothing but the number of
rows consumed so far needs to be remembered to go on exactly where a job stopped.
"""

from estimators.kernels.blocks import copy_run
from estimators.kernels.compile import kernel
from estimators.kernels.indexing import at
from estimators.kernels.random import random_key, shuffle_order


@kernel
def next_rows(rows, batch, order, total, position, shuffled, seed, stream, epoch_of_order):
    """rows[i] = the source row at place position + i of the endless sequence of epochs of `total` rows.

    `order` holds the permutation of epoch `epoch_of_order[0]` and is made anew when another is reached.
    """
    epoch = position // total
    index = position - epoch * total
    first = 0
    while first < batch:  # the rest of an epoch, or of the batch
        count = min(batch - first, total - index)
        if shuffled == 0:
            for i in range(count):
                rows[at(first + i)] = index + i
        else:
            if epoch_of_order[0] != epoch:
                shuffle_order(order, random_key(seed, stream, epoch))
                epoch_of_order[0] = epoch
            copy_run(order, index, rows, first, count)
        first += count
        index = 0
        epoch += 1
