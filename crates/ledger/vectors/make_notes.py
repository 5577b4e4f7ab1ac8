"""Vectors of keys, notes, checkpoints and tile names."""

import base64
import hashlib

import ed25519

ORIGIN = "example.org/log"
SEED, OTHER_SEED, WITNESS_SEED = (hashlib.sha256(name).digest() for name in (b"log", b"other", b"witness"))


def b64(data):
    return base64.b64encode(data).decode()


def key_id(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:4]


def vkey(name, key, kind=1):
    return f"{name}+{key_id(name, kind, key).hex()}+{b64(bytes([kind]) + key)}"


def line(name, seed, text, kind=1, signature=None):
    signature = signature or ed25519.sign(seed, text.encode())
    return f"— {name} {b64(key_id(name, kind, ed25519.public(seed)) + signature)}\n"


def cosign(name, seed, text, time, stated=None):
    signature = ed25519.sign(seed, f"cosignature/v1\ntime {time}\n{text}".encode())
    stated = time if stated is None else stated
    return line(name, seed, text, 4, stated.to_bytes(8, "big") + signature)


KEY = vkey(ORIGIN, ed25519.public(SEED))
OTHER = vkey("other.example", ed25519.public(OTHER_SEED))
WITNESS = vkey("witness.example", ed25519.public(WITNESS_SEED), 4)


def make(write):
    make_keys(write)
    make_note_cases(write)
    make_checkpoints(write)
    make_tiles(write)


def make_keys(write):
    def case(name, expect, content, about):
        write("vkey-" + name, about, expect, content)

    key = ed25519.public(SEED)
    case("valid", "Ok", KEY, "A log's key.")
    case("valid-witness", "Ok", WITNESS, "A witness's key, type 0x04.")
    plus = next(k for k in (ed25519.public(bytes([n]) * 32) for n in range(99)) if "+" in b64(b"\1" + k))
    case("valid-plus-in-base64", "Ok", vkey(ORIGIN, plus), "Only the first two plus signs part anything.")
    case("valid-ml-dsa-44", "Ok", vkey("pq.example", bytes(1312), 6), "Read and shown; its signatures are not checked.")
    name, id, rest = KEY.split("+", 2)
    case("other-key-id", "KeyId", f"{name}+{int(id, 16) ^ 1:08x}+{rest}", "The id of another key.")
    upper = next(v for n in range(9) if (v := vkey(f"{n}.example", key)).split("+")[1].upper() != v.split("+")[1])
    name, id, rest = upper.split("+", 2)
    case("upper-case-id", "KeyIdText", f"{name}+{id.upper()}+{rest}", "A second text for one key.")
    case("short-id", "KeyIdText", f"{name}+{id[:7]}+{rest}", "Not eight digits.")
    case("one-plus", "Parts", "a+00000000", "A part is missing.")
    case("name-with-space", "Name", vkey("a b", key), "The name would break a signature line.")
    case("name-empty", "Name", vkey("", key), "A key without a name.")
    case("stray-bits", "Base64", "a+00000000+AR==", "Bits that no byte takes up.")
    case("trailing-newline", "Base64", KEY + "\n", "A byte more.")
    case("unknown-type", "UnknownType", vkey("a", key, 2), "ECDSA is not spoken here.")
    case("no-type", "Length", "a+00000000+", "Nothing after the second plus.")
    case("31-bytes", "Length", vkey("a", key[:31]), "A byte less.")
    case("33-bytes", "Length", vkey("a", key + b"\0"), "A byte more.")
    case("not-on-curve", "Point", vkey("a", (2).to_bytes(32, "little")), "No point has this y.")
    small = "A point of small order: one signature would fit many messages."
    case("small-order-1", "SmallOrder", vkey("a", (1).to_bytes(32, "little")), small)
    case("small-order-2", "SmallOrder", vkey("a", (ed25519.P - 1).to_bytes(32, "little")), small)
    case("small-order-4", "SmallOrder", vkey("a", bytes(32)), small)
    eight = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    case("small-order-8", "SmallOrder", vkey("a", bytes.fromhex(eight)), small)
    wide = (ed25519.P + 3).to_bytes(32, "little")
    case("y-not-reduced", "Point", vkey("a", wide), "y is 3, written as p + 3: a second text for one point.")


def make_note_cases(write):
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    good = line(ORIGIN, SEED, text)
    unknown = line("other.example", OTHER_SEED, text)
    signature = base64.b64decode(good.split(" ")[2])[4:]

    def case(name, expect, content, about, key=(KEY,)):
        write("note-" + name, about, expect, content, key=key)

    case("valid", "Ok", text + "\n" + good, "A note as it must be.")
    poem = "a\n\n— not a signature\n\nb\n"
    case("valid-empty-lines", "Ok", poem + "\n" + line(ORIGIN, SEED, poem), "The last empty line parts text and signatures.")
    case("valid-empty-line-at-end", "Ok", "a\n\n" + "\n" + line(ORIGIN, SEED, "a\n\n"), "A text that ends in an empty line.")
    case("valid-unknown-key", "Ok", text + "\n" + unknown + good, "Keys that the reader does not know are passed over.")
    case("valid-two-keys", "Ok", text + "\n" + unknown + good, "Both are known.", key=(KEY, OTHER))
    case("valid-same-name-other-id", "Ok", text + "\n" + line(ORIGIN, OTHER_SEED, text) + good, "Another key of the same name.")
    case("valid-unknown-type", "Ok", text + "\n— x.example AAAAAAA=\n" + good, "A signature of an unknown type, by an unknown key.")
    case("valid-cosignature", "Ok", text + "\n" + good + cosign("witness.example", WITNESS_SEED, text, 1795388645),
         "Log and witness.", key=(KEY, WITNESS))
    for name, bad in [("altered-text", text.replace("answer", "Answer")), ("text-with-less", text.split("\n")[0] + "\n")]:
        case(name, "BadSignature", bad + "\n" + good, "The text is not the one that was signed.")
    case("bad-signature-beside-good", "BadSignature", text + "\n" + good + line("other.example", OTHER_SEED, "x\n"),
         "A bad signature by a known key refuses the note.", key=(KEY, OTHER))
    case("repeated-then-bad", "BadSignature", text + "\n" + good + line(ORIGIN, SEED, "x\n"), "Good once, bad once, one key.")
    s = int.from_bytes(signature[32:], "little") + ed25519.L
    case("s-not-reduced", "BadSignature", text + "\n" + line(ORIGIN, SEED, text, signature=signature[:32] + s.to_bytes(32, "little")),
         "A second signature made from the first, without the key.")
    zero = ed25519.sign_with_commitment_zero(SEED, text.encode())
    case("small-order-commitment", "BadSignature", text + "\n" + line(ORIGIN, SEED, text, signature=zero), "Lenient readers take it.")
    case("63-bytes", "BadSignature", text + "\n" + line(ORIGIN, SEED, text, signature=signature[:63]), "A byte less.")
    case("65-bytes", "BadSignature", text + "\n" + line(ORIGIN, SEED, text, signature=signature + b"\0"), "A byte more.")
    case("cosignature-other-time", "BadSignature", text + "\n" + cosign("witness.example", WITNESS_SEED, text, 5, 6),
         "The time is signed too.", key=(WITNESS,))
    case("cosignature-time-2-to-63", "BadSignature", text + "\n" + cosign("witness.example", WITNESS_SEED, text, 2**63),
         "No time lies there.", key=(WITNESS,))
    case("cosignature-without-time", "BadSignature", text + "\n" + line("witness.example", WITNESS_SEED, text, 4),
         "A log's signature under a witness's key id.", key=(WITNESS,))
    case("unknown-keys-only", "NoKnownSignature", text + "\n" + unknown, "Nobody known has signed.")
    case("other-key-of-that-name", "NoKnownSignature", text + "\n" + line(ORIGIN, OTHER_SEED, text), "The name alone proves nothing.")
    case("crlf", "ControlCharacter", (text + "\n" + good).replace("\n", "\r\n"), "Line ends of another system.")
    case("tab", "ControlCharacter", "a\tb\n\n" + good, "What is shown would not be what was signed.")
    case("nul", "ControlCharacter", "a\0b\n\n" + good, "What is shown would not be what was signed.")
    case("not-utf8", "NotUtf8", b"\xff\n\n" + good.encode(), "Not a text.")
    case("empty", "NoEmptyLine", "", "No bytes at all.")
    case("no-empty-line", "NoEmptyLine", text + good, "Nothing parts text and signatures.")
    case("no-signature", "NoFinalNewline", text + "\n", "A text that nobody signed.")
    case("no-final-newline", "NoFinalNewline", text + "\n" + good[:-1], "Cut off.")
    case("hyphen", "SignatureLine", text + "\n" + good.replace("—", "-"), "A hyphen in the place of the em dash.")
    case("en-dash", "SignatureLine", text + "\n" + good.replace("—", "–"), "An en dash in the place of the em dash.")
    case("text-after-signature", "SignatureLine", text + "\n" + good + "more\n", "A line that is no signature.")
    case("no-space-after-dash", "SignatureLine", text + "\n" + good.replace("— ", "—"), "The space is part of the line.")
    case("name-empty", "Name", text + "\n" + good.replace("— " + ORIGIN, "— "), "A signature without a name.")
    case("name-with-plus", "Name", text + "\n" + good.replace(ORIGIN, "a+b"), "No key has such a name.")
    case("trailing-space", "Base64", text + "\n" + good[:-1] + " \n", "A byte more.")
    case("two-spaces", "Base64", text + "\n" + good.replace(ORIGIN + " ", ORIGIN + "  "), "A byte more.")
    case("unpadded", "Base64", text + "\n— a AAAAAAA\n" + good, "Padding is part of the form, for unknown keys too.")
    case("stray-bits", "Base64", text + "\n— a AAAAAAB=\n" + good, "Bits that no byte takes up.")
    case("signature-of-4-bytes", "SignatureTooShort", text + "\n— a AAAAAA==\n" + good, "A key id and nothing else.")
    case("65-signatures", "TooManySignatures", text + "\n" + "— a AAAAAAA=\n" * 64 + good, "More work than a reader takes on.")


def make_checkpoints(write):
    root = b64(hashlib.sha256(b"\0entry").digest())
    empty = b64(hashlib.sha256(b"").digest())

    def case(name, expect, body, about, key=KEY, origin=ORIGIN, signer=(ORIGIN, SEED), more=""):
        write("checkpoint-" + name, about, expect, body + "\n" + line(*signer, body) + more, key=key, origin=origin)

    def body(size="1", root=root, origin=ORIGIN):
        return f"{origin}\n{size}\n{root}\n"

    case("valid", "Ok", body(), "A checkpoint as it must be.")
    case("valid-empty-log", "Ok", body("0", empty), "A log without entries.")
    case("valid-extension-line", "Ok", body() + "anything\n", "Further lines are passed over.")
    case("valid-cosigned", "Ok", body(), "A witness that the reader does not know.",
         more=cosign("witness.example", WITNESS_SEED, body(), 1795388645))
    for name, size in [("leading-zero-size", "01"), ("size-00", "00"), ("plus-size", "+1"), ("negative-size", "-1"),
                       ("size-2-to-63", str(2**63)), ("size-2-to-64", str(2**64)), ("hex-size", "0x1"),
                       ("size-with-space", "1 "), ("size-arabic-digit", "١")]:
        case(name, "Size", body(size), "A size has one form.")
    case("size-0-with-root", "EmptyRoot", body("0"), "An empty log has the empty tree's root.")
    case("root-stray-bits", "Root", body(root=root[:42] + chr(ord(root[42]) + 1) + "="), "A second text for one root.")
    case("root-short", "Root", body(root=b64(bytes(31))), "A byte less.")
    case("root-hex", "Root", body(root="00" * 32), "Another encoding.")
    case("no-root", "Lines", f"{ORIGIN}\n1\n", "A line is missing.")
    case("empty-line", "Lines", body() + "\nx\n", "An empty extension line.")
    case("empty-last-line", "Lines", body() + "\n", "An empty extension line at the end.")
    case("origin-with-space", "OriginLine", body(origin="a b"), "A name that no log here has.")
    case("other-origin", "OtherOrigin", body(origin="other.example"), "Another log's checkpoint.")
    case("key-of-other-name", "NotTheLogsKey", body(), "The key is not named as the log.", key=OTHER)
    case("witness-key", "NotTheLogsKey", body(), "A witness does not speak for the log.", key=vkey(ORIGIN, ed25519.public(SEED), 4))
    case("signed-by-other", "Note", body(), "The log's key did not sign.", signer=("other.example", OTHER_SEED))
    case("signed-by-impostor", "Note", body(), "Another key under the log's name.", signer=(ORIGIN, OTHER_SEED))
    forged = body() + "\n" + line(ORIGIN, SEED, body("2"))
    write("checkpoint-other-size", "The size is not the one that was signed.", "Note", forged, key=KEY, origin=ORIGIN)


def make_tiles(write):
    for name, path in [("", "tile/0/000"), ("-partial", "tile/0/x001/x234/067.p/8"), ("-entries", "tile/entries/x001/000"),
                       ("-level-63", "tile/63/000.p/255"), ("-largest", "tile/0/x018/x446/x744/x073/x709/x551/615")]:
        write("tile-valid" + name, "A tile's name as it must be.", "Ok", path)
    for name, path in [("level-64", "tile/64/000"), ("level-leading-zero", "tile/00/000"), ("level-negative", "tile/-1/000"),
                       ("width-0", "tile/0/000.p/0"), ("width-256", "tile/0/000.p/256"), ("width-leading-zero", "tile/0/000.p/08"),
                       ("width-empty", "tile/0/000.p/"), ("index-two-digits", "tile/0/00"), ("index-four-digits", "tile/0/0000"),
                       ("index-without-x", "tile/0/001/000"), ("index-x-in-last", "tile/0/x000"),
                       ("index-leading-group", "tile/0/x000/001"), ("index-2-to-64", "tile/0/x018/x446/x744/x073/x709/x551/616"),
                       ("index-sign", "tile/0/+01"), ("index-empty", "tile/0/"), ("slash-first", "/tile/0/000"),
                       ("slash-last", "tile/0/000/"), ("dots", "tile/0/../000"), ("capital", "Tile/0/000"), ("data", "tile/data/000"),
                       ("two-widths", "tile/0/000.p/1.p/1"), ("empty", ""), ("newline", "tile/0/000\n")]:
        write("tile-" + name, "A second name for one tile, or none at all.", "TileError", path)
