"""Stand-ins for what the lectures' programs import besides NumPy and TensorFlow (Python 3.7 and on).

The tests, and the program that asks TensorFlow 1.15 for the numbers, use the same ones, so that neither side needs
scikit-learn, a plotter or a notebook. What the functions compute is what the originals compute.
"""

import contextlib
import gzip
import os
import sys
import types

import numpy as np

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir, "input_fns", "datasets", "data")


def module(name, **attributes):
    made = types.ModuleType(name)
    vars(made).update(attributes)
    return made


def shuffle(*arrays, random_state=None):
    """sklearn.utils.shuffle: the rows of all arrays in one new order, the same one for the same seed."""
    order = np.arange(len(arrays[0]))
    np.random.RandomState(random_state).shuffle(order)
    return [array[order] for array in arrays]


def accuracy_score(y_true, y_pred):
    """sklearn.metrics.accuracy_score: the share of equal entries."""
    return float(np.mean(y_true == y_pred))


def load_digits():
    """sklearn.datasets.load_digits: the same 1,797 digits, float64 [n, 64] from 0 to 16 and int64 [n], in one order."""
    images, labels = (stored(f"digits-{part}.gz", header) for part, header in (("images", 16), ("labels", 8)))
    return types.SimpleNamespace(data=images.reshape(-1, 64).astype(np.float64), target=labels.astype(np.int64))


def stored(file_name, header):
    """The bytes of an IDX file that comes with the package, without its header."""
    with gzip.open(os.path.join(DATA, file_name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


class Shown(list):
    """What a program drew or displayed: one (name, arguments) for each call."""

    def recorder(self, name):
        return lambda *arguments, **options: self.append((name, arguments))


def stand_ins(shown):
    """The modules by name; what is drawn and displayed is added to `shown`."""
    pyplot = module("matplotlib.pyplot", scatter=shown.recorder("scatter"))
    return {
        "IPython": module("IPython"),
        "IPython.display": module("IPython.display", HTML=str, display=shown.recorder("display")),
        "matplotlib": module("matplotlib", pyplot=pyplot),
        "matplotlib.pyplot": pyplot,
        "sklearn": module("sklearn"),
        "sklearn.datasets": module("sklearn.datasets", load_digits=load_digits),
        "sklearn.metrics": module("sklearn.metrics", accuracy_score=accuracy_score),
        "sklearn.utils": module("sklearn.utils", shuffle=shuffle),
    }


@contextlib.contextmanager
def standing_in():
    """While it lasts, importing those modules gives the stand-ins; gives what the program showed."""
    shown = Shown()
    modules = stand_ins(shown)
    hidden = {name: sys.modules[name] for name in modules if name in sys.modules}
    sys.modules.update(modules)
    try:
        yield shown
    finally:
        for name in modules:
            del sys.modules[name]
        sys.modules.update(hidden)
