"""Compiled code of the tests goes to a directory of their own, unless $ESTIMATORS_CACHE says where.

Ctrl-C works in them, also where whoever started them ignores it, as shells do for what runs in the background.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile

if "ESTIMATORS_CACHE" not in os.environ:  # processes started by the tests inherit it
    os.environ["ESTIMATORS_CACHE"] = tempfile.mkdtemp(prefix="estimators-tests-")
    atexit.register(shutil.rmtree, os.environ["ESTIMATORS_CACHE"], ignore_errors=True)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # programs started by the tests inherit that, too
    signal.signal(signal.SIGINT, signal.default_int_handler)
