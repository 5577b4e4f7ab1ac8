"""Vectors of whole logs: what was done to them, and everything that a reader must find."""

import hashlib
import uuid

from make_entries import entry
from make_notes import KEY, ORIGIN, SEED, b64, line

SIZE = 9


def leaf(data):
    return hashlib.sha256(b"\0" + data.encode()).digest()


def root(leaves):
    """RFC 6962, 2.1, word for word: split at the largest power of two below the size."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def make_entry(prev, seq, second=None, id=None, body="{}"):
    random = hashlib.sha256(f"id {seq if id is None else id}".encode()).digest()[:16]
    second = seq if second is None else second
    return entry(b64(prev), seq, uuid.UUID(bytes=random, version=4), f"2026-11-22T23:04:{second:02}.000Z", "test.made",
                 "{}", body)


def build(size=SIZE, start=(), **changes):
    """A sound log; `changes` are given to the entry of that number, as `at3={...}`."""
    log = list(start)
    for seq in range(len(log), size):
        prev = leaf(log[-1]) if log else hashlib.sha256(ORIGIN.encode()).digest()
        log.append(make_entry(prev, seq, **changes.get(f"at{seq}", {})))
    return log


def checkpoint(log):
    body = f"{ORIGIN}\n{len(log)}\n{b64(root([leaf(e) for e in log]))}\n"
    return body + "\n" + line(ORIGIN, SEED, body)


def make(write):
    signed = build()

    def case(name, expect, log, about, signed=signed):
        leaves = [b64(leaf(e)) for e in signed]
        content = "".join(e + "\n" for e in log) + "\n" + checkpoint(signed)
        write("log-" + name, about, ", ".join(expect) or "Ok", content, key=KEY, origin=ORIGIN, leaf=leaves)

    def change(at, old, new):
        return [e.replace(old, new) if n == at else e for n, e in enumerate(signed)]

    case("valid", [], signed, "A log as it must be.")
    case("valid-empty", [], [], "A log without entries.", signed=[])
    case("valid-one-entry", [], signed[:1], "The smallest tree.", signed=signed[:1])
    case("altered-byte", ["ChainBroken 5", "RootMismatch -", "LeafMismatch 4"],
         change(4, "test.made", "test.mads"), "Entry 4 still reads well; only its hash differs.")
    case("altered-first", ["ChainBroken 1", "RootMismatch -", "LeafMismatch 0"], change(0, "test.made", "test.mads"),
         "The entry at the start.")
    case("altered-last", ["RootMismatch -", "LeafMismatch 8"], change(8, "test.made", "test.mads"),
         "No link stands after it: only the tree shows it.")
    case("altered-prev", ["ChainBroken 4", "ChainBroken 5", "RootMismatch -", "LeafMismatch 4"],
         change(4, b64(leaf(signed[3])), b64(leaf(signed[2]))), "The link itself was altered.")
    case("altered-seq", ["SeqMismatch 4", "ChainBroken 5", "RootMismatch -", "LeafMismatch 4"],
         change(4, '"seq":4,', '"seq":40,'), "One number is wrong, the count goes on.")
    case("malformed", ["Malformed 4", "ChainBroken 5", "RootMismatch -", "LeafMismatch 4"],
         change(4, '"body":{}', '"body":{ }'), "A space within entry 4.")
    case("rewritten-time", ["TimeBackwards 5", "ChainBroken 5", "RootMismatch -", "LeafMismatch 4"],
         change(4, ":04.000Z", ":44.000Z"), "Entry 4 was moved to a later time.")
    case("rewritten-time-unnoticed", ["ChainBroken 5", "RootMismatch -", "LeafMismatch 4"],
         change(4, ":04.000Z", ":03.500Z"), "Times do not fall, but the hash differs.")
    case("removed", ["SeqMismatch 4", "ChainBroken 4", "Truncated 8", "Missing 4"], signed[:4] + signed[5:],
         "Entry 4 is missing.")
    case("removed-first", ["SeqMismatch 0", "ChainBroken 0", "Truncated 8", "Missing 0"], signed[1:], "Entry 0 is missing.")
    case("cut-tail", ["Truncated 6", "Missing 6"], signed[:6], "The last three entries are missing.")
    case("cut-all", ["Truncated 0", "Missing 0"], [], "Nothing is left.")
    forged = make_entry(leaf(signed[3]), 4, id="forged")
    case("inserted", ["SeqMismatch 5", "ChainBroken 5", "Surplus 9", "RootMismatch -", "Inserted 4"],
         signed[:4] + [forged] + signed[4:], "A well-linked entry before entry 4.")
    case("inserted-copy", ["SeqMismatch 5", "TimeBackwards 5", "DuplicateId 5", "ChainBroken 5", "SeqMismatch 6",
                           "ChainBroken 6", "Surplus 9", "RootMismatch -", "Inserted 5"],
         signed[:5] + [signed[3]] + signed[5:], "A copy of entry 3 after entry 4.")
    case("replaced", ["ChainBroken 5", "RootMismatch -", "LeafMismatch 4"], signed[:4] + [forged] + signed[5:],
         "Another entry in the place of entry 4.")
    case("swapped", ["SeqMismatch 4", "ChainBroken 4", "SeqMismatch 5", "TimeBackwards 5", "ChainBroken 5", "ChainBroken 6",
                     "RootMismatch -", "Moved 5"], signed[:4] + [signed[5], signed[4]] + signed[6:],
         "Entries 4 and 5 have changed places.")
    case("surplus", ["Surplus 9", "Inserted 9", "Inserted 9"], build(11), "Entries that the checkpoint does not cover.")
    rewritten = build(start=signed[:4], at4={"body": '{"x":1}'})
    case("rewritten-chain", ["RootMismatch -"] + [f"LeafMismatch {n}" for n in range(4, 9)], rewritten,
         "Everything from entry 4 on was made anew, links and all: only the signed root shows it.")
    double = build(at6={"id": 2})
    case("signed-duplicate-id", ["DuplicateId 6"], double, "The log itself signed one id twice.", signed=double)
    back = build(at6={"second": 3})
    case("signed-time-backwards", ["TimeBackwards 6"], back, "The log's own clock ran backwards.", signed=back)
    gap = [make_entry(hashlib.sha256(ORIGIN.encode()).digest(), 0)]
    gap.append(make_entry(leaf(gap[0]), 2))
    gap.append(make_entry(leaf(gap[1]), 3))
    case("signed-gap", ["SeqMismatch 1"], gap, "The log itself left a number out.", signed=gap)
