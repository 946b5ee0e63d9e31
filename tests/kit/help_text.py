"""The tables of --help, which README and the manual are compared with.

A section begins with a line in column 0 that ends in ":".  A row's name stands
alone, behind two blanks; its text stands below, behind six.
"""

import re
import subprocess

SECTIONS = ("Commands", "Addresses", "Parameters", "Headers", "Errors",
            "Settings", "Exit statuses")


def tables(program):
    """Each section's rows, as {section: {name: text}}."""
    text = subprocess.run([program, "--help"], check=True, text=True,
                          capture_output=True).stdout
    found = {section: {} for section in SECTIONS}
    rows = name = None
    for line in text.splitlines():
        if not line.startswith(" "):
            rows = found.get(line.removesuffix(":"))
        elif rows is not None and re.match(r"  \S", line):
            name = line.strip()
            rows.setdefault(name, "")
        elif rows and line.startswith(" " * 6):
            rows[name] += line.strip() + " "
    return found


def facts(text):
    """The defaults and ranges that a row's text names."""
    return set(re.findall(r"\(default [^)]+\)|from \d+ to \d+", text))
