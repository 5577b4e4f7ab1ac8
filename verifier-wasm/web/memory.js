// What this browser remembers of each log: the key that its person confirmed, and the newest checkpoints that it has
// verified. It lies in IndexedDB, so it is of this browser and this portal's address only; the person can see it, take
// it along, and forget it.
//
// Database `breakglass.verify`, store `logs`, by `log`:
//   { log, vkey, confirmed: "<UTC>", seen: [{ size, root, at: "<UTC>", note }] }

import { merged, now, read, soundMemory, soundSeen, write } from './memory-file.js';

const DATABASE = 'breakglass.verify';
const STORE = 'logs';

/** Where it lay before: in localStorage, one checkpoint a log. */
const OLD_PREFIX = 'breakglass.verify/1:';

export class Memory {
  #database;
  /** What lies in the database, so that a page can ask without waiting. */
  #logs = new Map();

  /** What is remembered. Where the browser stores nothing, it is remembered until the page is closed. */
  static async open() {
    const memory = new Memory();
    memory.#database = await opened().catch(() => null);
    for (const found of await memory.#all()) {
      const sound = soundMemory(found);
      if (sound !== null) memory.#logs.set(sound.log, sound);
    }
    await memory.#takeOver();
    return memory;
  }

  /** Whether it outlives the page. */
  get lasts() {
    return this.#database !== null;
  }

  /** What is remembered of a log, or null. */
  recall(log) {
    return this.#logs.get(log) ?? null;
  }

  /** The logs that this browser knows, by name. */
  known() {
    return [...this.#logs.keys()].sort();
  }

  /** Notes the key that the person confirmed. What was seen of the log stays: history has no key. */
  confirm(log, vkey) {
    return this.#change(log, (before) => ({
      log,
      vkey,
      confirmed: before !== null && before.vkey === vkey ? before.confirmed : now(),
      seen: before?.seen ?? [],
    }));
  }

  /** Notes a checkpoint that was proven. */
  saw(log, { size, root, note }) {
    return this.#change(log, (before) => before && { ...before, seen: merged(before.seen, [{ size, root, at: now(), note }]) });
  }

  /** Forgets all of one log. */
  forget(log) {
    return this.#change(log, () => null);
  }

  /** All of it, as a file's text. */
  export() {
    return write([...this.#logs.values()]);
  }

  /**
   * Takes what an exported file holds, beside what is there. A log that is known under another key is refused, and
   * then nothing is taken. Answers with how many logs and checkpoints there are more; throws a sentence.
   */
  async import(file) {
    const memories = await read(file);
    const other = memories.find(({ log, vkey }) => this.recall(log) !== null && this.recall(log).vkey !== vkey);
    if (other !== undefined) {
      throw new Error(`${file.name} holds another key for ${other.log} than the one that you confirmed in this browser. Nothing was taken from it. Find out which key is right; then forget this log here, or leave the file.`);
    }
    const count = () => [...this.#logs.values()].reduce((sum, { seen }) => sum + seen.length, 0);
    const before = { logs: this.#logs.size, seen: count() };
    for (const memory of memories) {
      await this.#change(memory.log, (here) => (here === null ? memory : { ...here, seen: merged(here.seen, memory.seen) }));
    }
    return { logs: this.#logs.size - before.logs, seen: count() - before.seen };
  }

  /** What lay in localStorage comes along once, and is taken away there only when it lies here. */
  async #takeOver() {
    if (!this.lasts) return;
    for (const [key, log, text] of old()) {
      try {
        const { vkey, confirmed, seen } = JSON.parse(text);
        const sound = soundSeen(seen ?? null);
        const memory = soundMemory({ log, vkey, confirmed, seen: sound === null ? [] : [sound] });
        if (memory !== null) {
          await this.#change(log, (here) => (here === null ? memory : { ...here, seen: merged(here.seen, memory.seen) }));
        }
        localStorage.removeItem(key);
      } catch {
        // What cannot be read counts as nothing, and what could not be stored stays where it is.
      }
    }
  }

  /** Reads, changes and writes in one transaction: another page of this browser may write too. */
  async #change(log, change) {
    const here = this.recall(log);
    if (this.#database === null) {
      this.#keep(log, change(here));
      return;
    }
    const after = await new Promise((resolve, reject) => {
      let changed = null;
      const transaction = this.#database.transaction(STORE, 'readwrite');
      const store = transaction.objectStore(STORE);
      const asked = store.get(log);
      asked.onsuccess = () => {
        changed = change(soundMemory(asked.result ?? null));
        if (changed === null) store.delete(log);
        else store.put(changed);
      };
      transaction.oncomplete = () => resolve(changed);
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser stored nothing'));
    });
    this.#keep(log, after);
  }

  #keep(log, memory) {
    if (memory === null) this.#logs.delete(log);
    else this.#logs.set(log, memory);
  }

  #all() {
    if (this.#database === null) return [];
    return new Promise((resolve) => {
      const asked = this.#database.transaction(STORE).objectStore(STORE).getAll();
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve([]);
    });
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'log' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** What lies in localStorage, as [key, log, text]. */
function old() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(OLD_PREFIX))
      .map((key) => [key, key.slice(OLD_PREFIX.length), localStorage.getItem(key)]);
  } catch {
    return [];
  }
}
