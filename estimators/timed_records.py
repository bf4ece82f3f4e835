"""Checkpoints and summaries that are written when so many seconds have passed, between the steps of a program."""

from __future__ import annotations

import logging
import os
import time
from typing import Any, final

from estimators.summaries.file_writer import FileWriter

_LOGGER = logging.getLogger("tensorflow")


@final
class Records:
    """The checkpoints and summaries of a training, each written when so many seconds have passed."""

    def __init__(
        self, session: Any, logdir: Any, saver: Any, step: Any, summaries: Any, save: Any, summarize: Any, graph: Any
    ) -> None:
        self._session, self._logdir, self._saver, self._step = session, logdir, saver, step
        self._summaries = summaries
        self._every = {self._save: save, self._summarize: summarize}
        self._last = dict.fromkeys(self._every, time.time())
        self._writer = FileWriter(logdir, graph) if logdir else None

    def write_what_is_due(self) -> None:
        for write, seconds in self._every.items():
            if self._writer is not None and seconds and time.time() - self._last[write] >= seconds:
                self._last[write] = time.time()
                write()

    def close(self) -> None:
        if self._writer is not None:
            self._save()
            self._writer.close()

    def _save(self) -> None:
        path = os.path.join(self._logdir, "model.ckpt")
        _LOGGER.info("Saving checkpoint to path %s", path)
        self._saver.save(self._session, path, global_step=self._step)

    def _summarize(self) -> None:
        if self._summaries is not None and self._writer is not None:
            summary, step = self._session.run([self._summaries, self._step])
            self._writer.add_summary(summary, step)
