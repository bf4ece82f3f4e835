"""The checks of numpy_input_fn's arguments: TensorFlow 1.15's messages, and what passes."""

from __future__ import annotations

import numpy
import pytest

from input_fns.validation import check_arrays, check_shuffle

FOUR = numpy.arange(4)
FOUR_BY_TWO = numpy.arange(8.0).reshape(4, 2)
FIVE = numpy.arange(5)


@pytest.mark.parametrize("shuffle", [None, 1, 0, "yes", numpy.True_])
def test_shuffle_must_be_decided(shuffle):
    with pytest.raises(ValueError) as error:
        check_shuffle(shuffle)
    assert str(error.value) == (
        "shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for training); "
        f"got {shuffle}"
    )


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_decided_shuffle_passes(shuffle):
    check_shuffle(shuffle)


MISMATCH = "Length of tensors in x and y is mismatched. All elements in x and y must have the same length.\n"


@pytest.mark.parametrize(
    ("x", "y", "error_type", "message"),
    [
        ({}, None, ValueError, "x cannot be an empty dict"),
        (numpy.array([]), None, ValueError, "x cannot be an empty array"),
        (numpy.zeros((0, 3)), None, ValueError, "x cannot be an empty array"),
        ([1, 2], None, TypeError, "x must be a dict or array; got list"),
        (None, None, TypeError, "x must be a dict or array; got NoneType"),
        ("abc", None, TypeError, "x must be a dict or array; got str"),
        (FOUR, {}, ValueError, "y cannot be empty dict, use None instead."),
        (
            {"a": FOUR, "b": FOUR},
            {"b": FOUR, "c": FOUR},
            ValueError,
            "1 duplicate keys are found in both x and y: {'b'}",
        ),
        (
            FOUR_BY_TWO,
            FIVE,
            ValueError,
            MISMATCH + "Shapes in x: {'__direct_np_input__': (4, 2)}\nShapes in y: (5,)\n",
        ),
        (
            {"b": FOUR_BY_TWO, "a": FIVE},
            None,
            ValueError,
            MISMATCH + "Shapes in x: {'a': (5,), 'b': (4, 2)}\nShapes in y: None\n",
        ),
        (
            {"a": FOUR},
            {"d": FIVE, "c": FOUR},
            ValueError,
            MISMATCH + "Shapes in x: {'a': (4,)}\nShapes in y: {'c': (4,), 'd': (5,)}\n",
        ),
        # Where TensorFlow 1 fails on an attribute or an index, the sentences are ours.
        ({"a": [1, 2]}, None, TypeError, "x['a'] must be an array; got list. Wrap it in numpy.array(...)."),
        (FOUR, [1, 2, 3, 4], TypeError, "y must be an array; got list. Wrap it in numpy.array(...)."),
        (FOUR, {"c": 7}, TypeError, "y['c'] must be an array; got int. Wrap it in numpy.array(...)."),
        (numpy.array(7), None, ValueError, "x must have rows, that is at least one dimension; got a single value."),
        (FOUR, numpy.float32(7), ValueError, "y must have rows, that is at least one dimension; got a single value."),
        (
            {"a": FOUR, 1: FOUR},
            None,
            TypeError,
            "the keys of x must be of one type, so that they have an order; got int, str.",
        ),
    ],
)
def test_arrays_that_do_not_go_together_are_refused(x, y, error_type, message):
    with pytest.raises(error_type) as error:
        check_arrays(x, y)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("x", "y", "keys", "packed"),
    [
        (FOUR, None, ["__direct_np_input__"], 0),
        ({"b": FOUR, "a": FOUR}, None, ["a", "b"], {"a": 0, "b": 1}),
        (FOUR, FOUR, ["__direct_np_input__", "__target_key__"], (0, 1)),
        ({"a": FOUR}, FOUR_BY_TWO, ["a", "__target_key__"], ({"a": 0}, 1)),
        ({"a": FOUR}, {"c": FOUR}, ["a", "c"], ({"a": 0}, {"c": 1})),
        ({"b": FOUR, "a": FOUR}, {"d": FOUR, "c": FOUR}, ["a", "b", "c", "d"], ({"a": 0, "b": 1}, {"c": 2, "d": 3})),
        ({2: FOUR, 1: FOUR}, None, [1, 2], {1: 0, 2: 1}),
        ({"__target_key__": FOUR}, FOUR, ["__target_key__", "__target_key__"], ({"__target_key__": 0}, 1)),
    ],
)
def test_values_are_handed_back_in_the_shape_of_x_and_y(x, y, keys, packed):
    arrays = check_arrays(x, y)
    assert [component.key for component in arrays.components] == keys
    assert arrays.rows == 4
    assert arrays.packed(range(len(keys))) == packed


@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "int64", "bool", "uint8", "U3", "O"])
def test_arrays_keep_their_type_and_are_not_copied(dtype):
    array = numpy.ones((4, 2)).astype(dtype)
    component = check_arrays({"a": array}).components[0]
    assert component.array is array


def test_something_with_a_shape_is_taken_for_an_array():
    class Column:
        shape = (4,)

        def __array__(self, dtype=None, copy=None):
            return FOUR

    assert check_arrays({"a": Column()}).components[0].array.tolist() == [0, 1, 2, 3]


def test_the_callers_dict_is_left_alone():
    x, y = {"b": FOUR, "a": FOUR}, {"c": FOUR}
    check_arrays(x, y)
    assert list(x) == ["b", "a"] and list(y) == ["c"]
