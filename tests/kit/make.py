"""make, as from a shell of one's own: what the make that runs the suites hands
on to its children is not for this one."""

import os
import re
import subprocess

from kit.run import BUILD, ROOT

ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in
               ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL", "B")}

# The build directory by the name that it has there, else make would take the
# objects for those of another.
B = os.path.relpath(BUILD, ROOT)

VERSION = re.search(r"^VERSION = (.*)$", (ROOT / "Makefile").read_text(),
                    re.M)[1]


def run_make(*words):
    """Run make at the top of the tree, in the build directory of this run."""
    subprocess.run(["make", "-s", f"B={B}", *words], cwd=ROOT, check=True,
                   env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
