"""tf.logging prints what TensorFlow 1.15 prints, once, whatever the program does with Python's own logging."""

from __future__ import annotations

import contextlib
import io
import logging as python_logging
import subprocess
import sys

import pytest

from estimators import logging

PROGRAMS = {
    "default verbosity is WARN": (
        "log.info('a'); log.warn('b %d', 1); log.error('c')",
        ["WARNING:tensorflow:b 1", "ERROR:tensorflow:c"],
    ),
    "every level": (
        "log.set_verbosity(log.DEBUG); log.debug('a'); log.info('b'); log.warning('c'); log.error('d'); log.fatal('e')",
        [
            "DEBUG:tensorflow:a",
            "INFO:tensorflow:b",
            "WARNING:tensorflow:c",
            "ERROR:tensorflow:d",
            "CRITICAL:tensorflow:e",
        ],
    ),
    "log, vlog, log_if": (
        "log.log(log.WARN, 'a %s', 1); log.vlog(log.ERROR, 'b'); log.log_if(log.ERROR, 'c', 0); "
        "log.log_if(log.ERROR, 'd %s', 1, 2)",
        ["WARNING:tensorflow:a 1", "ERROR:tensorflow:b", "ERROR:tensorflow:d 2"],
    ),
    "log_every_n": (
        "for i in range(7): log.log_every_n(log.ERROR, 'n %d', 3, i)",
        ["ERROR:tensorflow:n 0", "ERROR:tensorflow:n 3", "ERROR:tensorflow:n 6"],
    ),
    "log_first_n": (
        "for i in range(7): log.log_first_n(log.ERROR, 'n %d', 2, i)",
        ["ERROR:tensorflow:n 0", "ERROR:tensorflow:n 1"],
    ),
    "configured before: its format, once": (
        "logging.basicConfig(format='mine %(message)s'); log.error('a')",
        ["mine a"],
    ),
    "configured after the first line: its format, once": (
        "log.error('a'); logging.basicConfig(format='mine %(message)s'); log.error('b')",
        ["ERROR:tensorflow:a", "mine b"],
    ),
    "a handler added to the logger gets the lines too": (
        "logging.getLogger('tensorflow').addHandler(logging.StreamHandler(sys.stderr)); log.error('a')",
        ["ERROR:tensorflow:a", "a"],
    ),
    "no propagation: ours prints though the root has handlers": (
        "logging.basicConfig(); logging.getLogger('tensorflow').propagate = False; log.error('a')",
        ["ERROR:tensorflow:a"],
    ),
    "imported twice": (
        "import importlib; importlib.reload(log); log.error('a')",
        ["ERROR:tensorflow:a"],
    ),
}


@pytest.fixture(scope="module")
def printed():
    """What each program printed, all run in children of one process: starting Python costs most of the time."""
    script = "import logging, os, sys\nfrom estimators import logging as log\nprograms = " + repr(
        {name: program for name, (program, _) in PROGRAMS.items()}
    )
    script += (
        "\nfor name, program in programs.items():"
        "\n    print('#' + name, file=sys.stderr, flush=True)"
        "\n    if not os.fork():"
        "\n        exec(compile(program, '<program>', 'exec'))"
        "\n        sys.stderr.flush(); os._exit(0)"
        "\n    os.wait()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    sections = [part.splitlines() for part in done.stderr.split("#")[1:]]
    return {lines[0]: lines[1:] for lines in sections}


@pytest.mark.parametrize("name", PROGRAMS)
def test_lines(printed, name):
    assert printed[name] == PROGRAMS[name][1]


@contextlib.contextmanager
def nothing_configured():
    """As in a program that has not configured Python's logging: pytest has."""
    root = python_logging.getLogger()
    handlers, root.handlers[:] = root.handlers[:], []
    yield
    root.handlers[:] = handlers


def test_stderr_may_be_redirected_at_any_time():
    with nothing_configured(), contextlib.redirect_stderr(io.StringIO()) as stream:
        logging.error("here")
    with nothing_configured(), contextlib.redirect_stderr(io.StringIO()):
        logging.error("elsewhere")
    assert stream.getvalue() == "ERROR:tensorflow:here\n"


def test_verbosity(caplog):
    caplog.set_level(logging.get_verbosity(), "tensorflow")  # to be put back afterwards
    logging.set_verbosity(logging.INFO)
    assert logging.get_verbosity() == logging.INFO == 20
    assert (logging.DEBUG, logging.WARN, logging.ERROR, logging.FATAL) == (10, 30, 40, 50)


def test_records_name_the_place_that_logged(caplog):
    logging.error("a")
    logging.log_if(logging.ERROR, "b", True)
    logging.log_first_n(logging.ERROR, "c", 1)
    logging.log(logging.ERROR, "d")
    assert {record.filename for record in caplog.records} == {"test_logging.py"}
    assert len(caplog.records) == 4


def test_flush():
    logging.flush()
