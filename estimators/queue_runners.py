"""start_queue_runners: the threads that fill the queues of a graph."""

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
    """Starts the threads of the QueueRunners in `collection`, and returns them.

    Args:
      sess: by default the default session. ValueError if there is none.
      coord: a Coordinator that is told of errors, and stops the threads.
      daemon: whether the threads end with the program.
      start: whether they are started, too.
    """
    sess = sess if sess is not None else get_default_session()
    if sess is None:
        raise ValueError(
            "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass an "
            "explicit session to tf.start_queue_runners(sess=sess)"
        )
    runners = sess.graph.get_collection(collection)
    return [thread for runner in runners for thread in runner.create_threads(sess, coord, daemon, start)]
