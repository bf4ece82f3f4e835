"""Lines of text by queues: string_input_producer, TextLineReader, decode_csv, batch, threads of a Coordinator."""

import os
import tempfile

import numpy as np
import tensorflow as tf

FOLDER = tempfile.mkdtemp()
BATCH_SIZE = 4


def write_csv(name, first, count):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as csv:
        csv.write("width,height,grows\n")
        for number in range(first, first + count):
            csv.write("%.2f,%.2f,%d\n" % (0.3 * number, 2.0 - 0.2 * number, number % 3 == 0))
    return path


paths = [write_csv("one.csv", 0, 6), write_csv("two.csv", 6, 5)]
filename_queue = tf.train.string_input_producer(paths, num_epochs=2, shuffle=False)
reader = tf.TextLineReader(skip_header_lines=1)
key, value = reader.read(filename_queue)
width, height, grows = tf.decode_csv(value, record_defaults=[[0.0], [0.0], [0]])
features, labels, keys = tf.train.batch(
    [tf.stack([width, height]), grows, key], batch_size=BATCH_SIZE, allow_smaller_final_batch=True
)
print(features.shape, labels.name, keys.dtype, filename_queue.name)

w = tf.Variable(tf.zeros([2, 1]), name="w")
b = tf.Variable(0.0, name="b")
logits = tf.squeeze(tf.matmul(features, w), 1) + b
loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.cast(labels, tf.float32), logits=logits))
train_op = tf.train.GradientDescentOptimizer(0.2).minimize(loss)

with tf.Session() as sess:
    sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess=sess, coord=coord)
    step = 0
    try:
        while not coord.should_stop():
            found, value, _ = sess.run([keys, loss, train_op])
            print("step %d: loss %.5f of" % (step, value), len(found), os.path.basename(found[0].decode()))
            step += 1
    except tf.errors.OutOfRangeError:
        print("the input has ended after %d steps" % step)
    finally:
        coord.request_stop()
    coord.join(threads)
    print("w", sess.run(w).ravel().round(4), "records", sess.run(reader.num_records_produced()))

# A queue filled by hand, from a feed and then by threads that go on until they are asked to stop.
with tf.Graph().as_default(), tf.Session() as sess:
    number = tf.placeholder(tf.float32, [])
    queue = tf.FIFOQueue(capacity=3, dtypes=[tf.float32], shapes=[[]])
    put, take, rest = queue.enqueue(number), queue.dequeue() * 10.0, queue.dequeue_up_to(10)
    for item in (1.0, 2.0, 3.0):
        sess.run(put, {number: item})
    print("took", sess.run(take), "left", sess.run(queue.size()))
    sess.run(queue.close())
    print("closed:", sess.run(queue.is_closed()), sess.run(rest))
    try:
        sess.run(take)
    except tf.errors.OutOfRangeError:
        print("nothing comes any more")

with tf.Graph().as_default(), tf.Session() as sess:
    data = tf.constant(np.arange(40, dtype=np.float32).reshape(10, 4))
    queue = tf.RandomShuffleQueue(capacity=50, min_after_dequeue=10, dtypes=tf.float32, shapes=[4])
    runner = tf.train.QueueRunner(queue, [queue.enqueue_many(data)] * 4)
    batch = queue.dequeue_many(3)
    coord = tf.train.Coordinator()
    threads = runner.create_threads(sess, coord=coord, start=True)
    print(len(threads), "threads")
    for _ in range(20):
        rows = sess.run(batch)
        assert rows.shape == (3, 4) and np.all(rows[:, 3] - rows[:, 0] == 3) and np.all(rows[:, 0] % 4 == 0)
    coord.request_stop()
    coord.join(threads)
    print("all stopped:", not any(thread.is_alive() for thread in threads))
