"""Two networks against each other: variable scopes, one reused, and an optimizer for each."""

import numpy as np
import tensorflow as tf

rng = np.random.RandomState(25)


def weights(seed):
    return lambda shape, dtype=None, partition_info=None: tf.constant(
        0.4 * np.random.RandomState(seed).randn(*shape), tf.float32
    )


def generator(z, reuse=None):
    with tf.variable_scope("GAN/Generator", reuse=reuse):
        h1 = tf.layers.dense(z, 8, activation=tf.nn.leaky_relu, kernel_initializer=weights(1))
        h2 = tf.layers.dense(h1, 8, activation=tf.nn.tanh, kernel_initializer=weights(2))
        return tf.layers.dense(h2, 2, kernel_initializer=weights(3), name="out")


def discriminator(x, reuse=False):
    with tf.variable_scope("GAN/Discriminator") as scope:
        if reuse:
            scope.reuse_variables()
        h1 = tf.layers.dense(x, 8, activation=tf.nn.leaky_relu, kernel_initializer=weights(4))
        h2 = tf.layers.dense(h1, 2, kernel_initializer=weights(5), activation=tf.nn.selu)
        return tf.layers.dense(h2, 1, kernel_initializer=weights(6), name="out"), h2


X = tf.placeholder(tf.float32, [None, 2])
Z = tf.placeholder(tf.float32, [None, 2])
G_sample = generator(Z)
r_logits, r_rep = discriminator(X)
f_logits, g_rep = discriminator(G_sample, reuse=True)

cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits
disc_loss = tf.reduce_mean(
    cross_entropy(logits=r_logits, labels=tf.ones_like(r_logits))
    + cross_entropy(logits=f_logits, labels=tf.zeros_like(f_logits))
)
gen_loss = tf.reduce_mean(cross_entropy(logits=f_logits, labels=tf.ones_like(f_logits)))
gen_vars = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, scope="GAN/Generator")
disc_vars = [variable for variable in tf.trainable_variables() if "Discriminator" in variable.name]
gen_step = tf.train.RMSPropOptimizer(learning_rate=0.002).minimize(gen_loss, var_list=gen_vars)
disc_step = tf.train.AdamOptimizer(learning_rate=0.002, beta1=0.5).minimize(disc_loss, var_list=disc_vars)

print([variable.name for variable in gen_vars + disc_vars])
print(f_logits.name, G_sample.name, r_rep.name, g_rep.name, len(tf.global_variables()))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(41):
        x = rng.rand(32, 2)
        X_batch = np.stack([x[:, 0], 2 * x[:, 0] ** 2 + 0.05 * x[:, 1]], 1)
        Z_batch = rng.uniform(-1.0, 1.0, size=[32, 2])
        _, dloss = sess.run([disc_step, disc_loss], feed_dict={X: X_batch, Z: Z_batch})
        rrep_dstep, grep_dstep = sess.run([r_rep, g_rep], feed_dict={X: X_batch, Z: Z_batch})
        _, gloss = sess.run([gen_step, gen_loss], feed_dict={Z: Z_batch})
        if i % 10 == 0:
            print("Iterations: %d\t Discriminator loss: %.4f\t Generator loss: %.4f" % (i, dloss, gloss))
    print("centres: %.4f %.4f" % (rrep_dstep.mean(), grep_dstep.mean()))
