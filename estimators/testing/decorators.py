"""How tests say what they need: graphs, a GPU, TensorFlow 1 or 2. What TensorFlow's own test files put before tests.

Everything here is graph mode on the CPU: a test that can be run so, is; one that cannot, is skipped.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Test = Callable[..., Any]


def run_in_graph_and_eager_modes(
    func: Test | None = None,
    config: Any = None,
    use_gpu: bool = True,
    reset_test: bool = True,
    assert_no_eager_garbage: bool = False,
) -> Any:
    """Runs the test in its session's graph, once; there is no eager mode."""
    if func is None:
        return functools.partial(run_in_graph_and_eager_modes, config=config)

    @functools.wraps(func)
    def run(self: Any, *args: Any, **kwargs: Any) -> None:
        with self.test_session(config=config):
            func(self, *args, **kwargs)

    return run


def run_all_in_graph_and_eager_modes(cls: type) -> type:
    """Applies `run_in_graph_and_eager_modes` to every test of a class."""
    return for_all_test_methods(run_in_graph_and_eager_modes)(cls)


def for_all_test_methods(decorator: Callable[..., Test], *args: Any, **kwargs: Any) -> Callable[[type], type]:
    """Applies a decorator, with further arguments for it, to every test of a class."""

    def decorated(cls: type) -> type:
        for name, value in list(vars(cls).items()):
            if callable(value) and name.startswith("test") and name != "test_session":
                setattr(cls, name, decorator(value, *args, **kwargs))
        return cls

    return decorated


def skip_if(condition: Any) -> Callable[[Test], Test]:
    """Skips the test, without a word, if `condition` holds; a function is asked when the test runs."""

    def decorated(func: Test) -> Test:
        @functools.wraps(func)
        def run(self: Any, *args: Any, **kwargs: Any) -> None:
            if not (condition() if callable(condition) else condition):
                func(self, *args, **kwargs)

        return run

    return decorated


def _skipped(reason: str) -> Callable[[Any], Any]:
    """A decorator, of a test or of a class of tests, that skips it."""

    def decorated(item: Any) -> Any:
        if isinstance(item, type):
            return for_all_test_methods(decorated)(item)

        @functools.wraps(item)
        def run(self: Any, *args: Any, **kwargs: Any) -> None:
            self.skipTest(reason)

        return run

    return decorated


def run_v2_only(func: Any = None) -> Any:
    """Skips the test: this is TensorFlow 1."""
    skip = _skipped("Test is only compatible with v2")
    return skip if func is None else skip(func)


def run_gpu_only(func: Any = None) -> Any:
    """Skips the test: everything runs on the CPU."""
    skip = _skipped("Test requires GPU")
    return skip if func is None else skip(func)


run_cuda_only = run_gpu_only


def _as_it_is(func: Any = None, *args: Any, **kwargs: Any) -> Any:
    """A decorator that leaves the test alone, with or without arguments of its own."""
    return func if callable(func) else lambda item: item


# What is asked for is how everything runs here, or concerns what there is not: eager tensors, functions, XLA, a GPU.
run_v1_only = run_deprecated_v1 = deprecated_graph_mode_only = build_as_function_and_v1_graph = _as_it_is
enable_control_flow_v2 = with_control_flow_v2 = disable_control_flow_v2 = enable_output_all_intermediates = _as_it_is
also_run_as_tf_function = py_func_if_in_function = enable_c_shapes = with_c_shapes = _as_it_is
assert_no_new_pyobjects_executing_eagerly = assert_no_new_tensors = assert_no_garbage_created = _as_it_is
disable_xla = no_xla_auto_jit = xla_allow_fallback = enable_tf_xla_constant_folding = _as_it_is
use_deterministic_cudnn = _as_it_is


@contextmanager
def device(use_gpu: bool) -> Iterator[None]:
    """Accepted and without effect: everything runs on the CPU."""
    yield


@contextmanager
def use_gpu() -> Iterator[None]:
    """Accepted and without effect: everything runs on the CPU."""
    yield


force_gpu = force_cpu = use_gpu


def IsMklEnabled() -> bool:
    return False


def IsGoogleCudaEnabled() -> bool:
    return False


def IsBuiltWithROCm() -> bool:
    return False


def GpuSupportsHalfMatMulAndConv() -> bool:
    return False


def is_xla_enabled() -> bool:
    return False
