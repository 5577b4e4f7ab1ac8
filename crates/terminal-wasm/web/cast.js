// A recording's parts, each held against its entry in the log before anything of it is used.
//
// The portal sends the parts as lines of JSON: `{"number":n,"seq":s,"salt":"base64","lines":"…","commitment":{"c":
// "base64","n":length}}`. An entry of the log holds SHA-256(salt ‖ bytes) and the length; who changes a byte of the
// recording afterwards would have to change the log. `lines` is null where the content was erased.

import { lines as received, refusal } from './portal.js';

/** Bytes of a salt. */
const SALT = 32;

const decoded = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/**
 * The parts of a recording in their order, as they come: `{number, seq, proven, why, lines}`. A part that does not
 * fit has no `lines`, and `why` says what is wrong with it in words.
 */
export async function* parts(recording, signal) {
  const answer = await fetch(`/recordings/${recording}/chunks`, { headers: { accept: 'application/x-ndjson' }, signal });
  if (!answer.ok) throw await refusal(answer);
  let expected = 0;
  let before = -1;
  for await (const line of received(answer)) {
    const part = JSON.parse(line);
    const { number, seq } = part;
    for (; expected < number; expected += 1) yield missing(expected);
    const [lines, why] = number < expected || !(seq > before)
      ? [null, 'it stands at a place where it does not belong']
      : await judged(part);
    if (number === expected) expected += 1;
    if (seq > before) before = seq;
    yield { number, seq, proven: lines !== null, why, lines };
  }
}

/** A part that did not come. */
export const missing = (number) => ({ number, seq: null, proven: false, why: 'it is missing', lines: null });

async function judged({ salt, lines, commitment }) {
  if (lines === null) return [null, 'its content is not here: it was erased, or is sealed to you'];
  try {
    const [bytes, before] = [new TextEncoder().encode(lines), decoded(salt)];
    if (before.length !== SALT) return [null, 'its salt has a wrong length'];
    if (bytes.length !== commitment.n) return [null, `it has ${bytes.length} bytes, and its entry says ${commitment.n}`];
    const sealed = new Uint8Array(SALT + bytes.length);
    sealed.set(before);
    sealed.set(bytes, SALT);
    const found = new Uint8Array(await crypto.subtle.digest('SHA-256', sealed));
    const named = decoded(commitment.c);
    const same = named.length === found.length && found.every((byte, at) => byte === named[at]);
    return same ? [lines, ''] : [null, 'its bytes are not those that its entry names'];
  } catch {
    return [null, 'it cannot be read'];
  }
}

/** The events of a part, `{at, kind, data}` with `at` in seconds, and the header where the part has it. */
export function events(lines) {
  const found = [];
  let header = null;
  for (const line of lines.split('\n')) {
    if (!line.trim()) continue;
    const value = read(line);
    if (Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string') {
      found.push({ at: value[0], kind: String(value[1]), data: value[2] });
    } else if (value?.version === 2) {
      header = value;
    }
  }
  return { header, found };
}

function read(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** The most columns and rows that a recording has. */
const LARGEST = 1_000;

/** `[columns, rows]` of `80x24`; null where it is none. */
export function size(text) {
  const [, columns, rows] = /^(\d{1,4})x(\d{1,4})$/.exec(text) ?? [];
  if (columns === undefined) return null;
  const within = (number) => Math.min(LARGEST, Math.max(1, Number(number)));
  return [within(columns), within(rows)];
}
