"""Programs written for TensorFlow 1 (tests/programs), run unchanged: they print what they print on TensorFlow 1.15.

golden/make_programs.py has run each there. The words must be the same, and the numbers agree to 1e-4; where numbers are
drawn at random, a program prints what holds for any draw. A program that asks for INFO logs the same lines, too.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
from pathlib import Path

import pytest

import estimators.compat.v1 as tf
from estimators.command.main import main
from tests.golden.make_programs import steady

PROGRAMS = Path(__file__).parent / "programs"
GOLDEN = json.loads((Path(__file__).parent / "golden" / "programs.json").read_text(encoding="utf-8"))

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[-+]?\d+)?(?!\w)")
RELATIVE = 1e-4


@pytest.fixture(autouse=True)
def as_in_a_new_process(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tf.reset_default_graph()
    verbosity = tf.logging.get_verbosity()
    yield
    tf.logging.set_verbosity(verbosity)
    tf.reset_default_graph()


def test_every_program_was_run_by_tensorflow():
    assert sorted(GOLDEN) == sorted(path.stem for path in PROGRAMS.glob("*.py"))


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_program_prints_what_it_prints_on_tensorflow(name, tmp_path, capfd, caplog):
    code = main(["run", "--debug", "--instead-of-tensorflow", str(PROGRAMS / f"{name}.py")])
    printed, err = capfd.readouterr()
    assert code == 0, err
    assert_agree(printed.splitlines(), GOLDEN[name]["printed"])
    logged = [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]
    assert_agree(steady(logged, str(tmp_path)), GOLDEN[name]["logged"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("loss 0.500", "loss 0.502"),
        ("loss 120.02", "loss 120.00"),
        ("step 10", "step 11"),
        ("loss 1e-05", "loss 2e-05"),
        ("loss 0.5", "cost 0.5"),
        ("a:0", "a:1"),
        ("0.5", "0.5\n0.5"),
    ],
)
def test_what_does_not_agree(ours, theirs):
    assert_agree(theirs.splitlines(), theirs.splitlines())
    with pytest.raises(AssertionError):
        assert_agree(ours.splitlines(), theirs.splitlines())


def assert_agree(ours: list[str], theirs: list[str]) -> None:
    """The words between the numbers are the same, whatever the spaces, and so are the numbers, nearly."""
    assert [words(line) for line in ours] == [words(line) for line in theirs]
    apart = [(line, other) for line, other in zip(ours, theirs, strict=True) if not near(line, other)]
    assert not apart, "\n".join(["here, and on TensorFlow:", *(f"{line}\n{other}" for line, other in apart)])


def words(line: str) -> list[str]:
    return NUMBER.sub(" # ", line).split()


def near(line: str, other: str) -> bool:
    pairs = zip(NUMBER.findall(line), NUMBER.findall(other), strict=True)
    return all(abs(float(a) - float(b)) <= max(RELATIVE * abs(float(b)), rounding(b)) for a, b in pairs)


def rounding(number: str) -> float:
    """One in the last decimal place of a number as it is printed: two near ones may round apart. 0 for a whole one."""
    digits, _, exponent = number.partition("e")
    decimals = len(digits.partition(".")[2])
    return 1.001 * 10.0 ** (int(exponent or 0) - decimals) if decimals else 0.0
