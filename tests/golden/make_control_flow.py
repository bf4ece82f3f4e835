"""Makes control_flow.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_control_flow.py

For each case of control_flow_cases.py: its variables in order, the values of its outputs, and the gradients of
sum(output * cosines) by what is fed and by the variables; then the losses of a few steps of training.
"""

import argparse
import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import control_flow_cases as cases  # noqa: E402
import inputs  # noqa: E402


def plain(array):
    """Numbers as JSON can hold them, with the digits that float32 has."""
    array = np.asarray(array)
    if array.dtype.kind != "f":
        return array.tolist()
    return [float(f"{number:.8g}") for number in array.ravel()]


def start(session, variables):
    for position, variable in enumerate(variables):
        shape = variable.shape.as_list()
        variable.load(inputs.variable_value(variable.op.name, position, shape, "float32"), session)


def measured(build):
    given = {label: tf.placeholder(dtype, shape, label) for label, (shape, dtype, _) in cases.FEEDS.items()}
    feeds = {given[label]: array for label, (_, _, array) in cases.FEEDS.items()}
    outputs = tf.contrib.framework.nest.flatten(build(tf, argparse.Namespace(**given)))
    variables = tf.global_variables()
    with tf.Session() as session:
        start(session, variables)
        values = session.run(outputs, feeds)
        start(session, variables)
        pairs = [(outputs[n], values[n]) for n in range(len(values)) if outputs[n].dtype.is_floating]
        weighted = [
            tf.reduce_sum(tensor * np.cos(np.arange(value.size)).astype("float32").reshape(value.shape))
            for tensor, value in pairs
        ]
        targets = [given["x"], given["steps"]] + tf.trainable_variables()
        found = tf.gradients(tf.add_n(weighted), targets) if weighted else [None] * len(targets)
        gradients = {
            target.op.name: plain(session.run(found[n], feeds))
            for n, target in enumerate(targets)
            if found[n] is not None
        }
    return {
        "variables": [[variable.op.name, variable.shape.as_list()] for variable in variables],
        "shapes": [tensor.shape.as_list() for tensor in outputs],
        "values": [plain(value) for value in values],
        "gradients": gradients,
    }


def losses():
    loss, train = cases.letters(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        start(session, tf.trainable_variables())
        return [plain(session.run([loss, train])[0])[0] for _ in range(8)]


def main():
    facts = {}
    for name, build in cases.CASES.items():
        tf.reset_default_graph()
        facts[name] = measured(build)
    tf.reset_default_graph()
    facts["training"] = losses()
    with open(os.path.join(HERE, "control_flow.json"), "w") as file:
        lines = [json.dumps(key) + ": " + json.dumps(facts[key], sort_keys=True) for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
