"""Layers, cells, decoders and losses of tf.contrib, each as a function of tf.

make_contrib.py runs them on TensorFlow, test_golden_contrib.py here.

All are built in one graph, each in a variable scope of its own. Variables and inputs hold `numbers`.
"""

import numpy as np


def numbers(shape, step):
    """A float32 array of the sines of 0, step, 2 step, ... less a bit of regularity."""
    count = int(np.prod(shape))
    return np.round(np.sin(np.arange(count) * 1.3 * step + step).reshape(shape), 3).astype("float32")


def vectors(tf):
    return tf.constant(numbers([2, 6], 1.0))


def images(tf):
    return tf.constant(numbers([2, 4, 4, 3], 1.0))


def steps(tf):
    return [tf.constant(numbers([2, 3], 1 + 0.1 * i)) for i in range(3)]


def symbols(tf):
    return [tf.constant([i, 2]) for i in range(2)]


def _fused_backwards(tf):
    cell = tf.contrib.rnn.TimeReversedFusedRNN(tf.contrib.rnn.LSTMBlockFusedCell(2))
    sequence = tf.constant(numbers([3, 2, 4], 1.0))
    outputs, state = cell(sequence, dtype=tf.float32, sequence_length=tf.constant([3, 2]))
    return [outputs, state[0], state[1]]


def _clipped(tf):
    cell = tf.contrib.rnn.LSTMBlockCell(2, cell_clip=0.5, use_peephole=True)
    return [tf.nn.dynamic_rnn(cell, tf.constant(numbers([2, 3, 4], 1.0)), [3, 2], dtype=tf.float32)[0]]


def _projected(tf):
    rnn = tf.contrib.rnn
    cell = rnn.InputProjectionWrapper(rnn.OutputProjectionWrapper(rnn.BasicRNNCell(2), 4), 3)
    return rnn.static_rnn(cell, steps(tf), dtype=tf.float32)[0]


def _translated(tf, feed_previous):
    cell = tf.contrib.rnn.GRUCell(2)
    seq2seq = tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq
    return seq2seq(symbols(tf), symbols(tf), cell, 3, 4, 5, feed_previous=feed_previous)[0]


def _loss_by_example(tf):
    first, second, third = steps(tf)
    logits = [tf.contrib.layers.bias_add(first), second, third]
    targets, weights = [tf.constant([0, 1])] * 3, [tf.constant([1.0, 0.5])] * 3
    return [tf.contrib.legacy_seq2seq.sequence_loss_by_example(logits, targets, weights)]


def _loss(tf):
    logits = [tf.contrib.layers.bias_add(steps(tf)[0])]
    return [tf.contrib.legacy_seq2seq.sequence_loss(logits, [tf.constant([0, 1])], [tf.constant([1.0, 0.5])])]


def _losses(tf):
    losses, logits, ones = tf.contrib.losses, tf.contrib.layers.bias_add(vectors(tf)), tf.ones([2, 6])
    one_hot, unit = tf.one_hot([0, 3], 6), tf.nn.l2_normalize
    return [
        losses.softmax_cross_entropy(logits, one_hot, weights=0.5, label_smoothing=0.1),
        losses.sparse_softmax_cross_entropy(logits, tf.constant([1, 2])),
        losses.mean_squared_error(logits, ones),
        losses.absolute_difference(logits, ones),
        losses.log_loss(tf.sigmoid(logits), ones),
        losses.sigmoid_cross_entropy(logits, ones),
        losses.hinge_loss(logits, ones),
        losses.cosine_distance(unit(logits, 1), unit(ones, 1), 1),
    ]


def _random_field(tf, time):
    crf, scores = tf.contrib.crf, tf.constant(numbers([3, 4, 3], 1.7)[:, :time])
    tags = tf.constant(np.array([[0, 1, 2, 1], [2, 2, 0, 0], [1, 0, 0, 0]], "int32")[:, :time])
    lengths = tf.constant(np.minimum([4, 2, 1], time))
    likelihood, transitions = crf.crf_log_likelihood(scores, tags, lengths)
    best, score = crf.crf_decode(scores, transitions, lengths)
    return [likelihood, crf.crf_log_norm(scores, lengths, transitions), tf.cast(best, tf.float32), score]


CASES = {
    "layer_norm": lambda tf: [tf.contrib.layers.layer_norm(vectors(tf))],
    "layer_norm_of_images": lambda tf: [
        tf.contrib.layers.layer_norm(images(tf), begin_norm_axis=1, begin_params_axis=2, center=False)
    ],
    "instance_norm": lambda tf: [tf.contrib.layers.instance_norm(images(tf))],
    "bias_add": lambda tf: [tf.contrib.layers.bias_add(images(tf), tf.nn.relu)],
    "softmax": lambda tf: [tf.contrib.layers.softmax(tf.contrib.layers.bias_add(vectors(tf)))],
    "unit_norm": lambda tf: [tf.contrib.layers.unit_norm(tf.contrib.layers.bias_add(vectors(tf)), 1)],
    "maxout": lambda tf: [tf.contrib.layers.maxout(tf.contrib.layers.bias_add(vectors(tf)), 3)],
    "conv2d_transpose": lambda tf: [tf.contrib.layers.conv2d_transpose(images(tf), 2, 3, 2, "VALID")],
    "conv2d_transpose_normalized": lambda tf: [
        tf.contrib.layers.conv2d_transpose(
            images(tf), 2, 3, 2, normalizer_fn=tf.contrib.layers.layer_norm, activation_fn=None
        )
    ],
    "separable_conv2d": lambda tf: [tf.contrib.layers.separable_conv2d(images(tf), 4, 3, 2)],
    "depthwise_only": lambda tf: [tf.contrib.layers.separable_conv2d(images(tf), None, 3, 1, 2)],
    "repeat": lambda tf: [tf.contrib.layers.repeat(vectors(tf), 2, tf.contrib.layers.fully_connected, 3, scope="fc")],
    "lstm_block_cell": _clipped,
    "lstm_block_fused_cell": _fused_backwards,
    "projections": _projected,
    "basic_rnn_seq2seq": lambda tf: tf.contrib.legacy_seq2seq.basic_rnn_seq2seq(
        steps(tf), steps(tf), tf.contrib.rnn.GRUCell(2)
    )[0],
    "tied_rnn_seq2seq": lambda tf: tf.contrib.legacy_seq2seq.tied_rnn_seq2seq(
        steps(tf), steps(tf), tf.contrib.rnn.GRUCell(3)
    )[0],
    "embedding_rnn_seq2seq": lambda tf: _translated(tf, False),
    "embedding_rnn_seq2seq_fed": lambda tf: _translated(tf, True),
    "sequence_loss_by_example": _loss_by_example,
    "sequence_loss": _loss,
    "losses": _losses,
    "random_field": lambda tf: _random_field(tf, 4),
    "random_field_of_one_step": lambda tf: _random_field(tf, 1),
}


def measured(tf):
    """For each case: the names and shapes of its variables, its outputs, and how large the gradients are."""
    with tf.Graph().as_default():
        fetches, variables = {}, {}
        for name in sorted(CASES):
            with tf.variable_scope(name):
                outputs = CASES[name](tf)
            variables[name] = sorted(tf.trainable_variables(name + "/"), key=lambda variable: variable.name)
            total = tf.add_n([tf.reduce_sum(tf.square(output)) for output in outputs])
            gradients = tf.gradients(total, variables[name])
            sizes = [tf.reduce_sum(tf.abs(tf.convert_to_tensor(item))) for item in gradients if item is not None]
            fetches[name] = outputs, sizes
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for found in variables.values():
                for number, variable in enumerate(found):
                    variable.load(numbers(variable.shape.as_list(), 0.3 + 0.1 * number), session)
            values = session.run(fetches)
    return {
        name: {
            "variables": [[variable.name, variable.shape.as_list()] for variable in variables[name]],
            "outputs": [np.ravel(output).astype(float)[:16].round(5).tolist() for output in values[name][0]],
            "gradients": [round(float(size), 4) for size in values[name][1]],
        }
        for name in CASES
    }
