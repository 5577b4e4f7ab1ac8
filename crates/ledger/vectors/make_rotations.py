"""Vectors of key rotations, and of checkpoints around one."""

import hashlib

import ed25519
from make_notes import KEY, ORIGIN, OTHER, OTHER_SEED, SEED, b64, line, vkey

SECOND_SEED, THIRD_SEED = (hashlib.sha256(name).digest() for name in (b"second", b"third"))
SECOND, THIRD = (vkey(ORIGIN, ed25519.public(seed)) for seed in (SECOND_SEED, THIRD_SEED))


def message(frm, old, new, origin=ORIGIN, first="key-rotation/v1\0\n"):
    return f"{first}{origin}\n{frm}\n{old}\n{new}\n"


def json(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rotation(frm=42, new=SECOND, old=KEY, seed=SEED, signed=None):
    signed = message(frm, old, new) if signed is None else signed
    return f'{{"from":{frm},"new":{json(new)},"old":{json(old)},"signature":"{b64(ed25519.sign(seed, signed.encode()))}"}}'


def make(write):
    make_bodies(write)
    make_checkpoints(write)


def make_bodies(write):
    def case(name, expect, body, about, seq=41, key=KEY, earlier=()):
        write("rotation-" + name, about, expect, body, key=key, seq=str(seq), earlier=[f"{seq} {body}" for seq, body in earlier])

    good, second = rotation(), (41, rotation())
    third = rotation(90, THIRD, SECOND, SECOND_SEED)
    case("valid", "Ok", good, "The new key signs from the next size on.")
    case("valid-later", "Ok", rotation(1000), "The new key signs from some later size on.")
    case("valid-second", "Ok", third, "Another rotation, by the key that followed.", 80, earlier=[second])
    case("valid-before-trusted", "Ok", good, "The reader trusts the later key only.", key=SECOND)
    quoted = 'q"\\.example'
    old, new = (vkey(quoted, ed25519.public(seed)) for seed in (SEED, SECOND_SEED))
    case("valid-quotes-in-name", "Ok", rotation(42, new, old, signed=message(42, old, new, quoted)), "The name has to be escaped.", key=old)

    bad = "BadSignature"
    case("other-size", bad, good.replace("42", "43"), "The size is not the one that was signed.")
    case("other-new-key", bad, good.replace(SECOND, THIRD), "The new key is not the one that was signed.")
    case("signed-by-new-key", bad, rotation(seed=SECOND_SEED), "No key signs itself into office.")
    case("signed-by-other", bad, rotation(seed=OTHER_SEED), "Somebody else signed.")
    case("signed-for-other-origin", bad, rotation(signed=message(42, KEY, SECOND, "other.example")), "Another log's origin was signed.")
    case("signed-with-other-first-line", bad, rotation(signed=message(42, KEY, SECOND, first="key-rotation/v1\n")), "The NUL is part of what is signed.")
    case("signed-as-note", bad, rotation(signed=message(42, KEY, SECOND, first="")), "The first line is missing.")

    case("space", "Form", good.replace(",", ", "), "A second form.")
    case("other-order", "Form", good.replace(f'"new":"{SECOND}","old":"{KEY}"', f'"old":"{KEY}","new":"{SECOND}"'), "A second form.")
    case("extra-member", "Form", good[:-1] + ',"x":1}', "An unknown member.")
    case("missing-old", "Form", good.replace(f'"old":"{KEY}",', ""), "A member is missing.")
    case("needless-escape", "Form", good.replace("example.org/log", "example.org\\/log"), "A second form.")
    case("trailing-newline", "Form", good + "\n", "A byte more.")
    case("cut", "Form", good[:-1], "A byte less.")
    case("empty", "Form", "", "No bytes at all.")
    for name, frm in [("0", "0"), ("leading-zero", "042"), ("2-to-53", str(2**53)), ("negative", "-42"), ("string", '"42"'), ("empty", "")]:
        case("from-" + name, "From", rotation(frm), "A size has one form; no entry stands below 0.")
    case("key-id", "Key", good.replace(SECOND, SECOND.replace("log+", "log+0")[:-1]), "The new key cannot be read.")
    case("key-of-small-order", "Key", rotation(new=vkey(ORIGIN, bytes(32))), "Such a key proves nothing.")
    case("new-key-of-other-log", "NotOneLog", rotation(new=OTHER), "A log does not change its name.")
    case("new-key-of-witness", "NotOneLog", rotation(new=vkey(ORIGIN, ed25519.public(SECOND_SEED), 4)), "A witness does not speak for the log.")
    case("same-key", "SameKey", rotation(new=KEY), "Nothing would change.")
    case("signature-short", "Signature", good[:-6] + '"}', "Cut off within the signature.")
    case("signature-63-bytes", "Signature", good[: good.index('signature":"') + 12] + b64(bytes(63)) + '"}', "A byte less.")

    case("other-log", "OtherLog", good, "The reader trusts another log's key.", key=OTHER)
    case("in-a-tree-without-it", "BeforeItself", good, "Trees of 42 leaves do not hold entry 42.", 42)
    case("by-superseded-key", "NotTheLastKey", rotation(90, THIRD), "The key had given way already.", 80, earlier=[second])
    case("by-stranger", "NotTheLastKey", rotation(90, THIRD, vkey(ORIGIN, ed25519.public(OTHER_SEED)), OTHER_SEED),
         "A key that never was the log's.", 80, earlier=[second])
    case("key-returns", "KeyReturns", rotation(90, KEY, SECOND, SECOND_SEED), "The first key would sign again.", 80, earlier=[second])
    case("before-its-key", "BeforeItsKey", third, "The key that signed it signs checkpoints from 1000 leaves on.", 80, earlier=[(41, rotation(1000))])


def make_checkpoints(write):
    def case(name, expect, size, signers, about, after=None, key=KEY, earlier=((41, rotation()),)):
        text = f"{ORIGIN}\n{size}\n{b64(hashlib.sha256(b'root').digest())}\n"
        note = text + "\n" + "".join(line(ORIGIN, seed, text) for seed in signers)
        after = str(size if after is None else after)
        write("handover-" + name, about, expect, note, key=key, after=after, earlier=[f"{seq} {body}" for seq, body in earlier])

    two = ((41, rotation()), (80, rotation(90, THIRD, SECOND, SECOND_SEED)))
    case("valid-before", "Ok", 41, [SEED], "The old key, one leaf before.", 40)
    case("valid-both", "Ok", 44, [SEED, SECOND_SEED], "The first checkpoint that covers the entry.", 41)
    case("valid-both-other-order", "Ok", 44, [SECOND_SEED, SEED], "The order of the lines says nothing.", 41)
    case("valid-after", "Ok", 57, [SECOND_SEED], "From then on the new key alone.", 44)
    case("valid-any-after", "Ok", 42, [SECOND_SEED], "A reader who does not know which checkpoint was the first.")
    case("valid-old-key-signs-on", "Ok", 57, [SEED, SECOND_SEED], "The old key's line is passed over.", 44)
    case("valid-three", "Ok", 95, [SEED, SECOND_SEED, THIRD_SEED], "Two rotations under one checkpoint.", 41, earlier=two)
    case("valid-trusted-later", "Ok", 57, [SECOND_SEED], "The reader trusts the later key only.", key=SECOND)
    case("valid-no-rotation", "Ok", 57, [SEED], "One key for everything.", earlier=())
    case("old-key-alone", "Checkpoint", 44, [SEED], "The new key is missing.", 41)
    case("new-key-alone", "Checkpoint", 44, [SECOND_SEED], "The old key is missing on the first one.", 41)
    case("old-key-after", "Checkpoint", 57, [SEED], "The old key has given way.", 44)
    case("old-key-at-from", "Checkpoint", 42, [SEED], "The first size of the new key.")
    case("new-key-before", "Checkpoint", 41, [SECOND_SEED], "The new key does not sign yet.", 40)
    case("middle-key-missing", "Checkpoint", 95, [SEED, THIRD_SEED], "Two rotations, two signatures.", 41, earlier=two)
    case("before-trusted", "NoKey", 41, [SEED], "The trusted key says nothing of the one before it.", key=SECOND)
    case("not-in-chain", "NoKey", 57, [SECOND_SEED], "Nothing leads from the trusted key to those of the log.", key=THIRD)
