"""Operations. Importing any of them gives Tensor its operators, which the others use."""

from model_fns.ops import operators

__all__ = ["operators"]
