"""Heads, TF1's `tf.contrib.estimator.*_head`: what stands on a model's logits."""

from model_fns.heads.binary import binary_classification_head
from model_fns.heads.head import Head
from model_fns.heads.multi_class import multi_class_head
from model_fns.heads.regression import regression_head

__all__ = ["Head", "binary_classification_head", "multi_class_head", "regression_head"]
