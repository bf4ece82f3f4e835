"""Makes unknown_ranks.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_unknown_ranks.py

For each case of unknown_rank_cases.py the static shape, the values for each fed array, and the gradients by it of
sum(output).
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import unknown_rank_cases as cases  # noqa: E402


def plain(array):
    array = np.asarray(array)
    items = array.ravel()
    return [list(array.shape), [float(f"{item:.7g}") for item in items] if array.dtype.kind == "f" else items.tolist()]


def measured(build, fed):
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32)
    y = build(tf, x)
    by_x = tf.gradients(y, x)[0] if y.dtype.is_floating else None
    fetches = [y] if by_x is None else [y, tf.convert_to_tensor(by_x)]
    with tf.Session() as session:
        values = [[plain(item) for item in session.run(fetches, {x: array})] for array in fed]
    return {"shape": None if y.shape.ndims is None else y.shape.as_list(), "values": values}


def main():
    facts = {name: measured(build, cases.FED) for name, build in cases.CASES.items()}
    facts.update((name, measured(build, cases.FED[:1])) for name, build in cases.MATRIX.items())
    with open(os.path.join(HERE, "unknown_ranks.json"), "w") as file:
        lines = [json.dumps(key) + ": " + json.dumps(facts[key]) for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
