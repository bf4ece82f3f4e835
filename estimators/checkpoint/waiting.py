"""checkpoints_iterator: each new checkpoint of a directory as it appears."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from estimators import logging
from estimators.checkpoint.state_file import latest_checkpoint

_SECONDS_BETWEEN_LOOKS = 1.0


def checkpoints_iterator(
    checkpoint_dir: Any,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """Yields the latest checkpoint each time there is another one.

    Args:
      min_interval_secs: at least so long between two.
      timeout: how many seconds to wait for one; None for ever. Then `timeout_fn` is called, and the end is reached if
        it returns True, or if there is none.
    """
    last: str | None = None
    while True:
        found = _next_checkpoint(checkpoint_dir, last, timeout)
        if found is None:
            if timeout_fn is None:
                logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        start, last = time.time(), found
        yield found
        time.sleep(max(0.0, start + min_interval_secs - time.time()))


def _next_checkpoint(directory: Any, last: str | None, timeout: float | None) -> str | None:
    logging.info("Waiting for new checkpoint at %s", directory)
    stop = None if timeout is None else time.time() + timeout
    while True:
        found = latest_checkpoint(directory)
        if found is not None and found != last:
            logging.info("Found new checkpoint at %s", found)
            return found
        if stop is not None and time.time() + _SECONDS_BETWEEN_LOOKS > stop:
            return None
        time.sleep(_SECONDS_BETWEEN_LOOKS)
