"""python -m estimators, which is also installed as `estimators`."""

from __future__ import annotations

import sys

from estimators.command.main import main

if __name__ == "__main__":
    sys.exit(main())
