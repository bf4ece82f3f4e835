"""Compiled code of the tests goes to a directory of their own, unless $ESTIMATORS_CACHE says where."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "ESTIMATORS_CACHE" not in os.environ:  # processes started by the tests inherit it
    os.environ["ESTIMATORS_CACHE"] = tempfile.mkdtemp(prefix="estimators-tests-")
    atexit.register(shutil.rmtree, os.environ["ESTIMATORS_CACHE"], ignore_errors=True)
