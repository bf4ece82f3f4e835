"""Branches, loops and recurrent networks as a TensorFlow 1 program writes them: run by TensorFlow, and by us.

Python 3.7 must be able to read this file. Each case is a function of the namespace `tf` and what is fed: x
[batch, 4, 3], the same with an unknown number of steps as `steps`, `flag` (a truth), `count` (3), `lengths` [batch].
"""

import numpy as np

CASES = {}  # name -> function
FEEDS = {
    "x": ([None, 4, 3], "float32", (1.5 * np.sin(1.7 * np.arange(24) + 0.1)).astype("float32").reshape(2, 4, 3)),
    "steps": ([None, None, 3], "float32", (1.5 * np.sin(0.9 * np.arange(24) + 0.2)).astype("float32").reshape(2, 4, 3)),
    "flag": ([], "bool", np.array(True)),
    "count": ([], "int32", np.array(3, "int32")),
    "lengths": ([None], "int32", np.array([4, 2], "int32")),
}


def case(build):
    CASES[build.__name__] = build
    return build


def weights(tf, name="w", shape=(3, 3)):
    return tf.get_variable(name, shape)


def rows(tf, x):
    """[2, 3] for [2, 4, 3]."""
    return tf.reduce_sum(x, 1)


# -- branches ---------------------------------------------------------------------------------------------------------


def _branches(tf, given, pred):
    w, before = weights(tf), tf.nn.relu(given.x)

    def then():
        return {"a": tf.tensordot(before, w, 1), "b": (tf.reduce_sum(given.x), tf.shape(given.x)[0])}

    def other():
        bias = tf.get_variable("made_inside", [3])
        return {"a": given.x * given.x + bias, "b": (tf.reduce_max(given.x), tf.constant(7))}

    return tf.cond(pred, then, other)


@case
def cond_then(tf, given):
    return _branches(tf, given, given.flag)


@case
def cond_else(tf, given):
    return _branches(tf, given, tf.logical_not(given.flag))


@case
def cond_inside_cond(tf, given):
    w = weights(tf)
    x = rows(tf, given.x)
    small = tf.less(given.count, 10)

    def inner():
        return tf.cond(tf.equal(given.count, 3), lambda: tf.matmul(x, w), lambda: x)

    return tf.cond(given.flag, lambda: tf.cond(small, inner, lambda: -x), lambda: x + 1), tf.cond(small, inner, inner)


@case
def cond_that_assigns(tf, given):
    average = tf.get_variable("average", [3], trainable=False)

    def update():
        with tf.control_dependencies([tf.assign(average, 0.9 * average + 0.1 * tf.reduce_mean(given.x, [0, 1]))]):
            return tf.identity(given.x)

    trained = tf.cond(given.flag, update, lambda: given.x * 0)
    kept = tf.cond(tf.logical_not(given.flag), lambda: tf.assign(average, average * 0), lambda: tf.zeros([3]))
    with tf.control_dependencies([trained, kept]):
        return trained, kept, average.read_value()


@case
def case_of_three(tf, given):
    pairs = [(tf.greater(given.count, 5), lambda: given.x), (tf.greater(given.count, 2), lambda: given.x * 2)]
    return tf.case(pairs, lambda: given.x * 3), tf.case(pairs[:1], lambda: given.x * 3, exclusive=True)


@case
def switch_of_two(tf, given):
    branches = [lambda: given.x, lambda: given.x * 2]
    # TensorFlow 1.15 cannot differentiate it.
    return [tf.stop_gradient(tf.switch_case(given.count - n, branches, lambda: given.x * 9)) for n in (3, 2, 0)]


# -- loops ------------------------------------------------------------------------------------------------------------


@case
def loop_with_weights(tf, given):
    w = weights(tf)

    def body(i, state):
        return [i + 1, {"h": tf.tanh(tf.matmul(state["h"], w)), "total": state["total"] + tf.cast(i, tf.float32)}]

    start = [tf.constant(0), {"h": rows(tf, given.x), "total": tf.constant(0.5)}]
    return tf.while_loop(lambda i, state: i < given.count, body, start)


@case
def loop_that_grows(tf, given):
    start = tf.constant([[1.0, 2.0, 3.0]])
    shape = tf.TensorShape([None, 3])
    (grown,) = tf.while_loop(
        lambda r: tf.shape(r)[0] < 6, lambda r: [tf.concat([r, r], 0)], [start], [shape], return_same_structure=True
    )
    return tf.reduce_sum(grown, 0), tf.shape(grown)


@case
def loop_with_a_limit(tf, given):
    w = weights(tf)
    endless = tf.while_loop(lambda y: True, lambda y: tf.matmul(y, w), [rows(tf, given.x)], maximum_iterations=2)
    never = tf.while_loop(lambda i, y: i < 0, lambda i, y: (i + 1, y * 2), (given.count, given.x))
    return endless, never


@case
def loop_with_arrays(tf, given):
    w = weights(tf)
    inputs = tf.TensorArray(tf.float32, size=4).unstack(tf.transpose(given.x, [1, 0, 2]))
    outputs = tf.TensorArray(tf.float32, size=4, clear_after_read=False)

    def body(time, h, outputs):
        h = tf.tanh(inputs.read(time) + tf.matmul(h, w))
        return time + 1, h, outputs.write(time, h)

    start = (tf.constant(0), tf.zeros_like(given.x[:, 0]), outputs)
    _, h, outputs = tf.while_loop(lambda time, h, outputs: time < 4, body, start)
    return h, outputs.stack(), outputs.read(2), outputs.gather([3, 0]), outputs.concat(), outputs.size()


@case
def array_that_grows(tf, given):
    squares = tf.TensorArray(tf.int32, size=0, dynamic_size=True)
    _, squares = tf.while_loop(
        lambda i, squares: i < given.count, lambda i, squares: (i + 1, squares.write(i, i * i)), (0, squares)
    )
    by_hand = (
        tf.TensorArray(tf.float32, 3, element_shape=[2]).write(1, [1.0, 2.0]).scatter([0, 2], [[3.0, 4.0], [5.0, 6.0]])
    )
    return squares.stack(), by_hand.stack()


@case
def loop_inside_loop(tf, given):
    w = weights(tf)

    def inner(y):
        return tf.while_loop(lambda j, z: j < 2, lambda j, z: (j + 1, tf.tanh(tf.matmul(z, w))), (0, y))[1]

    return tf.while_loop(lambda i, y: i < given.count, lambda i, y: (i + 1, inner(y) + y), (0, rows(tf, given.x)))


@case
def cond_inside_loop(tf, given):
    w = weights(tf)

    def body(i, y):
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: tf.matmul(y, w), lambda: tf.square(y))

    return tf.while_loop(lambda i, y: i < given.count, body, (0, rows(tf, given.x)))


@case
def loop_inside_cond(tf, given):
    w = weights(tf)

    def repeated():
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, tf.matmul(y, w)), (0, rows(tf, given.x)))[1]

    return tf.cond(given.flag, repeated, lambda: rows(tf, given.x))


@case
def loop_without_gradient(tf, given):
    return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2), (0, given.x), back_prop=False)[1] + given.x


@case
def map_of_slices(tf, given):
    w = weights(tf)
    both = tf.map_fn(lambda pair: (pair[0] * pair[1], tf.reduce_sum(pair[0])), (given.x, given.x + 1))
    other = tf.map_fn(lambda row: tf.cast(tf.reduce_sum(row), tf.int32), given.x, dtype=tf.int32)
    return tf.map_fn(lambda row: tf.matmul(row, w), given.x), both, other


@case
def scan_of_slices(tf, given):
    w = weights(tf)
    from_zero = tf.scan(lambda a, row: tf.matmul(tf.tanh(a), w) + row, given.x, tf.zeros([4, 3]))
    pair = tf.scan(lambda a, row: (a[0] + row, a[1] * 2), given.x, (tf.ones([4, 3]), tf.constant(1.0)))
    return (
        tf.scan(lambda a, row: a * row, given.x),
        tf.scan(lambda a, row: a - row, given.x, reverse=True),
        from_zero,
        pair,
    )


@case
def folds(tf, given):
    w = weights(tf)
    left = tf.foldl(lambda a, row: tf.matmul(a, w) + row, given.x)
    return left, tf.foldr(lambda a, row: a * 2 - row, given.x, tf.zeros([4, 3]))


# -- recurrent networks -----------------------------------------------------------------------------------------------


def network(name, make, run=None):
    """A case of one cell, by default over the steps of x."""

    def build(tf, given):
        cell = make(tf)
        return (run or (lambda tf, cell, given: tf.nn.dynamic_rnn(cell, given.x, dtype=tf.float32)))(tf, cell, given)

    CASES[name] = build


def lstm(tf):
    return tf.nn.rnn_cell.BasicLSTMCell(2)


def gru(tf):
    return tf.nn.rnn_cell.GRUCell(2)


network("basic_rnn", lambda tf: tf.nn.rnn_cell.BasicRNNCell(2))
network("basic_rnn_with_relu", lambda tf: tf.nn.rnn_cell.BasicRNNCell(2, activation=tf.nn.relu, name="mine"))
network("basic_lstm", lstm)
network("basic_lstm_in_one_tensor", lambda tf: tf.nn.rnn_cell.BasicLSTMCell(2, forget_bias=0.5, state_is_tuple=False))
network("gru", gru)
network("lstm", lambda tf: tf.nn.rnn_cell.LSTMCell(2))
network(
    "lstm_with_everything",
    lambda tf: tf.nn.rnn_cell.LSTMCell(
        4, use_peepholes=True, cell_clip=0.4, num_proj=2, proj_clip=0.3, forget_bias=0.0, activation=tf.nn.softsign
    ),
)
network("lstm_in_one_tensor", lambda tf: tf.nn.rnn_cell.LSTMCell(4, num_proj=2, state_is_tuple=False))
network("several_layers", lambda tf: tf.nn.rnn_cell.MultiRNNCell([lstm(tf), gru(tf), lstm(tf)]))
network("residual", lambda tf: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.GRUCell(3)))
network("wrapped", lambda tf: tf.nn.rnn_cell.DropoutWrapper(lstm(tf), 1.0, 1.0, 1.0))
network(
    "lengths",
    lambda tf: tf.nn.rnn_cell.MultiRNNCell([lstm(tf), gru(tf)]),
    lambda tf, cell, given: tf.nn.dynamic_rnn(cell, given.x, given.lengths, dtype=tf.float32),
)
network(
    "unknown_steps",
    lstm,
    lambda tf, cell, given: tf.nn.dynamic_rnn(cell, given.steps, given.lengths, dtype=tf.float32, scope="loop"),
)
network(
    "steps_first",
    gru,
    lambda tf, cell, given: tf.nn.dynamic_rnn(
        cell, tf.transpose(given.steps, [1, 0, 2]), time_major=True, initial_state=tf.ones_like(given.steps[:, 0, :2])
    ),
)
network(
    "list_of_steps",
    lstm,
    lambda tf, cell, given: tf.nn.static_rnn(
        cell,
        tf.unstack(given.x, axis=1),
        initial_state=cell.zero_state(tf.shape(given.x)[0], tf.float32),
        sequence_length=given.lengths,
    ),
)
network(
    "both_ways",
    lambda tf: (lstm(tf), gru(tf)),
    lambda tf, cells, given: tf.nn.bidirectional_dynamic_rnn(
        cells[0], cells[1], given.x, given.lengths, dtype=tf.float32
    ),
)
network(
    "both_ways_without_lengths",
    lambda tf: (gru(tf), gru(tf)),
    lambda tf, cells, given: tf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], given.x, dtype=tf.float32),
)
network(
    "lists_both_ways",
    lambda tf: (lstm(tf), lstm(tf)),
    lambda tf, cells, given: tf.nn.static_bidirectional_rnn(
        cells[0], cells[1], tf.unstack(given.x, axis=1), dtype=tf.float32, sequence_length=given.lengths
    ),
)


def _fed_by(tf, given, cell, first, chosen):
    """A loop_fn that feeds the steps that each example has; `first` and `chosen` say what is emitted."""
    inputs = tf.TensorArray(tf.float32, 4).unstack(tf.transpose(given.x, [1, 0, 2]))

    def loop_fn(time, output, state, loop_state):
        ended = time >= given.lengths
        following = tf.cond(
            tf.reduce_all(ended), lambda: tf.zeros([tf.shape(given.x)[0], 3]), lambda: inputs.read(time)
        )
        following.set_shape([2, 3])
        if output is None:
            return ended, following, cell.zero_state(2, tf.float32), first, tf.constant(1.0)
        return ended, following, state, chosen(output, state), loop_state + tf.reduce_sum(output)

    return loop_fn


@case
def raw_network(tf, given):
    cell = gru(tf)
    arrays, state, total = tf.nn.raw_rnn(cell, _fed_by(tf, given, cell, None, lambda output, state: output))
    return arrays.stack(), state, total


@case
def raw_network_that_emits_more(tf, given):
    cell = lstm(tf)
    first = {"a": tf.constant([1.0, 2.0]), "b": tf.constant(1)}
    loop_fn = _fed_by(
        tf, given, cell, first, lambda output, state: {"a": output[:, :2], "b": tf.cast(state.c[:, 0] > 0, tf.int32)}
    )
    arrays, state, _ = tf.nn.raw_rnn(cell, loop_fn, scope="decoder")
    return arrays["a"].stack(), arrays["b"].stack(), state


@case
def shared_cell(tf, given):
    cell = gru(tf)
    state = cell.zero_state(2, tf.float32)
    with tf.variable_scope("network"):
        output, state = cell(given.x[:, 0], state)
    return cell(given.x[:, 1], state)


@case
def cell_of_ones_own(tf, given):
    class Leaky(tf.nn.rnn_cell.RNNCell):
        @property
        def state_size(self):
            return 3

        @property
        def output_size(self):
            return 3

        def call(self, inputs, state):
            mixed = 0.5 * state + tf.layers.dense(inputs, 3, name="mixed")
            return mixed, mixed

    return tf.nn.dynamic_rnn(Leaky(), given.x, dtype=tf.float32)


@case
def losses_of_sequences(tf, given):
    targets = tf.constant([[0, 1, 2, 1], [2, 2, 0, 0]])
    mask = tf.sequence_mask(given.lengths, 4, dtype=tf.float32) * 0.5
    loss = tf.contrib.seq2seq.sequence_loss
    return [
        loss(given.x, targets, mask),
        loss(given.x, targets, mask, average_across_timesteps=False),
        loss(given.x, targets, mask, average_across_batch=False),
        loss(given.x, targets, mask, False, False),
        loss(given.x, targets, mask, False, False, True, True),
        loss(given.x, targets, mask, False, False, True, False),
    ]


# -- training ---------------------------------------------------------------------------------------------------------

TEXT = "hello control flow, hello recurrent networks"
LETTERS = sorted(set(TEXT))


def letters(tf):
    """A network that learns which letter comes next: the loss, and the operation that trains."""
    codes = np.array([LETTERS.index(letter) for letter in TEXT[:41]], "int32")
    inputs, targets = tf.constant(codes[:40].reshape(10, 4)), tf.constant(codes[1:].reshape(10, 4))
    cell = tf.nn.rnn_cell.LSTMCell(8, use_peepholes=True)
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.one_hot(inputs, len(LETTERS)), dtype=tf.float32)
    logits = tf.layers.dense(outputs, len(LETTERS))
    loss = tf.contrib.seq2seq.sequence_loss(logits, targets, tf.ones([10, 4]))
    variables = tf.trainable_variables()
    clipped, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), 0.5)
    optimizer = tf.train.AdamOptimizer(0.05)
    pairs = [(clipped[n], variables[n]) for n in range(len(variables))]
    return loss, optimizer.apply_gradients(pairs, tf.train.get_or_create_global_step())
