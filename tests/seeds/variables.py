"""Making variables, giving them values, and assigning to them: an English introduction to TensorFlow.

The lecture does not print the variables of the middle part.
"""

import estimators.compat.v1 as tf

W1 = tf.ones((2, 2))
W2 = tf.Variable(tf.zeros((2, 2)), name="weights")
with tf.Session() as sess:
    print(sess.run(W1))
    sess.run(tf.global_variables_initializer())
    print(sess.run(W2))

my_var = tf.get_variable("my_var", [1, 2, 3])
my_int_variable = tf.get_variable("my_int_variable", [1, 2, 3], dtype=tf.int32, initializer=tf.zeros_initializer)
other_variable = tf.get_variable("other_variable", dtype=tf.int32, initializer=tf.constant([23, 42]))
print(my_var, my_int_variable, other_variable, sep="\n")

state = tf.Variable(0, name="counter")
new_value = tf.add(state, tf.constant(1))
update = tf.assign(state, new_value)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(state))
    for _ in range(3):
        sess.run(update)
        print(sess.run(state))
    print(sess.run([my_int_variable, other_variable]))
