"""Makes canned.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_canned.py

For each case of canned_cases.py: the loss of every step, names in the training graph, the names of all variables, the
trained ones' values after the last step, the evaluation and the predictions.
"""

import json
import os
import shutil
import sys
import tempfile

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import canned_cases  # noqa: E402
import inputs  # noqa: E402

SLOTS = ("Adagrad", "Adam", "Ftrl", "RMSProp")


def plain(value):
    """Arrays and numbers as JSON has them, to nine digits; bytes as text."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, (np.ndarray, list)):
        return [plain(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, (float, np.floating)) else int(value)


def measured(name):
    model_dir = tempfile.mkdtemp()
    try:
        estimator, record, evaluation, predictions = canned_cases.run(tf, name, model_dir, inputs.variable_value)
        names = estimator.get_variable_names()
        kept = [n for n in names if not any(slot in n for slot in SLOTS) and "power" not in n]
        return {
            "losses": plain(record.losses),
            "names": record.names,
            "variables": names,
            "values": {n: plain(estimator.get_variable_value(n)) for n in kept},
            "evaluation": {key: plain(value) for key, value in evaluation.items()},
            "predictions": [{key: plain(value) for key, value in row.items()} for row in predictions],
        }
    finally:
        shutil.rmtree(model_dir)


def main():
    facts = {name: measured(name) for name in canned_cases.CASES}
    with open(os.path.join(HERE, "canned.json"), "w") as file:
        lines = [json.dumps(key) + ": " + json.dumps(facts[key]) for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
