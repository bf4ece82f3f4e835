"""The numbers that are fed to golden cases: the same formula on both sides, so that only results are stored.

Python 3.7 must be able to read this file.
"""

import numpy as np


def wave(shape, phase, dtype="float32"):
    """Numbers between -1.5 and 1.5, none equal to another."""
    count = int(np.prod(shape))
    return (1.5 * np.sin(1.7 * np.arange(count) + phase)).astype(dtype).reshape(shape)


def variable_value(name, position, shape, dtype):
    """What a variable holds: positive for variances, near 1 for scales."""
    value = 0.5 * wave(shape, 0.3 + position, "float64")
    if name.endswith("moving_variance"):
        value = 0.4 + np.abs(value)
    elif name.endswith("gamma"):
        value = 1 + value
    return value.astype(dtype)


def loss_inputs(batch=5):
    """name -> array: see loss_cases.py."""
    p, q = wave((batch, 4), 0.1), wave((batch, 4), 2.0)
    classes = np.resize(np.array([0, 3, 1, 1, 2], "int32"), batch)
    r = np.resize(np.array([0.5, 0, 2, 1, 0.25], "float32"), batch)
    length = np.sqrt(np.sum(q * q, axis=1, keepdims=True))
    return {
        "p": p,
        "q": q,
        "r": r,
        "w": r[:, None],
        "v": (q / length).astype("float32"),
        "onehot": np.eye(4, dtype="float32")[classes],
        "classes": classes,
        "column": classes[:, None].astype("int64"),
        "square": wave((4, 4), 1.0),
    }
