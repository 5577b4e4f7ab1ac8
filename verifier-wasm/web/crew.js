// The workers beside the one that asks: some that hash, one that replays the rules. What they are handed and what
// they answer stands in hash.js and rules.js.

import { Problem } from './problem.js';

/** Each check's number: what a member still says of the one before is passed over. */
let runs = 0;

/** One of the crew. It lives as long as the page, unless it fails: Firefox waits for ever for one that takes its place. */
class Member {
  #worker;
  #heard = () => {};
  /** Rejects when it fails. */
  failed;

  constructor(worker) {
    this.#worker = worker;
    this.failed = new Promise((_, fail) => {
      const failed = (text) => fail(new Problem(`A part of the verifier failed (${text}). This says nothing good or bad about the log, and should be reported as a fault of the verifier.`, undefined, true));
      worker.addEventListener('error', (event) => failed(event.message || 'its worker did not load'));
      worker.addEventListener('message', ({ data }) => {
        if (data.type === 'failed') failed(data.text);
        else this.#heard(data);
      });
    });
    this.failed.catch(() => {});
  }

  hear(heard) {
    this.#heard = heard;
  }

  tell(order, transfer = []) {
    this.#worker.postMessage(order, transfer);
  }
}

/** Loads a member; resolves once it can work. */
function load(script, module) {
  return new Promise((loaded, failed) => {
    const worker = new Worker(new URL(script, import.meta.url), { type: 'module' });
    worker.addEventListener('message', () => loaded(new Member(worker)), { once: true });
    worker.addEventListener('error', (event) => failed(new Problem(`A part of the verifier did not load (${event.message || 'for an unknown reason'}). Nothing was judged. Load the page again.`)), { once: true });
    worker.postMessage({ type: 'load', module });
  });
}

/** One that hashes for each core, and one that replays. */
export async function gather(module) {
  const cores = Math.min(8, Math.max(1, navigator.hardwareConcurrency ?? 2));
  // One after the other: of several that Firefox is to load at once, one now and then never answers.
  const rules = await load('./rules.js', module);
  const hashers = [];
  while (hashers.length < cores) hashers.push(await load('./hash.js', module));
  return { hashers, rules };
}

/** Rejects as soon as one of them fails: nothing that it was to answer is waited for any more. */
export function failing({ hashers, rules }) {
  return Promise.race([...hashers, rules].map((member) => member.failed));
}

/** Hashers that are handed blocks in turn, and whose answers come in the log's order. */
export class Hashing {
  #hashers;
  #answered;
  #run = (runs += 1);
  #early = new Map();
  #sent = 0;
  #next = 0;
  #wake = () => {};

  /** `answered({ buffer, length, count, span | place })` is called for each block, in order. */
  constructor(hashers, marks, answered) {
    this.#hashers = hashers;
    this.#answered = answered;
    for (const hasher of hashers) {
      hasher.tell({ type: 'begin', marks });
      hasher.hear((answer) => this.#hear(answer));
    }
  }

  send({ first, count, buffer, length }) {
    const index = this.#sent;
    this.#sent += 1;
    this.#early.set(index, { count, length });
    this.#hashers[index % this.#hashers.length].tell({ type: 'block', run: this.#run, index, first, buffer, length }, [buffer]);
  }

  /** Resolves when every block was answered. */
  async done() {
    while (this.#next < this.#sent) {
      await new Promise((answered) => {
        this.#wake = answered;
      });
    }
  }

  #hear(answer) {
    if (answer.type !== 'block' || answer.run !== this.#run) return;
    Object.assign(this.#early.get(answer.index), answer);
    for (let block = this.#early.get(this.#next); block?.buffer !== undefined; block = this.#early.get(this.#next)) {
      this.#early.delete(this.#next);
      this.#next += 1;
      this.#answered(block);
    }
    this.#wake();
  }
}

/** The replay, from the first entry on or from where one was saved. What it is handed comes back when it was taken. */
export class Replay {
  #rules;
  #run = (runs += 1);
  #lag = 0;
  #seen = null;
  #json = null;
  #saved = null;
  #wake = () => {};

  constructor(rules, size, back = () => {}, saved = null) {
    this.#rules = rules;
    rules.hear((data) => {
      if (data.run !== this.#run) return;
      if (data.type === 'taken') {
        this.#lag -= data.length;
        back(data.buffer);
      }
      if (data.type === 'begun') this.#seen = data.seen;
      if (data.type === 'replayed') this.#json = data.json;
      if (data.type === 'saved') this.#saved = data;
      this.#wake();
    });
    rules.tell({ type: 'begin', run: this.#run, size, saved }, saved === null ? [] : [saved]);
  }

  /** After how many entries it began. */
  async begun() {
    await this.#until(() => this.#seen !== null);
    return this.#seen;
  }

  feed(buffer, from, length) {
    this.#lag += length;
    this.#rules.tell({ type: 'bytes', run: this.#run, buffer, from, length }, [buffer]);
  }

  /** Waits while more than so many bytes lie before it. */
  async keepUp(most) {
    if (this.#lag > most) await this.#until(() => this.#lag <= most / 2);
  }

  async end() {
    this.#rules.tell({ type: 'end', run: this.#run });
    await this.#until(() => this.#json !== null);
    return this.#json;
  }

  /** How far it came: { seen, saved }, the latter null where it found something. */
  async save() {
    this.#saved = null;
    this.#rules.tell({ type: 'save', run: this.#run });
    await this.#until(() => this.#saved !== null);
    return this.#saved;
  }

  async #until(holds) {
    while (!holds()) {
      await new Promise((woken) => {
        this.#wake = woken;
      });
    }
  }
}
