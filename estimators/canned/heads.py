"""The heads of canned classifiers and regressors."""

from __future__ import annotations

from typing import Any

from model_fns.heads.binary import BinaryClassHead
from model_fns.heads.head import Head
from model_fns.heads.multi_class import MultiClassHead


def classification_head(n_classes: int, weight_column: Any, label_vocabulary: Any, loss_reduction: str) -> Head:
    """The head of two classes, or of more."""
    if n_classes == 2:
        return BinaryClassHead(weight_column, None, label_vocabulary, loss_reduction)
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction)
