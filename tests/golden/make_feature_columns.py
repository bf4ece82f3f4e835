"""Makes feature_columns.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_feature_columns.py

For each case of feature_column_cases.py: the variables, and the output, with values from inputs.variable_value in the
variables.
"""

import json
import os
import sys

import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import feature_column_cases as cases  # noqa: E402
import inputs  # noqa: E402

cases.INT64 = tf.int64


def measured(build, sparse=False):
    tf.reset_default_graph()
    features, feeds = {}, {}
    for key, array in cases.FEATURES.items():
        if sparse and key not in cases.DENSE:
            features[key] = cases.sparse(tf.SparseTensor, array)
            continue
        dtype = tf.string if array.dtype == object else array.dtype
        features[key] = tf.placeholder(dtype, [None] + list(array.shape[1:]), name=key)
        feeds[features[key]] = array
    output = build(features)
    variables = sorted(tf.global_variables(), key=lambda variable: variable.name)
    trained = {variable.name for variable in tf.trainable_variables()}
    model = {variable.name for variable in tf.get_collection(tf.GraphKeys.MODEL_VARIABLES)}
    with tf.Session() as session:
        session.run([tf.tables_initializer()])
        for position, variable in enumerate(variables):
            shape = variable.shape.as_list()
            variable.load(inputs.variable_value(variable.op.name, position, shape, "float32"), session)
        value = session.run(output, feeds)
    return {
        "output": [[float(f"{number:.9g}") for number in row] for row in value.tolist()],
        "shape": output.shape.as_list(),
        "variables": [[v.op.name, v.shape.as_list(), v.name in trained] for v in variables],
        "model_variables": sorted(model) == sorted(v.name for v in variables),
    }


def main():
    fc = tf.feature_column
    facts = {}
    for name, build in cases.LAYERS.items():
        facts["input_layer: " + name] = measured(lambda features, b=build: fc.input_layer(features, b(fc)))
    for name, (build, options) in cases.LINEAR.items():
        facts["linear_model: " + name] = measured(
            lambda features, b=build, o=options: fc.linear_model(features, b(fc), **o)
        )
    for name in cases.SPARSE:
        if name in cases.LAYERS:
            build = cases.LAYERS[name]
            facts["sparse: " + name] = measured(lambda features, b=build: fc.input_layer(features, b(fc)), True)
        else:
            build, options = cases.LINEAR[name]
            facts["sparse: " + name] = measured(
                lambda features, b=build, o=options: fc.linear_model(features, b(fc), **o), True
            )
    with open(os.path.join(HERE, "feature_columns.json"), "w") as file:
        lines = [json.dumps(key) + ": " + json.dumps(facts[key], sort_keys=True) for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
