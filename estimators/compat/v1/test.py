"""tf.test."""

from __future__ import annotations

from typing import Any
from unittest import mock

from estimators.compat.missing import missing
from estimators.testing.benchmark import Benchmark, benchmark_config
from estimators.testing.case import TestCase
from estimators.testing.gradient_check import compute_gradient, compute_gradient_error
from estimators.testing.message_assertions import assert_equal_graph_def
from estimators.testing.running import (
    get_temp_dir,
    gpu_device_name,
    is_built_with_cuda,
    is_built_with_gpu_support,
    is_built_with_rocm,
    is_gpu_available,
    main,
    test_src_dir_path,
)
from estimators.testing.stubs import StubOutForTesting

__all__ = [
    "Benchmark",
    "StubOutForTesting",
    "TestCase",
    "assert_equal_graph_def",
    "benchmark_config",
    "compute_gradient",
    "compute_gradient_error",
    "get_temp_dir",
    "gpu_device_name",
    "is_built_with_cuda",
    "is_built_with_gpu_support",
    "is_built_with_rocm",
    "is_gpu_available",
    "main",
    "mock",
    "test_src_dir_path",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
