"""tf.logging: the lines `INFO:tensorflow:...` on stderr, as TensorFlow 1.15 prints them.

Everything goes through Python's logger named "tensorflow". Its default verbosity is WARN, in an interactive session
INFO (there on stdout). If the program configures Python's logging itself, before or after the first line, its own
handlers get
the lines and ours keeps silent: TensorFlow printed each line twice then.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections import Counter
from logging import DEBUG, ERROR, FATAL, INFO, WARN
from typing import Any, final

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "TaskLevelStatusMessage",
    "debug",
    "error",
    "fatal",
    "flush",
    "get_logger",
    "get_verbosity",
    "info",
    "log",
    "log_every_n",
    "log_first_n",
    "log_if",
    "set_verbosity",
    "vlog",
    "warn",
    "warning",
]

_NAME = "tensorflow"
_logger = logging.getLogger(_NAME)
_lock = threading.Lock()
_calls: Counter[tuple[str, int]] = Counter()  # of log_every_n and log_first_n, by the place that calls them


@final
class _StandardHandler(logging.StreamHandler):  # of TextIO, which Python 3.10 cannot be told
    """Writes to what sys.stderr (sys.stdout) is at that moment, so redirecting it works at any time."""

    def __init__(self, interactive: bool) -> None:
        self._interactive = interactive
        super().__init__(sys.stdout if interactive else sys.stderr)
        self.set_name(_NAME)
        self.setFormatter(logging.Formatter(logging.BASIC_FORMAT))

    def emit(self, record: logging.LogRecord) -> None:
        logger = logging.getLogger(_NAME)
        if logger.propagate and logging.getLogger().handlers:
            return  # the program's own handlers, which get the record too, decide where it goes
        self.stream = sys.stdout if self._interactive else sys.stderr
        super().emit(record)


def get_logger() -> logging.Logger:
    """The logger that all lines go through, with its handler."""
    logger = logging.getLogger(_NAME)
    with _lock:
        if not any(handler.get_name() == _NAME for handler in logger.handlers):
            interactive = hasattr(sys, "ps1") or bool(sys.flags.interactive)
            if interactive and logger.level == logging.NOTSET:
                logger.setLevel(INFO)
            logger.addHandler(_StandardHandler(interactive))
    return logger


def _of_caller(options: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments with which a record names the place that called us, not this file."""
    return {"stacklevel": 2, **options}


def shows(level: int) -> bool:
    """Whether anybody will see a line of that level, so that it is worth making."""
    return _logger.isEnabledFor(level) or (not _logger.handlers and get_logger().isEnabledFor(level))


def log(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs `msg % args` at `level`."""
    get_logger().log(level, msg, *args, **_of_caller(kwargs))


def debug(msg: Any, *args: Any, **kwargs: Any) -> None:
    if shows(DEBUG):
        get_logger().debug(msg, *args, **_of_caller(kwargs))


def info(msg: Any, *args: Any, **kwargs: Any) -> None:
    if shows(INFO):
        get_logger().info(msg, *args, **_of_caller(kwargs))


def warn(msg: Any, *args: Any, **kwargs: Any) -> None:
    get_logger().warning(msg, *args, **_of_caller(kwargs))


def warning(msg: Any, *args: Any, **kwargs: Any) -> None:
    get_logger().warning(msg, *args, **_of_caller(kwargs))


def error(msg: Any, *args: Any, **kwargs: Any) -> None:
    get_logger().error(msg, *args, **_of_caller(kwargs))


def fatal(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs at level FATAL (Python's CRITICAL) and goes on."""
    get_logger().critical(msg, *args, **_of_caller(kwargs))


def TaskLevelStatusMessage(msg: Any) -> None:
    get_logger().error(msg, stacklevel=2)


def vlog(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """The same as `log`."""
    get_logger().log(level, msg, *args, **_of_caller(kwargs))


def log_if(level: int, msg: Any, condition: Any, *args: Any) -> None:
    """Logs `msg % args` at `level` if `condition` holds."""
    if condition:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_every_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Logs the first, the n+1st, the 2n+1st, ... time that this line of the program is reached."""
    if _calls_before() % n == 0:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_first_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Logs the first n times that this line of the program is reached."""
    if _calls_before() < n:
        get_logger().log(level, msg, *args, stacklevel=2)


def _calls_before() -> int:
    """How often the line of the program that called our caller came here before."""
    frame = sys._getframe(2)
    place = (frame.f_code.co_filename, frame.f_lineno)
    with _lock:
        _calls[place] += 1
        return _calls[place] - 1


def set_verbosity(v: int) -> None:
    """What is logged from now on: messages of level `v` and above."""
    get_logger().setLevel(v)


def get_verbosity() -> int:
    """The lowest level that is logged."""
    return get_logger().getEffectiveLevel()


def flush() -> None:
    """Sends what the logger's handlers still hold on its way."""
    for handler in get_logger().handlers:
        handler.flush()


get_logger()  # now, because model_fns, which does not know this module, logs to the same logger by its name
