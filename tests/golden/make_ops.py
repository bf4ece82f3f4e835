"""Makes ops.json and ops.npz with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_ops.py

For each case of op_cases.py and array_op_cases.py: the output's name, static shape and type, of operators the names of
all operations (JSON), its value, and the gradients of sum(output * cosines) by the inputs (npz), all in float64.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import array_op_cases  # noqa: E402
import op_cases  # noqa: E402

CASES = dict(op_cases.CASES, **array_op_cases.CASES)


def measured(name, build, given):
    tf.reset_default_graph()
    arrays = [op_cases.array(kind, shape, number, "float64") for number, (kind, shape) in enumerate(given)]
    tensors = [tf.placeholder(a.dtype, [None] + list(a.shape[1:]), name="given") for a in arrays]
    output = build(tf, *tensors)
    facts = {
        "name": output.name,
        "shape": output.shape.as_list(),
        "dtype": output.dtype.name,
    }
    if name.startswith("operator"):
        facts["operations"] = [op.name for op in tf.get_default_graph().get_operations()]
    feeds = {tensor: arrays[number] for number, tensor in enumerate(tensors)}
    results = {}
    with tf.Session() as session:
        value = results["output"] = session.run(output, feeds)
        if output.dtype.is_floating:
            weights = np.cos(np.arange(value.size)).astype(value.dtype).reshape(value.shape)
            sources = [tensor for tensor in tensors if tensor.dtype.is_floating]
            for number, gradient in enumerate(tf.gradients(tf.reduce_sum(output * weights), sources)):
                if gradient is not None:
                    results[f"gradient/{number}"] = session.run(tf.convert_to_tensor(gradient), feeds)
    return facts, results


def main():
    facts, arrays = {}, {}
    for name, (build, given) in sorted(CASES.items()):
        try:
            facts[name], results = measured(name, build, given)
        except (TypeError, ValueError, tf.errors.OpError) as error:
            raise RuntimeError(name) from error
        for key, value in results.items():
            arrays[f"{name}/{key}"] = value
    with open(os.path.join(HERE, "ops.json"), "w") as file:
        lines = [f"{json.dumps(key)}: {json.dumps(facts[key], sort_keys=True)}" for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    np.savez_compressed(os.path.join(HERE, "ops.npz"), **arrays)


if __name__ == "__main__":
    main()
