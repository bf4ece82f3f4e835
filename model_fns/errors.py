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


class _CodedError(OpError):
    """An OpError whose code its class decides."""

    def __init__(self, node_def: Any = None, op: Any = None, message: str = "") -> None:
        super().__init__(node_def, op, message)


class CancelledError(_CodedError):
    """An operation or step was cancelled."""

    error_code = 1


class UnknownError(_CodedError):
    """An error of no known kind."""

    error_code = 2


class InvalidArgumentError(_CodedError):
    """An operation was given a value it cannot take."""

    error_code = 3


class DeadlineExceededError(_CodedError):
    """An operation took too long."""

    error_code = 4


class NotFoundError(_CodedError):
    """Something asked for by name is not there."""

    error_code = 5


class AlreadyExistsError(_CodedError):
    """Something to be created is there already."""

    error_code = 6


class PermissionDeniedError(_CodedError):
    """The caller may not do this."""

    error_code = 7


class ResourceExhaustedError(_CodedError):
    """Memory or disk ran out."""

    error_code = 8


class FailedPreconditionError(_CodedError):
    """The state does not allow it: a variable has no value yet."""

    error_code = 9


class AbortedError(_CodedError):
    """An operation was aborted."""

    error_code = 10


class OutOfRangeError(_CodedError):
    """The input has come to its end."""

    error_code = 11


class UnimplementedError(_CodedError):
    """An operation is not implemented."""

    error_code = 12


class InternalError(_CodedError):
    """An invariant of the project is broken: please report it."""

    error_code = 13


class UnavailableError(_CodedError):
    """The runtime is unavailable."""

    error_code = 14


class DataLossError(_CodedError):
    """Data is lost or damaged beyond recovery."""

    error_code = 15


class UnauthenticatedError(_CodedError):
    """The caller did not say who it is."""

    error_code = 16


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN and the job was asked to stop on it."""

    def __str__(self) -> str:
        return "NaN loss during training."


def exception_type_from_error_code(error_code: int) -> type[OpError]:
    """The class of the errors with this code. KeyError if there is none."""
    return {kind.error_code: kind for kind in _CodedError.__subclasses__()}[error_code]


def error_code_from_exception_type(cls: type[OpError]) -> int:
    """The code of a class's errors."""
    return cls.error_code
