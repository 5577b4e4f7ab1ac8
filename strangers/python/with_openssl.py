"""What openssl says of each checkpoint's signature: with_openssl.py <folder>

Only the note is taken apart here, as signed-note says: text up to and with the newline before the last
empty line, key id and signature in base64 behind the name. What openssl does not look at is answered with
`-`: entries, tiles, proofs, and in a checkpoint the name and the key id.
"""

import base64
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import Log, answer_all

OPENSSL = os.environ.get("OPENSSL", "openssl")

# What RFC 8410 puts before the 32 bytes of an Ed25519 key.
BEFORE_KEY = bytes.fromhex("302a300506032b6570032100")

# The fields that its answer depends on.
READ = {"nothing", "origin", "size", "root", "root's last character", "root's padding", "line end", "signature"}

DOES_NOT_READ = "-"


def public_key(vkey):
    """The key of a vkey as PEM."""
    kind_and_key = base64.b64decode(vkey.split("+", 2)[2], validate=True)
    if kind_and_key[0] != 1:
        raise ValueError("not an Ed25519 key")
    body = base64.b64encode(BEFORE_KEY + kind_and_key[1:]).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


def take_apart(note):
    """Text and signature of a note; the first signature, where there are more."""
    text, empty_line, signatures = note.rpartition(b"\n\n")
    if not empty_line:
        raise ValueError("no empty line")
    payload = signatures.split(b"\n")[0].split(b" ")[2]
    return text + b"\n", base64.b64decode(payload, validate=True)[4:]


def verify(log):
    text, signature = take_apart(log.get("checkpoint"))
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": public_key(log.vkey()).encode(), "text": text, "signature": signature}
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        command = "pkeyutl -verify -pubin -inkey key -rawin -in text -sigfile signature"
        said = subprocess.run([OPENSSL, *command.split()], cwd=folder, capture_output=True, text=True)
    if said.returncode == 0 and "Signature Verified Successfully" in said.stdout:
        return "accept"
    if "Signature Verification Failure" in said.stdout:
        raise ValueError("Signature Verification Failure")
    # It did not get as far as a verdict: no refusal, but a fault here.
    sys.exit(f"openssl says: {said.stdout} {said.stderr}")


def judge(folder, kind, field, what):
    if kind != "log" or field not in READ:
        return DOES_NOT_READ
    return verify(Log(folder / "logs" / what[0], what[1:]))


if __name__ == "__main__":
    answer_all(judge)
