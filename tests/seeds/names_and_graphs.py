"""Names, shapes and types; how graphs name what is in them; two ways to make a graph: a Chinese course's first lecture.

Its notebooks' cells, each on a graph of its own. The arithmetic stands for its table of NumPy's names and TensorFlow's.
"""

from pprint import pprint

import numpy as np

import estimators.compat.v1 as tf

a = tf.constant([1.0, 0.0], dtype=tf.float32, name="const_a")
print(repr(a))

b = tf.constant([4.0, 2.0])
arithmetic = [tf.add(a, b), tf.subtract(a, b), tf.multiply(a, b), tf.divide(a, b), tf.reduce_mean(b), tf.reduce_sum(b)]
arithmetic += [tf.matmul([a], [[1.0], [2.0]]), tf.concat([a, b], axis=0)]
with tf.Session() as sess:
    for tensor in arithmetic:
        print(tensor.name, np.array(sess.run(tensor)))

tf.reset_default_graph()
a = tf.Variable(1.0)
a = tf.Variable([2.0, 0.0])
a = tf.Variable([1.0, 2.0, 3.0], name="var")
a = tf.Variable([[5.0], [5.0]], name="var")

pprint(tf.global_variables())  # print out all global variables in this graph

# method 1
tf.reset_default_graph()
a = tf.Variable(2.0, dtype=tf.float32, name="a")
b = tf.Variable(3.0, dtype=tf.float32, name="b")
c = tf.Variable(5.0, dtype=tf.float32, name="c")
init = tf.global_variables_initializer()

sess = tf.Session()
sess.run(init)
print(sess.run((a + b) * c))
sess.close()

# method 2
my_graph = tf.Graph()  # create a graph object

with my_graph.as_default():
    d = tf.Variable(1.0, dtype=tf.float32, name="d")
    e = tf.Variable(3.0, dtype=tf.float32, name="e")
    f = tf.Variable(7.0, dtype=tf.float32, name="f")
    init = tf.global_variables_initializer()

sess = tf.Session(graph=my_graph)  # pass a specific graph
sess.run(init)
print(sess.run((d + e) * f))
sess.close()
