"""Benchmark: how long operations take, as tf.test.Benchmark tells it."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from estimators import logging
from estimators.session_config import ConfigProto
from model_fns.graph.graph import get_default_session


class Benchmark:
    """Base of classes whose methods called `benchmark...` measure something and report it, as a line of the log."""

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether this is the base itself, which measures nothing."""
        return cls is Benchmark

    def evaluate(self, tensors: Any) -> Any:
        """The values of tensors in the default session. ValueError without one."""
        session = get_default_session()
        if session is None:
            raise ValueError("Cannot evaluate tensors: no default session. Use `with sess.as_default()`.")
        return session.run(tensors)

    def report_benchmark(
        self,
        iters: int | None = None,
        cpu_time: float | None = None,
        wall_time: float | None = None,
        throughput: float | None = None,
        extras: Mapping[str, Any] | None = None,
        name: str | None = None,
        metrics: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        """Logs one result. Times are in seconds, the throughput in MB/s; what is not given is -1.

        The name is by default that of the class and of the method that was called on it from outside.
        """
        numbers = [-1 if number is None else number for number in (iters, wall_time, cpu_time, throughput)]
        logging.info(
            "Benchmark [%s] iters: %d, wall_time: %g, cpu_time: %g,throughput: %g, extras: %s, metrics: %s",
            f"{type(self).__name__}.{name or self._measuring_method()}",
            *numbers,
            str(dict(extras or {})),
            str(list(metrics or [])),
        )

    def _measuring_method(self) -> str:
        """The outermost method of this object that is running."""
        found = ""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            if frame.f_locals.get("self") is self:
                found = frame.f_code.co_name
            frame = frame.f_back
        return found

    def run_op_benchmark(
        self,
        sess: Any,
        op_or_tensor: Any,
        feed_dict: Mapping[Any, Any] | None = None,
        burn_iters: int = 2,
        min_iters: int = 10,
        store_trace: bool = False,
        store_memory_usage: bool = True,
        name: str | None = None,
        extras: Mapping[str, Any] | None = None,
        mbs: float = 0,
    ) -> dict[str, Any]:
        """Runs something `min_iters` times, after `burn_iters` times that do not count; reports the median time.

        `mbs` is how many megabytes a run moves. Returns what was reported. The two kinds of storing are accepted and
        without effect: a step is one piece of machine code.
        """
        for _ in range(burn_iters):
            sess.run(op_or_tensor, feed_dict)
        times = []
        for _ in range(min_iters):
            began = time.perf_counter()
            sess.run(op_or_tensor, feed_dict)
            times.append(time.perf_counter() - began)
        median = statistics.median(times)
        values: dict[str, Any] = {
            "iters": min_iters,
            "wall_time": median,
            "extras": dict(extras or {}),
            "name": name,
            "throughput": mbs / median,
        }
        self.report_benchmark(**values)
        return values


def benchmark_config() -> ConfigProto:
    """A configuration for benchmarks: the usual one."""
    return ConfigProto()
