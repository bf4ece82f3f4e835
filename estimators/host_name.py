"""The name of this machine: in directories that several machines share, files tell by it whose they are."""

from __future__ import annotations


def host_name() -> str:
    import socket  # here: it takes long to import, and only what writes such a file needs it

    return socket.gethostname()
