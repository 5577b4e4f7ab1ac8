// What is remembered of logs, as data and as a file: for another browser, another computer, or a safe.
//
//   { "format": "breakglass.memory/1", "exported": "<UTC>",
//     "logs": [{ "log", "vkey", "confirmed": "<UTC>", "seen": [{ "size", "root", "at": "<UTC>", "note" }] }] }

const FORMAT = 'breakglass.memory/1';

/** How many checkpoints of a log are kept: the newest, and the largest beside them. */
export const MOST_SEEN = 64;

/** The longest file that is read, in bytes: a thousand logs with all their notes have less. */
const MAX_FILE_LEN = 64 * 1024 * 1024;

/** The longest note that is kept, in characters; a real one with a dozen witnesses has 2,000. */
const MAX_NOTE_LEN = 65_536;

const ROOT = /^[A-Za-z0-9+/]{43}=$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Now, as it is written in a memory. */
export function now() {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** A clock may be wrong by this much. What was seen later than that was not seen then. */
const DAY_MS = 86_400_000;

/**
 * A checkpoint as it was stored, or null where it is none. One from the future counts as seen now: else it would
 * stay the newest for ever, and what is seen from now on would be forgotten in its place.
 */
export function soundSeen(seen) {
  if (seen === null || typeof seen !== 'object') return null;
  const { size, root, at, note } = seen;
  const fits = Number.isSafeInteger(size) && size >= 0 && typeof root === 'string' && ROOT.test(root)
    && typeof at === 'string' && TIME.test(at) && !Number.isNaN(Date.parse(at));
  if (!fits) return null;
  const seenAt = Date.parse(at) > Date.now() + DAY_MS ? now() : at;
  return { size, root, at: seenAt, note: typeof note === 'string' && note.length <= MAX_NOTE_LEN ? note : '' };
}

/** What is remembered of a log, or null where it is nothing of the kind. */
export function soundMemory(memory) {
  if (memory === null || typeof memory !== 'object') return null;
  const { log, vkey, confirmed, seen } = memory;
  if (typeof log !== 'string' || log === '' || typeof vkey !== 'string' || typeof confirmed !== 'string' || !TIME.test(confirmed) || !Array.isArray(seen)) return null;
  const sound = seen.map(soundSeen);
  return sound.includes(null) ? null : { log, vkey, confirmed, seen: newest(sound) };
}

/** Both in one, each once, the newest of them and the largest. The same size under another root is another checkpoint. */
export function merged(seen, more) {
  const all = new Map();
  for (const one of [...seen, ...more]) {
    const key = `${one.size} ${one.root}`;
    const known = all.get(key);
    if (known === undefined || known.at < one.at) all.set(key, { ...one, note: one.note || (known?.note ?? '') });
  }
  return newest([...all.values()]);
}

function newest(seen) {
  const byTime = [...seen].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.size - b.size));
  const kept = byTime.slice(-MOST_SEEN);
  // How far the log once reached is never forgotten, whatever came after.
  const largest = byTime.reduce((most, one) => (one.size > most.size ? one : most), { size: -1 });
  return largest.size < 0 || kept.includes(largest) ? kept : [largest, ...kept];
}

/** The file's text. */
export function write(memories) {
  return `${JSON.stringify({ format: FORMAT, exported: now(), logs: memories }, null, 2)}\n`;
}

/** What stands in a file; throws a sentence where it is no memory. */
export async function read(file) {
  if (file.size > MAX_FILE_LEN) throw new Error(`${file.name} is too long for an exported memory: nothing was taken from it.`);
  let text;
  let content;
  try {
    text = await file.text();
  } catch {
    throw new Error(`${file.name} could not be read. Choose it again.`);
  }
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`${file.name} is no exported memory: it is not JSON. Nothing was taken from it.`);
  }
  if (content?.format !== FORMAT || !Array.isArray(content.logs)) {
    throw new Error(`${file.name} is no exported memory: its format is not ${FORMAT}. Nothing was taken from it.`);
  }
  const memories = content.logs.map(soundMemory);
  const bad = memories.indexOf(null);
  if (bad >= 0) {
    throw new Error(`${file.name} is damaged: its log number ${bad + 1} has no key, or a checkpoint without size, root or time. Nothing was taken from it.`);
  }
  return memories;
}
