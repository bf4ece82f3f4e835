"""Which signatures a saved model has: one for each output and each way to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimators import logging
from model_fns.export_outputs import ExportOutput, PredictOutput
from model_fns.protos.signature import SignatureDef
from model_fns.signature_constants import (
    CLASSIFY_METHOD_NAME,
    DEFAULT_SERVING_SIGNATURE_DEF_KEY,
    PREDICT_METHOD_NAME,
    REGRESS_METHOD_NAME,
)

_METHODS = {"Classify": CLASSIFY_METHOD_NAME, "Regress": REGRESS_METHOD_NAME, "Predict": PREDICT_METHOD_NAME}


def outputs_of(spec: Any) -> dict[str, ExportOutput]:
    """An EstimatorSpec's export outputs; if it has none, its predictions."""
    return spec.export_outputs or {DEFAULT_SERVING_SIGNATURE_DEF_KEY: PredictOutput(spec.predictions)}


def signatures_of(receiver: Any, outputs: Mapping[str, ExportOutput]) -> dict[str, SignatureDef]:
    """The signatures by name. Outputs that cannot be asked with these inputs are left out, which the log says."""
    found: dict[str, SignatureDef] = {}
    excluded: dict[str, str] = {}
    alternatives = receiver.receiver_tensors_alternatives or {}
    for receiver_name, tensors in {None: receiver.receiver_tensors, **alternatives}.items():
        for output_name, output in outputs.items():
            name = output_name if receiver_name is None else f"{receiver_name}:{output_name}"
            try:
                found[name] = output.as_signature_def(tensors)
            except ValueError as error:
                excluded[name] = str(error)
    for kind, method in _METHODS.items():
        names = [name for name, signature in found.items() if signature.method_name == method]
        logging.info("Signatures INCLUDED in export for %s: %s", kind, names or None)
    for kind in ("Train", "Eval"):
        logging.info("Signatures INCLUDED in export for %s: None", kind)
    if excluded:
        logging.info("Signatures EXCLUDED from export because they cannot be be served via TensorFlow Serving APIs:")
        for name, reason in excluded.items():
            logging.info("'%s' : %s", name, reason)
    if not found:
        raise ValueError(f"No output can be asked with these inputs: {excluded}")
    return found
