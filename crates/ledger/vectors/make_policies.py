"""Vectors of trust policies, and of checkpoints under one."""

import hashlib

import ed25519
from make_notes import KEY, ORIGIN, OTHER, OTHER_SEED, SEED, b64, cosign, line, vkey

SEEDS = {name: hashlib.sha256(name.encode()).digest() for name in ("x1", "x2", "x3", "y1")}
KEYS = {name: vkey(f"{name}.example", ed25519.public(seed), 4) for name, seed in SEEDS.items()}
PQ_LOG, PQ = (vkey(name, bytes([n]) * 1312, 6) for n, name in enumerate([ORIGIN, "pq.example"]))

WITNESSES = [f"witness {name} {key}" for name, key in KEYS.items()]
TWO_OF_THREE = ["log " + KEY] + WITNESSES + ["group x 2 x1 x2 x3", "group both all x y1", "quorum both"]
BODY = f"{ORIGIN}\n1\n{b64(hashlib.sha256(b'leaf').digest())}\n"


def cosigned(names, body=BODY, signer=(ORIGIN, SEED), time=1795388645):
    """A checkpoint that the log and these witnesses have signed."""
    lines = [cosign(f"{name}.example", SEEDS[name], body, time + n) for n, name in enumerate(names)]
    return body + "\n" + line(*signer, body) + "".join(lines)


def make(write):
    make_policies(write)
    make_trust(write)


def make_policies(write):
    def case(name, expect, lines, about):
        content = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines)
        write("policy-" + name, about, expect, content)

    def ok(name, lines, about):
        case("valid" + name, "Ok", lines, about)

    w, log, none = WITNESSES, "log " + KEY, "quorum none"
    ok("", TWO_OF_THREE, "Groups of groups, with a threshold.")
    ok("-none", [none], "No log, no witness: the reader knows the log from elsewhere.")
    ok("-single-witness", [log, w[0], "quorum x1"], "A witness is a quorum without a group.")
    ok("-urls", [log + " https://example.org/", w[0] + " https://x1.example/", none], "Logs and witnesses may have a URL.")
    ok("-white-space", ["\t log \t" + KEY + "  ", "", " \t ", "  # comment", "#", "quorum\tnone"], "Spaces and tabs, and lines to be passed over.")
    ok("-any-order", [w[1], none, "group g any x2", log, w[0]], "Only names must stand before they are used; the quorum need not come last.")
    ok("-octets-in-names", b"witness \xff\x80 " + KEYS["x1"].encode() + b" \xfe\nquorum \xff\x80\n", "Names and URLs are octets, not characters.")
    ok("-names-like-keywords", ["witness quorum " + KEYS["x1"], "witness all " + KEYS["x2"], "group 2 all all quorum", "quorum 2"],
       "Only the first item of a line is a keyword.")
    ok("-log-and-witness-of-one-key", [log, "witness w " + vkey(ORIGIN, ed25519.public(SEED), 4), none],
       "A key is a duplicate among logs or among witnesses only.")
    ok("-ml-dsa-44", ["log " + PQ_LOG, "witness w " + PQ, "quorum w"], "Read, though nobody here can check what such keys sign.")
    ok("-two-keys-of-one-log", [log, "log " + vkey(ORIGIN, ed25519.public(OTHER_SEED)), none], "As after a rotation.")
    ok("-33-groups", [w[0]] + [f"group g{n + 1} all {f'g{n}' if n else 'x1'}" for n in range(33)] + ["quorum g33"], "Groups within groups.")
    ok("-quorum-is-also-member", w[:2] + ["group g all x1 x2", "quorum x1"], "The quorum line makes nobody a member.")

    case("empty", "NoQuorum 1", b"", "Nothing is said of the quorum.")
    case("no-quorum", "NoQuorum 2", [log, "# the end"], "Nothing is said of the quorum.")
    case("two-quorums", "SecondQuorum 3", [log, none, none], "Which of the two counts would depend on the reader.")
    case("no-final-newline", "NoFinalNewline 2", f"{log}\n{none}".encode(), "Cut off, perhaps within a name.")
    case("crlf", "ControlCharacter 1", f"{none}\r\n".encode(), "Line ends of another system.")
    case("nul", "ControlCharacter 2", f"{none}\n# \0\n".encode(), "In a comment too.")
    case("delete", "ControlCharacter 1", f"# \x7f\n{none}\n".encode(), "The control character beyond the letters.")
    case("form-feed", "ControlCharacter 1", f"quorum\fnone\n".encode(), "White space is space and tab.")
    case("no-break-space", "UnknownKeyword 1", "quorum\u00a0none\n".encode(), "White space is space and tab.")
    case("byte-order-mark", "UnknownKeyword 1", f"\ufeff{none}\n".encode(), "It is part of the first word.")
    case("unknown-keyword", "UnknownKeyword 2", [log, "mirror m " + KEYS["x1"], none], "What it demands could not be checked.")
    case("keyword-upper-case", "UnknownKeyword 1", ["Log " + KEY, none], "Keywords have one form.")
    for name, text in [("log-without-key", "log"), ("log-with-three", log + " u v"), ("witness-without-key", "witness x"),
                       ("witness-with-four", w[0] + " u v"), ("group-without-members", "group g all"),
                       ("group-without-threshold", "group g"), ("quorum-of-nothing", "quorum"), ("quorum-of-two", "quorum a b"),
                       ("comment-after-quorum", "quorum none # nobody")]:
        case(name, "Items 2", ["", text], "More or fewer items than the keyword takes.")
    case("key-of-other-name", "Key 1", ["log other.example+" + KEY.split("+", 1)[1], none], "The key id is another name's.")
    small = vkey(ORIGIN, bytes(32))
    case("key-of-small-order", "Key 1", ["log " + small, none], "One signature would fit many checkpoints.")
    case("key-raw", "Key 1", ["log " + ed25519.public(SEED).hex(), none], "Another format's key.")
    case("key-name-not-utf8", "Key 1", b"log \xff+00000000+AQ==\nquorum none\n", "Names of keys are characters.")
    case("log-with-witness-key", "NotALogsKey 1", ["log " + KEYS["x1"], none], "A witness does not speak for a log.")
    case("witness-with-log-key", "NotAWitnessKey 1", ["witness w " + OTHER, none], "A log's signature says no time.")
    case("duplicate-log", "DuplicateKey 2", [log, log, none], "The same log twice.")
    case("duplicate-log-other-name", "DuplicateKey 2", [log, "log " + vkey("b.example", ed25519.public(SEED)), none],
         "One public key under two names.")
    case("duplicate-witness", "DuplicateKey 2", [w[0], w[0].replace(" x1 ", " z "), none], "One witness would count twice.")
    case("duplicate-witness-other-name", "DuplicateKey 2", [w[0], "witness z " + vkey("z.example", ed25519.public(SEEDS["x1"]), 4), none],
         "One public key under two names.")
    case("duplicate-name", "DuplicateName 2", [w[0], w[1].replace(" x2 ", " x1 "), none], "Two witnesses of one name.")
    case("duplicate-name-of-group", "DuplicateName 3", w[:2] + ["group x1 all x2", none], "Witnesses and groups share their names.")
    case("witness-named-none", "ReservedName 1", [w[0].replace(" x1 ", " none "), none], "The name means nobody.")
    case("group-named-none", "ReservedName 2", [w[0], "group none all x1", none], "The name means nobody.")
    case("none-as-member", "Undefined 2", [w[0], "group g any x1 none", "quorum g"], "Nobody cannot witness.")
    case("undefined-member", "Undefined 2", [w[0], "group g all x1 x2", "quorum g"], "Nobody of that name.")
    case("undefined-quorum", "Undefined 1", ["quorum x1"], "Nobody of that name.")
    case("member-defined-later", "Undefined 1", ["group g all x1", w[0], "quorum g"], "A line speaks of what stands before it.")
    case("quorum-defined-later", "Undefined 1", ["quorum x1", w[0]], "A line speaks of what stands before it.")
    case("group-of-itself", "Undefined 2", [w[0], "group g all x1 g", "quorum g"], "A circle.")
    case("kelvin-sign", "Undefined 2", ["witness K " + KEYS["x1"], "quorum \u212a"], "The sign looks like the letter and is another name.")
    case("member-twice", "AlreadyMember 2", [w[0], "group g 2 x1 x1", "quorum g"], "One witness would be two.")
    case("member-of-two-groups", "AlreadyMember 4", w[:2] + ["group g all x1", "group h any x1 x2", none], "A witness counts in one way.")
    case("group-in-two-groups", "AlreadyMember 5", w[:2] + ["group g all x1", "group h all g", "group i all g x2", none],
         "A group counts in one way.")
    for name, k in [("0", "0"), ("beyond-members", "3"), ("leading-zero", "02"), ("plus", "+1"), ("negative", "-1"), ("word", "most"),
                    ("upper-case", "ALL"), ("2-to-64", str(2**64))]:
        case("threshold-" + name, "Threshold 3", w[:2] + [f"group g {k} x1 x2", "quorum g"], "The threshold is all, any, or 1 to the members.")
    case("too-long", "TooLong 1", b"#" * (1 << 18) + b"\n", "More than a reader takes on.")


def make_trust(write):
    def case(name, expect, content, about, policy=TWO_OF_THREE):
        write("trust-" + name, about, expect, content, policy=policy)

    case("valid", "Ok", cosigned(["x1", "x3", "y1"]), "Two of three, and one.")
    case("valid-none", "Ok", cosigned([]), "Nobody must have looked.", ["log " + KEY, "quorum none"])
    case("valid-unknown-witness", "Ok", cosigned(["x1"]), "A witness that the policy does not have.", ["log " + KEY, "quorum none"])
    case("valid-second-log-key", "Ok", cosigned([], signer=(ORIGIN, OTHER_SEED)), "Any of the log's keys is enough.",
         ["log " + KEY, "log " + vkey(ORIGIN, ed25519.public(OTHER_SEED)), "quorum none"])
    case("valid-other-logs-line", "Ok", cosigned([]) + line("other.example", OTHER_SEED, "x\n"),
         "Another log's key is not known for this log: its line is passed over, bad as it is.",
         ["log " + KEY, "log " + OTHER, "quorum none"])
    case("one-of-three", "NoQuorum", cosigned(["x1", "y1"]), "One is missing.")
    case("same-witness-twice", "NoQuorum", cosigned(["x1", "x1", "y1"]), "Who signs twice is one witness.")
    case("one-group-missing", "NoQuorum", cosigned(["x1", "x2", "x3"]), "All of one group, nobody of the other.")
    case("unsigned-by-log", "NotSigned", cosigned(["x1", "x2", "y1"], signer=("other.example", OTHER_SEED)),
         "Witnesses do not speak for the log.")
    case("signed-by-other-log", "NotSigned", cosigned([], signer=("other.example", OTHER_SEED)),
         "A log that the policy has, and whose name is not the checkpoint's.", ["log " + KEY, "log " + OTHER, "quorum none"])
    case("unknown-log", "UnknownLog", cosigned(["x1", "x2", "y1"], BODY.replace(ORIGIN, "other.example"), ("other.example", OTHER_SEED)),
         "Good signatures on another log's checkpoint.")
    case("no-logs", "UnknownLog", cosigned([]), "A policy without logs believes none by itself.", ["quorum none"])
    case("bad-cosignature", "Note", cosigned(["x1", "x3", "y1"]) + cosign("x2.example", SEEDS["x2"], "x\n", 5),
         "A bad signature by a known key refuses the checkpoint, quorum or not.")
    pq = f"— pq.example {b64(bytes.fromhex(PQ.split('+')[1]) + bytes(2428))}\n"
    case("ml-dsa-44-counts-for-nothing", "NoQuorum", cosigned([]) + pq, "What cannot be checked is not believed.",
         ["log " + KEY, "witness w " + PQ, "quorum w"])
