"""Supervisor: sessions that begin where the last one ended."""

from __future__ import annotations

import pytest

import estimators.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_a_session_begins_where_the_last_one_ended(tmp_path):
    step = tf.train.get_or_create_global_step()
    count = tf.get_variable("count", initializer=10.0)
    more = tf.group(count.assign_add(1.0), step.assign_add(1))
    loss = tf.summary.scalar("count", count)
    called = []
    supervisor = tf.train.Supervisor(logdir=str(tmp_path), init_fn=called.append)
    with supervisor.managed_session() as session:
        assert tf.get_default_session() is session and not supervisor.should_stop()
        for _ in range(3):
            session.run(more)
        supervisor.summary_computed(session, session.run(loss))
    assert supervisor.should_stop() and len(called) == 1
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "model.ckpt-3")
    again = tf.train.Supervisor(logdir=str(tmp_path), init_fn=called.append, summary_writer=None)
    with again.managed_session(config=tf.ConfigProto()) as session:
        assert session.run([count, step]) == [13.0, 3]
        with pytest.raises(RuntimeError, match="requires a summary writer"):
            again.summary_computed(session, b"")
    assert len(called) == 1


def test_the_end_of_the_input_ends_it_in_peace():
    following = tf.data.Dataset.range(3).make_one_shot_iterator().get_next()
    supervisor = tf.train.Supervisor()
    seen = []
    with supervisor.managed_session() as session:
        while not supervisor.should_stop():
            seen.append(int(session.run(following)))
    assert seen == [0, 1, 2] and supervisor.should_stop()


def test_operations_of_the_program_s_own():
    start = tf.placeholder(tf.float32, [])
    variable = tf.Variable(0.0)
    supervisor = tf.train.Supervisor(
        init_op=variable.assign(start).op, init_feed_dict={start: 4.0}, local_init_op=None, summary_op=None, saver=None
    )
    session = supervisor.prepare_or_wait_for_session()
    assert session.run(variable) == 4
    supervisor.request_stop()
    supervisor.stop()
