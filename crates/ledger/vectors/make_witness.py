"""Vectors of requests to a witness: what it remembers, what it is asked, what it answers."""

import hashlib

import ed25519
from make_logs import root
from make_notes import KEY, ORIGIN, OTHER_SEED, SEED, WITNESS_SEED, b64, cosign, line, vkey

LEAVES = [hashlib.sha256(b"\0leaf %d" % n).digest() for n in range(300)]
FORK = LEAVES[:3] + [hashlib.sha256(b"\0other").digest()] + LEAVES[4:]


def subproof(m, leaves, complete):
    """RFC 6962, 2.1.2, word for word."""
    if m == len(leaves):
        return [] if complete else [root(leaves)]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if m <= k:
        return subproof(m, leaves[:k], complete) + [root(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [root(leaves[:k])]


def proof(old, new, leaves=LEAVES):
    return subproof(old, leaves[:new], True) if 0 < old < new else []


def body(size, leaves=LEAVES, origin=ORIGIN, top=None):
    return f"{origin}\n{size}\n{b64(top or root(leaves[:size]))}\n"


def signed(text, signers=((ORIGIN, SEED),)):
    return text + "\n" + "".join(line(*signer, text) for signer in signers)


def request(old, hashes, checkpoint):
    hashes = "".join((h if isinstance(h, str) else b64(h)) + "\n" for h in hashes)
    return f"old {old}\n{hashes}\n{checkpoint}"


def make(write):
    def case(name, expect, content, about, remembered=None, key=KEY):
        more = {"remembered": f"{remembered} {b64(root(LEAVES[:remembered]))}"} if remembered is not None else {}
        write("witness-" + name, about, expect, content, key=key, **more)

    def ask(old, new, hashes=None, **more):
        return request(old, proof(old, new) if hashes is None else hashes, signed(body(new), **more))

    case("valid", "200", ask(5, 9), "The log has grown.", 5)
    case("valid-first", "200", ask(0, 9), "The first checkpoint of this log: nothing is proved.")
    case("valid-first-empty", "200", ask(0, 0), "A log without entries.")
    case("valid-after-empty", "200", ask(0, 9), "Everything extends the empty tree.", 0)
    case("valid-same-again", "200", ask(9, 9), "The log asks for a newer cosignature.", 9)
    case("valid-power-of-two", "200", ask(8, 9), "The older tree is one full subtree.", 8)
    case("valid-large", "200", ask(137, 300), "A proof of many hashes.", 137)
    case("valid-unknown-signatures", "200", ask(5, 9, signers=[("other.example", OTHER_SEED), (ORIGIN, SEED), (ORIGIN, OTHER_SEED)]),
         "Lines by keys that the witness does not know are passed over.", 5)
    case("valid-second-key-of-the-log", "200", ask(5, 9, signers=[(ORIGIN, OTHER_SEED)]), "One known key is enough.", 5,
         [KEY, vkey(ORIGIN, ed25519.public(OTHER_SEED))])
    case("valid-cosigned-already", "200", ask(5, 9) + cosign("witness.example", WITNESS_SEED, body(9), 5), "Another witness was faster.", 5)
    case("valid-extension-line", "200", request(5, proof(5, 9), signed(body(9) + "x\n")), "What a further line says is the log's affair.", 5)

    for name, old in [("leading-zero", "05"), ("sign", "+5"), ("empty", ""), ("hex", "0x5"), ("two-spaces", " 5"), ("space-after", "5 "),
                      ("2-to-64", 2**64)]:
        case("old-" + name, "400 OldSize", ask(5, 9).replace("old 5\n", f"old {old}\n"), "A size has one form.", 5)
    case("old-capital", "400 OldSize", ask(5, 9).replace("old", "Old", 1), "The word has one form.", 5)
    case("old-missing", "400 OldSize", ask(5, 9).split("\n", 1)[1], "The first line is missing.", 5)
    case("crlf", "400 OldSize", ask(5, 9).replace("\n", "\r\n"), "Line ends of another system.", 5)
    case("empty", "400 OldSize", "", "No bytes at all.")
    good = proof(5, 9)
    case("hash-short", "400 ProofLines", ask(5, 9, [b64(good[0][:31])] + good[1:]), "A byte less.", 5)
    stray = b64(good[0])
    stray = stray[:42] + chr(ord(stray[42]) + 1) + "="
    case("hash-stray-bits", "400 ProofLines", ask(5, 9, [stray] + good[1:]), "A second text for one hash.", 5)
    case("no-empty-line", "400 ProofLines", ask(5, 9).replace("\n\n", "\n", 1), "Nothing parts proof and checkpoint.", 5)
    case("two-empty-lines", "400 Checkpoint", ask(5, 9).replace("\n\n", "\n\n\n", 1), "The checkpoint begins with an empty line.", 5)
    case("64-hashes", "400 ProofLines", ask(5, 9, [good[0]] * 64), "No proof is so long.", 5)
    case("63-hashes", "422 Inconsistent", ask(5, 9, [good[0]] * 63), "The longest that is looked at.", 5)
    case("no-checkpoint", "400 Checkpoint", ask(5, 9).split("\n\n")[0] + "\n\n", "Nothing to sign.", 5)
    case("checkpoint-cut", "400 Checkpoint", ask(5, 9)[:-1], "The last newline is missing.", 5)
    case("checkpoint-size-leading-zero", "400 Checkpoint", request(5, good, signed(body(9).replace("\n9\n", "\n09\n"))), "A size has one form.", 5)
    case("old-beyond-new", "400 OldSizeBeyond", ask(9, 5), "A proof cannot lead backwards.", 9)
    case("old-beyond-new-and-remembered", "400 OldSizeBeyond", ask(9, 5), "The request is wrong, whatever is remembered.", 3)

    case("unsigned-by-log", "403 Signature", ask(5, 9, signers=[("other.example", OTHER_SEED)]), "The log did not sign.", 5)
    case("signed-by-impostor", "403 Signature", ask(5, 9, signers=[(ORIGIN, OTHER_SEED)]), "Another key under the log's name.", 5)
    case("bad-signature", "403 Signature", request(5, good, body(9) + "\n" + line(ORIGIN, SEED, body(8))), "The log signed something else.", 5)
    case("bad-beside-good", "403 Signature", ask(5, 9) + line(ORIGIN, OTHER_SEED, body(8)), "A bad signature by a known key.", 5,
         [KEY, vkey(ORIGIN, ed25519.public(OTHER_SEED))])
    case("bad-signature-and-conflict", "403 Signature", request(4, good, body(9) + "\n" + line(ORIGIN, SEED, body(8))),
         "A stranger does not learn what is remembered.", 5)
    case("cosigner-key-of-the-log", "404 UnknownOrigin", ask(5, 9), "The witness has no log's key of that name.", 5,
         vkey(ORIGIN, ed25519.public(SEED), 4))
    case("unknown-log", "404 UnknownOrigin", request(0, [], signed(body(9, origin="b.example"), [("b.example", SEED)])), "A log that nobody follows here.")
    case("origin-with-space", "404 Checkpoint", request(0, [], signed(body(9, origin="a b"))), "No log followed here can be called so.")

    case("conflict", "409 Conflict", ask(5, 9), "The witness has seen more.", 7)
    case("conflict-first", "409 Conflict", ask(5, 9), "The witness has seen nothing.")
    case("conflict-from-nothing", "409 Conflict", ask(0, 9), "How a log asks for the size that is remembered.", 7)
    case("conflict-smaller", "409 Conflict", ask(5, 6), "The log would go back.", 7)

    case("empty-with-root", "422 EmptyRoot", request(0, [], signed(body(0, top=LEAVES[0]))), "An empty log has the empty tree's root.")
    case("needless-proof", "422 NeedlessProof", ask(0, 9, good), "From nothing, nothing is proved.")
    case("needless-proof-of-same", "422 Inconsistent", ask(9, 9, good), "A tree is not proved to be itself.", 9)
    case("fork-of-same-size", "422 Inconsistent", request(9, [], signed(body(9, FORK))), "A second history of the same length.", 9)
    case("fork", "422 Inconsistent", request(5, proof(5, 9, FORK), signed(body(9, FORK))), "A history in which entry 3 is another.", 5)
    case("proof-missing", "422 Inconsistent", ask(5, 9, []), "Nothing is shown.", 5)
    case("proof-short", "422 Inconsistent", ask(5, 9, good[:-1]), "A hash less.", 5)
    case("proof-long", "422 Inconsistent", ask(5, 9, good + good[:1]), "A hash more.", 5)
    case("proof-swapped", "422 Inconsistent", ask(5, 9, [good[1], good[0]] + good[2:]), "In another order.", 5)
    case("proof-of-other-size", "422 Inconsistent", ask(5, 9, proof(4, 9)), "From another size.", 5)
