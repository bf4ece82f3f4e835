"""Windows, groups, choices, states and handles of datasets; the elements are those of TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

experimental = tf.data.experimental
Dataset = tf.data.Dataset


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def plain(value):
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return np.asarray(value).tolist()


def elements(dataset):
    following = dataset.make_one_shot_iterator().get_next()
    found = []
    with tf.Session() as session:
        while True:
            try:
                found.append(plain(session.run(following)))
            except tf.errors.OutOfRangeError:
                return found


def numbers(*args):
    return Dataset.range(*args)


def pairs():
    return Dataset.zip((numbers(7), numbers(10, 17)))


def sequences():
    rows = [[1], [1, 2, 3], [1, 2], [1, 2, 3, 4, 5], [7], [8, 8]]
    return Dataset.from_generator(lambda: iter(rows), tf.int32, [None])


CASES = {
    "windows one after the other": (
        lambda: numbers(7).window(3).flat_map(lambda w: w.batch(3)),
        [[0, 1, 2], [3, 4, 5], [6]],
    ),
    "whole windows that overlap": (
        lambda: numbers(7).window(3, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(3)),
        [[0, 1, 2], [2, 3, 4], [4, 5, 6]],
    ),
    "windows with a stride": (
        lambda: numbers(10).window(3, 2, 2).flat_map(lambda w: w.batch(3)),
        [[0, 2, 4], [2, 4, 6], [4, 6, 8], [6, 8], [8]],
    ),
    "windows with gaps": (lambda: numbers(11).window(2, 5).flat_map(lambda w: w.batch(2)), [[0, 1], [5, 6], [10]]),
    "windows of pairs": (
        lambda: pairs().window(3).flat_map(lambda a, b: Dataset.zip((a.batch(3), b.map(lambda x: x * 2).batch(3)))),
        [[[0, 1, 2], [20, 22, 24]], [[3, 4, 5], [26, 28, 30]], [[6], [32]]],
    ),
    "windows skipped and repeated": (
        lambda: numbers(6).window(2).skip(1).repeat(2).flat_map(lambda w: w.batch(2)),
        [[2, 3], [4, 5], [2, 3], [4, 5]],
    ),
    "chosen": (
        lambda: experimental.choose_from_datasets(
            [numbers(3), numbers(10, 20), numbers(100, 101)],
            Dataset.from_tensor_slices(np.array([0, 1, 2, 2, 2, 0, 0, 0, 0, 1], np.int64)),
        ),
        [0, 10, 100, 1, 2, 11],
    ),
    "chosen until all have ended": (
        lambda: experimental.choose_from_datasets([numbers(2), numbers(10, 12)], numbers(2).repeat()),
        [0, 10, 1, 11],
    ),
    "with a state": (
        lambda: numbers(6).apply(experimental.scan(np.int64(0), lambda state, x: (state + x, state * 2))),
        [0, 0, 2, 6, 12, 20],
    ),
    "with a state of several parts": (
        lambda: numbers(3).apply(
            experimental.scan(
                (tf.constant(1.0), np.int64(0)),
                lambda state, x: ((state[0] * 2, state[1] + x), {"a": state[0], "b": x + state[1]}),
            )
        ),
        [{"a": 1.0, "b": 0}, {"a": 2.0, "b": 1}, {"a": 4.0, "b": 3}],
    ),
    "by key": (
        lambda: numbers(10).apply(experimental.group_by_window(lambda x: x % 3, lambda key, group: group.batch(2), 2)),
        [[0, 3], [1, 4], [2, 5], [6, 9], [7], [8]],
    ),
    "by key, in groups of a size of its own": (
        lambda: numbers(10).apply(
            experimental.group_by_window(
                lambda x: x % 2,
                lambda key, group: group.batch(10).map(lambda rows: (key, rows)),
                window_size_func=lambda key: key + 2,
            )
        ),
        [[0, [0, 2]], [1, [1, 3, 5]], [0, [4, 6]], [0, [8]], [1, [7, 9]]],
    ),
    "by length": (
        lambda: sequences().apply(experimental.bucket_by_sequence_length(tf.size, [2, 4], [2, 2, 1])),
        [[[1, 2, 3], [1, 2, 0]], [[1, 2, 3, 4, 5]], [[1], [7]], [[8, 8]]],
    ),
    "by length, padded with another number": (
        lambda: sequences().apply(experimental.bucket_by_sequence_length(tf.size, [4], [3, 1], None, -1)),
        [[[1, -1, -1], [1, 2, 3], [1, 2, -1]], [[1, 2, 3, 4, 5]], [[7, -1], [8, 8]]],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_elements(name):
    dataset, expected = CASES[name]
    assert elements(dataset()) == expected


def test_samples_are_of_all_datasets_in_their_order():
    found = elements(experimental.sample_from_datasets([numbers(5), numbers(10, 13)], seed=3))
    assert [x for x in found if x < 10] == [0, 1, 2, 3, 4]
    assert [x for x in found if x >= 10] == [10, 11, 12]


def test_samples_go_by_the_weights_and_the_seed():
    def sampled(seed):
        zeros, ones = numbers(1).repeat(), numbers(1, 2).repeat()
        return elements(experimental.sample_from_datasets([zeros, ones], [0.25, 0.75], seed).batch(1000).take(1))[0]

    assert np.mean(sampled(1)) == pytest.approx(0.75, abs=0.05)
    with tf.Graph().as_default():
        first = sampled(2)
    with tf.Graph().as_default():
        assert sampled(2) == first
    assert sampled(3) != first


MISTAKES = {
    "a window is no element": (
        lambda: numbers(4).window(2).make_one_shot_iterator(),
        NotImplementedError,
        "flat_map makes elements",
    ),
    "a window is not mapped": (lambda: numbers(4).window(2).map(lambda w: w), NotImplementedError, "flat_map"),
    "no window size": (
        lambda: experimental.group_by_window(lambda x: x, lambda key, group: group),
        ValueError,
        "Must pass either window_size or window_size_func",
    ),
    "another key": (
        lambda: numbers(4).apply(experimental.group_by_window(lambda x: tf.cast(x, tf.int32), lambda k, d: d, 2)),
        ValueError,
        "`key_func` must return a single tf.int64 tensor",
    ),
    "too few sizes": (
        lambda: experimental.bucket_by_sequence_length(tf.size, [2, 4], [2, 2]),
        ValueError,
        r"len\(bucket_batch_sizes\) must equal len\(bucket_boundaries\) \+ 1",
    ),
    "another state": (
        lambda: numbers(4).apply(experimental.scan(tf.constant(1.0), lambda state, x: (x, x))),
        TypeError,
        "must match the initial state. Expected tf.float32; got tf.int64",
    ),
    "no numbers to choose by": (
        lambda: experimental.choose_from_datasets([numbers(2)], Dataset.from_tensor_slices([1.0])),
        TypeError,
        "`choice_dataset` must be a dataset of scalar `tf.int64` tensors",
    ),
    "a choice of none": (
        lambda: elements(experimental.choose_from_datasets([numbers(2)], numbers(1, 2))),
        tf.errors.InvalidArgumentError,
        "Selector index out of range: 1 >= 1",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    function, kind, message = MISTAKES[name]
    with pytest.raises(kind, match=message):
        function()


# --- iterators that stand for others ----------------------------------------------------------------------------------


def test_a_handle_says_which_iterator_a_run_reads():
    training, validation = numbers(5).repeat(), numbers(100, 103)
    handle = tf.placeholder(tf.string, [])
    iterator = tf.data.Iterator.from_string_handle(handle, training.output_types, training.output_shapes)
    following = iterator.get_next()
    assert (following.dtype, following.shape.as_list()) == (tf.int64, [])
    endless, finite = training.make_one_shot_iterator(), validation.make_initializable_iterator()
    found = []
    with tf.Session() as session:
        to_train, to_validate = session.run([endless.string_handle(), finite.string_handle()])
        for _ in range(2):
            session.run(finite.initializer)
            found += [session.run(following * 2, {handle: to_train}), session.run(following, {handle: to_train})]
            with pytest.raises(tf.errors.OutOfRangeError):
                while True:
                    found.append(session.run(following, {handle: to_validate}))
    assert found == [0, 1, 100, 101, 102, 4, 3, 100, 101, 102]


def test_two_readings_in_one_run_follow_each_other():
    iterator = tf.data.Iterator.from_string_handle(numbers(9).make_one_shot_iterator().string_handle(), tf.int64)
    both = [iterator.get_next(), iterator.get_next()]
    with tf.Session() as session:
        assert [sorted(session.run(both)), sorted(session.run(both))] == [[0, 1], [2, 3]]


def test_a_handle_may_be_computed():
    is_training = tf.placeholder_with_default(True, [])
    first, second = (numbers(*bounds).make_one_shot_iterator() for bounds in ((5,), (7, 9)))
    handle = tf.cond(is_training, first.string_handle, second.string_handle)
    following = tf.data.Iterator.from_string_handle(handle, tf.int64).get_next()
    with tf.Session() as session:
        assert [session.run(following, {is_training: value}) for value in (True, False, True)] == [0, 7, 1]


def test_mistaken_handles():
    handle = tf.placeholder(tf.string, [])
    following = tf.data.Iterator.from_string_handle(handle, tf.float32).get_next()
    iterator = numbers(5).make_one_shot_iterator()
    with tf.Session() as session:
        with pytest.raises(tf.errors.InvalidArgumentError, match="You must feed a value for placeholder"):
            session.run(following)
        with pytest.raises(tf.errors.InvalidArgumentError, match="no iterator with the handle b'another'"):
            session.run(following, {handle: b"another"})
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"types tf.float32, but the handle .* tf.int64"):
            session.run(following, {handle: session.run(iterator.string_handle())})
