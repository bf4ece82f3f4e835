"""No learning at all: the waves of a pond, and a set of points that stay, by assignments in a group."""

import numpy as np
import tensorflow as tf

sess = tf.InteractiveSession()


def make_kernel(a):
    a = np.asarray(a)
    return tf.constant(a.reshape(list(a.shape) + [1, 1]), dtype=1)


def simple_conv(x, k):
    x = tf.expand_dims(tf.expand_dims(x, 0), -1)
    y = tf.nn.depthwise_conv2d(x, k, [1, 1, 1, 1], padding="SAME")
    return y[0, :, :, 0]


def laplace(x):
    return simple_conv(x, make_kernel([[0.5, 1.0, 0.5], [1.0, -6.0, 1.0], [0.5, 1.0, 0.5]]))


N = 20
u_init = np.zeros([N, N], dtype=np.float32)
for a, b, drop in [(4, 5, 1.0), (12, 9, -0.5), (15, 15, 0.8)]:
    u_init[a, b] = drop
eps = tf.placeholder(tf.float32, shape=())
damping = tf.placeholder(tf.float32, shape=())
U = tf.Variable(u_init)
Ut = tf.Variable(tf.zeros_like(u_init))
U_ = U + eps * Ut
Ut_ = Ut + eps * (laplace(U) - damping * Ut)
with tf.control_dependencies([U_, Ut_]):
    step = tf.group(U.assign(U_), Ut.assign(Ut_))

tf.global_variables_initializer().run()
for i in range(60):
    step.run({eps: 0.03, damping: 0.04})
    if i % 20 == 19:
        print("after %d: %.6f %.6f %.6f" % (i + 1, U.eval().sum(), np.abs(U.eval()).max(), Ut.eval()[4, 5]))

Y, X = np.mgrid[-1.3:1.3:0.1, -2:1:0.1]
real, imaginary = tf.constant(X), tf.constant(Y)
zr, zi = tf.Variable(real), tf.Variable(imaginary)
ns = tf.Variable(tf.zeros_like(real, tf.int32))
tf.variables_initializer([zr, zi, ns]).run()
zr_ = tf.clip_by_value(zr * zr - zi * zi + real, -1e6, 1e6)
zi_ = tf.clip_by_value(2.0 * zr * zi + imaginary, -1e6, 1e6)
not_diverged = tf.sqrt(zr_**2 + zi_**2) < 4
with tf.control_dependencies([zr_, zi_, not_diverged]):
    step = tf.group(zr.assign(zr_), zi.assign(zi_), ns.assign_add(tf.cast(not_diverged, tf.int32)))
for _ in range(25):
    step.run()
print(ns.eval().sum(), ns.eval()[13], tf.reduce_max(ns, axis=0).eval()[::5], zr.dtype.base_dtype.name)
sess.close()
