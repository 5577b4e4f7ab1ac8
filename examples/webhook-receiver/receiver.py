#!/usr/bin/env python3
"""A receiver of Breakglass webhooks: it gives access to a door, and takes it back.

Read it from top to bottom, and put your own system where `Door` is. It needs Python 3.9 or newer and nothing else.

    python3 receiver.py --port 8090 --secret-file secret --state door.db

Every call is one POST, signed after Standard Webhooks (https://www.standardwebhooks.com). Three things matter:

1. Nothing is believed before its signature was checked, over the very bytes that came.
2. A copy of a call (a replay) is refused; a second *try* at a call, signed anew, gets the first one's answer again.
3. A grant that was ended never opens again: calls can arrive late, and in another order.
"""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import secrets
import signal
import sqlite3
import sys
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300  # A call's timestamp may be so far from our clock.
LONGEST_BODY = 64 * 1024  # Bytes.
ANSWERS_KEPT_S = 24 * 3600  # A call that is tried again after this is done again, which does no harm here.


class No(Exception):
    """What is answered instead of doing it."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status, self.why = status, why


# --- Is it really the portal that calls, and now? ---------------------------------------------------------------------


def read_secrets(path):
    """One secret a line: `whsec_` and base64. Two while one gives way to the other."""
    lines = pathlib.Path(path).read_text().split()
    return [base64.b64decode(line.removeprefix("whsec_"), validate=True) for line in lines]


def check_signature(keys, headers, body, now):
    """Returns the call's id and its signature, or says No."""
    call_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    if not call_id or not timestamp or not given:
        raise No(401, "The call is not signed.")
    signed = f"{call_id}.{timestamp}.".encode() + body
    for key in keys:
        ours = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        # In constant time: how far two texts agree must not show in how long it takes.
        if any(hmac.compare_digest(ours.encode(), theirs.encode()) for theirs in given):
            # Only after the signature fits: whoever has no secret learns nothing about our clock.
            if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_S:
                raise No(401, "The call is too old, or from a clock that is wrong.")
            return call_id, ours
    raise No(401, "The signature is not by a secret that we know.")


# --- Is it a new call, a second try, or a copy? -----------------------------------------------------------------------


class Calls:
    """Which calls came, and what was answered. In one database with the door: both change together, or neither."""

    def __init__(self, db):
        self.db = db
        db.execute("create table if not exists signature (text text primary key, at real not null)")
        db.execute(
            "create table if not exists call (id text primary key, asked text not null, status int not null,"
            " answer text not null, at real not null)"
        )

    def refuse_copy(self, signature, now):
        """Each try is signed over something new, so a signature that came before is a copy of an old call."""
        # Those that are older are refused by their timestamp.
        self.db.execute("delete from signature where at < ?", (now - 2 * TOLERANCE_S,))
        try:
            self.db.execute("insert into signature values (?, ?)", (signature, now))
        except sqlite3.IntegrityError:
            raise No(409, "This very call came before.") from None

    def answered(self, call_id, asked):
        """What was answered to this call, if it was."""
        found = self.db.execute("select asked, status, answer from call where id = ?", (call_id,)).fetchone()
        if found and found[0] != asked:
            raise No(409, "Another call had this id.")
        return found and (found[1], json.loads(found[2]))

    def keep(self, call_id, asked, status, answer, now):
        self.db.execute("delete from call where at < ?", (now - ANSWERS_KEPT_S,))
        self.db.execute("insert into call values (?, ?, ?, ?, ?)", (call_id, asked, status, json.dumps(answer), now))


# --- What is opened: put your own system here -------------------------------------------------------------------------


class Door:
    """Who may come in. A row a grant; it stays when access is over, so that the grant never opens again."""

    def __init__(self, db):
        self.db = db
        db.execute(
            "create table if not exists access (account text primary key, role text, expires_at real,"
            " credential blob, ended int not null default 0)"
        )

    def open(self, data):
        ended = self.db.execute("select ended from access where account = ?", (data["account"],)).fetchone()
        if ended and ended[0]:
            raise No(410, "This grant is over.")
        self.db.execute(
            "insert into access (account, role, expires_at) values (?, ?, ?) on conflict do nothing",
            (data["account"], data["role"], seconds(data["expires_at"])),
        )
        return 200, {"account": data["account"]}

    def lengthen(self, data):
        changed = self.db.execute(
            "update access set expires_at = ? where account = ? and not ended",
            (seconds(data["expires_at"]), data["account"]),
        )
        if not changed.rowcount:
            raise No(404, "There is no such access.")
        return 200, {}

    def admit(self, data):
        """What the holder is shown. Here it is a token; we keep only its digest, and the newest one counts."""
        token = secrets.token_urlsafe(24)
        changed = self.db.execute(
            "update access set credential = ? where account = ? and not ended", (digest(token), data["account"])
        )
        if not changed.rowcount:
            raise No(404, "There is no such access.")
        return 200, {"credential": token}

    def end(self, data):
        """Ends access, also one that we never heard of: its opening may still be on the way."""
        cut = self.db.execute(
            "select count(*) from access where account = ? and not ended and credential is not null", (data["account"],)
        ).fetchone()[0]
        self.db.execute(
            "insert into access (account, ended) values (?, 1)"
            " on conflict (account) do update set ended = 1, credential = null",
            (data["account"],),
        )
        # A token is no session: what it let in is out at its next request. So none was cut.
        return 200, {"sessions_cut": 0, "tokens_voided": cut}

    def inspect(self, data):
        row = self.db.execute(
            "select expires_at, credential from access where account = ? and not ended", (data["account"],)
        ).fetchone()
        if not row:
            return 200, {"standing": "absent"}
        is_open = row[1] is not None and row[0] > time.time()
        return 200, {"standing": "open", "sessions": 0} if is_open else {"standing": "barred"}

    def sweep(self, _data):
        rows = self.db.execute("select account from access where not ended order by account")
        return 200, {"accounts": [row[0] for row in rows]}

    def check(self, _data):
        return 200, {}

    def lets_in(self, token):
        row = self.db.execute(
            "select role from access where credential = ? and not ended and expires_at > ?", (digest(token), time.time())
        ).fetchone()
        return row and row[0]


def digest(token):
    return hashlib.sha256(token.encode()).digest()


def seconds(moment):
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


# --- The server -------------------------------------------------------------------------------------------------------


class Receiver:
    def __init__(self, keys, state):
        self.keys = keys
        self.lock = threading.Lock()
        self.db = sqlite3.connect(state, check_same_thread=False, isolation_level=None)
        self.db.execute("pragma synchronous = full")
        self.calls, self.door = Calls(self.db), Door(self.db)
        # Calls that change something are done once. A question is answered with what is true now; each `admit` voids
        # the one before. So none of these is answered from memory.
        self.once = {"grant.open": self.door.open, "grant.lengthen": self.door.lengthen, "grant.end": self.door.end}
        self.anew = {
            "grant.admit": self.door.admit,
            "grant.inspect": self.door.inspect,
            "grants.sweep": self.door.sweep,
            "target.check": self.door.check,
        }

    def call(self, headers, body):
        now = time.time()
        call_id, signature = check_signature(self.keys, headers, body, now)
        message = json.loads(body)
        kind, data = message["type"], message["data"]
        with self.lock:
            self.db.execute("begin immediate")
            try:
                self.calls.refuse_copy(signature, now)
                answer = self.act(call_id, kind, data, now)
            except BaseException:
                self.db.execute("rollback")
                raise
            # Durable before it is answered.
            self.db.execute("commit")
        return answer

    def act(self, call_id, kind, data, now):
        if kind in self.anew:
            return self.anew[kind](data)
        if kind not in self.once:
            raise No(501, "We do not know this call.")
        asked = json.dumps([kind, data], sort_keys=True)
        answer = self.calls.answered(call_id, asked)
        if not answer:
            answer = self.once[kind](data)
            self.calls.keep(call_id, asked, *answer, now)
        return answer

    def visit(self, headers):
        """Somebody at the door, with what the portal showed them."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        with self.lock:
            role = self.door.lets_in(token)
        if not role:
            raise No(403, "You may not come in.")
        return 200, {"role": role}


class Handler(BaseHTTPRequestHandler):
    receiver = None
    timeout = 10  # Seconds: a connection that trickles holds nothing open.

    def do_POST(self):
        self.answer(lambda: self.receiver.call(self.headers, self.body()))

    def do_GET(self):
        self.answer(lambda: self.receiver.visit(self.headers))

    def body(self):
        length = self.headers.get("content-length", "")
        if not length.isascii() or not length.isdigit():
            raise No(411, "How long is it?")
        if int(length) > LONGEST_BODY:
            raise No(413, "The call is too long.")
        return self.rfile.read(int(length))

    def answer(self, act):
        try:
            status, answer = act()
        except No as no:
            status, answer = no.status, {"error": no.why}
        except (ValueError, KeyError, TypeError, RecursionError):
            status, answer = 400, {"error": "The call is not in a form that we read."}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        try:
            self.end_headers()
            self.wfile.write(text)
        except ConnectionError:
            pass  # They hung up, and will try again: then they get the same answer.

    def log_message(self, *_):
        """Quiet: addresses may have tokens in them."""


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=8090, help="on this machine; 0 takes a free one")
    options.add_argument("--secret-file", required=True, help="whsec_…, as the portal has it; keep it private")
    options.add_argument("--state", required=True, help="a SQLite file; made where it is not there")
    options = options.parse_args()
    # Behind a proxy that speaks TLS: the portal calls nothing but this machine without it.
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    Handler.receiver = Receiver(read_secrets(options.secret_file), options.state)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
