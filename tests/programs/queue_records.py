"""Records by queues: images of fixed length in a MonitoredTrainingSession, tf.Examples in an Estimator's input_fn."""

import os
import tempfile

import numpy as np
import tensorflow as tf

FOLDER = tempfile.mkdtemp()
SIDE, CLASSES = 6, 2
rng = np.random.RandomState(7)


def write_images(name, count):
    """A byte of label and SIDE x SIDE bytes of pixels each: the left half is bright, or the right one."""
    path = os.path.join(FOLDER, name)
    with open(path, "wb") as file:
        for _ in range(count):
            label = rng.randint(CLASSES)
            image = rng.randint(0, 100, [SIDE, SIDE])
            image[:, :3] += 100 * (1 - label)
            image[:, 3:] += 100 * label
            file.write(np.concatenate([[label], image.ravel()]).astype(np.uint8).tobytes())
    return path


def read_images(paths, epochs):
    queue = tf.train.string_input_producer(paths, num_epochs=epochs, shuffle=False)
    reader = tf.FixedLengthRecordReader(record_bytes=1 + SIDE * SIDE)
    _, value = reader.read(queue)
    record = tf.decode_raw(value, tf.uint8)
    label = tf.cast(tf.strided_slice(record, [0], [1]), tf.int32)
    label.set_shape([1])
    image = tf.reshape(tf.strided_slice(record, [1], [1 + SIDE * SIDE]), [SIDE, SIDE, 1])
    image = tf.image.per_image_standardization(tf.cast(image, tf.float32))
    images, labels = tf.train.batch([image, label], batch_size=8, num_threads=1, capacity=30)
    return images, tf.reshape(labels, [8])


paths = [write_images("data_batch_%d.bin" % number, 20) for number in (1, 2)]
with tf.Graph().as_default():
    global_step = tf.train.get_or_create_global_step()
    images, labels = read_images(paths, epochs=3)
    print(images.shape, labels.shape, tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)[1].name)
    flat = tf.reshape(images, [-1, SIDE * SIDE])
    logits = tf.layers.dense(flat, CLASSES, kernel_initializer=tf.constant_initializer(0.02))
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    train_op = tf.train.MomentumOptimizer(0.002, 0.9).minimize(loss, global_step=global_step)
    with tf.train.MonitoredTrainingSession(checkpoint_dir=os.path.join(FOLDER, "images")) as session:
        while not session.should_stop():
            value, _ = session.run([loss, train_op])
            print("loss %.6f" % value)
print("ended at", os.path.basename(tf.train.latest_checkpoint(os.path.join(FOLDER, "images"))))


def write_examples(name, count):
    path = os.path.join(FOLDER, name)
    with tf.python_io.TFRecordWriter(path) as writer:
        for number in range(count):
            x = [0.1 * number, 1.0 - 0.05 * number]
            features = {
                "x": tf.train.Feature(float_list=tf.train.FloatList(value=x)),
                "y": tf.train.Feature(float_list=tf.train.FloatList(value=[2.0 * x[0] - x[1] + 0.5])),
            }
            writer.write(tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString())
    return path


examples = write_examples("examples.tfrecord", 30)


def input_fn(epochs=1, batch_size=10):
    queue = tf.train.string_input_producer([examples], num_epochs=epochs, shuffle=False)
    _, serialized = tf.TFRecordReader().read(queue)
    spec = {"x": tf.FixedLenFeature([2], tf.float32), "y": tf.FixedLenFeature([1], tf.float32)}
    parsed = tf.parse_single_example(serialized, spec)
    batch = tf.train.batch(parsed, batch_size=batch_size, allow_smaller_final_batch=True)
    return {"x": batch["x"]}, batch["y"]


def model_fn(features, labels, mode):
    predicted = tf.layers.dense(features["x"], 1, kernel_initializer=tf.zeros_initializer())
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": predicted})
    loss = tf.losses.mean_squared_error(labels, predicted)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    error = tf.metrics.mean_absolute_error(labels, predicted)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops={"error": error})


model = tf.estimator.Estimator(model_fn, os.path.join(FOLDER, "model"))
model.train(lambda: input_fn(epochs=20))
model.train(lambda: input_fn(epochs=None), steps=15)
metrics = model.evaluate(lambda: input_fn(batch_size=16))
print(metrics["global_step"], "loss %.5f, error %.5f" % (metrics["loss"], metrics["error"]))
print(["%.3f" % item["y"][0] for item in model.predict(lambda: input_fn(batch_size=7))][::10])
