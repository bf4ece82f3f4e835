"""Where downloaded data sets are kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_directory(dataset: str) -> Path:
    """The directory of this user's copy of `dataset`; it need not exist.

    `$XDG_CACHE_HOME/estimators/datasets/<dataset>`, where the default of XDG_CACHE_HOME is what the system's users
    expect: ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows, ~/.cache elsewhere.
    """
    return _user_cache() / "estimators" / "datasets" / dataset


def _user_cache() -> Path:
    chosen = os.environ.get("XDG_CACHE_HOME")
    if chosen and os.path.isabs(chosen):
        return Path(chosen)
    home = Path(os.path.expanduser("~"))
    customary = {"darwin": home / "Library" / "Caches", "win32": Path(os.environ.get("LOCALAPPDATA", home / ".cache"))}
    return customary.get(sys.platform, home / ".cache")
