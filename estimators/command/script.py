"""`run`: a program written for TensorFlow 1, unchanged, with this project in TensorFlow's place."""

from __future__ import annotations

import re
import runpy
import sys
import traceback
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from estimators.command.errors import INTERRUPTED, exit_code, place
from estimators.command.tensorflow_modules import MODULES
from estimators.command.tensorflow_names import FACADE, facade_as_tensorflow, is_installed, missing_internal
from estimators.command.user_module import CommandError
from estimators.compat.missing import missing
from input_fns.datasets.errors import DatasetError
from model_fns.errors import OpError

_NOT_THERE = re.compile(r"cannot import name '(\w+)'")


def run_script(options: Namespace) -> int:
    """Runs the script as `python script.py arguments` would; its exit code, or 1 if it failed, 2 if it is not there."""
    try:
        path = _existing(options.script)
        replaced = options.instead_of_tensorflow or not is_installed()
        print(_announcement(options.script, replaced), file=sys.stderr, flush=True)
        with (
            facade_as_tensorflow() if replaced else nullcontext(),
            _command_line(path, options.script, options.arguments),
        ):
            runpy.run_path(str(path), run_name="__main__")
    except SystemExit as end:
        return _code(end)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        if options.debug:
            traceback.print_exc()
        print(f"error: {_sentence(error, options.script)}", file=sys.stderr)
        return exit_code(error)
    return 0


def _existing(script: str) -> Path:
    path = Path(script)
    if not path.is_file():
        kind = "a directory, not a file" if path.is_dir() else "not there"
        raise CommandError(f"{script} is {kind}. `run` takes the path of a Python script, and then its arguments.")
    return path


def _announcement(script: str, replaced: bool) -> str:
    if replaced:
        return f"Running {script} with {FACADE} as tensorflow."
    return (
        f"Running {script} with the TensorFlow that is installed here. "
        f"To run it with {FACADE} in its place: --instead-of-tensorflow, before the script."
    )


@contextmanager
def _command_line(path: Path, script: str, arguments: list[str]) -> Iterator[None]:
    """sys.argv and sys.path as `python script.py arguments` sets them."""
    argv, folders = sys.argv, sys.path[:]
    sys.argv = [script, *arguments]
    sys.path[:1] = [str(path.resolve().parent), *sys.path[:1]]
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, folders


def _code(end: SystemExit) -> int:
    """The exit code that Python makes of sys.exit's argument."""
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    print(end.code, file=sys.stderr)
    return 1


def _sentence(error: Exception, script: str) -> str:
    """What went wrong, and at which line of the script."""
    where = place(error, {script, str(Path(script)), str(Path(script).resolve())})
    if isinstance(error, CommandError | DatasetError):
        return f"{error}{where}"
    absent = _NOT_THERE.match(str(error)) if isinstance(error, ImportError) else None
    module = str(getattr(error, "name", ""))
    if absent is not None and module.startswith(FACADE):
        return f"{missing(module, absent[1])}{where}"
    if absent is not None and module in MODULES:
        return f"{missing_internal(module, absent[1])}{where}"
    tells = isinstance(error, OpError) and str(error)
    told = str(error) if tells or _is_of_the_facade(error) else f"{type(error).__name__}: {error}"
    return f"{told}{where}\n(--debug, before the script, shows the traceback.)"


def _is_of_the_facade(error: Exception) -> bool:
    return isinstance(error, AttributeError | ModuleNotFoundError) and " is not available here." in str(error)
