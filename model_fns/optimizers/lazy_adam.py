"""Adam that leaves alone what was not looked up."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.optimizers.adam import AdamOptimizer
from model_fns.variable_rows import RowsOf
from model_fns.variables import Variable, assign


@final
class LazyAdamOptimizer(AdamOptimizer):
    """Adam, but by a gradient of some rows of a table only these rows, and their moments, are updated.

    A step costs what they cost. It is not Adam: moments of rows that are looked up rarely do not fade in between.
    Arguments and slots are AdamOptimizer's.
    """

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Any:
        updates = self._updates(grad.values, RowsOf(var, grad.indices))
        return [assign(slot, value) for slot, value in updates]
