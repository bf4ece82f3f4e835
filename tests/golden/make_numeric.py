"""Makes numeric.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_numeric.py

For each case of numeric_cases.py: the output's static shape and type, its value, and the gradients of
sum(output * cosines) by the inputs, all in float64.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import numeric_cases  # noqa: E402
import op_cases  # noqa: E402


def measured(build, given):
    tf.reset_default_graph()
    arrays = [op_cases.array(kind, shape, number, "float64") for number, (kind, shape) in enumerate(given)]
    tensors = [tf.placeholder(array.dtype, array.shape) for array in arrays]
    output = build(tf, *tensors)
    feeds = {tensor: arrays[number] for number, tensor in enumerate(tensors)}
    with tf.Session() as session:
        value = session.run(output, feeds)
        kept = {"shape": list(value.shape), "dtype": output.dtype.name, "value": numbers(value), "gradients": []}
        if output.dtype.is_floating:
            weights = np.cos(np.arange(value.size)).reshape(value.shape)
            floating = [tensor for tensor in tensors if tensor.dtype.is_floating]
            for gradient in tf.gradients(tf.reduce_sum(output * weights), floating):
                found = None if gradient is None else session.run(tf.convert_to_tensor(gradient), feeds)
                kept["gradients"].append(None if found is None else numbers(found))
    return kept


def numbers(array):
    return [float(f"{item:.12g}") if array.dtype.kind == "f" else int(item) for item in array.ravel()]


def main():
    made = {}
    for name, case in numeric_cases.CASES.items():
        made[name] = measured(*case)
    with open(os.path.join(HERE, "numeric.json"), "w") as file:
        lines = [f"{json.dumps(name)}: {json.dumps(made[name], sort_keys=True)}" for name in sorted(made)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


main()
