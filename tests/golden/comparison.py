"""Runs a golden case with the reference interpreter and compares it with what TensorFlow 1.15 gave."""

import json
from pathlib import Path

import numpy as np

from estimators.compiler.reference import evaluate
from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import bool_
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.ops.arithmetic import add_n, cast
from model_fns.ops.control import placeholder
from model_fns.ops.reduction import reduce_sum
from model_fns.variables import global_variables, trainable_variables
from tests.golden import inputs

HERE = Path(__file__).parent


def facts(table):
    """Names and shapes by case."""
    return json.loads((HERE / f"{table}.json").read_text())


def arrays(table):
    """Results by `case/what`."""
    with np.load(HERE / f"{table}.npz", allow_pickle=False) as file:
        return dict(file)


class Built:
    """A case's graph: its output, the fed tensors by label, and a state of golden values."""

    def __init__(self, build, given, training=None):
        """`given`: label -> (shape, dtype, array)."""
        self.graph = Graph()
        with self.graph.as_default():
            tensors = {label: placeholder(dtype, shape, label) for label, (shape, dtype, _) in given.items()}
            self.feeds = {tensors[label]: array for label, (_, _, array) in given.items()}
            self.sources = dict(tensors)
            if training is not None:
                tensors["training"] = placeholder(bool_, [], "training")
                self.feeds[tensors["training"]] = training
            self.output = build(**tensors)
            self.variables = sorted(global_variables(), key=lambda variable: variable.name)
            self.trained = sorted(trainable_variables(), key=lambda variable: variable.name)
        self.state = {
            v.op.name: inputs.variable_value(v.op.name, position, v.dims, v.dtype.as_numpy_dtype)
            for position, v in enumerate(self.variables)
        }

    def described(self):
        trained = {variable.name for variable in self.trained}
        with self.graph.as_default():
            collections = [get_default_graph().get_collection(key) for key in ("losses", "regularization_losses")]
            losses, penalties = ([tensor.name for tensor in items] for items in collections)
            return {
                "output": self.output.name,
                "shape": self.output.shape.as_list(),
                "dtype": self.output.dtype.name,
                "variables": [[v.op.name, v.shape.as_list(), v.name in trained] for v in self.variables],
                "losses": losses,
                "regularization_losses": penalties,
                "updates": len(get_default_graph().get_collection(GraphKeys.UPDATE_OPS)),
            }

    def run(self, *fetches, feeds=None, **options):
        return evaluate(list(fetches), self.feeds if feeds is None else feeds, self.state, **options)

    def measured(self, labels):
        """what -> array, as make_layers_losses.py stores it, with the gradients by the inputs named in `labels`."""
        result = {}
        with self.graph.as_default():
            (value,) = self.run(self.output)
            result["output"] = value
            if self.output.dtype.is_floating:
                cosines = np.cos(np.arange(value.size)).astype(value.dtype).reshape(value.shape)
                penalties = get_default_graph().get_collection(GraphKeys.REGULARIZATION_LOSSES)
                total = add_n([reduce_sum(self.output * cosines), *(cast(t, value.dtype) for t in penalties)])
                targets = {label: self.sources[label] for label in labels}
                targets |= {variable.op.name: variable for variable in self.trained}
                found = gradients(total, list(targets.values()))
                for label, gradient in zip(targets, found, strict=True):
                    if gradient is not None:
                        result[f"gradient/{label}"] = self.run(convert_to_tensor(gradient))[0]
            updates = get_default_graph().get_collection(GraphKeys.UPDATE_OPS)
            if updates:
                self.run(*updates)
                result |= {f"updated/{name}": value for name, value in self.state.items() if "moving" in name}
        return result


def assert_equal(name, measured, golden):
    """Every golden array of the case was measured, and equals what was."""
    expected = {key.removeprefix(f"{name}/"): value for key, value in golden.items() if key.startswith(f"{name}/")}
    assert sorted(measured) == sorted(expected)
    for key, value in expected.items():
        # TensorFlow rounds 1 - momentum to float32, for float64 variables too.
        exact = value.dtype == np.float64 and not key.startswith("updated/")
        scale = np.max(np.abs(value), initial=1e-3)  # sums that cancel are as exact as their largest terms
        np.testing.assert_allclose(
            measured[key], value, rtol=1e-10 if exact else 1e-5, atol=scale * (1e-11 if exact else 2e-6), err_msg=key
        )
        assert np.asarray(measured[key]).dtype == value.dtype, key
