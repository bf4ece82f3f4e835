"""A training in a process of its own: `python train_some.py MODEL_DIR MAX_STEPS THREADS [EPOCHS]`.

Prints a digest of all variables' bytes. `tests/estimators/test_exact_resume.py` runs it.
"""

import hashlib
import sys

from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from estimators.session_config import ConfigProto
from tests.estimators.models import model_fn, training_input


def main() -> None:
    model_dir, max_steps, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    epochs = int(sys.argv[4]) if len(sys.argv) > 4 else None
    session_config = ConfigProto(intra_op_parallelism_threads=threads)
    config = RunConfig(tf_random_seed=7, save_checkpoints_steps=60, session_config=session_config)
    estimator = Estimator(model_fn, model_dir, config, {"convolution": True, "filters": 20, "units": 64})
    estimator.train(training_input(num_epochs=epochs), max_steps=max_steps)
    digest = hashlib.sha256()
    for name in sorted(estimator.get_variable_names()):
        digest.update(name.encode() + estimator.get_variable_value(name).tobytes())
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
