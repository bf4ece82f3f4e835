"""What a session runs on: the CPU of this process."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from estimators.session_config import ConfigProto
from model_fns.errors import NotFoundError

_MEMORY = 256 << 20  # what TensorFlow says of a CPU, whatever its memory


class DeviceAttributes(NamedTuple):
    """A device: its full name, its type, how many bytes it may take, and a number for this process's use of it."""

    name: str
    device_type: str
    memory_limit_bytes: int
    incarnation: int

    def __repr__(self) -> str:
        return f"_DeviceAttributes({', '.join(map(str, self))})"


def devices(config: Any) -> list[DeviceAttributes]:
    """The CPU, as often as the ConfigProto's device_count says."""
    count = getattr(config, "device_count", {}).get("CPU", 1)
    return [
        DeviceAttributes(f"/job:localhost/replica:0/task:0/device:CPU:{number}", "CPU", _MEMORY, os.getpid())
        for number in range(count)
    ]


def check_target(target: Any, config: Any) -> None:
    """TypeError for a target or a config of another kind; NotFoundError for a target that is no server's address."""
    if not isinstance(target, str | bytes | None):
        raise TypeError(f"target must be a string, but got {type(target)}")
    if not isinstance(config, ConfigProto | None):
        raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
    name = target.decode() if isinstance(target, bytes) else target or ""
    if name not in ("", "local") and "://" not in name:
        raise NotFoundError(
            message=f'No session factory registered for the given session options: {{target: "{name}"}} '
            "Registered factories are {DIRECT_SESSION, GRPC_SESSION}."
        )
