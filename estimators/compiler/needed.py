"""Which operations a run needs: model_fns.graph.needed, which functions inside a graph use, too."""

from __future__ import annotations

from model_fns.graph.needed import needed_operations

__all__ = ["needed_operations"]
