"""Makes seeds.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_seeds.py

What each program of tests/seeds prints, and logs at INFO (a line's beginning), its import lines changed back, on the
sample of MNIST that comes with the package.
"""

import contextlib
import io
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import types

HERE = os.path.dirname(os.path.abspath(__file__))
SEEDS = os.path.join(os.path.dirname(HERE), "seeds")
sys.path.insert(0, SEEDS)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import numpy as np  # noqa: E402
import stand_ins  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.examples.tutorials.mnist import input_data  # noqa: E402

SAMPLE = {
    "train-images-idx3-ubyte.gz": "mnist-sample-train-images.gz",
    "train-labels-idx1-ubyte.gz": "mnist-sample-train-labels.gz",
    "t10k-images-idx3-ubyte.gz": "mnist-sample-test-images.gz",
    "t10k-labels-idx1-ubyte.gz": "mnist-sample-test-labels.gz",
}
# Of the sample's 5,000, the share that 5,000 are of MNIST's 60,000.
VALIDATION_SIZE = 416
LINE = 40  # characters of a logged line that are kept
PROGRAMS = sorted(
    name[:-3] for name in os.listdir(SEEDS) if name.endswith(".py") and name not in ("stand_ins.py", "test_seeds.py")
)


def sample_in_place(directory):
    """The two ways by which the programs come to MNIST, both to the sample."""
    for theirs, ours in SAMPLE.items():
        shutil.copy(os.path.join(stand_ins.DATA, ours), os.path.join(directory, theirs))
    original = input_data.read_data_sets
    reader = types.SimpleNamespace(
        read_data_sets=lambda train_dir, **options: original(directory, validation_size=VALIDATION_SIZE, **options)
    )
    parts = [
        (stand_ins.stored(f"mnist-sample-{part}-images.gz", 16), stand_ins.stored(f"mnist-sample-{part}-labels.gz", 8))
        for part in ("train", "test")
    ]
    arrays = [(images.reshape(-1, 28, 28), labels) for images, labels in parts]
    tf.keras.datasets.mnist.load_data = lambda: arrays
    return reader


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        if record.levelno == logging.INFO:
            self.lines.append(record.getMessage()[:LINE])


def run(name, reader):
    with open(os.path.join(SEEDS, name + ".py"), encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"from estimators\.compat\.v1\.examples.* import input_data", "", text)
    text = text.replace("import estimators.compat.v1 as tf", "import tensorflow as tf")
    assert "estimators" not in text, name
    tf.reset_default_graph()
    np.random.seed(0)
    tf.logging.set_verbosity(tf.logging.WARN)
    out, log = io.StringIO(), Lines()
    logging.getLogger("tensorflow").addHandler(log)
    try:
        with stand_ins.standing_in(), contextlib.redirect_stdout(out):
            exec(compile(text, name, "exec"), {"__name__": "__main__", "input_data": reader})
    finally:
        logging.getLogger("tensorflow").removeHandler(log)
    printed = [line for line in out.getvalue().splitlines() if not line.startswith("Extracting ")]
    return {"printed": printed, "logged": log.lines}


def main():
    sys.modules.setdefault("tqdm", stand_ins.module("tqdm", tqdm=iter))
    directory = tempfile.mkdtemp()
    try:
        os.chdir(directory)
        reader = sample_in_place(directory)
        facts = {name: run(name, reader) for name in sys.argv[1:] or PROGRAMS}
    finally:
        os.chdir(HERE)
        shutil.rmtree(directory)
    with open(os.path.join(HERE, "seeds.json"), "w", encoding="utf-8") as file:
        json.dump(facts, file, indent=1, ensure_ascii=False, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
