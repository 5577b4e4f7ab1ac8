// What this browser remembers of each log: the key that its person confirmed, and the newest
// checkpoint it has verified. It lies in localStorage, so it is of this browser and this portal's
// address only, and the person can see and forget it.
//
//   breakglass.verify/1:<log> = { "vkey": "…", "confirmed": "<UTC>", "seen": { "size", "root", "at", "note" } | null }

const PREFIX = 'breakglass.verify/1:';

/** What is remembered of a log, or null. What cannot be read counts as nothing, and is said so. */
export function recall(log) {
  const text = read(PREFIX + log);
  if (text === null) return null;
  try {
    const memory = JSON.parse(text);
    if (typeof memory.vkey !== 'string' || typeof memory.confirmed !== 'string') return null;
    return { vkey: memory.vkey, confirmed: memory.confirmed, seen: sound(memory.seen) };
  } catch {
    return null;
  }
}

/** The logs that this browser knows, by name. */
export function known() {
  const logs = [];
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index);
      if (key.startsWith(PREFIX)) logs.push(key.slice(PREFIX.length));
    }
  } catch {
    return [];
  }
  return logs.sort();
}

/** Notes the key that the person confirmed. What was seen of the log stays: history has no key. */
export function confirm(log, vkey) {
  const before = recall(log);
  const confirmed = before !== null && before.vkey === vkey ? before.confirmed : now();
  return write(log, { vkey, confirmed, seen: before?.seen ?? null });
}

/** Notes a checkpoint that was proven. A smaller one never takes a larger one's place. */
export function saw(log, { size, root, note }) {
  const before = recall(log);
  if (before === null || (before.seen !== null && before.seen.size > size)) return false;
  return write(log, { ...before, seen: { size, root, at: now(), note } });
}

/** Forgets all of one log. */
export function forget(log) {
  try {
    localStorage.removeItem(PREFIX + log);
  } catch {
    // Storage that cannot be reached remembers nothing either.
  }
}

function sound(seen) {
  const fits = seen !== null && typeof seen === 'object' && Number.isSafeInteger(seen.size) && seen.size >= 0
    && typeof seen.root === 'string' && typeof seen.at === 'string';
  return fits ? { size: seen.size, root: seen.root, at: seen.at, note: typeof seen.note === 'string' ? seen.note : '' } : null;
}

function now() {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(log, memory) {
  try {
    localStorage.setItem(PREFIX + log, JSON.stringify(memory));
    return true;
  } catch {
    return false;
  }
}
