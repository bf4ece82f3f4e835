"""start_queue_runners, which programs of TF1's queue era call: input pipelines need no threads of their own here."""

from __future__ import annotations

import threading
from typing import Any

from model_fns.graph.graph import get_default_session
from model_fns.graph.keys import GraphKeys


def start_queue_runners(
    sess: Any = None,
    coord: Any = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = GraphKeys.QUEUE_RUNNERS,
) -> list[threading.Thread]:
    """Starts the threads of what a program itself put into `collection`, and returns them; usually there are none.

    What is in the collection has create_threads(sess, coord, daemon, start). ValueError without a session.
    """
    sess = sess if sess is not None else get_default_session()
    if sess is None:
        raise ValueError(
            "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass an "
            "explicit session to tf.start_queue_runners(sess=sess)"
        )
    runners = sess.graph.get_collection(collection)
    return [thread for runner in runners for thread in runner.create_threads(sess, coord, daemon, start)]
