"""Producers, batches, queue runners and the Estimator: input as programs wrote it before datasets."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import estimators.compat.v1 as tf


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("QueueRunnerThread")]


def all_of(fetches):
    """What `fetches` are in all runs until the input ends."""
    found = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        with pytest.raises(tf.errors.OutOfRangeError):
            while not coord.should_stop():
                found.append(session.run(fetches))
        coord.request_stop()
        coord.join(threads, stop_grace_period_secs=10)
    return found


def test_strings_in_order_for_some_epochs():
    queue = tf.train.string_input_producer(["a", "b"], num_epochs=2, shuffle=False)
    assert all_of(queue.dequeue()) == [b"a", b"b", b"a", b"b"]
    assert [variable.name for variable in tf.local_variables()] == ["input_producer/limit_epochs/epochs:0"]
    assert [item.op.name for item in tf.get_collection(tf.GraphKeys.SUMMARIES)] == [
        "input_producer/fraction_of_32_full"
    ]


def test_each_epoch_is_shuffled_by_itself():
    queue = tf.train.range_input_producer(8, num_epochs=3, seed=4)
    found = np.reshape(all_of(queue.dequeue()), (3, 8))
    assert np.sort(found, 1).tolist() == [list(range(8))] * 3
    assert len({tuple(epoch) for epoch in found.tolist()}) == 3


def test_slices_of_several_tensors():
    image, label = tf.train.slice_input_producer([[[1, 2], [3, 4], [5, 6]], [0.5, 1.5, 2.5]], 1, shuffle=False)
    assert (image.name, image.shape.as_list(), label.shape.as_list()) == ("input_producer/GatherV2:0", [2], [])
    found = all_of([image, label])
    assert [(row.tolist(), number) for row, number in found] == [([1, 2], 0.5), ([3, 4], 1.5), ([5, 6], 2.5)]


def test_files_found_when_the_variable_is_initialized(tmp_path):
    names = tf.train.match_filenames_once(str(tmp_path / "*.txt"))
    assert (names.name, tf.local_variables()[0] is names) == ("matching_filenames:0", True)
    for name in ("b.txt", "a.txt", "c.csv"):
        (tmp_path / name).write_text("x")
    queue = tf.train.string_input_producer(names, num_epochs=1, shuffle=False)
    found = all_of(queue.dequeue())
    assert [item.decode().split("/")[-1] for item in found] == ["a.txt", "b.txt"]


def test_batches_and_what_is_left():
    number = tf.train.range_input_producer(7, num_epochs=1, shuffle=False).dequeue()
    whole = tf.train.batch({"n": number, "square": number * number}, 3)
    assert (whole["n"].name, whole["n"].shape.as_list()) == ("batch:0", [3])
    found = all_of(whole)
    assert [item["n"].tolist() for item in found] == [[0, 1, 2], [3, 4, 5]]
    assert found[1]["square"].tolist() == [9, 16, 25]
    with tf.Graph().as_default():
        number = tf.train.range_input_producer(7, num_epochs=1, shuffle=False).dequeue()
        smaller = tf.train.batch([number], 3, allow_smaller_final_batch=True)
        assert smaller[0].shape.as_list() == [None]
        assert [item[0].tolist() for item in all_of(smaller)] == [[0, 1, 2], [3, 4, 5], [6]]


def test_rows_padding_and_those_that_are_kept():
    number = tf.train.range_input_producer(6, num_epochs=1, shuffle=False).dequeue()
    rows = tf.train.batch([tf.stack([number, -number])], 4, enqueue_many=True)[0]
    assert all_of(rows)[0].tolist() == [0, 0, 1, -1]
    with tf.Graph().as_default():
        number = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
        padded = tf.train.batch([tf.range(number)], 4, dynamic_pad=True)[0]
        assert all_of(padded)[0].tolist() == [[0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 1, 2]]
    with tf.Graph().as_default():
        number = tf.train.range_input_producer(6, num_epochs=1, shuffle=False).dequeue()
        even = tf.train.maybe_batch([number], tf.equal(number % 2, 0), 3)[0]
        assert [item.tolist() for item in all_of(even)] == [[0, 2, 4]]
    with tf.Graph().as_default():
        number = tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue()
        kept = tf.train.maybe_batch([tf.stack([number, -number])], tf.stack([number > 1, True]), 6, enqueue_many=True)
        assert [item.tolist() for item in all_of(kept[0])] == [[0, -1, 2, -2, 3, -3]]


@pytest.mark.parametrize("threads", [1, 3])
def test_every_example_comes_once_in_random_order(threads):
    number = tf.train.range_input_producer(30, num_epochs=1, shuffle=False).dequeue()
    shuffled = tf.train.shuffle_batch([number], 5, 20, 8, threads, seed=3)[0]
    assert (shuffled.name, shuffled.shape.as_list()) == ("shuffle_batch:0", [5])
    found = np.concatenate(all_of(shuffled)).tolist()
    assert sorted(found) == list(range(30))
    assert found != sorted(found)


def test_several_readers_join():
    def numbers(first):
        return [tf.train.range_input_producer(4, num_epochs=1, shuffle=False).dequeue() + first]

    joined = tf.train.batch_join([numbers(0), numbers(10)], 4)[0]
    assert sorted(np.concatenate(all_of(joined)).tolist()) == [0, 1, 2, 3, 10, 11, 12, 13]
    with tf.Graph().as_default():
        joined = tf.train.shuffle_batch_join([numbers(0), numbers(10)], 4, 10, 2, seed=1)[0]
        assert sorted(np.concatenate(all_of(joined)).tolist()) == [0, 1, 2, 3, 10, 11, 12, 13]


def test_an_error_in_a_thread_comes_out_of_join():
    queue = tf.FIFOQueue(5, tf.int32, [[]])
    number = tf.train.range_input_producer(9, shuffle=False).dequeue()
    with tf.control_dependencies([tf.assert_less(number, 3)]):
        enqueue = queue.enqueue(tf.identity(number))
    tf.train.add_queue_runner(tf.train.QueueRunner(queue, [enqueue]))
    with tf.Session() as session:
        coord = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coord)
        assert sorted(thread.name for thread in threads)[:2] == [
            "QueueRunnerThread-fifo_queue-close_on_stop",
            "QueueRunnerThread-fifo_queue-fifo_queue_enqueue",
        ]
        assert session.run(queue.dequeue_many(3)).tolist() == [0, 1, 2]
        with pytest.raises(tf.errors.OutOfRangeError, match="is closed"):
            session.run(queue.dequeue())
        with pytest.raises(tf.errors.InvalidArgumentError):
            coord.join(threads, stop_grace_period_secs=10)


def test_without_a_coordinator_a_thread_says_what_went_wrong(caplog, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    queue = tf.FIFOQueue(1, tf.int32, [[]])
    runner = tf.train.QueueRunner(queue, [queue.enqueue(1)])
    with tf.Session() as session:
        (thread,) = runner.create_threads(session, daemon=True, start=True)
        assert session.run(queue.dequeue()) == 1
        assert runner.create_threads(session) == []  # it runs already
    thread.join(10)
    assert [type(error) for error in runner.exceptions_raised] in ([tf.errors.CancelledError], [RuntimeError])
    assert caplog.messages[-1].startswith("Exception in QueueRunner: ")


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="string_input_producer requires a non-null input tensor"):
        tf.train.string_input_producer([])
    with pytest.raises(ValueError, match="Expected at least one tensor in slice_input_producer"):
        tf.train.slice_input_producer([])
    with pytest.raises(ValueError, match="num_epochs must be > 0 not 0"):
        tf.train.limit_epochs([1], 0)
    with pytest.raises(ValueError, match="Must provide queue and enqueue_ops"):
        tf.train.QueueRunner()
    with pytest.raises(TypeError, match="queue_closed_exception_types"):
        queue = tf.FIFOQueue(1, tf.int32)
        tf.train.QueueRunner(queue, [queue.enqueue(1)], queue_closed_exception_types=[3])
    with pytest.raises(ValueError, match="All shapes must"):
        tf.train.batch([tf.placeholder(tf.float32, [None])], 2)
    with pytest.raises(ValueError, match="cannot be a vector when `enqueue_many=False`"):
        tf.train.maybe_batch([tf.constant(1)], [True], 2)
    with pytest.raises(TypeError, match="tf.sparse_tensor_to_dense"):
        tf.train.batch([tf.SparseTensor([[0]], [1], [2])], 2)


def input_fn(epochs, size=12):
    def features_and_labels():
        x, y = tf.train.slice_input_producer([np.arange(size) * 0.1, np.arange(size) * 0.2], epochs, shuffle=False)
        x, y = tf.train.batch([x, y], 4, allow_smaller_final_batch=True)
        return {"x": tf.reshape(x, [-1, 1])}, tf.reshape(y, [-1, 1])

    return features_and_labels


def model_fn(features, labels, mode):
    predicted = tf.layers.dense(tf.cast(features["x"], tf.float32), 1, kernel_initializer=tf.zeros_initializer())
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": predicted})
    loss = tf.losses.mean_squared_error(labels, predicted)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def test_an_estimator_starts_and_stops_the_threads(tmp_path):
    model = tf.estimator.Estimator(model_fn, str(tmp_path), tf.estimator.RunConfig(save_summary_steps=2))
    model.train(input_fn(2))
    assert model.get_variable_value("global_step") == 6
    model.train(input_fn(None), steps=7)
    model.train(input_fn(None), steps=7)  # the same graph and session, and queues that begin empty
    assert model.get_variable_value("global_step") == 20
    assert model.evaluate(input_fn(1))["loss"] == pytest.approx(model.evaluate(input_fn(3))["loss"], rel=1e-3)
    assert len(list(model.predict(input_fn(1)))) == 12


def test_an_error_in_an_estimators_input_ends_the_training(tmp_path):
    def failing():
        number = tf.train.range_input_producer(9, shuffle=False).dequeue()
        with tf.control_dependencies([tf.assert_less(number, 5)]):
            x = tf.cast(tf.identity(number), tf.float32)
        x = tf.train.batch([x], 2)[0]
        return {"x": tf.reshape(x, [-1, 1])}, tf.reshape(x, [-1, 1])

    model = tf.estimator.Estimator(model_fn, str(tmp_path))
    with pytest.raises(tf.errors.InvalidArgumentError, match="assert"):
        model.train(failing)
