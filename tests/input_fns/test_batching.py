"""The batches of numpy_input_fn. The case of 5 rows, batches of 4 and 2 epochs was run on TensorFlow 1.15."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from input_fns.batching import BatchPlan, Span


def in_order(rows):
    return lambda epoch: numpy.arange(rows)


def batches(plan, order_of_epoch, most=100):
    position, result = 0, []
    while plan.size_at(position) and len(result) < most:
        rows = plan.rows_at(position, order_of_epoch)
        result.append(rows.tolist())
        position += len(rows)
    return result


@pytest.mark.parametrize(
    ("rows", "batch_size", "num_epochs", "expected"),
    [
        (5, 4, 1, [[0, 1, 2, 3], [4]]),
        (5, 4, 2, [[0, 1, 2, 3], [4, 0, 1, 2], [3, 4]]),
        (4, 2, 2, [[0, 1], [2, 3], [0, 1], [2, 3]]),
        (4, 4, 1, [[0, 1, 2, 3]]),
        (3, 8, 1, [[0, 1, 2]]),
        (3, 8, 3, [[0, 1, 2, 0, 1, 2, 0, 1], [2]]),
        (1, 1, 3, [[0], [0], [0]]),
        (1, 3, 7, [[0, 0, 0], [0, 0, 0], [0]]),
        (0, 4, 2, []),
    ],
)
def test_batches_cross_epochs_and_only_the_last_is_short(rows, batch_size, num_epochs, expected):
    plan = BatchPlan(rows, batch_size, num_epochs)
    assert batches(plan, in_order(rows)) == expected
    assert plan.batches_left(0) == len(expected)


def test_without_a_number_of_epochs_every_batch_is_full_and_there_is_always_another():
    plan = BatchPlan(5, 4, None)
    assert batches(plan, in_order(5), most=5) == [[0, 1, 2, 3], [4, 0, 1, 2], [3, 4, 0, 1], [2, 3, 4, 0], [1, 2, 3, 4]]
    assert plan.total_rows is None
    assert plan.batches_left(10**12) is None
    assert plan.size_at(10**12) == 4


def test_each_epoch_has_its_own_order():
    orders = {0: numpy.array([2, 0, 1]), 1: numpy.array([1, 2, 0])}
    assert batches(BatchPlan(3, 2, 2), orders.__getitem__) == [[2, 0], [1, 1], [2, 0]]


def test_only_the_epochs_of_the_batch_are_asked_for():
    asked = []

    def order_of_epoch(epoch):
        asked.append(epoch)
        return numpy.arange(5)

    BatchPlan(5, 4, 9).rows_at(8, order_of_epoch)
    assert asked == [1, 2]


@pytest.mark.parametrize(
    ("position", "spans", "batches_left"),
    [
        (0, [Span(0, 0, 4)], 3),
        (3, [Span(0, 3, 5), Span(1, 0, 2)], 2),
        (4, [Span(0, 4, 5), Span(1, 0, 3)], 2),
        (8, [Span(1, 3, 5)], 1),
        (10, [], 0),
    ],
)
def test_a_batch_may_begin_anywhere(position, spans, batches_left):
    plan = BatchPlan(5, 4, 2)
    assert list(plan.spans_at(position)) == spans
    assert plan.batches_left(position) == batches_left
    assert plan.size_at(position) == sum(span.stop - span.start for span in spans)


@given(st.integers(1, 40), st.integers(1, 50), st.integers(1, 5))
def test_the_batches_together_are_the_epochs_together(rows, batch_size, num_epochs):
    plan = BatchPlan(rows, batch_size, num_epochs)

    def order_of_epoch(epoch):
        return numpy.random.RandomState(epoch).permutation(rows)

    found = batches(plan, order_of_epoch, most=10**6)
    expected = numpy.concatenate([order_of_epoch(epoch) for epoch in range(num_epochs)])
    assert [row for batch in found for row in batch] == expected.tolist()
    assert all(len(batch) == batch_size for batch in found[:-1])
    assert len(found) == plan.batches_left(0)


def test_row_numbers_are_int64_even_at_the_end():
    plan = BatchPlan(5, 4, 1)
    assert plan.rows_at(0, in_order(5)).dtype == numpy.int64
    assert plan.rows_at(5, in_order(5)).dtype == numpy.int64
    assert plan.rows_at(5, in_order(5)).shape == (0,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 4, 1), "rows must be at least 0, got -1."),
        ((5, 0, 1), "batch_size must be at least 1, got 0."),
        ((5, 4, 0), "num_epochs must be at least 1, or None to go on for ever, got 0."),
        ((0, 4, None), "num_epochs is None, which repeats the rows for ever, but there are no rows."),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(arguments, message):
    with pytest.raises(ValueError) as error:
        BatchPlan(*arguments)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("plan", "position", "message"),
    [
        (BatchPlan(5, 4, 2), 11, "position 11 is not in the stream, which has 10 rows."),
        (BatchPlan(0, 4, 2), 1, "position 1 is not in the stream, which has 0 rows."),
        (BatchPlan(5, 4, None), -1, "position -1 is not in the stream, which has no end."),
    ],
)
def test_a_position_outside_the_stream_is_refused(plan, position, message):
    with pytest.raises(ValueError) as error:
        plan.size_at(position)
    assert str(error.value) == message
