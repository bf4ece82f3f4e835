"""Operations that read: CSV, raw bytes, numbers in text, Examples, files. The answers are TensorFlow 1.15.5's."""

from __future__ import annotations

import re

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns.errors import InvalidArgumentError, NotFoundError
from model_fns.example_features import FixedLenFeature, VarLenFeature
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float32, int32, int64, string
from model_fns.graph.graph import Graph
from model_fns.host_program import HostProgram
from model_fns.ops import text
from model_fns.ops.decoding import decode_csv, decode_raw, string_to_number
from model_fns.ops.example_features import FixedLenSequenceFeature
from model_fns.ops.examples import parse_example, parse_single_example
from model_fns.ops.files import matching_files, read_file, write_file
from model_fns.ops.sparse import sparse_tensor_to_dense, string_split, strings_split
from model_fns.protos.example import BytesList, Example, Feature, Features, FloatList, Int64List


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default():
        yield


def value(tensor):
    """In plain Python."""
    made = np.asarray(HostProgram([tensor], ())(())[0])
    assert tensor.shape.is_compatible_with(made.shape)
    assert made.dtype == tensor.dtype.as_numpy_dtype
    return made.tolist()


def refused(make, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)):
        make()


# -- csv ---------------------------------------------------------------------------------------------------------------

NAN = float("nan")
CSV = [
    (["1,2.5,a"], [[0], [0.0], [""]], {}, [[1], [2.5], [b"a"]]),
    ("1,2.5,a", [[0], [0.0], [""]], {}, [1, 2.5, b"a"]),
    ("1,2.5,a", [0, 0.0, ""], {}, [1, 2.5, b"a"]),
    (",,", [[7], [1.5], ["q"]], {}, [7, 1.5, b"q"]),
    ([["1,2", "3,4"], ["5,6", "7,8"]], [[0], [5]], {}, [[[1, 3], [5, 7]], [[2, 4], [6, 8]]]),
    (["1, 2 "], [[0], [0]], {}, [[1], [2]]),
    (["1, 2.5 "], [[0.0], [0.0]], {}, [[1.0], [2.5]]),
    (["-inf,.5,5.,+1e5"], [[0.0]] * 4, {}, [[-np.inf], [0.5], [5.0], [1e5]]),
    (["INF,0X10,1e400"], [[0.0]] * 3, {}, [[np.inf], [16.0], [np.inf]]),
    (["1,99999999999"], [[0], np.array([0])], {}, [[1], [99999999999]]),
    (['"a ""b"", c",2'], [[""], [0]], {}, [[b'a "b", c'], [2]]),
    (['"a\n",b'], [[""], [""]], {}, [[b"a\n"], [b"b"]]),
    (['"1",""'], [[0], ["d"]], {}, [[1], [b"d"]]),
    (["1,"], [[0], ["d"]], {}, [[1], [b"d"]]),
    (["\n1,2"], [[0], ["d"]], {}, [[1], [b"2"]]),
    (['ab"c,2'], [[""], [0]], {"use_quote_delim": False}, [[b'ab"c'], [2]]),
    (["a|2"], [[""], [0]], {"field_delim": "|"}, [[b"a"], [2]]),
    (["1,NA,3"], [[0], [5], [0]], {"na_value": "NA"}, [[1], [5], [3]]),
    (["1,2,3"], [[0], [5]], {"select_cols": [0, 2]}, [[1], [3]]),
]


@pytest.mark.parametrize(("records", "defaults", "how", "expected"), CSV)
def test_csv(records, defaults, how, expected):
    assert [value(column) for column in decode_csv(records, defaults, **how)] == expected


CSV_FAILURES = [
    (["1,2"], [[0], [0], [0]], {}, "Expect 3 fields but have 2 in record 0"),
    (["1,2", "1,2,3,4"], [[0], [0]], {}, "Expect 2 fields but have 4 in record 1"),
    ([""], [[1]], {}, "Expect 1 fields but have 0 in record 0"),
    (["1,2,"], [[0], ["d"]], {}, "Expect 2 fields but have 3 in record 0"),
    (["1,2,3"], [[0], [5]], {"select_cols": [0, 7]}, "Expect 2 fields but have 1 in record 0"),
    (["1,x"], [[0], [0]], {}, "Field 1 in record 0 is not a valid int32: x"),
    (["1,1.5"], [[0], [0]], {}, "Field 1 in record 0 is not a valid int32: 1.5"),
    (["+1,2"], [[0], ["d"]], {}, "Field 0 in record 0 is not a valid int32: +1"),
    (["1,99999999999"], [[0], [0]], {}, "Field 1 in record 0 is not a valid int32: 99999999999"),
    (["1_0"], [[0.0]], {}, "Field 0 in record 0 is not a valid float: 1_0"),
    (["-Infinity"], [[0.0]], {}, "Field 0 in record 0 is not a valid float: -Infinity"),
    ([",2"], [np.zeros(0, np.int32), ["d"]], {}, "Field 0 is required but missing in record 0!"),
    (['"abc"d,2'], [[""], [0]], {}, "Quote inside a string has to be escaped by another quote"),
    (['ab"c,2'], [[""], [0]], {}, "Unquoted fields cannot have quotes/CRLFs inside"),
    (["a\n,b"], [[""], [""]], {}, "Unquoted fields cannot have quotes/CRLFs inside"),
    (['"abc,2'], [[""], [0]], {}, "Quoted field has to end with quote followed by delim or end"),
    (["a||2"], [[""], [0]], {"field_delim": "||"}, "field_delim should be only 1 char"),
]


@pytest.mark.parametrize(("records", "defaults", "how", "sentence"), CSV_FAILURES)
def test_csv_that_is_none(records, defaults, how, sentence):
    column = decode_csv(records, defaults, **how)[0]
    refused(lambda: value(column), InvalidArgumentError, sentence)


def test_csv_that_makes_no_sense():
    refused(
        lambda: decode_csv("1", [[0], [5]], select_cols=[2, 0]), ValueError, "select_cols is not strictly increasing."
    )
    refused(
        lambda: decode_csv("1", [[0], [5]], select_cols=[-1, 0]), ValueError, "select_cols contains negative values."
    )
    sentence = "Length of select_cols and record_defaults do not match."
    refused(lambda: decode_csv("1", [[0], [5]], select_cols=[0]), ValueError, sentence)
    sentence = "Shape of a default must be a length-0 or length-1 vector, or a scalar. for 'DecodeCSV'"
    refused(lambda: decode_csv(["1,2"], [[0, 1], [5]]), ValueError, sentence)
    sentence = "has DataType bool not in list of allowed values: float32, float64, int32, int64, string"
    refused(lambda: decode_csv(["1,2"], [[True], [5]]), TypeError, sentence)
    refused(lambda: decode_csv(["1,2"], [int32, [5]]), TypeError, "<NOT CONVERTIBLE TO TENSOR>")


# -- numbers -----------------------------------------------------------------------------------------------------------


def test_numbers_in_text():
    assert value(string_to_number(["1.5", " 2 ", "0x1f", "1e3"])) == [1.5, 2.0, 31.0, 1000.0]
    assert value(string_to_number([["-1"], [" 2 "]], int64)) == [[-1], [2]]
    for bad, dtype in (("x", float32), ("", float32), ("1.5", int32), ("0x1f", int64), ("1e3", int32), ("nan", int32)):
        sentence = f"StringToNumberOp could not correctly convert string: {bad}"
        refused(lambda bad=bad, dtype=dtype: value(string_to_number(bad, dtype)), InvalidArgumentError, sentence)


def test_raw_bytes():
    assert value(decode_raw(["abcd", "efgh"], "uint8")) == [[97, 98, 99, 100], [101, 102, 103, 104]]
    assert value(decode_raw("abcd", "int16", little_endian=False)) == [24930, 25444]
    assert value(decode_raw(np.float32([1.5, -2]).tobytes(), "float32")) == [1.5, -2]
    assert decode_raw(["abcd", "efgh"], "uint8").shape.as_list() == [2, None]
    sentence = "DecodeRaw requires input strings to all be the same size, but element 1 has size 3 != 4"
    refused(lambda: value(decode_raw(["abcd", "efg"], "uint8")), InvalidArgumentError, sentence)
    sentence = "Input to DecodeRaw has length 5 that is not a multiple of 2, the size of int16"
    refused(lambda: value(decode_raw("abcde", "int16")), InvalidArgumentError, sentence)
    refused(lambda: decode_raw("abcd", string), TypeError, "has DataType string not in list of allowed values")


# -- text --------------------------------------------------------------------------------------------------------------


def test_text():
    assert value(text.string_join(["a", ["b", "c"]], "-")) == [b"a-b", b"a-c"]
    assert value(text.substr("hello", 1, 3)) == b"ell"
    assert value(text.string_length(["hello", "é"])) == [5, 2]
    assert value(text.string_length(["hello", "é"], unit="UTF8_CHAR")) == [5, 1]
    assert value(text.string_lower(["ABCÉ"])) == ["abcÉ".encode()]
    assert value(text.string_lower(["ABCÉ"], encoding="utf-8")) == ["abcé".encode()]
    assert value(text.string_upper(["abc"])) == [b"ABC"]
    assert value(text.string_strip(["  a b\n"])) == [b"a b"]
    assert value(text.regex_replace(["a1b22"], "[0-9]+", r"<\0>")) == [b"a<1>b<22>"]
    assert value(text.regex_replace(["a1b22"], "([0-9])", r"\1.", replace_global=False)) == [b"a1.b22"]
    assert value(text.regex_full_match(["a1", "b"], "[a-z][0-9]")) == [True, False]
    assert value(text.reduce_join([["a", "b"], ["c", "d"]], 1, separator="-")) == [b"a-b", b"c-d"]
    assert value(text.reduce_join([["a", "b"], ["c", "d"]])) == b"abcd"
    refused(
        lambda: value(text.substr("hello", 9, 3)),
        InvalidArgumentError,
        "pos 9 out of range for string b'hello' at index 0",
    )


def test_splitting():
    found = string_split(["a b", "c", " d  e "])
    assert value(found.indices) == [[0, 0], [0, 1], [1, 0], [2, 0], [2, 1]]
    assert value(found.values) == [b"a", b"b", b"c", b"d", b"e"]
    assert value(found.dense_shape) == [3, 2]
    assert found.shape.as_list() == [None, None]
    assert value(string_split([" d  e "], skip_empty=False).values) == [b"", b"d", b"", b"e", b""]
    assert value(string_split(["a,b;c"], ",;").values) == [b"a", b"b", b"c"]
    assert value(string_split(["ab"], "").values) == [b"a", b"b"]
    assert value(strings_split(["a, b,c"], ",", 1).values) == [b"a", b" b,c"]
    refused(lambda: string_split("ab c"), ValueError, "Shape must be rank 1 but is rank 0 for 'StringSplit")


def test_a_sparse_tensor_made_dense():
    assert value(sparse_tensor_to_dense(string_split(["a b", "c"]), "?")) == [[b"a", b"b"], [b"c", b"?"]]
    assert value(sparse_tensor_to_dense(string_split(["a b", "c"]))) == [[b"a", b"b"], [b"c", b""]]


def test_strings_that_are_compared():
    from model_fns.ops.comparison import equal

    assert value(equal(constant(["a", "b"]), "a")) == [True, False]
    assert value(constant("é")) == "é".encode()


# -- examples ----------------------------------------------------------------------------------------------------------


def example(i, count=2):
    features = {
        "x": Feature(float_list=FloatList(value=[i, 2.5][:count])),
        "y": Feature(int64_list=Int64List(value=[-i])),
        "z": Feature(bytes_list=BytesList(value=[b"r%d" % i, b""])),
        "nothing": Feature(),
    }
    return Example(features=Features(feature=features)).SerializeToString()


RECORDS = [example(i) for i in range(3)]
DENSE = {"x": FixedLenFeature([2], float32), "y": FixedLenFeature([], int64), "z": FixedLenFeature([2], string)}


def test_one_example():
    found = parse_single_example(RECORDS[1], DENSE)
    assert {key: value(tensor) for key, tensor in found.items()} == {"x": [1, 2.5], "y": -1, "z": [b"r1", b""]}
    assert {key: tensor.shape.as_list() for key, tensor in found.items()} == {"x": [2], "y": [], "z": [2]}
    assert found["y"].name == "ParseSingleExample/ParseSingleExample:1"


def test_several_examples():
    found = parse_example(RECORDS, DENSE)
    assert value(found["x"]) == [[0, 2.5], [1, 2.5], [2, 2.5]]
    assert value(found["y"]) == [0, -1, -2]
    assert found["x"].name == "ParseExample/ParseExample:0"


def test_defaults():
    features = {"w": FixedLenFeature([2], float32, [7.0, 1.0]), "v": FixedLenFeature([], string, "q")}
    found = parse_example([*RECORDS[:1], b""], features)
    assert value(found["w"]) == [[7, 1], [7, 1]]
    assert value(found["v"]) == [b"q", b"q"]
    assert value(parse_single_example(RECORDS[0], features)["v"]) == b"q"


def test_any_number_of_values():
    found = parse_example([example(0), example(1, 1)], {"x": VarLenFeature(float32), "q": VarLenFeature(int64)})
    x, q = found["x"], found["q"]
    assert [value(x.indices), value(x.values), value(x.dense_shape)] == [[[0, 0], [0, 1], [1, 0]], [0, 2.5, 1], [2, 2]]
    assert [value(q.indices), value(q.values), value(q.dense_shape)] == [[], [], [2, 0]]
    one = parse_single_example(RECORDS[0], {"x": VarLenFeature(float32)})["x"]
    assert [value(one.indices), value(one.dense_shape)] == [[[0], [1]], [2]]
    sequence = FixedLenSequenceFeature([], float32, allow_missing=True, default_value=-1.0)
    assert value(parse_example([example(0), example(1, 1)], {"x": sequence})["x"]) == [[0, 2.5], [1, -1]]


def test_lists_that_are_not_packed():
    unpacked = bytes.fromhex("0a0a0a080a0178120312" + "00")  # cut short: no Example
    refused(
        lambda: value(parse_single_example(unpacked, DENSE)["x"]), InvalidArgumentError, "Could not parse example input"
    )
    one_by_one = b"\x0a\x0f\x0a\x0d\x0a\x01y\x12\x08\x1a\x06\x08\x05\x08\x06\x08\x07"
    assert value(parse_single_example(one_by_one, {"y": FixedLenFeature([3], int64)})["y"]) == [5, 6, 7]


FAILURES = [
    (
        parse_example,
        RECORDS,
        FixedLenFeature([2], float32),
        "w",
        "Name: <unknown>, Feature: w (data type: float) is required but could not be found.",
    ),
    (
        parse_single_example,
        RECORDS[0],
        FixedLenFeature([2], float32),
        "w",
        "Feature: w (data type: float) is required but could not be found.",
    ),
    (
        parse_example,
        RECORDS,
        FixedLenFeature([2], int64),
        "x",
        "Name: <unknown>, Key: x, Index: 0.  Data types don't match. Data type: float but expected type: int64",
    ),
    (
        parse_single_example,
        RECORDS[0],
        FixedLenFeature([2], int64),
        "x",
        "Key: x.  Data types don't match. Data type: float but expected type: int64",
    ),
    (
        parse_example,
        RECORDS,
        FixedLenFeature([3], float32),
        "x",
        "Name: <unknown>, Key: x, Index: 0.  Number of float values != expected.  Values size: 2 but output shape: [3]",
    ),
]


@pytest.mark.parametrize(("parse", "serialized", "feature", "key", "sentence"), FAILURES)
def test_examples_that_do_not_fit(parse, serialized, feature, key, sentence):
    tensor = parse(serialized, {key: feature})[key]
    refused(lambda: value(tensor), InvalidArgumentError, sentence)


def test_an_example_with_a_name():
    tensor = parse_example(RECORDS[:1], {"w": FixedLenFeature([2], float32)}, example_names=["nm"])["w"]
    refused(lambda: value(tensor), InvalidArgumentError, "Name: nm, Feature: w (data type: float) is required")


REFUSED = [
    ({}, ValueError, "Missing: features was {}."),
    ({"x": 3}, ValueError, "Invalid feature x:3."),
    (
        {"x": FixedLenFeature([2], int32)},
        TypeError,
        "has DataType int32 not in list of allowed values: float32, int64, string",
    ),
    (
        {"x": FixedLenFeature([None], int64)},
        ValueError,
        "First dimension of shape for feature x unknown. Consider using FixedLenSequenceFeature.",
    ),
    (
        {"x": FixedLenFeature([2, None], int64)},
        ValueError,
        "All dimensions of shape for feature x need to be known but received [2, None].",
    ),
    ({"x": FixedLenFeature([1], None)}, ValueError, "Missing type for feature x."),
    ({"x": FixedLenFeature(None, int64)}, ValueError, "Missing shape for feature x."),
    (
        {"x": FixedLenFeature([2], float32, 7.0)},
        ValueError,
        "Cannot reshape a tensor with 1 elements to shape [2] (2 elements)",
    ),
    ({"x": FixedLenFeature([2], int64, [7.5, 1.0])}, TypeError, "Expected int64, got 7.5 of type 'float' instead."),
]


@pytest.mark.parametrize(("features", "kind", "sentence"), REFUSED)
def test_features_that_make_no_sense(features, kind, sentence):
    refused(lambda: parse_example(RECORDS, features), kind, sentence)


def test_the_rank_of_what_is_parsed():
    sentence = "Shape must be rank 0 but is rank 1 for 'ParseSingleExample/ParseSingleExample'"
    refused(lambda: parse_single_example(RECORDS, DENSE), ValueError, sentence)
    sentence = "Shape must be rank 1 but is rank 0 for 'ParseExample/ParseExample'"
    refused(lambda: parse_example(RECORDS[0], DENSE), ValueError, sentence)


# -- files -------------------------------------------------------------------------------------------------------------


def test_files(tmp_path):
    path = str(tmp_path / "new" / "a.txt")
    evaluate([write_file(path, "content")])
    assert value(read_file(path)) == b"content"
    assert value(matching_files(str(tmp_path / "new" / "*.txt"))) == [path.encode()]
    refused(lambda: value(read_file(path + "x")), NotFoundError, f"{path}x; No such file or directory")
