"""A model that is exported, and asked afterwards: by its directory, by a predictor, by the estimator."""

import os
import tempfile

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(42)
x = {"length": rng.rand(60).astype(np.float32), "colour": rng.choice(["red", "blue"], 60)}
y = (x["length"] + 0.5 * (x["colour"] == "red") > 0.7).astype(np.int32)
columns = [
    tf.feature_column.numeric_column("length"),
    tf.feature_column.categorical_column_with_vocabulary_list("colour", ["red", "blue"]),
]


def train_input_fn():
    return tf.data.Dataset.from_tensor_slices((x, y)).repeat(20).batch(20)


def serving_input_receiver_fn():
    serialized = tf.placeholder(dtype=tf.string, shape=[None], name="input_example_tensor")
    features = tf.parse_example(serialized, tf.feature_column.make_parse_example_spec(columns))
    return tf.estimator.export.ServingInputReceiver(features, {"examples": serialized})


def example(length, colour):
    feature = {
        "length": tf.train.Feature(float_list=tf.train.FloatList(value=[length])),
        "colour": tf.train.Feature(bytes_list=tf.train.BytesList(value=[colour])),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


model = tf.estimator.LinearClassifier(columns, model_dir=tempfile.mkdtemp())
model.train(train_input_fn)
exported = model.export_saved_model(tempfile.mkdtemp(), serving_input_receiver_fn)
print("variables" in os.listdir(exported.decode()), os.path.basename(exported).isdigit())

predict_fn = tf.contrib.predictor.from_saved_model(exported)
answers = predict_fn({"inputs": [example(0.9, b"red"), example(0.1, b"blue")]})
print(sorted(answers), np.round(answers["scores"], 5), answers["classes"][0])
predict_fn = tf.contrib.predictor.from_saved_model(exported, signature_def_key="predict")
answers = predict_fn({"examples": [example(0.5, b"red"), example(0.5, b"green")]})
print(sorted(answers), np.round(answers["probabilities"], 5), answers["class_ids"].ravel())

feeds = {"length": np.array([0.5, 0.5], np.float32), "colour": np.array(["red", "green"])}
for prediction in model.predict(tf.estimator.inputs.numpy_input_fn(feeds, shuffle=False)):
    print("%.5f" % prediction["logistic"][0], prediction["class_ids"])
