"""Input inside the step: which rows of the source make up a batch.

An epoch's order is Fisher and Yates' exact permutation for the key (seed, stream, epoch): nothing but the number of
rows consumed so far needs to be remembered to go on exactly where a job stopped.
"""

from estimators.kernels.compile import kernel
from estimators.kernels.indexing import at
from estimators.kernels.random import random_key, shuffle_order


@kernel
def next_rows(rows, batch, order, total, position, shuffled, seed, stream, epoch_of_order):
    """rows[i] = the source row at place position + i of the endless sequence of epochs of `total` rows.

    `order` holds the permutation of epoch `epoch_of_order[0]` and is made anew when another is reached.
    """
    for i in range(batch):
        place = position + i
        epoch = place // total
        index = place - epoch * total
        if shuffled != 0:
            if epoch_of_order[0] != epoch:
                shuffle_order(order, random_key(seed, stream, epoch))
                epoch_of_order[0] = epoch
            rows[at(i)] = order[at(index)]
        else:
            rows[at(i)] = index
