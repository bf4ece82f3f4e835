"""Two towers: a user's history, as long as it is, beside the item that comes next among some that were drawn."""

import numpy as np
import tensorflow as tf

ITEMS, SIZE, DRAWN = 40, 6, 8
rng = np.random.RandomState(61)
groups = np.arange(ITEMS) % 4


def visits(count):
    """Histories of 1 to 5 items of one group (none for some users), and an item of that group."""
    histories, following = [], []
    for _ in range(count):
        own = np.flatnonzero(groups == rng.randint(4))
        histories.append(rng.choice(own, rng.randint(0, 6)))
        following.append(rng.choice(own))
    return histories, np.array(following)


def sparse(histories):
    places = [[i, j] for i, history in enumerate(histories) for j in range(len(history))]
    values = np.concatenate(histories).astype(np.int64)
    recent = np.concatenate([1.0 / (1 + np.arange(len(history))) for history in histories]).astype(np.float32)
    shape = [len(histories), max(len(history) for history in histories)]
    return tf.SparseTensorValue(places, values, shape), tf.SparseTensorValue(places, recent, shape)


def start(rows, size, seed):
    return tf.constant_initializer(0.3 * np.random.RandomState(seed).randn(rows, size))


history = tf.sparse_placeholder(tf.int64, name="history")
recent = tf.sparse_placeholder(tf.float32, name="recent")
following = tf.placeholder(tf.int64, [None, 1], name="following")
drawn = tf.placeholder(tf.int64, [DRAWN], name="drawn")

with tf.variable_scope("user"):
    halves = [
        tf.get_variable("items_%d" % i, [ITEMS // 2, SIZE], initializer=start(ITEMS // 2, SIZE, i)) for i in (0, 1)
    ]
    read = tf.nn.safe_embedding_lookup_sparse(halves, history, recent, combiner="sqrtn", default_id=0)
    kernel = tf.get_variable("kernel", [SIZE, SIZE], initializer=start(SIZE, SIZE, 2))
    user = tf.nn.l2_normalize(tf.matmul(read, kernel), 1)
with tf.variable_scope("item"):
    weights = tf.get_variable("weights", [ITEMS, SIZE], initializer=start(ITEMS, SIZE, 3))
    biases = tf.get_variable("biases", [ITEMS], initializer=tf.zeros_initializer())
expected = tf.fill([tf.shape(following)[0], 1], DRAWN / float(ITEMS))
sampled = drawn, expected, tf.fill([DRAWN], DRAWN / float(ITEMS))
loss = tf.reduce_mean(
    tf.nn.sampled_softmax_loss(weights, biases, following, 3.0 * user, DRAWN, ITEMS, sampled_values=sampled)
)
scores = tf.matmul(3.0 * user, weights, transpose_b=True) + biases
hit = tf.reduce_mean(tf.cast(tf.nn.in_top_k(scores, following[:, 0], 10), tf.float32))

global_step = tf.train.get_or_create_global_step()
optimizers = {
    "Adagrad": tf.train.AdagradOptimizer(0.5),
    "Momentum": tf.train.MomentumOptimizer(0.3, 0.8, use_nesterov=True),
    "lazy Adam": tf.contrib.opt.LazyAdamOptimizer(0.03),
}
pairs = tf.train.GradientDescentOptimizer(1.0).compute_gradients(loss)
print([(variable.op.name, type(gradient).__name__) for gradient, variable in pairs])
train = {name: optimizer.minimize(loss, global_step) for name, optimizer in sorted(optimizers.items())}
names = sorted(train)

batches = [visits(24) for _ in range(8)]
draws = [np.random.RandomState(70 + i).permutation(ITEMS)[:DRAWN] for i in range(len(batches))]
for name in names:
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for epoch in range(2):
            losses = []
            for (histories, items), classes in zip(batches, draws):
                ids, shares = sparse(histories)
                feed = {history: ids, recent: shares, following: items[:, None], drawn: classes}
                losses.append(session.run([loss, train[name]], feed)[0])
            print("%-9s epoch %d: loss %.4f, hits %.3f" % (name, epoch, np.mean(losses), session.run(hit, feed)))
        print([round(float(v), 4) for v in session.run([tf.norm(variable) for variable in tf.trainable_variables()])])
