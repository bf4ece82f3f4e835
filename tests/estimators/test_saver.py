"""Saver saves, keeps, deletes and restores as TensorFlow 1.15's does; errors name what is wrong and what to do."""

from __future__ import annotations

import errno
import os
import re

import numpy as np
import pytest

from estimators.checkpoint import (
    Saver,
    checkpoints_newest_first,
    get_checkpoint_state,
    get_saver_or_default,
    latest_checkpoint,
    read_checkpoint,
    restore_newest,
    write_checkpoint,
)
from estimators.checkpoint import (
    saver as saver_module,
)
from estimators.scaffold import Scaffold
from model_fns.errors import DataLossError, FailedPreconditionError, InvalidArgumentError, NotFoundError
from model_fns.global_step import get_or_create_global_step
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.variables import Variable
from tests.estimators.fake_session import FakeSession

VALUES = {
    "dense/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "dense/bias": np.array([1, 2, 3], np.float32),
    "global_step": np.array(0, np.int64),
}


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.fixture
def session(graph):
    return model(graph)


def model(graph, **changed) -> FakeSession:
    """A graph with the variables of VALUES, and a session in which they have these values."""
    values = VALUES | changed
    with graph.as_default():
        for name in values.keys() - {"global_step"}:
            Variable(np.zeros_like(values[name]), name=name)
        get_or_create_global_step()
    session = FakeSession(graph)
    session.state.arrays = {name: value.copy() for name, value in values.items()}
    session.state.resume = {"seed": 5, "input": {"epoch": 2}}
    return session


def emptied(session) -> FakeSession:
    other = FakeSession(session.graph)
    other.state.arrays = {name: np.full_like(value, 9) for name, value in session.state.arrays.items()}
    return other


def assert_holds(session, values):
    for name, value in values.items():
        np.testing.assert_array_equal(session.state.arrays[name], value)


def test_there_and_back(tmp_path, session, caplog):
    caplog.set_level("INFO", "tensorflow")
    prefix = Saver().save(session, tmp_path / "model.ckpt", global_step=7)
    assert prefix == f"{tmp_path}/model.ckpt-7" == latest_checkpoint(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["checkpoint", "model.ckpt-7.meta", "model.ckpt-7.safetensors"]
    other = emptied(session)
    arrays = dict(other.state.arrays)
    Saver().restore(other, prefix)
    assert_holds(other, VALUES)
    assert all(other.state.arrays[name] is arrays[name] for name in VALUES), "restored in place"
    assert other.state.resume == {"seed": 5, "input": {"epoch": 2}}
    assert caplog.messages == [f"Restoring parameters from {prefix}"]


def test_variables_without_a_value_are_made(tmp_path, session):
    prefix = Saver().save(session, str(tmp_path / "c"))
    other = FakeSession(session.graph)
    Saver().restore(other, prefix)
    assert_holds(other, VALUES)
    assert all(value.flags.c_contiguous and value.flags.writeable for value in other.state.arrays.values())


@pytest.mark.parametrize(
    "global_step, name",
    [
        (None, "m"),
        (0, "m-0"),
        (np.int64(12), "m-12"),
        (np.array(3), "m-3"),
        ("tensor", "m-0"),
        ("global_step:0", "m-0"),
    ],
    ids=str,
)
def test_the_number_of_a_checkpoint(tmp_path, session, global_step, name):
    global_step = (
        get_or_create_global_step() if isinstance(global_step, str) and global_step == "tensor" else global_step
    )
    assert Saver().save(session, f"{tmp_path}/m", global_step) == f"{tmp_path}/{name}"


def test_padded_numbers(tmp_path, session):
    assert Saver(pad_step_number=True).save(session, f"{tmp_path}/m", 12) == f"{tmp_path}/m-00000012"


# --- which are kept --------------------------------------------------------------------------------------------------


def kept(directory):
    return sorted(name.split(".")[0] for name in os.listdir(directory) if name.endswith(".safetensors"))


def test_the_oldest_are_deleted(tmp_path, session):
    saver = Saver(max_to_keep=2)
    for step in (0, 1, 2, 3, 0):  # as observed in TensorFlow 1.15
        saver.save(session, f"{tmp_path}/m", step)
    assert saver.last_checkpoints == [f"{tmp_path}/m-3", f"{tmp_path}/m-0"]
    assert kept(tmp_path) == ["m-0", "m-3"]
    assert (tmp_path / "checkpoint").read_text() == (
        f'model_checkpoint_path: "{tmp_path}/m-0"\n'
        f'all_model_checkpoint_paths: "{tmp_path}/m-3"\nall_model_checkpoint_paths: "{tmp_path}/m-0"\n'
    )


@pytest.mark.parametrize("max_to_keep", [None, 0])
def test_all_are_kept(tmp_path, session, max_to_keep):
    saver = Saver(max_to_keep=max_to_keep)
    for step in range(7):
        saver.save(session, f"{tmp_path}/m", step)
    assert len(kept(tmp_path)) == 7 and saver.last_checkpoints == []
    assert get_checkpoint_state(tmp_path).all_model_checkpoint_paths == [f"{tmp_path}/m-6"]


def test_one_is_kept_every_n_hours(tmp_path, session, monkeypatch):
    now = [1e9]
    monkeypatch.setattr(saver_module.time, "time", lambda: now[0])
    saver = Saver(max_to_keep=1, keep_checkpoint_every_n_hours=1)
    for step in range(10):
        now[0] += 1200
        saver.save(session, f"{tmp_path}/m", step)
    assert kept(tmp_path) == ["m-3", "m-6", "m-9"]


def test_relative_names(tmp_path, session):
    saver = Saver(save_relative_paths=True)
    os.mkdir(tmp_path / "old")
    for step in range(2):
        saver.save(session, f"{tmp_path}/old/m", step)
    assert (
        'model_checkpoint_path: "m-1"\nall_model_checkpoint_paths: "m-0"' in (tmp_path / "old/checkpoint").read_text()
    )
    os.rename(tmp_path / "old", tmp_path / "new")
    assert latest_checkpoint(tmp_path / "new") == f"{tmp_path}/new/m-1"


def test_in_the_current_directory(tmp_path, session, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Saver().save(session, "m", 1) == "m-1" == latest_checkpoint("")
    os.mkdir("sub")
    assert Saver().save(session, "sub/m", 1) == "sub/m-1" == latest_checkpoint("sub")


def test_the_list_after_a_restart(tmp_path, session):
    first = Saver(max_to_keep=3)
    for step in range(3):
        first.save(session, f"{tmp_path}/m", step)
    os.unlink(tmp_path / "m-1.safetensors")
    second = Saver(max_to_keep=3)
    second.recover_last_checkpoints(get_checkpoint_state(tmp_path).all_model_checkpoint_paths)
    assert second.last_checkpoints == [f"{tmp_path}/m-0", f"{tmp_path}/m-2"]
    for step in (3, 4):
        second.save(session, f"{tmp_path}/m", step)
    assert kept(tmp_path) == ["m-2", "m-3", "m-4"]


def test_setting_the_list(tmp_path, session):
    saver = Saver(max_to_keep=1)
    saver.set_last_checkpoints_with_time([("a", 1.0)])
    assert saver.last_checkpoints == ["a"]
    earlier = saver.save(session, f"{tmp_path}/m", 1)
    saver.set_last_checkpoints([earlier])  # without times: for ever
    saver.save(session, f"{tmp_path}/m", 2)
    assert kept(tmp_path) == ["m-1", "m-2"]
    for wrong in ("a", ("a",)):
        with pytest.raises(AssertionError):
            saver.set_last_checkpoints(wrong)
        with pytest.raises(AssertionError):
            saver.set_last_checkpoints_with_time(wrong)


def test_without_a_state_file(tmp_path, session):
    saver = Saver()
    saver.save(session, f"{tmp_path}/m", write_state=False)
    assert sorted(os.listdir(tmp_path)) == ["m.meta", "m.safetensors"] and saver.last_checkpoints == []
    saver.save(session, f"{tmp_path}/n", write_state=False, write_meta_graph=False)
    assert sorted(os.listdir(tmp_path)) == ["m.meta", "m.safetensors", "n.safetensors"]


def test_a_failed_save_changes_nothing(tmp_path, session, monkeypatch):
    saver = Saver(max_to_keep=1)
    saver.save(session, f"{tmp_path}/m", 1)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    for module, function in ((saver_module, "write_checkpoint"), (saver_module, "update_checkpoint_state")):
        monkeypatch.setattr(module, function, full)
        with pytest.raises(OSError, match="No space left"):
            saver.save(session, f"{tmp_path}/m", 2)
        monkeypatch.undo()
        assert all(path.read_bytes() == content for path, content in before.items())
        assert latest_checkpoint(tmp_path) == f"{tmp_path}/m-1"
    saver.save(session, f"{tmp_path}/m", 3)
    assert kept(tmp_path) == ["m-3"]


# --- which variables -------------------------------------------------------------------------------------------------


def test_a_list_and_a_dict(tmp_path, session):
    by_name = {v.op.name: v for v in session.graph.get_collection(GraphKeys.GLOBAL_VARIABLES)}
    prefix = Saver([by_name["dense/kernel"]]).save(session, f"{tmp_path}/list")
    assert read_checkpoint(prefix)[0].keys() == {"dense/kernel"}
    prefix = Saver({"a": by_name["dense/kernel"], "b": by_name["dense/bias"]}).save(session, f"{tmp_path}/dict")
    assert read_checkpoint(prefix)[0].keys() == {"a", "b"}
    other = emptied(session)
    Saver({"a": by_name["dense/kernel"]}).restore(other, prefix)
    assert_holds(other, {"dense/kernel": VALUES["dense/kernel"], "dense/bias": [9, 9, 9]})


def test_a_part_leaves_alone_what_resuming_needs(tmp_path, session):
    variables = session.graph.get_collection(GraphKeys.GLOBAL_VARIABLES)
    part, whole = Saver(variables[:1]), Saver()
    assert read_checkpoint(part.save(session, f"{tmp_path}/part"))[1] == {}
    prefix = whole.save(session, f"{tmp_path}/whole")
    other = emptied(session)
    other.state.resume = {"seed": 1}
    part.restore(other, prefix)
    assert other.state.resume == {"seed": 1}
    whole.restore(other, prefix)
    assert other.state.resume == session.state.resume


@pytest.mark.parametrize(
    "arguments, error",
    [
        (lambda v: {"var_list": [v, v]}, ValueError("At least two variables have the same name: dense/kernel")),
        (lambda v: {"var_list": {"a": v, "b": v}}, ValueError("The same saveable will be restored with two names: b")),
        (lambda v: {"var_list": [1]}, TypeError("Variable to save is not a Variable: 1")),
        (lambda v: {"var_list": 5}, TypeError("Variables to save should be passed in a dict or a list: 5")),
        (lambda v: {"var_list": []}, ValueError("No variables to save")),
        (
            lambda v: {"var_list": [v], "defer_build": True},
            ValueError(
                "If `var_list` is provided then build cannot be deferred. "
                "Either set defer_build=False or var_list=None."
            ),
        ),
    ],
)
def test_errors_of_the_constructor(graph, arguments, error):
    variable = Variable(np.zeros((2, 3), np.float32), name="dense/kernel")
    with pytest.raises(type(error), match=re.escape(str(error))):
        Saver(**arguments(variable))


def test_no_variables(tmp_path, graph):
    with pytest.raises(ValueError, match="No variables to save"):
        Saver()
    nothing = Saver(allow_empty=True)
    assert nothing.save(FakeSession(graph), f"{tmp_path}/m") is None
    nothing.restore(FakeSession(graph), None)
    assert os.listdir(tmp_path) == []


def test_a_deferred_build(tmp_path, graph):
    saver = Saver(defer_build=True)
    with pytest.raises(RuntimeError, match=re.escape("`build()` should be called before save if defer_build==True")):
        saver.save(FakeSession(graph), f"{tmp_path}/m")
    session = model(graph)
    saver.build()
    saver.build()
    assert read_checkpoint(saver.save(session, f"{tmp_path}/m"))[0].keys() == VALUES.keys()


def test_the_last_directory_is_made_as_by_tensorflow(tmp_path, session):
    path = f"{tmp_path}/new/model.ckpt"
    assert Saver().save(session, path) == path
    assert latest_checkpoint(f"{tmp_path}/new") == path


@pytest.mark.parametrize(
    "path, options, error",
    [
        ("D/x", {"latest_filename": "a/b"}, ValueError("'latest_filename' must not contain path components")),
        (
            "D/checkpoint",
            {},
            ValueError("'latest_filename' collides with 'save_path': 'checkpoint' and 'D/checkpoint'"),
        ),
        ("D/no/no/x", {}, ValueError("Parent directory of D/no/no/x doesn't exist, can't save.")),
    ],
)
def test_errors_of_save(tmp_path, session, path, options, error):
    path, sentence = (text.replace("D/", f"{tmp_path}/") for text in (path, str(error)))
    with pytest.raises(type(error), match=re.escape(sentence)):
        Saver().save(session, path, **options)


def test_a_variable_without_value_cannot_be_saved(tmp_path, session):
    del session.state.arrays["dense/bias"]
    with pytest.raises(FailedPreconditionError, match="Attempting to use uninitialized value dense/bias"):
        Saver().save(session, f"{tmp_path}/m")


def test_something_else_than_a_session(tmp_path, session):
    with pytest.raises(TypeError, match="'sess' must be a Session; 3"):
        Saver().save(3, f"{tmp_path}/m")


# --- restoring what does not fit -------------------------------------------------------------------------------------


def test_nothing_to_restore(tmp_path, session):
    with pytest.raises(ValueError, match="Can't load save_path when it is None."):
        Saver().restore(session, None)
    with pytest.raises(ValueError, match=f"The passed save_path is not a valid checkpoint: {tmp_path}/m"):
        Saver().restore(session, f"{tmp_path}/m")


def refused(saver, session, prefix, kind):
    """The message of the error that restoring raises, after which the session is as it was."""
    before = {name: value.copy() for name, value in session.state.arrays.items()}
    with pytest.raises(kind) as caught:
        saver.restore(session, prefix)
    assert_holds(session, before)
    return str(caught.value)


def test_another_shape(tmp_path, session):
    prefix = Saver().save(session, f"{tmp_path}/m", 5)
    with Graph().as_default() as other_graph:
        changed = {"dense/kernel": np.zeros((2, 4), np.float32), "dense/bias": np.zeros(3, np.float64)}
        other = model(other_graph, **changed)
        message = refused(Saver(), other, prefix, InvalidArgumentError)
    assert message == (
        "Restoring from checkpoint failed. This is most likely due to a mismatch between the current graph and the "
        "graph from the checkpoint. Please ensure that you have not altered the graph expected based on the checkpoint."
        f" Original error:\n\nThe checkpoint {prefix} does not fit the graph:\n"
        "  dense/bias is float64 in the graph, but float32 in the checkpoint\n"
        "  dense/kernel has shape [2, 4] in the graph, but [2, 3] in the checkpoint\n"
        "If this checkpoint is of another model, use another model_dir, or delete this one to train from the start; to "
        "begin a new model with the variables that fit, use warm_start_from."
    )


def test_reshape(tmp_path, session):
    prefix = Saver().save(session, f"{tmp_path}/m")
    with Graph().as_default() as other_graph:
        other = model(other_graph, **{"dense/kernel": np.zeros((6, 1), np.float32)})
        refused(Saver(), other, prefix, InvalidArgumentError)
        Saver(reshape=True).restore(other, prefix)
    np.testing.assert_array_equal(other.state.arrays["dense/kernel"], np.arange(6.0).reshape(6, 1))


def test_missing_variables(tmp_path, session):
    prefix = Saver().save(session, f"{tmp_path}/m", 5)
    with Graph().as_default() as other_graph:
        other = model(other_graph, other=np.zeros(2, np.float32))
        message = refused(Saver(), other, prefix, NotFoundError)
    assert message.startswith(
        "Restoring from checkpoint failed. This is most likely due to a Variable name or other graph key that is "
        "missing from the checkpoint."
    )
    assert "Key other not found in checkpoint\n" in message
    assert f"What {prefix} holds: dense/bias, dense/kernel, global_step.\n" in message
    assert message.endswith("use warm_start_from.")


def test_a_long_list_is_cut(tmp_path, session):
    write_checkpoint(tmp_path / "m", {f"v{n:02d}": np.zeros(1) for n in range(50)}, {})
    assert "v18, v19, and 30 more.\n" in refused(Saver(), session, f"{tmp_path}/m", NotFoundError)


def test_a_damaged_checkpoint(tmp_path, session):
    prefix = Saver().save(session, f"{tmp_path}/m")
    with open(f"{prefix}.safetensors", "r+b") as file:
        file.truncate(100)
    assert "is damaged" in refused(Saver(), session, prefix, DataLossError)


# --- going on from the newest good one -------------------------------------------------------------------------------


@pytest.fixture
def three(tmp_path, session):
    saver = Saver()
    for step in (1, 2, 3):
        session.state.arrays["global_step"][...] = step
        saver.save(session, f"{tmp_path}/m", step)
    return tmp_path


def damage(path):
    path.write_bytes(path.read_bytes()[:-1])


def test_the_newest_good_checkpoint_is_restored(three, session, caplog):
    saver = Saver(max_to_keep=3)
    assert restore_newest(saver, session, three) == f"{three}/m-3"
    damage(three / "m-3.safetensors")
    assert restore_newest(saver, session, three) == f"{three}/m-2"
    assert session.state.arrays["global_step"] == 2
    assert f"The checkpoint file {three}/m-3.safetensors is damaged" in caplog.text
    assert saver.last_checkpoints == [f"{three}/m-{step}" for step in (1, 2, 3)]
    os.unlink(three / "m-2.safetensors")
    assert restore_newest(saver, session, three) == f"{three}/m-1"
    damage(three / "m-1.safetensors")
    with pytest.raises(DataLossError):
        restore_newest(saver, session, three)


@pytest.mark.parametrize("state", [b"", b"garbage", b"\xff", b'model_checkpoint_path: "gone"'])
def test_a_useless_state_file(three, session, state):
    (three / "checkpoint").write_bytes(state)
    write_checkpoint(three / "m-10", VALUES, {})
    assert checkpoints_newest_first(three) == [f"{three}/m-{step}" for step in (10, 3, 2, 1)]
    assert restore_newest(Saver(), session, three) == f"{three}/m-10"


def test_no_state_file_means_a_new_start(three, session):
    os.unlink(three / "checkpoint")
    assert restore_newest(Saver(), session, three) is None
    assert restore_newest(Saver(), session, three / "nowhere") is None


# --- the default saver, and Scaffold ---------------------------------------------------------------------------------


def test_the_default_saver(graph):
    saver = get_saver_or_default()
    assert get_saver_or_default() is saver and graph.get_collection(GraphKeys.SAVERS) == [saver]
    graph.add_to_collection(GraphKeys.SAVERS, Saver(allow_empty=True))
    with pytest.raises(RuntimeError, match="More than one item in collection savers. Please indicate which one"):
        get_saver_or_default()


def test_scaffold_fills_in_what_is_missing(graph, session):
    scaffold = Scaffold()
    assert scaffold.saver is None and scaffold.init_op is None and scaffold.init_fn is None
    assert scaffold.finalize() is scaffold
    assert graph.finalized
    assert scaffold.init_op.name == "init" and scaffold.local_init_op.type == "NoOp"
    assert graph.get_collection(GraphKeys.INIT_OP) == [scaffold.init_op]
    assert scaffold.saver.last_checkpoints == [] and scaffold.summary_op is None
    assert graph.get_collection(GraphKeys.READY_OP) == [scaffold.ready_op]


def test_scaffold_takes_what_is_given(graph, session):
    called, saver, given = [], Saver(defer_build=True), get_or_create_global_step().initializer
    graph.add_to_collection(GraphKeys.LOCAL_INIT_OP, given)
    scaffold = Scaffold(
        init_op=given, init_fn=lambda s, sess: called.append((s, sess)), saver=saver, init_feed_dict={1: 2}
    )
    copied = Scaffold(copy_from_scaffold=scaffold, init_feed_dict={3: 4})
    copied.finalize()
    assert (copied.init_op, copied.local_init_op, copied.saver) == (given, given, saver)
    assert (copied.init_feed_dict, scaffold.init_feed_dict) == ({3: 4}, {1: 2})
    copied.init_fn("session")
    assert called == [(copied, "session")]


def test_scaffold_errors(graph, session):
    with pytest.raises(TypeError, match="copy_from_scaffold is not a Scaffold instance."):
        Scaffold(copy_from_scaffold=1)
    initializer = get_or_create_global_step().initializer
    for _ in range(2):
        graph.add_to_collection(GraphKeys.INIT_OP, initializer)
    with pytest.raises(
        RuntimeError, match=r'More than one item in the collection "init_op"\..*tf.Scaffold\(init_op=item'
    ):
        Scaffold().finalize()
