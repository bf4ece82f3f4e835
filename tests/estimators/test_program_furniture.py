"""tf.app, tf.flags and tf.gfile."""

from __future__ import annotations

import pytest

from estimators import app, flags, gfile
from model_fns import errors


@pytest.fixture
def declared(monkeypatch):
    """The flags that a test declares, forgotten afterwards."""
    values = flags.FlagValues()
    monkeypatch.setattr(flags, "FLAGS", values)
    monkeypatch.setattr(app, "FLAGS", values)
    flags.DEFINE_string("data_dir", "/tmp", "Where the data is.")
    flags.DEFINE_integer("steps", 10, "How many steps.", lower_bound=0)
    flags.DEFINE_float("rate", 0.1, "How fast.")
    flags.DEFINE_boolean("fast", False, "Whether to hurry.")
    flags.DEFINE_list("names", "a, b", "Who.")
    flags.DEFINE_enum("mode", "train", ["train", "eval"], "What.")
    flags.DEFINE_multi_integer("layer", [4, 5], "Layers.")
    return values


def test_defaults_are_read_as_given_values_are(declared, monkeypatch):
    monkeypatch.setattr("sys.argv", ["program", "--steps=3", "--unknown"])
    assert declared.flag_values_dict() == {
        "data_dir": "/tmp",
        "steps": 3,
        "rate": 0.1,
        "fast": False,
        "names": ["a", "b"],
        "mode": "train",
        "layer": [4, 5],
    }


def test_a_command_line_is_taken_apart(declared):
    line = ["program", "--data_dir", "/data", "-rate=2", "--fast", "file", "--layer=1", "--layer=2", "--", "--steps=1"]
    assert declared(line) == ["program", "file", "--steps=1"]
    assert (declared.data_dir, declared.rate, declared.fast, declared.steps) == ("/data", 2.0, True, 10)
    assert declared.layer == [1, 2]
    declared(["program", "--nofast"])
    assert declared.fast is False


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("--steps=many", "flag --steps=many: invalid literal"),
        ("--steps=-1", "is not in the range"),
        ("--mode=sleep", r"value should be one of <train\|eval>"),
        ("--fast=perhaps", "Non-boolean argument to boolean flag"),
        ("--speed=1", "Unknown command line flag 'speed'"),
        ("--data_dir", "Missing value for flag --data_dir"),
    ],
)
def test_a_wrong_flag_gets_a_sentence(declared, argument, sentence):
    with pytest.raises(flags.Error, match=sentence):
        declared(["program", argument])


def test_a_required_flag_must_be_given(declared):
    flags.DEFINE_string("model", None, "Which.")
    flags.mark_flag_as_required("model")
    with pytest.raises(flags.IllegalFlagValueError, match="Flag --model must have a value other than None"):
        declared(["program"])
    with pytest.raises(flags.DuplicateFlagError, match="'steps' is defined twice"):
        flags.DEFINE_integer("steps", 3, "Other.")


def test_run_calls_main_and_exits_with_what_it_returns(declared):
    with pytest.raises(SystemExit) as exit_:
        app.run(lambda argv: argv[1:] == ["rest"] and declared.steps, ["program", "--steps=5", "rest"])
    assert exit_.value.code == 5


def test_run_explains(declared, capsys):
    with pytest.raises(SystemExit):
        app.run(print, ["program", "--help"])
    assert "--[no]fast: Whether to hurry. (default: False)" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        app.run(print, ["program", "--steps=many"])
    assert capsys.readouterr().err.startswith("FATAL Flags parsing error: flag --steps=many")


def test_files(tmp_path):
    folder = str(tmp_path / "a" / "b")
    gfile.MakeDirs(folder)
    with gfile.GFile(f"{folder}/x.txt", "w") as file:
        file.write("one\ntwo\n")
    with gfile.GFile(f"{folder}/x.txt") as file:
        assert (file.readline(), list(file), file.size()) == ("one\n", ["two\n"], 8)
        file.seek(4)
        assert (file.tell(), file.read()) == (4, "two\n")
    assert gfile.ListDirectory(folder) == ["x.txt"]
    gfile.Copy(f"{folder}/x.txt", f"{folder}/y.txt")
    gfile.Rename(f"{folder}/y.txt", f"{folder}/z.txt")
    assert gfile.Glob(f"{folder}/*.txt") == [f"{folder}/x.txt", f"{folder}/z.txt"]
    assert gfile.Stat(f"{folder}/z.txt").length == 8
    assert [(top, sub, sorted(files)) for top, sub, files in gfile.Walk(folder)] == [(folder, [], ["x.txt", "z.txt"])]
    gfile.Remove(f"{folder}/z.txt")
    gfile.DeleteRecursively(str(tmp_path / "a"))
    assert not gfile.IsDirectory(folder)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda path: gfile.GFile(path).read(), errors.NotFoundError, "; No such file or directory"),
        (gfile.ListDirectory, errors.NotFoundError, "Could not find directory"),
        (gfile.DeleteRecursively, errors.NotFoundError, "not found"),
        (gfile.Remove, errors.NotFoundError, "; No such file or directory"),
        (lambda path: gfile.Copy(path, "/"), errors.AlreadyExistsError, "file already exists"),
        (lambda path: gfile.GFile(path, "x"), errors.InvalidArgumentError, "mode is not 'r' or 'w' or 'a'"),
    ],
)
def test_a_missing_file_is_tensorflows_error(tmp_path, call, error, sentence):
    with pytest.raises(error, match=sentence):
        call(str(tmp_path / "nothing"))
