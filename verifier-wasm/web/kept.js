// How far the last check of each log came, so that the next one reads only what is new. It lies in IndexedDB, beside what
// memory.js remembers, and is of use only to the very same verifier: another one may know other rules.
//
// Database `breakglass.verify.kept`, by `log`: store `facts`, { log, vkey, build, entries, at: "<UTC>" }, and store `checks`,
//   { log, session: ArrayBuffer, rules: ArrayBuffer }, which is large.

const DATABASE = 'breakglass.verify.kept';

export class Kept {
  #database;
  #facts = new Map();

  static async open() {
    const kept = new Kept();
    kept.#database = await opened().catch(() => null);
    if (kept.#database === null) return kept;
    for (const facts of await asked(kept.#database.transaction('facts').objectStore('facts').getAll()).catch(() => [])) {
      if (sound(facts)) kept.#facts.set(facts.log, facts);
    }
    return kept;
  }

  /** What is kept of a log by this key's holder, without the bytes: { entries, at }, or null. */
  facts(log, vkey) {
    const facts = this.#facts.get(log) ?? null;
    return facts?.vkey === vkey ? facts : null;
  }

  /** All of it: { build, entries, at, session, rules }, or null. */
  async recall(log, vkey) {
    const facts = this.facts(log, vkey);
    if (facts === null || this.#database === null) return null;
    const check = await asked(this.#database.transaction('checks').objectStore('checks').get(log)).catch(() => undefined);
    const whole = check?.session instanceof ArrayBuffer && check.rules instanceof ArrayBuffer && check.entries === facts.entries;
    return whole ? { ...facts, session: check.session, rules: check.rules } : null;
  }

  /** Keeps a check in place of the one before. */
  async keep({ log, vkey, build, entries, at, session, rules }) {
    if (this.#database === null) return;
    const facts = { log, vkey, build, entries, at };
    await this.#write((transaction) => {
      transaction.objectStore('facts').put(facts);
      transaction.objectStore('checks').put({ log, entries, session, rules });
    });
    this.#facts.set(log, facts);
  }

  async forget(log) {
    this.#facts.delete(log);
    if (this.#database === null) return;
    await this.#write((transaction) => {
      transaction.objectStore('facts').delete(log);
      transaction.objectStore('checks').delete(log);
    });
  }

  #write(change) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(['facts', 'checks'], 'readwrite');
      change(transaction);
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser stored nothing'));
    });
  }
}

function sound({ log, vkey, build, entries, at }) {
  return [log, vkey, build, at].every((text) => typeof text === 'string') && Number.isSafeInteger(entries) && entries > 0;
}

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore('facts', { keyPath: 'log' });
    request.result.createObjectStore('checks', { keyPath: 'log' });
  };
  return asked(request);
}
