"""Summaries of numbers in wire format: the bytes that the messages give, and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_fns.protos.event import Event
from model_fns.protos.scalar_summary import scalar_summary, scalars_of, summary_event, summary_events
from model_fns.protos.summary import Summary

NUMBERS = st.floats(width=32, allow_nan=False)
TAGS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(TAGS, NUMBERS)
def test_the_bytes_are_those_of_the_messages(tag: str, number: float) -> None:
    message = Summary(value=[{"tag": tag, "simple_value": number}]).SerializeToString()
    assert scalar_summary(tag, number) == message
    assert scalars_of(message + message) == [(tag, number)] * 2
    event = Event(wall_time=1.5, step=300, summary=Summary.FromString(message)).SerializeToString()
    assert summary_event(1.5, 300, message) == event


@given(st.lists(TAGS, min_size=1, max_size=3), st.lists(st.integers(0, 1 << 40), min_size=1, max_size=6))
def test_many_events_are_each_as_it_is_alone(tags: list[str], steps: list[int]) -> None:
    steps = sorted([*steps, 127, 128, 16384])
    numbers, times = np.random.default_rng(0).normal(size=(len(steps), len(tags))), 1.5e9 + np.arange(len(steps))
    made = [row.tobytes() for rows in summary_events(tags, np.array(steps), numbers, times) for row in rows]
    assert made == [
        summary_event(float(at), step, b"".join(map(scalar_summary, tags, row)))
        for at, step, row in zip(times, steps, numbers, strict=True)
    ]


@given(st.binary(max_size=60))
def test_other_bytes_are_refused_or_read_alike(content: bytes) -> None:
    found = scalars_of(content)
    if found is not None:
        values = [(value.tag, value.simple_value) for value in Summary.FromString(content).value]
        assert [tag for tag, _ in found] == [tag for tag, _ in values]
        assert all(a == b or math.isnan(a) for (_, a), (_, b) in zip(found, values, strict=True))


@pytest.mark.parametrize("value", [{"tag": "a"}, {"tag": "a", "simple_value": 1.0, "metadata": {"display_name": "b"}}])
def test_what_is_more_than_a_number_is_left_to_the_messages(value: dict) -> None:
    assert scalars_of(Summary(value=[value]).SerializeToString()) is None
