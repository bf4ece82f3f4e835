"""A first graph, its picture for TensorBoard, an exercise, and fetching: an English introduction to TensorFlow.

Of the exercise, only the names and the function are given.
"""

import estimators.compat.v1 as tf

a = tf.add(3, 5)
print(a)

sess = tf.Session()
print(sess.run(a))
sess.close()

with tf.Session() as sess:
    print(sess.run(a))

tf.summary.FileWriter("logs", tf.get_default_graph()).close()

x = 2
y = 3
op1 = tf.add(x, y)
op2 = tf.multiply(x, y)
op3 = tf.pow(op1, op2)
with tf.Session() as sess:
    op3 = sess.run(op3)
print(op3)

input1 = tf.constant(3.0)
input2 = tf.constant(2.0)
input3 = tf.constant(5.0)
intermed = tf.add(input2, input3)
mul = tf.multiply(input1, intermed)
with tf.Session() as sess:
    result = sess.run([mul, intermed])
    print(result)

input1 = tf.placeholder(tf.float32)
input2 = tf.placeholder(tf.float32)
output = tf.multiply(input1, input2)
with tf.Session() as sess:
    print(sess.run([output], feed_dict={input1: [7.0], input2: [2.0]}))
