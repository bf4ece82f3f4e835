"""The ready models, as the command runs them: each learns, in each mode, from the input functions that it names."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

import model_fns
from estimators import Estimator, RunConfig, SessionRunArgs, SessionRunHook
from estimators.command.arguments import READY_MODELS
from estimators.command.user_module import load_user_module

# Steps to train, and what the mean loss of the last five must be below, as a share of that of the first five.
CASES = {
    "linear_regression": (60, 0.1),
    "softmax_regression": (40, 0.7),
    "mlp_digits": (100, 0.8),
    "lenet": (30, 0.9),
    "mnist_cnn": (12, 0.8),
}


class Losses(SessionRunHook):
    """Writes down every step's loss."""

    def __init__(self):
        self.seen = []

    def before_run(self, run_context):
        return SessionRunArgs(run_context.original_args[0][1])

    def after_run(self, run_context, run_values):
        self.seen.append(float(run_values.results))


def estimator_of(name, directory, **params):
    module = load_user_module(f"model_fns.{name}")
    config = RunConfig(str(directory), tf_random_seed=1)
    return module, Estimator(module.model_fn, config=config, params={**module.params, **params})


def test_every_ready_model_is_listed():
    modules = [f"model_fns.{module.name}" for module in pkgutil.iter_modules(model_fns.__path__)]
    found = {name.rpartition(".")[2] for name in modules if hasattr(importlib.import_module(name), "model_fn")}
    assert set(READY_MODELS) == set(CASES) == found


@pytest.mark.parametrize("name", CASES)
def test_every_ready_model_learns(name, tmp_path):
    steps, share = CASES[name]
    module, estimator = estimator_of(name, tmp_path)
    losses = Losses()
    estimator.train(module.function("train_input_fn"), [losses], steps)
    assert np.mean(losses.seen[-5:]) < share * np.mean(losses.seen[:5])

    metrics = estimator.evaluate(module.function("eval_input_fn"))
    assert metrics["global_step"] == steps and np.isfinite(metrics["loss"])
    assert ("accuracy" in metrics) == (name != "linear_regression")

    first = next(estimator.predict(module.function("predict_input_fn")))
    if name == "linear_regression":
        assert first["values"].shape == (1,)
    else:
        assert first["classes"] == np.argmax(first["probabilities"])
        np.testing.assert_allclose(first["probabilities"].sum(), 1, rtol=1e-5)


def test_linear_regression_finds_the_line(tmp_path):
    module, estimator = estimator_of("linear_regression", tmp_path)
    estimator.train(module.function("train_input_fn"), steps=module.params["steps"])
    np.testing.assert_allclose(estimator.get_variable_value("dense/kernel"), [[3]], atol=1e-3)
    np.testing.assert_allclose(estimator.get_variable_value("dense/bias"), [10], atol=1e-3)


def test_mlp_digits_reads_digits(tmp_path):
    module, estimator = estimator_of("mlp_digits", tmp_path)
    estimator.train(module.function("train_input_fn"), steps=2250)
    assert estimator.evaluate(module.function("eval_input_fn"))["accuracy"] > 0.96


@pytest.mark.slow
def test_mnist_cnn_reads_the_sample(tmp_path):
    module, estimator = estimator_of("mnist_cnn", tmp_path)
    estimator.train(module.function("train_input_fn"), steps=600)
    assert estimator.evaluate(module.function("eval_input_fn"))["accuracy"] >= 0.96
    names = estimator.get_variable_names()
    assert sum(estimator.get_variable_value(name).size for name in names if "Adam" not in name) == 3_274_634 + 3


def test_a_data_directory_takes_the_place_of_the_sample(tmp_path, monkeypatch):
    from input_fns import mnist
    from input_fns.datasets import DatasetUnavailableError

    assert mnist.describe_data({}) == "a sample of MNIST"
    assert mnist.describe_data({"download": True}) == "all of MNIST"
    monkeypatch.setenv("ESTIMATORS_DATA", str(tmp_path))
    assert mnist.describe_data({"data_dir": None}) == f"MNIST in {tmp_path}"
    with pytest.raises(DatasetUnavailableError, match="does not hold"):
        mnist.train_input_fn({"data_dir": tmp_path})
