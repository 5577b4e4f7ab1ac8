"""Vectors of receipts: an entry, a receipt for it, and the policy of who reads both."""

from make_logs import build, checkpoint, leaf, make_entry, root
from make_notes import KEY, ORIGIN, OTHER, OTHER_SEED, b64, cosign, line
from make_policies import KEYS, SEEDS

POLICY = ["log " + KEY, "quorum none"]


def path(m, leaves):
    """RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def receipt(index, hashes, note, extra=None):
    extra = f"extra {extra}\n" if extra is not None else ""
    return f"c2sp.org/tlog-proof@v1\n{extra}index {index}\n" + "".join(b64(h) + "\n" for h in hashes) + "\n" + note


def make(write):
    log = build()
    leaves = [leaf(e) for e in log]

    def case(name, expect, content, about, entry=log[4], policy=POLICY):
        write("receipt-" + name, about, expect, content, policy=policy, entry=entry)

    def of(index, log=log, **more):
        return receipt(index, path(index, [leaf(e) for e in log]), checkpoint(log), **more)

    good = of(4)
    case("valid", "Ok", good, "A receipt as it must be.")
    case("valid-first", "Ok", of(0), "The first entry.", log[0])
    case("valid-last", "Ok", of(8), "The last one, whose path is shorter.", log[8])
    case("valid-only-entry", "Ok", of(0, log[:1]), "The leaf is the root: no hashes.", log[0])
    case("valid-extra", "Ok", of(4, extra="AAEC"), "Extra data, which nobody signed.")
    w = ["log " + KEY, "witness x1 " + KEYS["x1"], "quorum x1"]
    text = checkpoint(log).split("\n\n")[0] + "\n"
    case("valid-cosigned", "Ok", good + cosign("x1.example", SEEDS["x1"], text, 1795388645), "The quorum has signed.", policy=w)
    case("no-quorum", "Trust", good, "The witness has not signed.", policy=w)
    case("unknown-log", "Trust", good, "The reader believes another log.", policy=["log " + OTHER, "quorum none"])
    forged = receipt(4, path(4, leaves), text + "\n" + line(ORIGIN, OTHER_SEED, text))
    case("signed-by-impostor", "Trust", forged, "Another key under the log's name.")
    case("altered-root", "Trust", good.replace(b64(root(leaves)), b64(leaves[0])), "The root is not the one that was signed.")

    case("altered-entry", "Inclusion", good, "The entry is not the one that was logged.", log[4].replace("test.made", "test.mads"))
    case("other-entry", "Inclusion", good, "Another entry of the same log.", log[5])
    case("other-index", "Inclusion", good.replace("index 4", "index 5"), "The place is another.")
    case("index-beyond-size", "Inclusion", good.replace("index 4", "index 9"), "The tree has no such leaf.")
    case("index-2-to-64-minus-1", "Inclusion", good.replace("index 4", f"index {2**64 - 1}"), "The tree has no such leaf.")
    p = path(4, leaves)
    for name, hashes in [("short", p[:-1]), ("long", p + p[:1]), ("swapped", [p[1], p[0]] + p[2:]), ("reversed", p[::-1]), ("missing", []),
                         ("63-hashes", p[:1] * 63)]:
        case("proof-" + name, "Inclusion", receipt(4, hashes, checkpoint(log)), "The proof does not lead to the root.")
    odd = build(at4={"body": "{ }"})
    case("entry-malformed", "Entry", of(4, odd), "Signed into the tree, and yet no entry.", odd[4])
    wrong = log[:4] + [make_entry(leaf(log[3]), 7)] + log[5:]
    case("entry-of-other-seq", "OtherSeq", of(4, wrong), "Signed into the tree at another place than it says.", wrong[4])

    case("other-version", "FirstLine", good.replace("@v1", "@v2"), "A later format is not guessed at.")
    case("byte-order-mark", "FirstLine", "\ufeff" + good, "A second form.")
    case("crlf", "FirstLine", good.replace("\n", "\r\n"), "Line ends of another system.")
    case("empty", "FirstLine", "", "No bytes at all.")
    for name, extra in [("empty", ""), ("stray-bits", "AAF="), ("unpadded", "AAE"), ("url-safe", "_-8="), ("two-spaces", " AAEC")]:
        case("extra-" + name, "Extra", of(4, extra=extra), "Extra data have one form, and are not there where there are none.")
    case("extra-twice", "Index", of(4, extra="AAEC\nextra AAEC"), "One line at most.")
    case("extra-after-index", "ProofLines", good.replace("index 4\n", "index 4\nextra AAEC\n"), "The order is fixed.")
    for name, index in [("leading-zero", "04"), ("negative", "-4"), ("2-to-64", 2**64), ("empty", ""), ("space-after", "4 "), ("hex", "0x4")]:
        case("index-" + name, "Index", good.replace("index 4", f"index {index}"), "The place has one form.")
    case("index-missing", "Index", good.replace("index 4\n", ""), "The place is missing.")
    case("hash-hex", "ProofLines", good.replace(b64(p[0]), p[0].hex()), "Another encoding.")
    case("64-hashes", "ProofLines", receipt(4, p[:1] * 64, checkpoint(log)), "No proof is so long.")
    case("no-empty-line", "ProofLines", good.replace("\n\n", "\n", 1), "Nothing parts proof and checkpoint.")
    case("no-checkpoint", "Checkpoint", good.split("\n\n")[0] + "\n\n", "The proof leads nowhere.")
    case("trailing-newline", "Checkpoint", good + "\n", "A byte more.")
    case("cut", "Checkpoint", good[:-1], "A byte less.")
