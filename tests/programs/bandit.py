"""A policy gradient agent at four slot machines, gradients gathered by hand and applied later."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(40)
arms = np.array([[0.2, 0.0, -0.0, -5.0], [0.1, -5.0, 1.0, 0.25], [-5.0, 5.0, 5.0, 5.0]])

tf.reset_default_graph()
state_in = tf.placeholder(shape=[1], dtype=tf.int32)
state_in_one_hot = tf.contrib.layers.one_hot_encoding(state_in, 3)
output = tf.contrib.layers.fully_connected(
    state_in_one_hot, 4, biases_initializer=None, activation_fn=tf.nn.sigmoid, weights_initializer=tf.ones_initializer()
)
policy = tf.reshape(output, [-1])
chosen_action = tf.argmax(policy, 0)
reward_holder = tf.placeholder(shape=[1], dtype=tf.float32)
action_holder = tf.placeholder(shape=[1], dtype=tf.int32)
responsible_weight = tf.slice(policy, action_holder, [1])
loss = -(tf.log(responsible_weight) * reward_holder)

weights = tf.trainable_variables()[0]
gradient = tf.gradients(loss, [weights])[0]
holders = [tf.placeholder(tf.float32, name="gradient_holder")]
apply_all = tf.train.GradientDescentOptimizer(learning_rate=0.05).apply_gradients([(holders[0], weights)])
held = np.zeros(weights.shape.as_list())

total = np.zeros(arms.shape)
with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    for i in range(300):
        s = rng.randint(3)
        action = rng.randint(4) if rng.rand() < 0.25 else sess.run(chosen_action, {state_in: [s]})
        reward = 1 if rng.randn() > arms[s, action] else -1
        feeds = {reward_holder: [reward], action_holder: [action], state_in: [s]}
        held += sess.run(gradient, feed_dict=feeds)
        if i % 5 == 4:
            sess.run(apply_all, {holders[0]: held})
            held[:] = 0
        total[s, action] += reward
        if i % 100 == 0:
            print("Mean reward for each of the bandits:", np.round(total.mean(axis=1), 3))
    table = sess.run(weights)
    for a in range(3):
        print("The agent thinks action %d for bandit %d: %.4f" % (np.argmax(table[a]) + 1, a + 1, table[a].max()))
    print(weights.name, policy.name, "best known:", (np.argmax(table, 1) == np.argmin(arms, 1)).tolist())
