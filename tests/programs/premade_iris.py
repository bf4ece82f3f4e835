"""The premade estimator of the first tutorial, on flowers made up, from weights that a hook sets."""

import tempfile

import numpy as np
import tensorflow as tf

SPECIES = ["Setosa", "Versicolor", "Virginica"]
COLUMNS = ["SepalLength", "SepalWidth", "PetalLength", "PetalWidth"]


def load_data(count, seed):
    rng = np.random.RandomState(seed)
    kinds = rng.randint(0, 3, count)
    centres = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    table = centres[kinds] + 0.3 * rng.randn(count, 4)
    return {name: table[:, i].astype(np.float32) for i, name in enumerate(COLUMNS)}, kinds


def train_input_fn(features, labels, batch_size):
    dataset = tf.data.Dataset.from_tensor_slices((dict(features), labels))
    return dataset.repeat().batch(batch_size)


def eval_input_fn(features, labels, batch_size):
    inputs = dict(features) if labels is None else (dict(features), labels)
    return tf.data.Dataset.from_tensor_slices(inputs).batch(batch_size)


class InitialWeights(tf.train.SessionRunHook):
    """The same numbers everywhere, in place of random ones."""

    def after_create_session(self, session, coord):
        rng = np.random.RandomState(3)
        for variable in tf.trainable_variables():
            variable.load(0.4 * rng.randn(*variable.shape.as_list()), session)


def main(argv):
    train_x, train_y = load_data(120, seed=4)
    test_x, test_y = load_data(30, seed=5)
    my_feature_columns = [tf.feature_column.numeric_column(key=key) for key in train_x]
    classifier = tf.estimator.DNNClassifier(
        feature_columns=my_feature_columns, hidden_units=[10, 10], n_classes=3, model_dir=tempfile.mkdtemp()
    )
    classifier.train(lambda: train_input_fn(train_x, train_y, 20), steps=100, hooks=[InitialWeights()])
    eval_result = classifier.evaluate(input_fn=lambda: eval_input_fn(test_x, test_y, 20))
    print("\nTest set accuracy: {accuracy:0.3f}, loss {average_loss:.6f}\n".format(**eval_result))
    predict_x = {name: [5.1, 5.9, 6.9] for name in COLUMNS}
    predict_x.update(PetalLength=[1.7, 4.2, 5.4], PetalWidth=[0.5, 1.5, 2.1], SepalWidth=[3.3, 3.0, 3.1])
    for prediction in classifier.predict(lambda: eval_input_fn(predict_x, None, 20)):
        class_id = prediction["class_ids"][0]
        print('Prediction is "%s" (%.3f%%)' % (SPECIES[class_id], 100 * prediction["probabilities"][class_id]))
    print(classifier.get_variable_names())


if __name__ == "__main__":
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.app.run(main)
