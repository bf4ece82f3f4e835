"""Makes sparse_gradients.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_sparse_gradients.py

For each case of sparse_gradient_cases.py: the values of its tensors, and which gradients are IndexedSlices.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import sparse_gradient_cases as cases  # noqa: E402


def rounded(value):
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}")


def main():
    lines = []
    for name in sorted(cases.CASES):
        tf.reset_default_graph()
        found, slices = cases.facts(tf, name)
        with tf.Session() as session:
            session.run([tf.global_variables_initializer(), tf.tables_initializer()])
            values = {label: rounded(np.asarray(v).tolist()) for label, v in session.run(found).items()}
        lines.append(json.dumps(name) + ": " + json.dumps({"slices": slices, "values": values}, sort_keys=True))
    with open(os.path.join(HERE, "sparse_gradients.json"), "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
