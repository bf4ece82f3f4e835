"""tf.initializers."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.initializers import Constant as constant
from model_fns.initializers import Ones as ones
from model_fns.initializers import RandomNormal as random_normal
from model_fns.initializers import RandomUniform as random_uniform
from model_fns.initializers import TruncatedNormal as truncated_normal
from model_fns.initializers import VarianceScaling as variance_scaling
from model_fns.initializers import Zeros as zeros
from model_fns.initializers import glorot_normal_initializer as glorot_normal
from model_fns.initializers import glorot_uniform_initializer as glorot_uniform
from model_fns.initializers import he_normal, he_uniform, lecun_normal, lecun_uniform
from model_fns.matrix_initializers import identity_initializer as identity
from model_fns.matrix_initializers import orthogonal_initializer as orthogonal
from model_fns.variables import global_variables_initializer as global_variables
from model_fns.variables import local_variables_initializer as local_variables
from model_fns.variables import tables_initializer
from model_fns.variables import variables_initializer as variables

__all__ = [
    "constant",
    "global_variables",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "local_variables",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "tables_initializer",
    "truncated_normal",
    "variables",
    "variance_scaling",
    "zeros",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
