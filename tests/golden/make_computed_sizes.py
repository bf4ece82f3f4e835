"""Makes computed_sizes.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_computed_sizes.py

For each case of computed_size_cases.py what is fetched in each of its runs: shapes and values.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import computed_size_cases as cases  # noqa: E402


def plain(array):
    array = np.asarray(array)
    items = array.ravel()
    if array.dtype.kind == "O":
        return [list(array.shape), [item.decode() for item in items]]
    return [list(array.shape), [float(f"{item:.7g}") for item in items] if array.dtype.kind == "f" else items.tolist()]


def main():
    facts = {}
    for name, build in cases.CASES.items():
        tf.reset_default_graph()
        x, w = tf.placeholder(tf.float32, [None, 2]), tf.get_variable("w", initializer=cases.W)
        fetches = build(tf, x, w, tf.matmul(x, w))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            runs = [session.run(fetches, {x: cases.X[:rows]}) for rows in cases.BATCHES]
        facts[name] = [[plain(item) for item in run] for run in runs]
    with open(os.path.join(HERE, "computed_sizes.json"), "w") as file:
        lines = [json.dumps(key) + ": " + json.dumps(facts[key]) for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
