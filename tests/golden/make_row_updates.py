"""Makes row_updates.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_row_updates.py

For each case of row_update_cases.py: a table after four steps in which some rows, but never all, are looked up.
"""

import json
import os
import sys

import tensorflow as tf

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import row_update_cases as cases  # noqa: E402


def main():
    facts = {}
    for name in sorted(cases.OPTIMIZERS):
        tf.reset_default_graph()
        tf.train.create_global_step()
        train_op, table, ids = cases.build(tf, name)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for batch in cases.BATCHES:
                session.run(train_op, {ids: batch})
            facts[name] = [[float(f"{number:.9g}") for number in row] for row in session.run(table).tolist()]
    with open(os.path.join(HERE, "row_updates.json"), "w") as file:
        lines = [json.dumps(key) + ": " + json.dumps(facts[key]) for key in sorted(facts)]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
