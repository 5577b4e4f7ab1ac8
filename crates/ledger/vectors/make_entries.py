"""Vectors of single entries."""

import base64
import hashlib

PREV = base64.b64encode(hashlib.sha256(b"example.org/log").digest()).decode()
ID = "6f1f6f5c-29a3-4a8e-9d0a-0b6c1c2d3e4f"
TIME = "2026-11-22T23:04:05.123Z"


def entry(prev=PREV, seq="41", id=ID, time=TIME, kind="request.submitted", actor='{"person":"p1"}', body='{"n":1}'):
    return (
        f'{{"v":1,"prev":"{prev}","seq":{seq},"id":"{id}","time":"{time}","kind":"{kind}",'
        f'"actor":{actor},"body":{body}}}'
    )


def nested(depth):
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


def make(write):
    good = entry()

    def case(name, expect, content, about):
        write("entry-" + name, about, expect, content)

    def ok(name, content, about):
        case("valid" + name, "Ok", content, about)

    ok("", good, "An entry as it must be.")
    ok("-empty-objects", entry(actor="{}", body="{}"), "Actor and body may be empty objects.")
    ok("-escapes", entry(body=r'{"t":"\"\\\b\f\n\r\t\u0000\u001f\u000b/' + '\x7f\u2028ä€𝄞"}'),
       "The escapes that must be used, and characters that must stand as they are.")
    ok("-numbers", entry(body='{"a":[9007199254740991,-9007199254740991,0,-1,10],"b":[true,false,null,[],""]}'),
       "Integers up to 2^53 - 1 on both sides, and the other values.")
    ok("-depth-32", entry(body=nested(32)), "The deepest nesting that is permitted.")
    ok("-same-name-in-two-objects", entry(body='{"a":{"b":1},"b":{"b":1}}'), "A name counts within its object only.")
    ok("-seq-0", entry(seq="0"), "The first entry.")

    duplicate = "Which of two members counts would depend on the reader."
    case("duplicate-member", "DuplicateMember", entry(body='{"n":1,"n":2}'), duplicate)
    case("duplicate-member-nested", "DuplicateMember", entry(body='{"a":[{"b":{},"c":1,"b":1}]}'), duplicate)
    case("duplicate-member-empty-name", "DuplicateMember", entry(actor='{"":1,"":1}'), duplicate)
    many = ",".join(f'"m{n}":{n}' for n in range(60))
    case("duplicate-member-among-many", "DuplicateMember", entry(body=f'{{{many},"m30":0}}'), duplicate)
    case("duplicate-seq", "Member", good.replace('"seq":41', '"seq":41,"seq":42'), duplicate)
    case("missing-body", "Member", good.replace(',"body":{"n":1}', ""), "A member is missing.")
    case("missing-prev", "Member", good.replace(f'"prev":"{PREV}",', ""), "A member is missing.")
    case("other-order", "Member", good.replace(f'"seq":41,"id":"{ID}"', f'"id":"{ID}","seq":41'),
         "The same members in another order would be a second form of the same entry.")
    case("extra-member", "Member", good[:-1] + ',"x":1}', "An unknown member after the last.")
    case("not-an-object", "Member", "[]", "Something else than an entry.")
    case("unknown-version", "UnknownVersion", good.replace('"v":1', '"v":2'), "A later format is not guessed at.")
    case("version-10", "UnknownVersion", good.replace('"v":1', '"v":10'), "A version that begins with the same digit.")
    case("version-string", "UnknownVersion", good.replace('"v":1', '"v":"1"'), "The version is a number.")

    case("space-after-colon", "WhiteSpace", entry(body='{"n": 1}'), "White space would be a second form.")
    case("space-after-comma", "WhiteSpace", entry(body='{"n":1, "m":1}'), "White space would be a second form.")
    case("newline-in-array", "WhiteSpace", entry(body='{"n":[1,\n2]}'), "A raw newline would break line-based readers.")
    case("space-own-member", "Member", good.replace('"seq":', '"seq" :'), "White space between the entry's own parts.")
    case("leading-space", "Member", " " + good, "The offsets would move.")
    case("byte-order-mark", "Member", "\ufeff" + good, "The offsets would move.")
    case("trailing-newline", "Trailing", good + "\n", "A byte more is another entry.")
    case("trailing-nul", "Trailing", good + "\0", "A byte more is another entry.")
    case("second-object", "Trailing", good + good, "Two entries in the place of one.")
    case("ends-early", "EndsEarly", good[:-1], "A byte less.")
    case("ends-in-prev", "EndsEarly", good[:40], "Cut off within the link.")
    case("ends-in-string", "EndsEarly", entry(body='{"n":"')[:-1], "Cut off within a string.")
    case("empty", "EndsEarly", "", "No bytes at all.")

    case("prev-url-safe", "Prev", entry(prev="-" + PREV[1:]), "Another alphabet of base64.")
    case("prev-stray-bits", "Prev", entry(prev=PREV[:42] + chr(ord(PREV[42]) + 1) + "="),
         "Bits that no byte takes up: a second text for the same hash.")
    case("prev-unpadded", "Prev", entry(prev=PREV[:43] + "A"), "44 characters that hold 33 bytes.")
    case("prev-short", "Prev", entry(prev=PREV[:43]), "The padding is missing, and what follows moves.")

    for name, seq in [("leading-zero", "041"), ("negative", "-41"), ("fraction", "41.0"), ("exponent", "41e0"),
                      ("2-to-53", str(2**53)), ("2-to-64", str(2**64)), ("string", '"41"'), ("missing", "")]:
        case("seq-" + name, "Number", entry(seq=seq), "The number has one form and fits into 53 bits.")
    for name, id in [("upper-case", ID.upper()), ("version-1", ID.replace("-4a8e", "-1a8e")),
                     ("variant-0", ID.replace("-9d0a", "-1d0a")), ("nil", "00000000-0000-0000-0000-000000000000"),
                     ("without-hyphens", ID.replace("-", "") + "0000"), ("short", ID[:-1])]:
        case("id-" + name, "Id", entry(id=id), "The id is random, and has one form.")
    for name, time in [("without-millis", "2026-11-22T23:04:05Z"), ("offset", "2026-11-22T23:04:05.123+00:00"),
                       ("leap-second", "2026-12-31T23:59:60.000Z"), ("february-30", "2026-02-30T00:00:00.000Z"),
                       ("lower-case", TIME.lower()), ("space", TIME.replace("T", " "))]:
        case("time-" + name, "Time", entry(time=time), "A time has one form, and its day exists.")
    for name, kind in [("empty", ""), ("upper-case", "Request.submitted"), ("escape", r"request\u002esubmitted"),
                       ("double-dot", "request..submitted"), ("last-dot", "request."), ("65-bytes", "k" * 65),
                       ("newline", "a\nb"), ("right-to-left", "a\u202eb")]:
        case("kind-" + name, "Kind", entry(kind=kind), "A kind is dotted words in lower case.")
    for name, actor in [("null", "null"), ("array", "[]"), ("string", '"p1"'), ("number", "1")]:
        case("actor-" + name, "NotAnObject", entry(actor=actor), "Actor and body are objects.")
    case("body-array", "NotAnObject", entry(body="[]"), "Actor and body are objects.")

    for name, number in [("fraction", "1.0"), ("exponent", "1e3"), ("capital-exponent", "1E3"), ("minus-zero", "-0"),
                         ("leading-zero", "01"), ("minus-leading-zero", "-01"), ("2-to-53", str(2**53)),
                         ("minus-2-to-53", str(-(2**53))), ("lone-minus", "-"), ("huge", "9" * 400)]:
        case("number-" + name, "Number", entry(body=f'{{"n":{number}}}'), "Readers with floats would see another number.")
    for name, value in [("plus", "+1"), ("nan", "NaN"), ("infinity", "Infinity"), ("hex", "0x10"),
                        ("single-quotes", "'1'"), ("comment", "/**/1"), ("half-true", "tru"), ("capital-true", "True"),
                        ("missing-value", ""), ("lone-comma", ",1")]:
        case("value-" + name, "Unexpected", entry(body=f'{{"n":{value}}}'), "No JSON at all.")
    case("trailing-comma", "Unexpected", entry(body='{"n":1,}'), "A comma without a member.")
    case("array-trailing-comma", "Unexpected", entry(body='{"n":[1,]}'), "A comma without an element.")
    case("name-unquoted", "Unexpected", entry(body="{n:1}"), "A name without quotes.")
    case("brackets-crossed", "Unexpected", entry(body='{"n":[1}]'), "Brackets that close each other.")

    for name, escape in [("solidus", r"\/"), ("letter", r"\u0061"), ("long-newline", r"\u000a"), ("long-quote", r"\u0022"),
                         ("upper-case-hex", r"\u001F"), ("delete", r"\u007f"), ("surrogate-pair", r"\ud834\udd1e"),
                         ("lone-surrogate", r"\ud800"), ("hex", r"\x41"), ("capital-u", r"\U0000"), ("cut", r"\u00")]:
        case("escape-" + name, "Escape", entry(body=f'{{"t":"{escape}"}}'), "A character has one form.")
    for name, char in [("newline", "\n"), ("carriage-return", "\r"), ("nul", "\0"), ("tab", "\t"), ("escape", "\x1b")]:
        case("control-" + name, "ControlCharacter", entry(body=f'{{"t":"{char}"}}'), "It could forge lines in a display.")
    for name, raw in [("lone-continuation", b"\x80"), ("overlong", b"\xc0\xaf"), ("surrogate", b"\xed\xa0\x80"),
                      ("beyond-unicode", b"\xf4\x90\x80\x80"), ("cut", b"\xe2\x82")]:
        case("utf8-" + name, "NotUtf8", entry(body='{"t":"?"}').encode().replace(b"?", raw), "Not a character.")
    case("too-deep", "TooDeep", entry(body=nested(33)), "A bound for the reader's stack.")
    case("too-deep-arrays", "TooDeep", entry(body='{"a":' + "[" * 1000), "A bound for the reader's stack.")
