"""tf.app.run: parses the flags and calls the program's main."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from estimators.flags import FLAGS, Error


def run(main: Callable[[list[str]], Any] | None = None, argv: Sequence[str] | None = None) -> NoReturn:
    """Calls `main`, by default the running program's, with what of `argv` is no flag, and exits with what it returns.

    `--help` and flags with bad values end the program with a sentence, as in TensorFlow.
    """
    main = main or sys.modules["__main__"].main
    arguments = list(sys.argv if argv is None else argv)
    if "--help" in arguments[1:] or "-h" in arguments[1:]:
        print(FLAGS.help_text(arguments[0]))
        sys.exit(1)
    try:
        rest = FLAGS(arguments, known_only=True)
    except Error as error:
        print(f"FATAL Flags parsing error: {error}\nPass --help to see help on flags.", file=sys.stderr)
        sys.exit(1)
    assert main is not None
    sys.exit(main(_without_flags_of_absl(rest)))


def _without_flags_of_absl(arguments: list[str]) -> list[str]:
    """Some programs define flags with absl itself, which TensorFlow's are, and still call tf.app.run."""
    absl = sys.modules.get("absl.flags")
    if absl is None or absl.FLAGS.is_parsed():
        return arguments
    try:
        rest: list[str] = absl.FLAGS(arguments, known_only=True)
    except absl.Error as error:
        print(f"FATAL Flags parsing error: {error}\nPass --help to see help on flags.", file=sys.stderr)
        sys.exit(1)
    return rest
