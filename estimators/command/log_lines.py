"""Which log lines a command shows: those of hooks and of the user's own code, and all warnings."""

from __future__ import annotations

import logging as standard_logging
from pathlib import Path

from estimators import logging

_FRAMEWORK = str(Path(__file__).parents[1])
_HOOKS = str(Path(__file__).parents[1] / "hooks")


def show_log_lines(verbose: bool) -> None:
    """Lets INFO lines through; without `verbose` not those that tell only that the framework is at work."""
    logging.set_verbosity(logging.INFO)
    for handler in [] if verbose else logging.get_logger().handlers:
        handler.addFilter(_tells_something)


def _tells_something(record: standard_logging.LogRecord) -> bool:
    if record.levelno > standard_logging.INFO or not record.pathname.startswith(_FRAMEWORK):
        return True
    return record.pathname.startswith(_HOOKS) and record.getMessage() != "Create CheckpointSaverHook."
