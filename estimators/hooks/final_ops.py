"""FinalOpsHook: evaluates tensors at the end."""

from __future__ import annotations

from typing import Any

from estimators import logging
from estimators.hooks.session_run_hook import SessionRunHook
from model_fns.errors import OutOfRangeError


class FinalOpsHook(SessionRunHook):
    """Runs `final_ops` (tensors, nested as a session takes them) once at the end; see `final_ops_values`."""

    def __init__(self, final_ops: Any, final_ops_feed_dict: Any = None) -> None:
        self._final_ops = final_ops
        self._final_ops_feed_dict = final_ops_feed_dict
        self._final_ops_values: Any = None

    @property
    def final_ops_values(self) -> Any:
        """The values after the end, in the shape of `final_ops`; None before."""
        return self._final_ops_values

    def end(self, session: Any) -> None:
        if self._final_ops is None:
            return
        try:
            self._final_ops_values = session.run(self._final_ops, feed_dict=self._final_ops_feed_dict)
        except (OutOfRangeError, StopIteration):
            logging.warning(
                "An OutOfRangeError or StopIteration exception is raised by the code in FinalOpsHook. This typically "
                "means the Ops running by the FinalOpsHook have a dependency back to some input source, which should "
                "not happen: the input has come to its end. Of a metric, which is a pair (value, update_op), evaluate "
                "the value here: it reads variables only, while update_op reads another batch."
            )
            raise
