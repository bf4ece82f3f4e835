"""What a command says when it cannot do what it was asked: one sentence, and an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from estimators.command.user_module import CommandError
from input_fns.datasets.errors import DatasetError
from model_fns.errors import NanLossDuringTrainingError, OpError

WRONG_REQUEST, FAILED_RUN, INTERRUPTED = 2, 1, 130

_OTHER_MODEL = "Restoring from checkpoint failed."
_MOST_FACTS = 3


def exit_code(error: BaseException) -> int:
    """2 for what the caller can put right by asking otherwise, 1 for a run that failed."""
    wrong = isinstance(error, CommandError | DatasetError) or _of_another_model(error)
    return WRONG_REQUEST if wrong else FAILED_RUN


def sentence(error: BaseException, model_dir: str | None, files: Iterable[str]) -> str:
    """What to print of `error`. `files` are the user's, of which the line is named where it came about."""
    if _of_another_model(error):
        facts = _facts(str(error))
        return f"The checkpoint in {model_dir} is of another model ({facts}): name another directory with --model-dir."
    if isinstance(error, CommandError | DatasetError):
        return str(error)
    if isinstance(error, NanLossDuringTrainingError):
        return (
            "The loss became NaN, so training stopped. A smaller learning rate may help "
            f"(-p learning_rate=...). The last good checkpoint is in {model_dir}."
        )
    said = str(error) if isinstance(error, OpError) and str(error) else f"{type(error).__name__}: {error}"
    return f"{said}{place(error, set(files))}\n(--debug shows the traceback.)"


def _of_another_model(error: BaseException) -> bool:
    return isinstance(error, OpError) and str(error).startswith(_OTHER_MODEL)


def _facts(text: str) -> str:
    """Which variables do not fit, from the lines between the opening and the advice of the error."""
    lines = [line.strip() for line in text.splitlines()[1:] if line.strip()]
    facts = [line for line in lines if "not found in checkpoint" in line or " in the graph, but " in line]
    more = f"; and {len(facts) - _MOST_FACTS} more" if len(facts) > _MOST_FACTS else ""
    return "; ".join(facts[:_MOST_FACTS]) + more


def place(error: BaseException, files: set[str]) -> str:
    """The line of one of `files` where the error came about, in brackets; nothing if it is in none of them."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    return f" ({frames[-1].filename}, line {frames[-1].lineno}, in {frames[-1].name})" if frames else ""
