"""What importing the facade does not wait for, and that it is there all the same when somebody asks for it.

Each program runs in a process of its own: here other tests have imported all of it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LATER = (
    *("estimators.compat.v1.contrib", "estimators.compat.v1.test", "numba", "llvmlite", "tqdm", "asyncio"),
    *("http.client", "unittest.mock", "socket", "secrets"),
)
IMPORTS = "import sys, estimators.compat.v1 as tf\n"
PROGRAMS = {
    "nothing is imported before its time": f"print([name for name in {LATER} if name in sys.modules])",
    "what is asked for is imported": (
        "tf.contrib.layers.fully_connected, tf.test.TestCase\n"
        f"print([name for name in {LATER[:2]} if name not in sys.modules])"
    ),
    "import from": "from estimators.compat.v1 import contrib, test\nprint([] if contrib is tf.contrib else contrib)",
    "import as": (
        "import estimators.compat.v1.contrib.layers as layers, estimators.compat.v1.test as test\n"
        "print([] if layers is tf.contrib.layers and test is tf.test else [layers, test])"
    ),
}
NEAREST = {
    "tf.matmull": "Nearest: tf.matmul.",
    "tf.xavier_initializer": "Nearest: tf.contrib.layers.xavier_initializer, ",
    "tf.TestCase": "Nearest: tf.test.TestCase.",
    "tf.contribs": "Nearest: tf.contrib.",
    "tf.contrib.layers.fully_conected": "Nearest: tf.contrib.layers.fully_connected.",
}


def printed(program: str) -> str:
    run = subprocess.run([sys.executable, "-c", IMPORTS + program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_modules_are_imported_when_asked_for(program: str) -> None:
    assert printed(PROGRAMS[program]) == "[]\n"


def test_a_missing_name_names_the_nearest_though_its_module_was_not_imported() -> None:
    program = f"for name in {list(NEAREST)}:\n  try: eval(name)\n  except AttributeError as error: print(error)"
    lines = printed(program).splitlines()
    for (name, sentence), line in zip(NEAREST.items(), lines, strict=True):
        assert line.startswith(f"{name} is not available here. {sentence}")
