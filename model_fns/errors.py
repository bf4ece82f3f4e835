"""Every exception the project raises on its own account, with TensorFlow 1's names where TensorFlow has one.

Exception
 ├─ OpError                        something went wrong while a graph ran (tf.errors.OpError)
 │   ├─ CancelledError
 │   ├─ InvalidArgumentError       a value an operation cannot take (label out of range, unfed placeholder, wrong feed)
 │   ├─ NotFoundError              a checkpoint, file or key that is not there
 │   ├─ AlreadyExistsError
 │   ├─ DeadlineExceededError
 │   ├─ PermissionDeniedError
 │   ├─ UnauthenticatedError
 │   ├─ UnknownError
 │   ├─ FailedPreconditionError    a variable that was not initialized
 │   ├─ OutOfRangeError            the end of the input
 │   ├─ UnimplementedError
 │   ├─ InternalError
 │   ├─ UnavailableError
 │   ├─ AbortedError
 │   ├─ DataLossError              a damaged checkpoint
 │   └─ ResourceExhaustedError
 └─ NanLossDuringTrainingError     (a RuntimeError, tf.train.NanLossDuringTrainingError)
"""

from __future__ import annotations

from typing import Any


class OpError(Exception):
    """A failure while running a graph. `message` is the sentence, `op` the operation concerned if there is one."""

    error_code = 2

    def __init__(self, node_def: Any = None, op: Any = None, message: str = "", error_code: int | None = None) -> None:
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message
        if error_code is not None:
            self.error_code = error_code

    def __str__(self) -> str:
        return self.message


def _error(name: str, code: int, meaning: str) -> type[OpError]:
    def __init__(self: OpError, node_def: Any = None, op: Any = None, message: str = "") -> None:
        OpError.__init__(self, node_def, op, message)

    return type(
        name, (OpError,), {"__doc__": meaning, "error_code": code, "__init__": __init__, "__module__": __name__}
    )


CancelledError = _error("CancelledError", 1, "An operation or step was cancelled.")
UnknownError = _error("UnknownError", 2, "An error of no known kind.")
InvalidArgumentError = _error("InvalidArgumentError", 3, "An operation was given a value it cannot take.")
DeadlineExceededError = _error("DeadlineExceededError", 4, "An operation took too long.")
NotFoundError = _error("NotFoundError", 5, "Something asked for by name is not there.")
AlreadyExistsError = _error("AlreadyExistsError", 6, "Something to be created is there already.")
PermissionDeniedError = _error("PermissionDeniedError", 7, "The caller may not do this.")
ResourceExhaustedError = _error("ResourceExhaustedError", 8, "Memory or disk ran out.")
FailedPreconditionError = _error(
    "FailedPreconditionError", 9, "The state does not allow it: a variable has no value yet."
)
AbortedError = _error("AbortedError", 10, "An operation was aborted.")
OutOfRangeError = _error("OutOfRangeError", 11, "The input has come to its end.")
UnimplementedError = _error("UnimplementedError", 12, "An operation is not implemented.")
InternalError = _error("InternalError", 13, "An invariant of the project is broken: please report it.")
UnavailableError = _error("UnavailableError", 14, "The runtime is unavailable.")
DataLossError = _error("DataLossError", 15, "Data is lost or damaged beyond recovery.")
UnauthenticatedError = _error("UnauthenticatedError", 16, "The caller did not say who it is.")


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN and the job was asked to stop on it."""

    def __str__(self) -> str:
        return "NaN loss during training."
