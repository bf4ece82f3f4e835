"""What an Estimator has trained can be taken up without its program: the graph lies beside each checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from tests.estimators.small_models import line, points


def with_branches(features: Any, labels: Any, mode: str) -> Any:
    """`line` with a learning rate from a branch and a loss from a loop."""
    spec = line(features, labels, mode)
    step = tf.train.get_global_step()
    rate = tf.cond(step > 3, lambda: tf.constant(0.01), lambda: tf.constant(0.1))
    loss = tf.while_loop(lambda total: total < 0.5, lambda total: total * 2 + 0.1, [spec.loss])
    train_op = tf.train.GradientDescentOptimizer(rate).minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def with_python(features: Any, labels: Any, mode: str) -> Any:
    spec = line(features, labels, mode)
    seen = tf.py_func(lambda value: value, [spec.loss], tf.float32, stateful=False)
    with tf.control_dependencies([seen]):
        return spec._replace(train_op=tf.group(spec.train_op))


def trained(directory: Path, model_fn: Any = line, **config: Any) -> Estimator:
    config = {"tf_random_seed": 1, "save_checkpoints_steps": 2, "keep_checkpoint_max": 3, **config}
    return Estimator(model_fn, str(directory), RunConfig(**config)).train(points(), steps=8)


def test_without_the_program(tmp_path: Path) -> None:
    for model_fn in (line, with_branches):
        estimator = trained(tmp_path / model_fn.__name__, model_fn)
        path = estimator.latest_checkpoint()
        x = np.float32([[0], [2], [3], [-1], [0.5]])
        with tf.Graph().as_default() as graph, tf.Session() as session:
            tf.train.import_meta_graph(f"{path}.meta").restore(session, path)
            batch = graph.get_operation_by_name("fifo_queue_DequeueMany").outputs
            out, step = session.run(["line/BiasAdd:0", "global_step:0"], {batch[0]: x})
            assert step == 8
            session.run(
                [op for op in graph.get_operations() if op.name.startswith("GradientDescent")][-1:],
                {batch[0]: np.ones([5, 1], np.float32), batch[1]: np.ones([5, 1], np.float32)},
            )
            assert session.run("global_step:0") == 9, "and trained on"
        w, b = (estimator.get_variable_value(f"line/{name}") for name in ("kernel", "bias"))
        np.testing.assert_allclose(out, x @ w + b, rtol=1e-6)


def test_one_file_for_all_checkpoints(tmp_path: Path) -> None:
    trained(tmp_path)
    files = sorted(tmp_path.glob("*.meta"))
    assert [path.name for path in files] == ["model.ckpt-4.meta", "model.ckpt-6.meta", "model.ckpt-8.meta"]
    assert len({path.stat().st_ino for path in files}) == 1
    assert len({path.read_bytes() for path in files}) == 1


def test_where_there_are_no_links(tmp_path: Path, monkeypatch: Any) -> None:
    def no_links(*arguments: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("os.link", no_links)
    trained(tmp_path)
    files = sorted(tmp_path.glob("*.meta"))
    assert len({path.stat().st_ino for path in files}) == len(files) == 3


def test_a_python_function_is_no_data(tmp_path: Path, caplog: Any) -> None:
    estimator = trained(tmp_path, with_python)
    assert estimator.get_variable_value("global_step") == 8 and not list(tmp_path.glob("*.meta"))
    told = [message for message in caplog.messages if message.startswith("No meta graph is written: The operation '")]
    assert len(told) == 1, "said once"
