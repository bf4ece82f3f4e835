"""Export outputs: what a saved model gives, by which kind of request it is asked (tf.estimator.export.*Output)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, final

from model_fns.graph.dtypes import string
from model_fns.graph.tensor import Tensor
from model_fns.protos.signature import SignatureDef, TensorInfo
from model_fns.protos.tensor import shape_proto
from model_fns.signature_constants import (
    CLASSIFY_INPUTS,
    CLASSIFY_METHOD_NAME,
    CLASSIFY_OUTPUT_CLASSES,
    CLASSIFY_OUTPUT_SCORES,
    PREDICT_METHOD_NAME,
    REGRESS_INPUTS,
    REGRESS_METHOD_NAME,
    REGRESS_OUTPUTS,
)

_SINGLE_OUTPUT = "output"


class ExportOutput(ABC):
    """What a saved model gives."""

    @abstractmethod
    def as_signature_def(self, receiver_tensors: Mapping[str, Tensor]) -> SignatureDef:
        """The signature with these inputs. ValueError if they are not those of this kind of request."""


@final
class PredictOutput(ExportOutput):
    """Any tensors, by name. `outputs`: a dict, or one tensor, which is then called `output`. ValueError for others."""

    def __init__(self, outputs: Any) -> None:
        named = outputs if isinstance(outputs, dict) else {_SINGLE_OUTPUT: outputs}
        self._outputs: dict[str, Tensor] = {}
        for key, value in named.items():
            if not isinstance(key, str):
                raise ValueError(f"Prediction output key must be a string; got {key}.")
            tensor = getattr(value, "graph_element", value)
            if not isinstance(tensor, Tensor):
                raise ValueError(f"Prediction output value must be a Tensor; got {value}.")
            self._outputs[key] = tensor

    @property
    def outputs(self) -> dict[str, Tensor]:
        return self._outputs

    def as_signature_def(self, receiver_tensors: Mapping[str, Tensor]) -> SignatureDef:
        return signature(receiver_tensors, self.outputs, PREDICT_METHOD_NAME)


@final
class ClassificationOutput(ExportOutput):
    """Scores [batch, classes], a float tensor, or the names of the classes, a string tensor; or both."""

    def __init__(self, scores: Any = None, classes: Any = None) -> None:
        if scores is not None and not (isinstance(scores, Tensor) and scores.dtype.is_floating):
            raise ValueError(f"Classification scores must be a float32 Tensor; got {scores}")
        if classes is not None and not (isinstance(classes, Tensor) and classes.dtype == string):
            raise ValueError(f"Classification classes must be a string Tensor; got {classes}")
        if scores is None and classes is None:
            raise ValueError("At least one of scores and classes must be set.")
        self._scores, self._classes = scores, classes

    @property
    def scores(self) -> Tensor | None:
        return self._scores

    @property
    def classes(self) -> Tensor | None:
        return self._classes

    def as_signature_def(self, receiver_tensors: Mapping[str, Tensor]) -> SignatureDef:
        examples = _only_string(receiver_tensors, "Classification")
        named = {CLASSIFY_OUTPUT_CLASSES: self._classes, CLASSIFY_OUTPUT_SCORES: self._scores}
        outputs = {name: tensor for name, tensor in named.items() if tensor is not None}
        return signature({CLASSIFY_INPUTS: examples}, outputs, CLASSIFY_METHOD_NAME)


@final
class RegressionOutput(ExportOutput):
    """One number for each example, a float tensor. ValueError for another."""

    def __init__(self, value: Any) -> None:
        if not (isinstance(value, Tensor) and value.dtype.is_floating):
            raise ValueError(f"Regression output value must be a float32 Tensor; got {value}")
        self._value = value

    @property
    def value(self) -> Tensor:
        return self._value

    def as_signature_def(self, receiver_tensors: Mapping[str, Tensor]) -> SignatureDef:
        examples = _only_string(receiver_tensors, "Regression")
        return signature({REGRESS_INPUTS: examples}, {REGRESS_OUTPUTS: self._value}, REGRESS_METHOD_NAME)


def _only_string(receiver_tensors: Mapping[str, Tensor], kind: str) -> Tensor:
    """The one input that such a request has: examples as strings."""
    tensors = list(receiver_tensors.values())
    if len(tensors) != 1:
        raise ValueError(f"{kind} input must be a single string Tensor; got {dict(receiver_tensors)}")
    if tensors[0].dtype != string:
        raise ValueError(f"{kind} input must be a single string Tensor; got {dict(receiver_tensors)}")
    return tensors[0]


def signature(inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor], method_name: str) -> SignatureDef:
    """A signature of tensors by name."""
    made = SignatureDef(method_name=method_name)
    for named, place in ((inputs, made.inputs), (outputs, made.outputs)):
        for name, tensor in named.items():
            shape = shape_proto(tensor.dims)
            place[name].MergeFrom(TensorInfo(name=tensor.name, dtype=tensor.dtype.as_datatype_enum, tensor_shape=shape))
    return made
