"""Writes the vector files beside it. Written from FORMAT.md; shares no code with the crate."""

import pathlib

import make_entries
import make_logs
import make_notes
import make_policies
import make_receipts
import make_rotations
import make_witness

HERE = pathlib.Path(__file__).parent


def write(name, about, expect, content, **headers):
    lines = [("about", about), ("expect", expect)]
    for header, values in headers.items():
        lines += [(header, value) for value in ([values] if isinstance(values, str) else values)]
    head = "".join(f"{header}: {value}\n" for header, value in lines)
    content = content if isinstance(content, bytes) else content.encode()
    (HERE / f"{name}.txt").write_bytes(head.encode() + b"\n" + content)


for old in HERE.glob("*.txt"):
    old.unlink()
PARTS = (make_entries, make_notes, make_logs, make_policies, make_witness, make_receipts, make_rotations)
for part in PARTS:
    part.make(write)
