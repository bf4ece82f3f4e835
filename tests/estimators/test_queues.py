"""Queues: what TensorFlow 1.15 answers to the same operations, and threads that wait for one another."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import estimators.compat.v1 as tf

PATIENCE = 10.0  # seconds; what waits longer hangs


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def in_thread(function):
    """Starts `function` in a thread; (the thread, what it came to)."""
    outcome = []

    def run():
        try:
            outcome.append(function())
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def waits(thread):
    time.sleep(0.1)
    return thread.is_alive()


def ended(thread):
    thread.join(PATIENCE)
    return not thread.is_alive()


def test_first_in_first_out_and_each_element_once_in_a_run():
    queue = tf.FIFOQueue(5, [tf.float32, tf.string], [[], [2]])
    number, texts = queue.dequeue()
    put = queue.enqueue_many([[1.0, 2.0, 3.0], [["a", "b"], ["c\0", "d"], ["e", "f"]]])
    with tf.Session() as session:
        session.run(put)
        found, twice, text = session.run([number, number * 2, texts])
        assert (found, twice, text.tolist()) == (1.0, 2.0, [b"a", b"b"])
        assert session.run(texts[0]) == b"c\0"
        assert session.run(queue.size()) == 1
        assert session.run(number.op) is None
        assert session.run(queue.size()) == 0


def test_names_shapes_and_types_are_tensorflows():
    queue = tf.FIFOQueue(10, [tf.float32, tf.int32], [[], [2]], names=["x", "y"])
    assert queue.enqueue({"x": 1.0, "y": [1, 2]}).name == "fifo_queue_enqueue"
    assert queue.enqueue_many({"x": [1.0], "y": [[1, 2]]}).name == "fifo_queue_EnqueueMany"
    several, fewer = queue.dequeue_many(3), queue.dequeue_up_to(3)
    assert [several["x"].name, several["y"].name] == ["fifo_queue_DequeueMany:0", "fifo_queue_DequeueMany:1"]
    assert several["y"].shape.as_list() == [3, 2]
    assert fewer["y"].shape.as_list() == [None, 2]
    assert [queue.close().name, queue.close().name, queue.size().name] == [
        "fifo_queue_Close",
        "fifo_queue_Close_1",
        "fifo_queue_Size:0",
    ]
    assert (queue.is_closed().name, queue.queue_ref.name) == ("fifo_queue_Is_Closed:0", "fifo_queue:0")
    assert queue.queue_ref.dtype.name == "resource"
    assert (queue.names, queue.dtypes) == (["x", "y"], [tf.float32, tf.int32])
    assert tf.FIFOQueue(1, tf.float32).dequeue().shape.ndims is None
    assert tf.PaddingFIFOQueue(3, [tf.float32], [[None]]).dequeue_many(2).shape.as_list() == [2, None]


def test_what_a_closed_queue_says():
    queue = tf.FIFOQueue(3, [tf.float32], [[]], name="q")
    put, take, fewer = queue.enqueue([1.0]), queue.dequeue(), queue.dequeue_up_to(4)
    with tf.Session() as session:
        session.run([put])
        session.run(put)
        session.run(queue.close())
        assert session.run(queue.is_closed())
        with pytest.raises(tf.errors.CancelledError, match=r"^FIFOQueue '_\d+_q' is closed\.$"):
            session.run(put)
        with pytest.raises(tf.errors.CancelledError, match=r"^Queue '_\d+_q' is already closed\.$"):
            session.run(queue.close())
        with pytest.raises(tf.errors.OutOfRangeError, match=r"insufficient elements \(requested 3, current size 2\)$"):
            session.run(queue.dequeue_many(3))
        assert session.run(fewer).tolist() == [1.0, 1.0]
        ending = r"^FIFOQueue '_\d+_q' is closed and has insufficient elements \(requested {}, current size 0\)$"
        with pytest.raises(tf.errors.OutOfRangeError, match=ending.format(1)):
            session.run(take)
        with pytest.raises(tf.errors.OutOfRangeError, match=ending.format(4)):
            session.run(fewer)
        assert session.run(queue.dequeue_many(0)).shape == (0,)


def test_waiting_to_take_and_to_put():
    queue = tf.FIFOQueue(2, tf.int32, [[]])
    value = tf.placeholder(tf.int32, [])
    put, take, four = queue.enqueue(value), queue.dequeue(), queue.dequeue_many(4)
    with tf.Session() as session:
        taking, taken = in_thread(lambda: session.run(take + 1))
        assert waits(taking)
        session.run(put, {value: 5})
        assert ended(taking)
        assert taken == [6]
        several, rows = in_thread(lambda: session.run(four))  # more than there is room for
        for number in range(6):
            session.run(put, {value: number})
        assert ended(several)
        assert rows[0].tolist() == [0, 1, 2, 3]
        putting, put_in = in_thread(lambda: session.run(put, {value: 6}))
        closing, closed = in_thread(lambda: session.run(queue.close())) if waits(putting) else (None, None)
        assert waits(closing)  # for what waits to be put in
        assert session.run(take) == 4
        assert ended(putting)
        assert ended(closing)
        assert (put_in, closed, session.run(queue.size())) == ([None], [None], 2)


def test_a_wait_ends_when_the_queue_or_the_session_is_closed():
    queue = tf.FIFOQueue(1, tf.int32, [[]])
    put, take = queue.enqueue(1), queue.dequeue()
    with tf.Session() as session:
        waiting, outcome = in_thread(lambda: session.run(take))
        assert waits(waiting)
        session.run(queue.close())
        assert ended(waiting)
        assert isinstance(outcome[0], tf.errors.OutOfRangeError)
    with tf.Session() as session:  # a queue of its own
        session.run(put)
        waiting, outcome = in_thread(lambda: session.run(put))
        assert waits(waiting)
        session.run(queue.close(cancel_pending_enqueues=True))
        assert ended(waiting)
        assert str(outcome[0]) == "Enqueue operation was cancelled"
        assert session.run(take) == 1
    session = tf.Session()
    waiting, outcome = in_thread(lambda: session.run(take))
    assert waits(waiting)
    session.close()
    assert ended(waiting)
    assert isinstance(outcome[0], tf.errors.CancelledError)
    assert str(outcome[0]) == "Dequeue operation was cancelled"


def test_an_interrupted_dequeue_puts_back_what_it_took():
    queue = tf.FIFOQueue(5, tf.int32, [[]])
    with tf.Session() as session:
        session.run(queue.enqueue_many([[1, 2]]))
        waiting, outcome = in_thread(lambda: session.run(queue.dequeue_many(3)))
        assert waits(waiting)
        assert session.run(queue.size()) == 0
        session.run(queue.close())
        assert ended(waiting)
        assert "(requested 1, current size 0)" in str(outcome[0])
        assert session.run(queue.dequeue_up_to(3)).tolist() == [1, 2]


def test_a_run_that_puts_and_takes_goes_in_order():
    queue = tf.FIFOQueue(5, tf.float32, [[]])
    variable = tf.Variable(3.0)
    with tf.control_dependencies([queue.enqueue(variable * 2)]):
        taken = queue.dequeue()
    with tf.control_dependencies([variable.assign_add(taken)]):
        after = tf.identity(variable)
    with tf.Session() as session:
        session.run(variable.initializer)
        assert session.run([taken, after]) == [6.0, 9.0]
        assert session.run(after) == 27.0


def test_a_queue_between_batches_of_data_and_a_fed_number_of_elements():
    data = tf.data.Dataset.range(6).make_one_shot_iterator().get_next()
    queue, number = tf.FIFOQueue(9, tf.int64, [[]]), tf.placeholder_with_default(2, [])
    put, several = queue.enqueue(data), queue.dequeue_many(number)
    with tf.Session() as session:
        for _ in range(6):
            session.run(put)
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(put)
        assert session.run(several * 10).tolist() == [0, 10]
        assert session.run(several, {number: 3}).tolist() == [2, 3, 4]


def test_random_order_is_a_permutation_and_repeats_with_its_seed():
    def shuffled(seed):
        queue = tf.RandomShuffleQueue(20, 5, tf.int32, [[]], seed=seed)
        with tf.Session() as session:
            session.run(queue.enqueue_many([np.arange(12)]))
            first = session.run(queue.dequeue_many(7)).tolist()
            waiting, outcome = in_thread(lambda: session.run(queue.dequeue()))
            assert waits(waiting)  # for more to choose from
            session.run(queue.close())
            assert ended(waiting)
            return [*first, *outcome, *session.run(queue.dequeue_up_to(9)).tolist()]

    found = shuffled(1)
    assert sorted(found) == list(range(12))
    assert found != sorted(found)
    assert found == shuffled(1)
    assert found != shuffled(2)
    with pytest.raises(tf.errors.InvalidArgumentError, match="min_after_dequeue 5 must be < capacity 3"):
        tf.Session().run(tf.RandomShuffleQueue(3, 5, tf.float32, [[]]).size())


def test_priorities_and_padding():
    priority = tf.PriorityQueue(9, [tf.string], [[]])
    padding = tf.PaddingFIFOQueue(9, [tf.int32, tf.string], [[None], [None, 1]])
    with tf.Session() as session:
        session.run(priority.enqueue_many([[3, 1, 2, 1], ["c", "a", "b", "a2"]]))
        numbers, texts = session.run(priority.dequeue_many(4))
        assert (numbers.tolist(), texts.tolist()) == ([1, 1, 2, 3], [b"a", b"a2", b"b", b"c"])
        for size in (1, 3):
            session.run(padding.enqueue([list(range(1, size + 1)), [["x"]] * size]))
        numbers, texts = session.run(padding.dequeue_many(2))
        assert numbers.tolist() == [[1, 0, 0], [1, 2, 3]]
        assert texts.tolist() == [[[b"x"], [b""], [b""]], [[b"x"]] * 3]
    assert (priority.dtypes, padding.shapes[0].as_list()) == ([tf.int64, tf.string], [None])


def test_one_of_several_queues_and_queues_of_one_shared_name():
    first, second = (tf.FIFOQueue(3, tf.int32, [[]], shared_name=name) for name in ("a", "b"))
    other = tf.FIFOQueue(3, tf.int32, [[]], shared_name="a")
    index = tf.placeholder(tf.int32, [])
    chosen = tf.QueueBase.from_list(index, [first, second])
    with tf.Session() as session:
        session.run([other.enqueue(1), second.enqueue(2)])
        assert session.run(chosen.dequeue(), {index: 1}) == 2
        assert session.run(chosen.dequeue(), {index: 0}) == 1
    with pytest.raises(TypeError, match="A list of queues expected"):
        tf.QueueBase.from_list(0, [])
    with pytest.raises(TypeError, match="matching component dtypes"):
        tf.QueueBase.from_list(0, [first, tf.FIFOQueue(3, tf.float32)])


def test_bad_input_is_told():
    queue = tf.FIFOQueue(3, [tf.float32], [[]])
    with pytest.raises(ValueError, match=r"Shapes \(2,\) and \(\) are"):
        queue.enqueue([[1.0, 2.0]])
    with pytest.raises(ValueError, match="has 1 components, but 0 were given"):
        queue.enqueue([])
    with pytest.raises(ValueError, match="List of names must have the same length"):
        tf.FIFOQueue(3, [tf.float32], [[]], names=["a", "b"])
    with pytest.raises(ValueError, match="Queue shapes must have the same length as dtypes"):
        tf.FIFOQueue(3, [tf.float32], [[], []])
    with pytest.raises(ValueError, match="All shapes must be fully defined"):
        tf.FIFOQueue(3, [tf.float32], [[None]])
    with pytest.raises(ValueError, match="a list of shapes must be provided"):
        tf.PaddingFIFOQueue(3, [tf.float32], None)
    with pytest.raises(ValueError, match="Queue must have names to enqueue a dictionary"):
        queue.enqueue({"b": 1.0})
    named = tf.FIFOQueue(3, [tf.float32], [[]], names=["a"])
    with pytest.raises(ValueError, match="You must enqueue a dictionary in a Queue with names"):
        named.enqueue([1.0])
    with pytest.raises(ValueError, match=r"Dictionary: \(\['b'\]\), Queue: \(\['a'\]\)"):
        named.enqueue({"b": 1.0})
    unknown = tf.placeholder_with_default([1.0, 2.0], None)
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"component 0\. Expected \[\], got \[2\]"):
            session.run(queue.enqueue([unknown]))
        with pytest.raises(tf.errors.InvalidArgumentError, match="require the components to have specified shapes"):
            session.run(tf.FIFOQueue(3, tf.float32).dequeue_many(2))
