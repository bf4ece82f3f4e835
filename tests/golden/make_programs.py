"""Makes programs.json with TensorFlow 1.15 (Python 3.7):

    python tests/golden/make_programs.py [name ...]

For each program of tests/programs, or for those named: the lines that it prints, and those that it logs as INFO.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(os.path.dirname(HERE), "programs")
GOLDEN = os.path.join(HERE, "programs.json")

LEVEL = re.compile(r"^([A-Z]+):tensorflow:", re.MULTILINE)
# After tf.app.run, TensorFlow prints every line a second time, in another format.
TWICE = re.compile(r"^[IWE]\d{4} ", re.MULTILINE)
# What another run or day would change: whole lines, and the seconds at the end of some.
CHANGES = re.compile("Using config|global_step/sec|Starting evaluation at|Finished evaluation at")
SECONDS = re.compile(r" \(\d+\.\d+ sec\)")


def steady(messages, folder):
    """The messages of a log without what changes from run to run; `folder` is where temporary directories were made."""
    made = re.compile(re.escape(os.path.join(folder, "tmp")) + r"\w+")
    return [SECONDS.sub("", made.sub("DIRECTORY", text)) for text in messages if not CHANGES.match(text)]


def measured(name):
    """What a process of its own prints and logs."""
    folder = tempfile.mkdtemp()
    environment = dict(os.environ, TMPDIR=folder, TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    try:
        command = [sys.executable, "-W", "ignore", os.path.join(PROGRAMS, name + ".py")]
        pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process = subprocess.run(command, env=environment, encoding="utf-8", **pipes)
    finally:
        shutil.rmtree(folder)
    if process.returncode:
        raise SystemExit(name + " failed:\n" + process.stderr)
    pieces = LEVEL.split(process.stderr)  # what comes first, then a level and a message, and so on
    messages = [text for level, text in zip(pieces[1::2], pieces[2::2]) if level == "INFO"]  # noqa: B905
    logged = [TWICE.split(text)[0].rstrip("\n") for text in messages]
    return {"printed": process.stdout.splitlines(), "logged": steady(logged, folder)}


def main(names):
    facts = {}
    if names:
        with open(GOLDEN) as file:
            facts = json.load(file)
    for name in names or sorted(name[:-3] for name in os.listdir(PROGRAMS) if name.endswith(".py")):
        print(name, flush=True)
        facts[name] = measured(name)
    with open(GOLDEN, "w") as file:
        file.write(json.dumps(facts, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
