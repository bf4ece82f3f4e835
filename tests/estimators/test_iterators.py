"""Iterators in a session: where they begin, how they end, and what of a run the host does before the machine code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from estimators.session import Session
from input_fns.data.dataset import Dataset
from input_fns.data.iterator import Iterator
from model_fns.errors import FailedPreconditionError, InvalidArgumentError, OutOfRangeError
from model_fns.graph.dtypes import float32, int64, string
from model_fns.graph.graph import Graph
from model_fns.ops.comparison import equal
from model_fns.ops.control import placeholder
from model_fns.ops.decoding import decode_csv, decode_raw
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import reshape
from model_fns.ops.sparse import string_split
from model_fns.ops.strings import as_string
from model_fns.variables import Variable, assign_add, global_variables_initializer


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


def test_a_one_shot_iterator_goes_once_through_the_dataset():
    x = Dataset.range(3).make_one_shot_iterator().get_next()
    with Session() as session:
        assert [session.run(x) for _ in range(3)] == [0, 1, 2]
        for _ in range(2):
            with pytest.raises(OutOfRangeError, match=r"^End of sequence"):
                session.run(x)
    with Session() as session:
        assert session.run(x) == 0


def test_all_fetches_of_a_run_are_of_one_element():
    features, label = Dataset.range(4).map(lambda x: ({"a": x}, x * 10)).batch(2).make_one_shot_iterator().get_next()
    with Session() as session:
        for expected in ([0, 1], [2, 3]):
            found, ten, total = session.run([features, label, reduce_sum(features["a"])])
            assert found["a"].tolist() == expected
            assert (ten == 10 * found["a"]).all()
            assert total == sum(expected)


def test_each_get_next_moves_on():
    iterator = Dataset.range(10).make_one_shot_iterator()
    a, b = iterator.get_next(), iterator.get_next(name="other")
    assert (a.name, b.name) == ("IteratorGetNext:0", "other:0")
    with Session() as session:
        assert session.run(a) == 0
        assert session.run(b) == 1
        assert session.run([a, a]) == [2, 2]
        assert sorted(session.run([a, b])) == [3, 4]
        assert session.run(a) == 5


def test_two_iterators_in_one_run():
    x, y = Dataset.range(2).make_one_shot_iterator().get_next(), Dataset.range(5, 9).make_one_shot_iterator().get_next()
    both = x * 10 + y
    with Session() as session:
        assert [session.run(both) for _ in range(2)] == [5, 16]
        with pytest.raises(OutOfRangeError):
            session.run(both)


def test_an_initializer_starts_an_iterator_with_what_is_fed():
    given = placeholder(float32, [None])
    iterator = Dataset.from_tensor_slices(given).batch(2).make_initializable_iterator()
    x = iterator.get_next()
    assert x.shape.as_list() == [None]
    with Session() as session:
        with pytest.raises(
            FailedPreconditionError, match="the iterator has not been initialized. Ensure that you have"
        ):
            session.run(x)
        session.run(iterator.initializer, {given: [1, 2, 3]})
        assert session.run(x).tolist() == [1, 2]
        session.run(iterator.initializer, {given: [7]})
        assert session.run(x).tolist() == [7]
        with pytest.raises(OutOfRangeError):
            session.run(x)
        with pytest.raises(InvalidArgumentError, match="You must feed a value for placeholder"):
            session.run(iterator.initializer)


def test_one_iterator_over_several_datasets():
    iterator = Iterator.from_structure(int64, [])
    x = iterator.get_next()
    first, second = iterator.make_initializer(Dataset.range(3)), iterator.make_initializer(Dataset.range(10, 13))
    with Session() as session:
        session.run(first)
        assert [session.run(x), session.run(x)] == [0, 1]
        session.run(second)
        assert session.run(x) == 10
    with pytest.raises(TypeError, match=re.escape("Expected output types tf.int64 but got dataset with output types")):
        iterator.make_initializer(Dataset.from_tensors(1.0))
    with pytest.raises(ValueError, match="Iterator does not have an initializer"):
        iterator.initializer  # noqa: B018  # the access is what is tested


def test_a_dataset_sees_variables_as_they_are_when_it_starts():
    variable = Variable(np.int64(5))
    iterator = Dataset.range(2).map(lambda x: x + variable).make_initializable_iterator()
    x = iterator.get_next()
    with Session() as session:
        session.run(global_variables_initializer())
        session.run(iterator.initializer)
        session.run(assign_add(variable, 10))
        assert [session.run(x), session.run(x)] == [5, 6]
        session.run(iterator.initializer)
        assert session.run(x) == 15


def test_a_variables_first_value_may_come_from_an_iterator():
    variable = Variable(Dataset.range(7, 9).make_one_shot_iterator().get_next())
    with Session() as session:
        session.run(variable.initializer)
        assert session.run(variable) == 7


def test_sizes_may_change_from_element_to_element(graph):
    elements = [[1.0], [1.0, 2.0, 3.0], [], [4.0, 5.0]]
    x = Dataset.from_generator(lambda: iter(elements), float32, [None]).make_one_shot_iterator().get_next()
    y = x * 2
    with Session() as session:
        assert [session.run(y).tolist() for _ in elements] == [[2 * item for item in element] for element in elements]
        assert len(session._prepared) == 1
        assert [len(kept) for kept in session._prepared.values()] == [1]


def test_sizes_that_coincide_once_need_not_coincide_again():
    elements = [([1.0, 2.0], [1.0, 2.0]), ([1.0], [1.0, 2.0, 3.0]), ([4.0], [5.0])]
    dataset = Dataset.from_generator(lambda: iter(elements), (float32, float32), ([None], [None]))
    a, b = dataset.make_one_shot_iterator().get_next()
    total = reduce_sum(a) + 10 * reduce_sum(b)
    with Session() as session:
        assert [session.run(total) for _ in elements] == [33, 61, 54]


def test_an_element_of_another_shape_than_was_said():
    wrong = Dataset.range(2).map(lambda x: reshape(x, [1]))
    iterator = Iterator.from_structure(int64, [])
    with pytest.raises(TypeError, match="Expected output shapes compatible with"):
        iterator.make_initializer(wrong)


# -- the host's part ---------------------------------------------------------------------------------------------------

LINES = ["1,2.5,yes", "2,0.5,no", "3,1.5,yes"]


def test_text_is_read_before_the_compiled_part():
    lines = Dataset.from_tensor_slices(LINES).batch(2).make_one_shot_iterator().get_next()
    number, price, answer = decode_csv(lines, [[0], [0.0], [""]])
    weight = Variable(2.0)
    total = reduce_sum(price) * weight
    with Session() as session:
        session.run(weight.initializer)
        assert session.run([number, total, equal(answer, "yes")], {})[1] == 6
        prepared = session.last_prepared
        assert [tensor.name for tensor in prepared.inputs.stage.results] == ["DecodeCSV:0", "DecodeCSV:1", "Equal:0"]
        assert not any(value.dtype == string for value in prepared.executable.program.feeds)
        found = session.run([number, total, equal(answer, "yes"), lines])
        assert [item.tolist() for item in found[:1]] == [[3]]
        assert (found[1], found[2].tolist(), found[3].tolist()) == (3.0, [True], [b"3,1.5,yes"])


def test_sizes_that_are_in_the_text():
    words = string_split(Dataset.from_tensors(["a b c"]).repeat(2).make_one_shot_iterator().get_next())
    raw = decode_raw(placeholder(string, [], "given"), "uint8")
    with Session() as session:
        assert session.run(words).values.tolist() == [b"a", b"b", b"c"]
        assert session.run(equal(words.values, "b")).tolist() == [False, True, False]
        assert session.run(raw * 2, {"given:0": b"\x01\x02\x00"}).tolist() == [2, 4, 0]
        assert session.run(raw * 2, {"given:0": b"\x01"}).tolist() == [2]


def test_text_that_is_fed_is_that_of_the_graph():
    given = placeholder(string, [None])
    with Session() as session:
        assert session.run(equal(given, "é"), {given: ["a", "é"]}).tolist() == [False, True]
        assert session.run(given, {given: ["é"]}).tolist() == ["é".encode()]


def test_text_made_of_what_was_computed_is_made_after_it():
    weight = Variable([1.5, 2.0])
    written = as_string(weight * 2)
    with Session() as session:
        session.run(weight.initializer)
        assert session.run(written).tolist() == [b"3.000000", b"4.000000"]
