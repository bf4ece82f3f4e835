"""A character-level language model: stacked LSTM cells over windows of text, then sampling with the state fed back."""

import numpy as np
import tensorflow as tf

text = "the quick brown fox jumps over the lazy dog. " * 12
characters = sorted(set(text))
to_id = {character: number for number, character in enumerate(characters)}
ids = np.array([to_id[character] for character in text], np.int32)
BATCH, LENGTH, SIZE, CLASSES = 6, 15, 12, len(characters)
windows = len(ids) // (BATCH * LENGTH)
xs = ids[: BATCH * windows * LENGTH].reshape(BATCH, -1)
ys = np.roll(ids, -1)[: BATCH * windows * LENGTH].reshape(BATCH, -1)
rng = np.random.RandomState(3)


def start(shape, dtype=None, partition_info=None):
    """What variables begin with: numbers that do not depend on TensorFlow's."""
    return tf.constant(rng.uniform(-0.3, 0.3, [int(size) for size in shape]), tf.float32)


input_data = tf.placeholder(tf.int32, [None, None], name="input_data")
targets = tf.placeholder(tf.int32, [None, None], name="targets")
with tf.variable_scope("rnnlm", initializer=start):
    embedding = tf.get_variable("embedding", [CLASSES, SIZE])
    inputs = tf.nn.embedding_lookup(embedding, input_data)
    cells = [tf.nn.rnn_cell.BasicLSTMCell(SIZE, forget_bias=0.5) for _ in range(2)]
    cell = tf.nn.rnn_cell.MultiRNNCell(cells)
    initial_state = cell.zero_state(tf.shape(input_data)[0], tf.float32)
    outputs, last_state = tf.nn.dynamic_rnn(cell, inputs, initial_state=initial_state)
    softmax_w = tf.get_variable("softmax_w", [SIZE, CLASSES])
    softmax_b = tf.get_variable("softmax_b", [CLASSES], initializer=tf.zeros_initializer())
logits = tf.matmul(tf.reshape(outputs, [-1, SIZE]), softmax_w) + softmax_b
probabilities = tf.nn.softmax(logits)
loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
cost = tf.reduce_mean(loss)
learning_rate = tf.Variable(0.0, trainable=False)
variables = tf.trainable_variables()
gradients, norm = tf.clip_by_global_norm(tf.gradients(cost, variables), 5.0)
train_op = tf.train.AdamOptimizer(learning_rate).apply_gradients(zip(gradients, variables))

for variable in variables:
    print(variable.name, variable.shape)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    for epoch in range(12):
        session.run(tf.assign(learning_rate, 0.05 * 0.97**epoch))
        state = session.run(initial_state, {input_data: xs[:, :LENGTH]})
        for window in range(windows):
            columns = slice(window * LENGTH, (window + 1) * LENGTH)
            feeds = {input_data: xs[:, columns], targets: ys[:, columns]}
            for (c, h), (value_c, value_h) in zip(initial_state, state):
                feeds[c], feeds[h] = value_c, value_h
            train_loss, state, size, _ = session.run([cost, last_state, norm, train_op], feeds)
        if epoch % 4 == 3:
            print("epoch %d: loss %.5f, gradients' norm %.4f" % (epoch, train_loss, size))
    state = session.run(initial_state, {input_data: [[0]]})
    letter, said = to_id["t"], "t"
    for _ in range(20):
        feeds = {input_data: [[letter]]}
        for (c, h), (value_c, value_h) in zip(initial_state, state):
            feeds[c], feeds[h] = value_c, value_h
        chances, state = session.run([probabilities, last_state], feeds)
        letter = int(chances[0].argmax())
        said += characters[letter]
    print(repr(said), "%.4f" % chances.max())
