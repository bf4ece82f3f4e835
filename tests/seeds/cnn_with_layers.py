"""MNIST by tf.layers: trained, measured, saved, and used: a lecture on materials informatics, in Chinese.

The second convolution and its pooling, what `test_x` is, and the line that saves are not in the lecture, which trains
for 500 steps with 1,024 units. Its picture of the last layer (t-SNE) is left out.
"""

import numpy as np

import estimators.compat.v1 as tf
from estimators.compat.v1.examples.tutorials.mnist import input_data

# Parameters
learning_rate = 0.001
num_steps = 21
batch_size = 50
display_step = 10

tf.set_random_seed(1)
np.random.seed(2)

mnist = input_data.read_data_sets("./data/", one_hot=True)
test_x = mnist.test.images[:200]
test_y = mnist.test.labels[:200]
for part in (mnist.train, mnist.test, mnist.validation):
    print(part.images.shape, part.labels.shape)

tf_x = tf.placeholder(tf.float32, [None, 28 * 28])  # input
tf_y = tf.placeholder(tf.float32, [None, 10])  # label

image = tf.reshape(tf_x, [-1, 28, 28, 1])  # (batch, height, width, channel)

conv1 = tf.layers.conv2d(
    inputs=image, filters=32, kernel_size=[5, 5], padding="same", activation=tf.nn.relu
)  # -> (28, 28, 32)

print("shape of conv1 is", conv1.shape)

pool1 = tf.layers.max_pooling2d(inputs=conv1, pool_size=[2, 2], strides=2)  # -> (14, 14, 32)

print("shape of pool1 is", pool1.shape)

conv2 = tf.layers.conv2d(inputs=pool1, filters=64, kernel_size=[5, 5], padding="same", activation=tf.nn.relu)
pool2 = tf.layers.max_pooling2d(inputs=conv2, pool_size=[2, 2], strides=2)

flat = tf.layers.Flatten()(pool2)
print("shape of flat is", flat.shape)
# flat = tf.reshape(pool2, [-1, 7*7*64])           # -> (7*7*64, )
# print("shape of flat is", flat.shape)

dense2 = tf.layers.dense(inputs=flat, units=128, activation=tf.nn.relu)

output = tf.layers.dense(inputs=dense2, units=10)  # output layer

# Define loss and optimizer
loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(logits=output, labels=tf_y))
optimizer = tf.train.AdamOptimizer(learning_rate=learning_rate)
train_op = optimizer.minimize(loss_op)

# Evaluate model
prediction = tf.nn.softmax(output)
ans = tf.argmax(prediction, 1)
correct_pred = tf.equal(tf.argmax(prediction, 1), tf.argmax(tf_y, 1))
own_accuracy = tf.reduce_mean(tf.cast(correct_pred, tf.float32))

accuracy = tf.metrics.accuracy(labels=tf.argmax(tf_y, axis=1), predictions=tf.argmax(output, axis=1))[1]

init_op = tf.group(
    tf.global_variables_initializer(), tf.local_variables_initializer()
)  # the local var is for accuracy_op

# 'Saver' op to save and restore all the variables
saver = tf.train.Saver()

# Start training
own_accuracies, accuracies = [], []
with tf.Session() as sess:
    sess.run(init_op)  # initialize var in graph
    for step in range(num_steps):
        batch_x, batch_y = mnist.train.next_batch(batch_size)
        _, loss_ = sess.run([train_op, loss_op], {tf_x: batch_x, tf_y: batch_y})
        if step % display_step == 0:
            accuracy_, flat_representation = sess.run([accuracy, flat], {tf_x: test_x, tf_y: test_y})
            print("Step:", step, "| train loss: %.4f" % loss_, "| test accuracy: %.2f" % accuracy_)
            accuracies.append(accuracy_)
            own_accuracies.append(sess.run(own_accuracy, {tf_x: test_x, tf_y: test_y}))
    trained = sess.run(prediction, feed_dict={tf_x: mnist.test.images[0:1]})
    save_path = saver.save(sess, "cnn_model_old")

# Running a test dataset by loading the model saved earlier
with tf.Session() as sess:
    # Run the initializer
    sess.run(init_op)
    saver.restore(sess, "cnn_model_old")
    print("Model restored from file: %s" % save_path)
    # Calculate the answer for the image
    print("Answer:", sess.run(ans, feed_dict={tf_x: mnist.test.images[0:1]}))
    print("prediction:", sess.run(prediction, feed_dict={tf_x: mnist.test.images[0:1]}))
    restored = sess.run(prediction, feed_dict={tf_x: mnist.test.images[0:1]})
