"""The options of the command."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from estimators.version import __version__

# Modules of model_fns that hold a whole model; tests/test_model_modules.py holds this list complete.
READY_MODELS = ("linear_regression", "softmax_regression", "mlp_digits", "lenet", "mnist_cnn")
DEFAULT_SEED = 1

_EPILOG = f"""\
MODULE is any module that holds a model_fn, by name or as the path of a .py file; where its input functions come from
is told by  python -m pydoc estimators.command.user_module

ready models: {", ".join(f"model_fns.{name}" for name in READY_MODELS)}

examples:
  python -m estimators train model_fns.mnist_cnn
  python -m estimators train model_fns.lenet --data-dir ~/mnist --model-dir /tmp/lenet
  python -m estimators train my_model.py --epochs 3 -p learning_rate=0.01
  python -m estimators predict my_model.py
  python -m estimators run program_for_tensorflow_1.py --its-own-flag
"""


def parser() -> argparse.ArgumentParser:
    """The parser; the parsed `action` is "train", "evaluate", "predict" or "run"."""
    top = argparse.ArgumentParser(
        prog="python -m estimators",
        description="Trains, evaluates and asks models of the Estimator kind.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"estimators {__version__}")
    actions = top.add_subparsers(dest="action", required=True, metavar="train | evaluate | predict | run")
    train = _action(actions, "train", "train a model, evaluate it, and show some predictions")
    _evaluate = _action(actions, "evaluate", "evaluate what was trained")
    predict = _action(actions, "predict", "show predictions of what was trained, beside the truth if it is known")

    _add_run(actions)

    length = train.add_mutually_exclusive_group()
    length.add_argument("--steps", type=_number(int, 1), metavar="N", help="train for N more steps")
    length.add_argument("--epochs", type=_number(float, 0), metavar="N", help="train for N more passes over the data")
    length.add_argument("--max-steps", type=_number(int, 1), metavar="N", help="train until the global step is N")
    train.add_argument("--log-every", type=_number(int, 1), default=100, metavar="N", help="log every N steps (100)")
    predict.add_argument("-n", "--examples", type=_number(int, 1), default=10, metavar="N", help="how many (10)")
    return top


def _add_run(actions: argparse._SubParsersAction) -> None:
    description = "run a program written for TensorFlow 1, as it is"
    action = actions.add_parser(
        "run",
        help=description,
        description=f"{description[0].upper()}{description[1:]}: `import tensorflow` gives it estimators.compat.v1.",
    )
    action.add_argument(
        "--instead-of-tensorflow", action="store_true", help="also where TensorFlow itself is installed"
    )
    action.add_argument("--debug", action="store_true", help="show tracebacks")
    action.add_argument("script", metavar="SCRIPT", help="path of a .py file")
    action.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script")


def _action(actions: argparse._SubParsersAction, name: str, description: str) -> argparse.ArgumentParser:
    action: argparse.ArgumentParser = actions.add_parser(
        name,
        help=description,
        description=f"{description[0].upper()}{description[1:]}.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    action.add_argument("module", metavar="MODULE", help="name of a module, or path of a .py file, with a model_fn")
    action.add_argument("--model-dir", metavar="DIR", help="where the model is kept (models/<name of the module>)")
    action.add_argument("--data-dir", metavar="DIR", help="where the data is, for input functions that look there")
    action.add_argument("--download", action="store_true", default=None, help="fetch the whole data set, if need be")
    action.add_argument("--batch-size", type=_number(int, 1), metavar="N", help="examples in a batch")
    action.add_argument("--seed", type=_number(int, 0), default=DEFAULT_SEED, help="decides all that is random (1)")
    action.add_argument("--threads", type=_number(int, 1), metavar="N", help="processors to use (all); same results")
    action.add_argument(
        "-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="change one of the module's params"
    )
    action.add_argument("--verbose", action="store_true", help="show all of the framework's log lines")
    action.add_argument("--debug", action="store_true", help="show tracebacks")
    return action


def _number(kind: Callable[[str], float], least: float) -> Callable[[str], float]:
    """A type for an option: a number of that kind, at least `least` (above it if that is 0 and the kind is float)."""

    def number(text: str) -> float:
        value = kind(text)
        if value < least or (kind is float and not 0 < value < float("inf")):
            raise argparse.ArgumentTypeError(f"{text} is too small" if value <= least else f"{text} is no number")
        return value

    number.__name__ = "whole number" if kind is int else "number"
    return number
