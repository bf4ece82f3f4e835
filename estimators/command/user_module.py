"""The module convention: what a module must hold to be trained, evaluated and asked by name.

model_fn                      function of features, labels and, as it names them, mode, params, config
params                        optional: a dict with what model_fn and the input functions are given; of its entries
                              `epochs` or `steps` say how long to train, `batch_size` is what --batch-size sets
train_input_fn, eval_input_fn, predict_input_fn
                              functions of those of mode, params, config that they name, returning (features,
                              labels) as an Estimator wants them; in the module itself, or in the one that
INPUT_FNS                     names, like "input_fns.mnist"
tensors_to_log                optional: a dict from tag to tensor name, logged while training
describe_data                 optional, beside the input functions: function of those of mode, params, config that
                              it names, returning what the data is, in a few words
IMAGE_SHAPE                   optional, beside the input functions: (height, width) of features that are flat images
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, final


class CommandError(Exception):
    """The command cannot do what it was asked. The message is a whole sentence that says what to do."""


@final
@dataclass(frozen=True)
class UserModule:
    """A module with a model function, and the module with its input functions, often the same."""

    name: str
    module: ModuleType
    inputs: ModuleType

    @property
    def short_name(self) -> str:
        """The last part of the name: `mnist_cnn` of model_fns.mnist_cnn and of models/mnist_cnn.py."""
        return Path(self.name).stem if _is_path(self.name) else self.name.rpartition(".")[2]

    @property
    def model_fn(self) -> Callable[..., Any]:
        return self.module.model_fn

    @property
    def params(self) -> dict[str, Any]:
        return dict(getattr(self.module, "params", None) or {})

    @property
    def tensors_to_log(self) -> dict[str, str]:
        return dict(getattr(self.module, "tensors_to_log", None) or {})

    @property
    def files(self) -> list[str]:
        """The source files of the user's own code."""
        return [file for module in (self.module, self.inputs) if (file := getattr(module, "__file__", None))]

    def has(self, function: str) -> bool:
        return any(callable(getattr(module, function, None)) for module in (self.module, self.inputs))

    def function(self, name: str) -> Callable[..., Any]:
        """The module's own function of that name, else that of its module of input functions."""
        for module in (self.module, self.inputs):
            if callable(getattr(module, name, None)):
                return getattr(module, name)
        where = "" if self.inputs is self.module else f", nor has {self.inputs.__name__}, which its INPUT_FNS names"
        raise CommandError(
            f"{self.name} has no {name}{where}. Write one that returns (features, labels), or name the module that has "
            'it: INPUT_FNS = "input_fns.mnist".'
        )


def load_user_module(name: str) -> UserModule:
    """The module of that name, or of that path if it ends in .py. CommandError if there is none, or no model in it."""
    module = _load(name)
    if not callable(getattr(module, "model_fn", None)):
        raise CommandError(
            f"{name} has no model_fn. A module to train holds a function model_fn(features, labels, mode, params) "
            "that returns an EstimatorSpec; model_fns.mnist_cnn is one to copy from."
        )
    params = getattr(module, "params", None)
    if params is not None and not isinstance(params, dict):
        raise CommandError(f"{name}: params must be a dict, but it is a {type(params).__name__}.")
    source = getattr(module, "INPUT_FNS", None)
    if source is not None and not isinstance(source, str):
        raise CommandError(f"{name}: INPUT_FNS must be the name of a module, but it is {source!r}.")
    return UserModule(name, module, module if source is None else _load(source))


def _is_path(name: str) -> bool:
    return name.endswith(".py")


def _load(name: str) -> ModuleType:
    try:
        return _from_file(Path(name)) if _is_path(name) else _by_name(name)
    except CommandError:
        raise
    except Exception as error:  # whatever the user's module raises while it is imported
        raise CommandError(f"{name} cannot be imported: {type(error).__name__}: {error}{_line(error)}") from error


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    _importable_from(path.resolve().parent)  # what lies beside it can be imported, as when it is run as a program
    name = path.stem if path.stem not in sys.modules else f"{path.stem} of {path.resolve()}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise CommandError(f"{path} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _by_name(name: str) -> ModuleType:
    _importable_from(Path.cwd())  # the installed command does not see the current directory by itself
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # it is there; something that it imports is not
    except (TypeError, ValueError):  # "", ".x"
        pass
    raise CommandError(
        f"There is no module {name!r}{_similar(name)}. MODULE is the name of a module, like model_fns.mnist_cnn, or "
        "the path of a file that ends in .py."
    )


def _importable_from(directory: Path) -> None:
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))


def _similar(name: str) -> str:
    package, _, last = name.rpartition(".")
    if Path(f"{name}.py").is_file():
        return f" (did you mean {name}.py?)"
    try:
        folders = importlib.import_module(package or "model_fns").__path__
    except Exception:
        return ""
    names = [module.name for module in pkgutil.iter_modules(folders)]
    close = difflib.get_close_matches(last, names, n=1)
    return f" (did you mean {package or 'model_fns'}.{close[0]}?)" if close else ""


def _line(error: Exception) -> str:
    """Where in the user's code the import failed."""
    if isinstance(error, SyntaxError):
        return ""  # it says so itself
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<frozen")]
    frames = [frame for frame in frames if frame.filename != __file__]
    return f" ({frames[-1].filename}, line {frames[-1].lineno})" if frames else ""
