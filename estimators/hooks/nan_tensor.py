"""NanTensorHook: stops when the loss is not a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimators import logging
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from model_fns.errors import NanLossDuringTrainingError


class NanTensorHook(SessionRunHook):
    """Looks at the loss of every run. NaN raises NanLossDuringTrainingError, or, if not `fail_on_nan_loss`, ends it.

    `checks_every_run` tells the loop to come back to Python with the run whose loss is NaN as the last one.
    """

    checks_every_run = True

    def __init__(self, loss_tensor: Any, fail_on_nan_loss: bool = True) -> None:
        self._loss_tensor = loss_tensor
        self._fail_on_nan_loss = fail_on_nan_loss

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(self._loss_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if not np.isnan(run_values.results):
            return
        failure_message = "Model diverged with loss = NaN."
        if self._fail_on_nan_loss:
            logging.error(failure_message)
            raise NanLossDuringTrainingError
        logging.warning(failure_message)
        run_context.request_stop()

    def next_run(self) -> int | None:
        return 0
