// Before the first check the verifier checks itself, in this browser: an intact sample log must be proven, and
// an altered entry in it must be named. It is done over and over for a fraction of a second, so that the
// browser has compiled the verifier for speed by the time somebody wants it.
//
// `sample/` is made by `cargo run -p verify --example generate_log -- verifier-wasm/web/sample 64`.

import { Hasher, Rules, Session } from './verifier.js';

/** Long enough for the browser's optimising compiler to be done: with 250 ms the first check takes a quarter longer. */
const REHEARSE_FOR_MS = 600;

/** How long the worker may leave the page's questions unanswered meanwhile. */
const PAUSE_EVERY_MS = 50;

/**
 * Throws where the verifier does not do what it should; resolves to whether it could be tried at all. Once
 * `wanted()` says that somebody waits for the verifier, it is tried no more often than it must be. `load` gives the
 * sample log's files by name.
 */
export async function rehearse(wanted, load = fetched) {
  let files;
  try {
    files = await Promise.all(['vkey', 'checkpoint', 'stream'].map(load));
  } catch {
    return false;
  }
  const [vkey, checkpoint, stream] = files;
  const sample = { vkey: new TextDecoder().decode(vkey), checkpoint };
  const { altered, seq } = alter(stream);
  const until = performance.now() + REHEARSE_FOR_MS;
  do {
    const pause = performance.now() + PAUSE_EVERY_MS;
    do {
      if (!check({ ...sample, stream }).proven || !joins({ ...sample, stream })) throw new Error('it did not prove an intact sample log');
    } while (performance.now() < pause);
    await new Promise((next) => setTimeout(next));
  } while (performance.now() < until && !wanted());
  const { proven, findings } = check({ ...sample, stream: altered });
  if (proven || findings[0]?.seq !== seq) throw new Error('it did not name the altered entry of a sample log');
  if (joins({ ...sample, stream: altered })) throw new Error('it proved an altered sample log in blocks');
  return true;
}

async function fetched(name) {
  const response = await fetch(new URL(`./sample/${name}`, import.meta.url), { cache: 'no-store' });
  if (!response.ok) throw new TypeError(name);
  return new Uint8Array(await response.arrayBuffer());
}

/** Reads the log in order, as it is read to name what does not fit. */
function check({ vkey, checkpoint, stream }) {
  const session = begun({ vkey, checkpoint });
  for (let request = session.request(); request !== undefined; request = session.request()) {
    if (JSON.parse(request).purpose === 'stream') {
      session.feed(stream);
      session.replayed(replay(session, stream));
      session.end();
    } else {
      session.refuse();
    }
  }
  const report = JSON.parse(session.report());
  session.free();
  return report;
}

/** Reads the log as one block; answers whether it is proven that way. */
function joins({ vkey, checkpoint, stream }) {
  const session = begun({ vkey, checkpoint });
  session.request();
  const hasher = new Hasher(session.marks());
  try {
    if (!session.join(hasher.block(0, stream))) return false;
    session.replayed(replay(session, stream));
    return session.joined(stream.length) && JSON.parse(session.report()).proven;
  } catch (place) {
    // The block is refused where something does not fit.
    if (typeof place !== 'number') throw place;
    return false;
  } finally {
    hasher.free();
    session.free();
  }
}

/** A session that has its checkpoint and asks for the log. */
function begun({ vkey, checkpoint }) {
  const session = new Session(vkey);
  session.request();
  session.feed(checkpoint);
  session.end();
  return session;
}

function replay(session, stream) {
  const rules = new Rules(session.size());
  rules.feed(stream);
  return rules.end();
}

/** Flips one bit in the last byte of the text of the entry in the middle. */
function alter(stream) {
  const altered = stream.slice();
  const starts = [];
  for (let at = 0; at + 2 <= stream.length; at += 2 + ((stream[at] << 8) | stream[at + 1])) starts.push(at);
  const seq = starts.length >> 1;
  altered[starts[seq + 1] - 4] ^= 1;
  return { altered, seq };
}
