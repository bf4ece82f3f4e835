"""Session creators: what makes the session inside a monitored one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

from estimators import logging
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.session_start import start
from model_fns.graph.graph import get_default_graph


class SessionCreator(ABC):
    """A factory of sessions."""

    @abstractmethod
    def create_session(self) -> Session:
        """A session on the default graph, its variables having values."""


@final
class ChiefSessionCreator(SessionCreator):
    """Finalizes the scaffold, then restores the variables or initializes them.

    Args:
      scaffold: by default a new one.
      master: accepted; everything runs in this process.
      config: a ConfigProto.
      checkpoint_dir: the directory whose newest checkpoint is restored, if there is one.
      checkpoint_filename_with_path: one checkpoint, which is restored.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: Any = None,
        checkpoint_filename_with_path: Any = None,
    ) -> None:
        self._scaffold, self._config = scaffold or Scaffold(), config
        self._checkpoint_dir, self._checkpoint_path = checkpoint_dir, checkpoint_filename_with_path

    def create_session(self) -> Session:
        self._scaffold.finalize()
        logging.info("Graph was finalized.")
        session = Session(graph=get_default_graph(), config=self._config)
        start(session, self._scaffold, self._checkpoint_dir, self._checkpoint_path)
        return session


@final
class WorkerSessionCreator(SessionCreator):
    """As ChiefSessionCreator without a checkpoint: there is no chief in another process to wait for."""

    def __init__(
        self, scaffold: Scaffold | None = None, master: str = "", config: Any = None, max_wait_secs: float = 30 * 60
    ) -> None:
        self._creator = ChiefSessionCreator(scaffold, master, config)

    def create_session(self) -> Session:
        return self._creator.create_session()
