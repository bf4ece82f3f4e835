"""From arguments to an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence

from estimators.command.arguments import parser
from estimators.command.errors import FAILED_RUN, INTERRUPTED, exit_code, sentence
from estimators.command.evaluation import evaluate
from estimators.command.job import Job
from estimators.command.log_lines import show_log_lines
from estimators.command.prediction import predict
from estimators.command.script import run_script
from estimators.command.training import train

_ACTIONS: dict[str, Callable[[Job], None]] = {"train": train, "evaluate": evaluate, "predict": predict}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; 0, or 2 for a request that cannot be met, 1 for a run that failed, 130 after Ctrl-C."""
    options = parser().parse_args(arguments)
    if options.action == "run":
        return run_script(options)
    show_log_lines(options.verbose)
    job: Job | None = None
    try:
        job = Job(options)
        _ACTIONS[options.action](job)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print(f"\n{_interrupted(job)}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # what reads our output has seen enough; nothing more can be written there
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED_RUN
    except Exception as error:
        if options.debug:
            traceback.print_exc()
        model_dir, files = (None, []) if job is None else (job.model_dir, job.module.files)
        print(f"error: {sentence(error, model_dir, files)}", file=sys.stderr)
        return exit_code(error)
    return 0


def _interrupted(job: Job | None) -> str:
    step = None if job is None else job.reached_step()
    if job is None or step is None:
        return "Interrupted."
    return f"Interrupted. {job.model_dir} holds step {step:,}; the same command goes on from there."
