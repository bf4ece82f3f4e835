"""tensorflow.python.training.checkpoint_management: what is not public."""

from __future__ import annotations

import re


def meta_graph_filename(checkpoint_filename: str, meta_graph_suffix: str = "meta") -> str:
    """The name of the file beside a checkpoint that holds its graph."""
    base = re.sub(r"-[\d?]+-of-\d+$", "", checkpoint_filename)  # without the number of a part
    return f"{base}.{meta_graph_suffix}"
