"""TestCase: a graph, a session and a directory for each test."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from estimators.session import Session
from estimators.testing.array_assertions import ArrayAssertions
from estimators.testing.checked_thread import CheckedThread
from estimators.testing.message_assertions import MessageAssertions
from estimators.testing.running import get_temp_dir
from model_fns.errors import OpError
from model_fns.graph.graph import forget_default_graphs, get_default_session, set_random_seed

_SEED = 87654321  # of graphs, numpy and random, before each test


class TestCase(ArrayAssertions, MessageAssertions):
    """A unittest.TestCase for what is built of graphs.

    Each test starts with an empty default graph and the same seeds.
    """

    __test__ = False  # test runners that collect by name: only what is derived of it is a test

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__test__" not in vars(cls):
            cls.__test__ = True

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._threads: list[CheckedThread] = []
        self._tempdir: str | None = None
        self._cached: tuple[Session, Any, Any, bool] | None = None

    def setUp(self) -> None:
        self._close_cached()
        random.seed(_SEED)
        np.random.seed(_SEED)
        forget_default_graphs()
        set_random_seed(_SEED)
        if self.id().endswith(".test_session"):  # a method of this class, which its name makes a test
            self.skipTest("Not a test.")

    def tearDown(self) -> None:
        for thread in self._threads:
            thread.check_termination()
        self._close_cached()

    def _close_cached(self) -> None:
        if self._cached is not None:
            self._cached[0].close()
            self._cached = None

    def get_temp_dir(self) -> str:
        """This test's directory, the same one at each call."""
        if not self._tempdir:
            self._tempdir = tempfile.mkdtemp(dir=get_temp_dir())
        return self._tempdir

    # -- sessions -----------------------------------------------------------------------------------------------------

    @contextmanager
    def session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """A new session, the default one inside, as its graph is the default graph. It is closed at the end."""
        with Session(graph=graph, config=config) as session:
            yield session

    @contextmanager
    def cached_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """The test's one session, the default one inside. It is closed when the test ends.

        Raises ValueError for other arguments than at the first call.
        """
        session = self._shared(graph, config, force_gpu, same=True)
        with session.graph.as_default(), session.as_default():
            yield session

    @contextmanager
    def test_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = False, force_gpu: bool = False
    ) -> Iterator[Session]:
        """The test's one session; a new one for another graph. Older than `session` and `cached_session`."""
        if self.id().endswith(".test_session"):
            self.skipTest("Not a test.")
        if graph is not None:
            with self.session(graph, config, use_gpu, force_gpu) as session:
                yield session
            return
        session = self._shared(graph, config, force_gpu, same=False)
        with session.graph.as_default(), session.as_default():
            yield session

    def _shared(self, graph: Any, config: Any, force_gpu: bool, same: bool) -> Session:
        if self._cached is None:
            self._cached = Session(graph=graph, config=config), graph, config, force_gpu
        session, *made_with = self._cached
        given = (("graph", graph), ("config", config), ("force_gpu value", force_gpu))
        for (name, value), before in zip(given, made_with, strict=True):
            if same and value is not before:
                raise ValueError(
                    f"The {name} used to get the cached session is different than the one that was used to create the "
                    "session. Maybe create a new session with self.session()"
                )
        return session

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors in their nested shape, computed in the default session or the test's one."""
        session = get_default_session()
        if session is not None:
            return session.run(tensors)
        with self.test_session() as session:
            return session.run(tensors)

    # -- threads and errors -------------------------------------------------------------------------------------------

    def checkedThread(
        self, target: Callable[..., Any], args: Sequence[Any] | None = None, kwargs: Mapping[str, Any] | None = None
    ) -> CheckedThread:
        """A thread, not yet started, that fails the test if `target` raises, or if nobody waits for its end."""
        self._threads.append(CheckedThread(self, target, args, kwargs))
        return self._threads[-1]

    @contextmanager
    def assertRaisesWithPredicateMatch(
        self, exception_type: type[BaseException], expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """What is inside raises such an error.

        Of it a function is True, or an expression is found in its message and the name of the operation concerned.
        """
        try:
            yield
        except Exception as error:
            expected = expected_err_re_or_predicate
            met = expected(error) if callable(expected) else re.search(expected, _told(error))
            if not isinstance(error, exception_type) or not met:
                raise AssertionError(f"Exception of type {type(error)}: {error}") from error
            return
        self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> Any:
        """assertRaisesWithPredicateMatch of a tf.errors.OpError."""
        return self.assertRaisesWithPredicateMatch(OpError, expected_err_re_or_predicate)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: str | None = None) -> None:
        self.assertEqual(
            str(device1 or ""), str(device2 or ""), f"Devices {device1} and {device2} are not equal. {msg}"
        )


def _told(error: Exception) -> str:
    """An error's message, and the operation it comes from."""
    if not isinstance(error, OpError):
        return str(error)
    return error.message if error.op is None else f"{error.message}\nCaused by: {error.op.name}"
