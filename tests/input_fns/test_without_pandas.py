"""pandas is optional: everything imports without it, and pandas_input_fn says what is missing."""

from __future__ import annotations

import sys

import pytest

from input_fns import pandas_input_fn


def test_it_names_what_is_missing_before_all_else(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(TypeError) as caught:
        pandas_input_fn(None, shuffle=None)
    assert str(caught.value) == (
        "pandas_input_fn should not be called without pandas installed: python -m pip install pandas"
    )
