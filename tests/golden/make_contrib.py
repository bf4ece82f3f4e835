"""Makes contrib.json with TensorFlow 1.15 (Python 3.7):

python tests/golden/make_contrib.py
"""

import json
import os

import tensorflow as tf
from contrib_cases import measured

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "contrib.json"), "w") as file:
    json.dump(measured(tf), file, indent=None, sort_keys=True)
    file.write("\n")
