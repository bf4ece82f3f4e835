"""Job: what all three actions start from - the module, its params, its input functions, and an Estimator."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from functools import cached_property
from typing import Any, final

from estimators.built_graph import argument_names, call_input_fn
from estimators.checkpoint.format import read_checkpoint
from estimators.checkpoint.recovery import checkpoints_newest_first
from estimators.command.input_facts import InputFacts, input_facts
from estimators.command.parameters import merged_params
from estimators.command.user_module import CommandError, load_user_module
from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from estimators.session_config import ConfigProto
from model_fns.errors import DataLossError
from model_fns.graph.keys import GraphKeys


@final
class Job:
    """One command on one module.

    Raises CommandError for a module that is not there or holds no model, and for parameters it does not have.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.module = load_user_module(options.module)
        self.model_dir: str = options.model_dir or os.path.join("models", self.module.short_name)
        data = {"data_dir": options.data_dir, "download": options.download, "batch_size": options.batch_size}
        self.params = merged_params(self.module.params, options.param, **data)

    @property
    def config(self) -> RunConfig:
        return RunConfig(
            model_dir=self.model_dir,
            tf_random_seed=self.options.seed,
            log_step_count_steps=getattr(self.options, "log_every", 100),
            session_config=ConfigProto(intra_op_parallelism_threads=self.options.threads or 0),
        )

    @cached_property
    def estimator(self) -> Estimator:
        takes_params = "params" in argument_names(self.module.model_fn)
        return Estimator(self.module.model_fn, config=self.config, params=self.params if takes_params else None)

    def input_fn(self, name: str) -> Callable[..., Any]:
        """The module's input function, with the job's params whether or not the model function takes any."""
        function = self.module.function(name)

        def input_fn(mode: str, config: Any) -> Any:
            return call_input_fn(function, mode, self.params, config)

        return input_fn

    def input_facts(self, name: str, mode: str) -> InputFacts:
        """What the input function of that name has to offer."""
        return input_facts(self.module.function(name), mode, self.params, self.config)

    def data(self, mode: str) -> str:
        """What the data is, in words: the module's describe_data, else where its input functions are."""
        if not self.module.has("describe_data"):
            return self.module.inputs.__name__
        function = self.module.function("describe_data")
        given = {"mode": mode, "params": self.params, "config": self.config}
        return str(function(**{name: given[name] for name in argument_names(function) if name in given}))

    def check_model_dir(self) -> None:
        """CommandError unless checkpoints can be written: better now than when the training is done."""
        try:
            os.makedirs(self.model_dir, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.model_dir):
                pass
        except OSError as error:
            reason = error.strerror or error
            raise CommandError(
                f"{self.model_dir} cannot be written to ({reason}): name a directory with --model-dir."
            ) from None

    def reached_step(self) -> int | None:
        """The global step of the newest checkpoint that can be read; None if there is none."""
        for path in checkpoints_newest_first(self.model_dir):
            try:
                return int(read_checkpoint(path)[0].get(GraphKeys.GLOBAL_STEP, 0))
            except DataLossError:
                continue  # the Estimator will say so, and take the one before
        return None

    def check_trained(self) -> None:
        """CommandError if there is no checkpoint."""
        if not checkpoints_newest_first(self.model_dir):
            raise CommandError(
                f"There is no trained model in {self.model_dir}. Train one: python -m estimators train "
                f"{self.options.module}, or name its directory with --model-dir."
            )
