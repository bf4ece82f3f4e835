"""Skip-gram with noise-contrastive estimation: candidates given, then candidates drawn."""

import collections

import numpy as np
import tensorflow as tf

text = (
    "the quick fox jumps over the lazy dog and the quick dog sleeps while the lazy fox runs over the hill " * 3
).split()
counts = collections.Counter(text).most_common()
dictionary = {word: index for index, (word, _) in enumerate(sorted(counts, key=lambda pair: (-pair[1], pair[0])))}
data = [dictionary[word] for word in text]
VOCABULARY, SIZE, SAMPLED = len(dictionary), 8, 5
rng = np.random.RandomState(23)


def generate_pairs(window=1):
    pairs = [(data[i], data[i + d]) for i in range(window, len(data) - window) for d in (-window, window)]
    centre, context = np.array(pairs, np.int32).T
    return centre, context[:, None]


graph = tf.Graph()
with graph.as_default():
    train_inputs = tf.placeholder(tf.int32, shape=[None])
    train_labels = tf.placeholder(tf.int32, shape=[None, 1])
    drawn = tf.placeholder(tf.int64, [SAMPLED])
    embeddings = tf.Variable(rng.uniform(-1.0, 1.0, [VOCABULARY, SIZE]).astype(np.float32))
    embed = tf.nn.embedding_lookup(embeddings, train_inputs)
    nce_weights = tf.Variable(tf.constant(rng.randn(VOCABULARY, SIZE) / np.sqrt(SIZE), tf.float32))
    nce_biases = tf.Variable(tf.zeros([VOCABULARY]))
    layer = dict(weights=nce_weights, biases=nce_biases, labels=train_labels, inputs=embed)
    layer.update(num_sampled=SAMPLED, num_classes=VOCABULARY)
    expected = tf.fill(tf.shape(train_labels), 0.3), tf.fill([SAMPLED], 0.4)
    given_loss = tf.reduce_mean(tf.nn.nce_loss(sampled_values=(drawn,) + expected, **layer))
    softmax_loss = tf.reduce_mean(tf.nn.sampled_softmax_loss(sampled_values=(drawn,) + expected, **layer))
    train_given = tf.train.GradientDescentOptimizer(0.5).minimize(given_loss)
    random_loss = tf.reduce_mean(tf.nn.nce_loss(**layer))
    train_random = tf.train.GradientDescentOptimizer(0.5).minimize(random_loss)
    norm = tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keep_dims=True))
    normalized_embeddings = embeddings / norm
    valid_embeddings = tf.nn.embedding_lookup(normalized_embeddings, tf.constant([0, 3], dtype=tf.int32))
    similarity = tf.matmul(valid_embeddings, normalized_embeddings, transpose_b=True)
    init = tf.global_variables_initializer()

inputs, labels = generate_pairs()
with tf.Session(graph=graph) as session:
    session.run(init)
    for step in range(40):
        rows = np.arange(step * 16, step * 16 + 16) % len(inputs)
        feeds = {train_inputs: inputs[rows], train_labels: labels[rows], drawn: rng.permutation(VOCABULARY)[:SAMPLED]}
        nce, softmax = session.run((given_loss, softmax_loss), feeds)
        session.run(train_given, feeds)
        if step % 10 == 9:
            print("Loss at step %d: %.5f, of the softmax %.5f" % (step, nce, softmax))
    sim = similarity.eval()
    print("Nearest to the first:", (-sim[0]).argsort()[1:4], "%.5f" % np.sort(sim[0])[-2])
    feeds = {train_inputs: inputs, train_labels: labels}
    losses = [session.run([random_loss, train_random], feeds)[0] for _ in range(60)]
    print("falls:", bool(np.mean(losses[-10:]) < np.mean(losses[:10])), "finite:", bool(np.isfinite(losses).all()))
