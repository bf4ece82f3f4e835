"""ElementQueue: the elements that a session keeps of a queue, put in and taken out by any number of threads.

Who waits waits in line: the first to ask is the first to be served. Waiting ends with an error when the queue is closed
and nothing more can come, and when the session is closed.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

import numpy as np

from model_fns.errors import CancelledError, InvalidArgumentError, OutOfRangeError
from model_fns.ops.queue import QueueOp

Element = tuple[np.ndarray[Any, Any], ...]

_made = itertools.count()


@final
class _Ticket:
    """A place in a line."""

    def __init__(self) -> None:
        self.cancelled = False


class ElementQueue:
    """First in, first out.

    Args:
      definition: the queue as its graph knows it.
      name: of its operation.
    """

    def __init__(self, definition: QueueOp, name: str) -> None:
        self.label = f"{definition.kind} '_{next(_made)}_{name}'"
        self._definition = definition
        self._capacity = definition.capacity if definition.capacity >= 0 else float("inf")
        self._changed = threading.Condition()
        self._putting: deque[_Ticket] = deque()
        self._taking: deque[_Ticket] = deque()
        self._closed = self._ended = False
        self._elements: Any = deque()

    # -- how elements are kept: overridden by kinds with another order -----------------------------------------------

    def _put(self, element: Element) -> None:
        self._elements.append(element)

    def _take(self) -> Element:
        return self._elements.popleft()

    def _put_back(self, elements: Sequence[Element]) -> None:
        self._elements.extendleft(reversed(elements))

    def _may_take(self) -> bool:
        """Whether there is an element to take while the queue is open."""
        return bool(self._elements)

    def _stacked(self, rows: Sequence[Any], dtype: Any, sizes: tuple[int | None, ...]) -> np.ndarray[Any, Any]:
        made = np.empty((len(rows), *(size or 0 for size in sizes)), dtype)
        for place, row in enumerate(rows):
            made[place] = row[()]  # an array of rank 0 itself would be an element among objects
        return made

    # -- what operations do ------------------------------------------------------------------------------------------

    def enqueue(self, elements: Sequence[Sequence[Any]]) -> None:
        """Puts elements in, each as soon as there is room.

        CancelledError if the queue is closed, InvalidArgumentError for components of other shapes.
        """
        ready = deque(self._checked(element) for element in elements)
        with self._in_line(self._putting) as ticket:
            while ready:
                self._wait(ticket, self._putting, lambda: self._closed or len(self._elements) < self._capacity)
                if self._closed:
                    raise CancelledError(message=f"{self.label} is closed.")
                self._put(ready.popleft())
                self._changed.notify_all()

    def dequeue(self) -> Element:
        """Takes the next element, as soon as there is one. OutOfRangeError if there will be none."""
        return self._taken(1, fewer=False)[0]

    def dequeue_many(self, number: int, fewer: bool) -> Element:
        """The components of the next elements as rows; with `fewer`, of a closed queue as many as there are."""
        components = self._definition.components
        what = f"{self._definition.kind}'s DequeueMany and DequeueUpTo"
        if any(sizes is None for _, sizes in components):
            raise InvalidArgumentError(message=f"{what} require the components to have specified shapes.")
        if number < 0:
            raise InvalidArgumentError(message=f"{what} must request a number of elements >= 0, but got {number}.")
        taken = self._taken(number, fewer) if number else []
        return tuple(
            self._stacked([element[place] for element in taken], dtype.as_numpy_dtype, sizes or ())
            for place, (dtype, sizes) in enumerate(components)
        )

    def close(self, cancel_pending_enqueues: bool) -> None:
        """Takes no more elements, once those are in that wait already, or these cancelled.

        CancelledError if it is closed.
        """
        with self._changed:
            for ticket in self._putting if cancel_pending_enqueues else ():
                ticket.cancelled = True
            self._changed.notify_all()
        with self._in_line(self._putting) as own:
            self._wait(own, self._putting, lambda: True)
            if self._closed:
                raise CancelledError(message=f"Queue {self.label.partition(' ')[2]} is already closed.")
            self._closed = True

    def size(self) -> int:
        with self._changed:
            return len(self._elements)

    def is_closed(self) -> bool:
        with self._changed:
            return self._closed

    def end(self) -> None:
        """Cancels whatever waits, now and later: the session is closed."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    # -- waiting -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _in_line(self, line: deque[_Ticket]) -> Iterator[_Ticket]:
        ticket = _Ticket()
        with self._changed:
            line.append(ticket)
            try:
                yield ticket
            finally:
                line.remove(ticket)
                self._changed.notify_all()

    def _wait(self, ticket: _Ticket, line: deque[_Ticket], possible: Callable[[], bool]) -> None:
        """Until it is this ticket's turn and `possible`."""
        while True:
            if self._ended or ticket.cancelled:
                what = "Enqueue" if line is self._putting else "Dequeue"
                raise CancelledError(message=f"{what} operation was cancelled")
            if line[0] is ticket and possible():
                return
            self._changed.wait()

    def _taken(self, number: int, fewer: bool) -> list[Element]:
        taken: list[Element] = []
        with self._in_line(self._taking) as ticket:
            try:
                while len(taken) < number:
                    self._wait(ticket, self._taking, lambda: self._closed or self._may_take())
                    left, there = number - len(taken), len(self._elements)
                    if self._closed and there < left:
                        if not fewer or not (taken or there):
                            raise OutOfRangeError(
                                message=f"{self.label} is closed and has insufficient elements (requested {left}, "
                                f"current size {there})"
                            )
                        number = len(taken) + there
                    else:
                        taken.append(self._take())
                        self._changed.notify_all()
            except BaseException:  # an interrupt, too
                self._put_back(taken)
                raise
        return taken

    def _checked(self, element: Sequence[Any]) -> Element:
        arrays = []
        for place, (value, (dtype, sizes)) in enumerate(zip(element, self._definition.components, strict=True)):
            array = np.array(value, dtype.as_numpy_dtype)  # a copy: what was read may be a variable that goes on
            if sizes is not None and not _fits(array.shape, sizes):
                raise InvalidArgumentError(
                    message=f"Shape mismatch in tuple component {place}. Expected {_text(sizes)}, got "
                    f"{_text(array.shape)}"
                )
            arrays.append(array)
        return tuple(arrays)


def _fits(shape: tuple[int, ...], sizes: tuple[int | None, ...]) -> bool:
    return len(shape) == len(sizes) and all(size in (None, found) for found, size in zip(shape, sizes, strict=True))


def _text(sizes: Sequence[int | None]) -> str:
    return f"[{','.join('?' if size is None else str(size) for size in sizes)}]"
