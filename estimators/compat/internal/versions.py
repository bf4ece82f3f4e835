"""tensorflow.python.framework.versions."""

from __future__ import annotations

from estimators.compat.v1.version import VERSION

__all__ = ["GRAPH_DEF_VERSION", "GRAPH_DEF_VERSION_MIN_CONSUMER", "GRAPH_DEF_VERSION_MIN_PRODUCER", "VERSION"]

GRAPH_DEF_VERSION = 134  # of TensorFlow 1.15, as Graph.as_graph_def writes it
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
