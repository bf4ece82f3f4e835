"""Wide and deep on a census made up: vocabularies, hashes, buckets, crosses, embeddings."""

import tempfile

import numpy as np
import tensorflow as tf

JOBS = np.array(["clerk", "farmer", "nurse", "driver", "teacher"])
EDUCATION = np.array(["Bachelors", "HS-grad", "Masters", "Doctorate"])


def census(count, seed):
    rng = np.random.RandomState(seed)
    job, education = rng.randint(0, 5, count), rng.randint(0, 4, count)
    age, hours = rng.randint(18, 70, count), rng.randint(10, 60, count)
    earns = age / 20.0 + hours / 15.0 + education + 0.5 * (job == 2) + rng.randn(count) > 6.5
    features = {"age": age.astype(np.float32), "hours": hours.astype(np.float32)}
    features.update(job=JOBS[job], education=EDUCATION[education])
    return features, np.where(earns, ">50K", "<=50K")


def build_columns():
    fc = tf.feature_column
    age, hours = fc.numeric_column("age"), fc.numeric_column("hours", normalizer_fn=lambda x: (x - 35.0) / 15.0)
    education = fc.categorical_column_with_vocabulary_list("education", list(EDUCATION))
    job = fc.categorical_column_with_hash_bucket("job", hash_bucket_size=20)
    age_buckets = fc.bucketized_column(age, boundaries=[25, 35, 45, 55])
    crossed = [
        fc.crossed_column(["education", "job"], hash_bucket_size=100),
        fc.crossed_column([age_buckets, "education", "job"], hash_bucket_size=100),
    ]
    wide = [education, job, age_buckets] + crossed
    deep = [hours, fc.indicator_column(education), fc.embedding_column(job, dimension=3)]
    return wide, deep


class InitialWeights(tf.train.SessionRunHook):
    def after_create_session(self, session, coord):
        rng = np.random.RandomState(9)
        for variable in sorted(tf.trainable_variables(), key=lambda variable: variable.name):
            if variable.name.startswith("dnn"):
                variable.load(0.3 * rng.randn(*variable.shape.as_list()), session)


def input_fn(features, labels, epochs, batch_size=25):
    dataset = tf.data.Dataset.from_tensor_slices((features, labels))
    return dataset.repeat(epochs).batch(batch_size)


(train_x, train_y), (test_x, test_y) = census(200, 10), census(60, 11)
wide_columns, deep_columns = build_columns()
model = tf.estimator.DNNLinearCombinedClassifier(
    model_dir=tempfile.mkdtemp(),
    linear_feature_columns=wide_columns,
    dnn_feature_columns=deep_columns,
    dnn_hidden_units=[8, 4],
    label_vocabulary=["<=50K", ">50K"],
    config=tf.estimator.RunConfig().replace(save_summary_steps=50),
)
for _ in range(2):
    hooks = [InitialWeights()] if model.latest_checkpoint() is None else None
    model.train(input_fn=lambda: input_fn(train_x, train_y, 4), hooks=hooks)
    results = model.evaluate(input_fn=lambda: input_fn(test_x, test_y, 1))
    for key in sorted(results):
        print("%s: %.5f" % (key, results[key]))
for prediction in list(model.predict(lambda: input_fn(test_x, test_y, 1)))[:3]:
    print(prediction["classes"][0].decode(), "%.5f" % prediction["logistic"][0])
print("\n".join(name for name in model.get_variable_names() if "linear" in name or "embedding" in name))
