"""Classes as a head hands them out: numbers and strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model_fns.export_outputs import ClassificationOutput, ExportOutput
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import add
from model_fns.ops.joining import range_
from model_fns.ops.reduction import argmax
from model_fns.ops.shaping import expand_dims, shape, zeros
from model_fns.ops.strings import as_string
from model_fns.ops.vocabulary import vocabulary_strings
from model_fns.signature_constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY


def classes_of(logits: Tensor, label_vocabulary: Sequence[str] | None) -> dict[str, Tensor]:
    """The best class of each example, [..., 1], and all of them, [batch, n], as numbers and as strings."""
    class_ids = expand_dims(argmax(logits, axis=-1, name="class_ids"), -1)
    all_class_ids = add(zeros([shape(logits)[0], 1], "int32"), range_(logits.shape[-1].value))
    return {
        "class_ids": class_ids,
        "classes": _strings(class_ids, label_vocabulary, "str_classes"),
        "all_class_ids": all_class_ids,
        "all_classes": _strings(all_class_ids, label_vocabulary, "all_classes"),
    }


def classification_outputs(predictions: dict[str, Tensor]) -> dict[str, ExportOutput]:
    """What a saved classifier gives: the probabilities of all classes, and their names."""
    output = ClassificationOutput(predictions["probabilities"], predictions["all_classes"])
    return {DEFAULT_SERVING_SIGNATURE_DEF_KEY: output, "classification": output}


def _strings(ids: Tensor, label_vocabulary: Any, name: str) -> Tensor:
    if label_vocabulary:
        return vocabulary_strings(ids, label_vocabulary, name="class_string_lookup")
    return as_string(ids, name=name)
