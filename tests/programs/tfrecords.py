"""Examples written to a TFRecord file, read back one by one and as a parsed, batched dataset."""

import os
import tempfile

import numpy as np
import tensorflow as tf

path = os.path.join(tempfile.mkdtemp(), "digits.tfrecords")
rng = np.random.RandomState(36)
images = rng.randint(0, 256, (12, 4, 4)).astype(np.uint8)
labels = images.mean(axis=(1, 2)).astype(int) // 16


def _int64_feature(value):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


def _bytes_feature(value):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _float_feature(values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


with tf.python_io.TFRecordWriter(path) as writer:
    for number, (image, label) in enumerate(zip(images, labels)):
        feature = {"label": _int64_feature(int(label)), "image_raw": _bytes_feature(image.tobytes())}
        feature["rows"] = _float_feature([float(mean) for mean in image.mean(axis=1)])
        if number % 3:
            feature["name"] = _bytes_feature(b"number %d" % number)
        writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())

for number, record in enumerate(tf.python_io.tf_record_iterator(path)):
    example = tf.train.Example()
    example.ParseFromString(record)
    if number < 2:
        print(number, example.features.feature["label"].int64_list.value[0], sorted(example.features.feature))
print("records:", number + 1)


def decode(serialized_example):
    features = tf.parse_single_example(
        serialized_example,
        features={
            "image_raw": tf.FixedLenFeature([], tf.string),
            "label": tf.FixedLenFeature([], tf.int64),
            "rows": tf.FixedLenFeature([4], tf.float32),
            "name": tf.FixedLenFeature([], tf.string, default_value="unnamed"),
        },
    )
    image = tf.reshape(tf.decode_raw(features["image_raw"], tf.uint8), [4, 4])
    return tf.cast(image, tf.float32) * (1.0 / 255) - 0.5, tf.cast(features["label"], tf.int32), features


dataset = tf.data.TFRecordDataset(path).map(decode).batch(5).repeat(2)
iterator = dataset.make_initializable_iterator()
image_batch, label_batch, rest = iterator.get_next()
mean = tf.reduce_mean(image_batch, axis=[1, 2])
print(image_batch.shape, image_batch.dtype.name, rest["rows"].get_shape(), dataset.output_types[1])
with tf.Session() as sess:
    sess.run(iterator.initializer)
    try:
        while True:
            means, batch, others = sess.run([mean, label_batch, rest])
            print(batch, np.round(means, 5), others["name"][:2], "%.3f" % others["rows"].sum())
    except tf.errors.OutOfRangeError:
        print("Done training for 2 epochs.")
