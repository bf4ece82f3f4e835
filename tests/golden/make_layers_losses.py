"""Makes layers.json/.npz, losses.json/.npz and functions.json/.npz with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_layers_losses.py

For each case: names and shapes (JSON), the output's value and the gradients of sum(output * cosines) plus all
regularization losses by the inputs and trained variables, and the variables after the updates (npz).
"""

import argparse
import json
import os
import sys

import numpy as np
import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import inputs  # noqa: E402
import layer_cases  # noqa: E402
import loss_cases  # noqa: E402


def shape_of(tensor):
    return tensor.shape.as_list() if tensor.shape.ndims is not None else None


def described(output, dtype=True):
    variables = sorted(tf.global_variables(), key=lambda variable: variable.name)
    trained = {variable.name for variable in tf.trainable_variables()}
    return {
        "output": output.name,
        "shape": shape_of(output),
        "dtype": output.dtype.name,
        "variables": [[v.op.name, v.shape.as_list(), v.name in trained] for v in variables],
        "losses": [t.name for t in tf.get_collection(tf.GraphKeys.LOSSES)],
        "regularization_losses": [t.name for t in tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)],
        "updates": len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)),
    }


def measured(name, output, sources, feeds, arrays):
    """Runs the case: value, gradients, variables after the updates."""
    variables = sorted(tf.global_variables(), key=lambda variable: variable.name)
    trained = sorted(tf.trainable_variables(), key=lambda variable: variable.name)
    with tf.Session() as session:
        for position, variable in enumerate(variables):
            shape, dtype = variable.shape.as_list(), variable.dtype.base_dtype.name
            variable.load(inputs.variable_value(variable.op.name, position, shape, dtype), session)
        value = session.run(output, feeds)
        arrays[name + "/output"] = value
        if output.dtype.is_floating:
            weighted = tf.reduce_sum(output * np.cos(np.arange(value.size)).astype(value.dtype).reshape(value.shape))
            penalties = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
            total = tf.add_n([weighted] + [tf.cast(item, weighted.dtype) for item in penalties])
            targets = list(sources) + [(variable.op.name, variable) for variable in trained]
            found = tf.gradients(total, [target for _, target in targets])
            for position, gradient in enumerate(found):
                if gradient is not None:
                    arrays[f"{name}/gradient/{targets[position][0]}"] = session.run(gradient, feeds)
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        if updates:
            session.run(updates, feeds)
            for variable in variables:
                if "moving" in variable.op.name:
                    arrays[f"{name}/updated/{variable.op.name}"] = session.run(variable)


def layers(facts, arrays):
    for name, (build, shapes, options) in layer_cases.CASES.items():
        tf.reset_default_graph()
        given, feeds = {}, {}
        for label, shape in shapes.items():
            given[label] = tf.placeholder(options["dtype"], [None] + list(shape[1:]), name=label)
            feeds[given[label]] = inputs.wave(shape, 0.1, options["dtype"])
        sources = list(given.items())
        if options["training"] is not None:
            given["training"] = tf.placeholder(tf.bool, [], name="training")
            feeds[given["training"]] = options["training"]
        output = build(tf, **given)
        facts[name] = described(output)
        if options["runs"]:
            measured(name, output, sources, feeds, arrays)


def table(cases):
    def make(facts, arrays):
        values = inputs.loss_inputs()
        for name, build in cases.items():
            tf.reset_default_graph()
            given = {}
            for key, array in values.items():
                shape = list(array.shape) if key == "square" else [None] + list(array.shape[1:])
                given[key] = tf.placeholder(array.dtype, shape, name=key)
            output = build(tf, argparse.Namespace(**given))
            facts[name] = described(output)
            feeds = {given[key]: array for key, array in values.items()}
            measured(name, output, [(key, given[key]) for key in ("p", "r", "square")], feeds, arrays)

    return make


def main():
    tables = {"layers": layers, "losses": table(loss_cases.LOSSES), "functions": table(loss_cases.FUNCTIONS)}
    for name, make in tables.items():
        facts, arrays = {}, {}
        make(facts, arrays)
        with open(os.path.join(HERE, name + ".json"), "w") as file:
            lines = [f"{json.dumps(key)}: {json.dumps(facts[key], sort_keys=True)}" for key in sorted(facts)]
            file.write("{\n" + ",\n".join(lines) + "\n}\n")
        np.savez_compressed(os.path.join(HERE, name + ".npz"), **arrays)


if __name__ == "__main__":
    main()
