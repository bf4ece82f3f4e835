"""Lines of text to a trained model: TextLineDataset, decode_csv, train_and_evaluate."""

import os
import tempfile

import numpy as np
import tensorflow as tf

FOLDER = tempfile.mkdtemp()
NAMES = ["city", "rooms", "area", "price"]
DEFAULTS = [["nowhere"], [1], [50.0], [0.0]]
CITIES = ["bern", "oslo", "lima"]


def write_csv(name, count, seed):
    rng = np.random.RandomState(seed)
    path = os.path.join(FOLDER, name)
    with tf.gfile.GFile(path, "w") as csv:
        csv.write(",".join(NAMES) + "\n")
        for _ in range(count):
            city, rooms, area = rng.randint(3), rng.randint(1, 6), rng.uniform(30, 120)
            price = 0.5 * city + 0.4 * rooms + 0.02 * area + 0.1 * rng.randn()
            csv.write("%s,%s,%.2f,%.3f\n" % (CITIES[city], rooms if rng.rand() < 0.9 else "", area, price))
    return path


def parse_line(line):
    columns = tf.decode_csv(line, record_defaults=DEFAULTS)
    features = dict(zip(NAMES, columns))
    label = features.pop("price")
    features["area"] = features["area"] / 100.0
    return features, label


def make_input_fn(pattern, epochs=1, batch_size=16):
    def input_fn():
        files = tf.data.Dataset.list_files(os.path.join(FOLDER, pattern), shuffle=False)
        dataset = files.interleave(lambda path: tf.data.TextLineDataset(path).skip(1), cycle_length=2)
        dataset = dataset.map(parse_line, num_parallel_calls=2).filter(lambda features, label: features["area"] > 0.4)
        return dataset.repeat(epochs).batch(batch_size).prefetch(1)

    return input_fn


for name, count, seed in [("train-0.csv", 60, 33), ("train-1.csv", 40, 34), ("eval.csv", 40, 35)]:
    write_csv(name, count, seed)
city = tf.feature_column.categorical_column_with_vocabulary_list("city", CITIES)
rooms = tf.feature_column.bucketized_column(tf.feature_column.numeric_column("rooms", dtype=tf.int32), [2, 3, 4])
columns = [city, rooms, tf.feature_column.numeric_column("area")]
config = tf.estimator.RunConfig(model_dir=os.path.join(FOLDER, "model"), tf_random_seed=1)
model = tf.estimator.LinearRegressor(columns, optimizer=lambda: tf.train.AdamOptimizer(0.05), config=config)
train_spec = tf.estimator.TrainSpec(make_input_fn("train-*.csv", epochs=None), max_steps=80)
eval_spec = tf.estimator.EvalSpec(make_input_fn("eval.csv"), steps=None, name="held_out", throttle_secs=0)
metrics, exports = tf.estimator.train_and_evaluate(model, train_spec, eval_spec)
for key in sorted(metrics):
    print("%s: %.5f" % (key, metrics[key]))
predictions = list(model.predict(make_input_fn("eval.csv"), yield_single_examples=False))
print(
    exports, len(predictions), predictions[0]["predictions"][:3, 0].round(4), os.path.isdir(model.eval_dir("held_out"))
)
with tf.Session() as sess:
    features, label = make_input_fn("train-*.csv", batch_size=4)().make_one_shot_iterator().get_next()
    f, l = sess.run([features, label])
    print(sorted(f), f["city"], f["rooms"], f["area"], l)
    print(sess.run(label))
