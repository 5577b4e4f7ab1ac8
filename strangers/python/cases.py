"""Reads <folder>/cases and the logs beside it; prints a verdict a line. Standard library only."""

import base64
import sys
from pathlib import Path


class Log:
    """A log's files with the changes of one case."""

    disk: dict[Path, bytes] = {}

    def __init__(self, folder, changes=()):
        self.folder = folder
        self.exchanged = dict(change.split("=", 1) for change in changes if "^" not in change)
        self.flipped = dict(change.split("^", 1) for change in changes if "^" in change)

    def get(self, *path):
        """A file: exchanged, then altered, where the case says so. None where it is not there."""
        name = "/".join(path)
        if name in self.exchanged:
            content = base64.b64decode(self.exchanged[name], validate=True)
        else:
            content = self._from_disk(self.folder / name)
        if content is not None and name in self.flipped:
            bit = int(self.flipped[name])
            content = bytearray(content)
            content[bit // 8] ^= 1 << bit % 8
            content = bytes(content)
        return content

    def _from_disk(self, path):
        if path not in self.disk:
            if not path.exists():
                return None
            self.disk[path] = path.read_bytes()
        return self.disk[path]

    def vkey(self):
        """The key that the reader holds, as text."""
        return self.get("vkey").decode().strip()


def answer_all(judge):
    """Print what `judge(folder, kind, field, what)` says of each case: a text, or an exception, which is a refusal."""
    if len(sys.argv) != 2:
        sys.exit(f"say where: {sys.argv[0]} <folder>")
    folder = Path(sys.argv[1])
    for case in (folder / "cases").read_text().splitlines():
        kind, _name, field, _expect, *what = case.split("\t")
        try:
            verdict, why = judge(folder, kind, field, what), ""
        except Exception as error:  # Whatever a library raises is its way to refuse.
            verdict, why = "reject", f"{type(error).__name__}: {error}"
        print(verdict, " ".join(why.split()), sep="\t")
