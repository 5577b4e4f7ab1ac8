// The workers beside the one that asks: some that hash, one that replays the rules. What they are handed and what
// they answer stands in hash.js and rules.js.

import { Problem } from './problem.js';

/** One of the crew, and what it has said. */
class Member {
  failure = null;
  #worker;
  #heard;
  #waiting = [];

  constructor(worker, heard = () => {}) {
    this.#worker = worker;
    this.#heard = heard;
    worker.addEventListener('message', ({ data }) => {
      if (data.type === 'failed') this.failure = data.text;
      this.#heard(data);
      this.#wake();
    });
    worker.addEventListener('error', (event) => this.fail(event.message || 'its worker did not load'));
  }

  hear(heard) {
    this.#heard = heard;
  }

  fail(text) {
    this.failure ??= text;
    this.#wake();
  }

  tell(order, transfer = []) {
    this.#worker.postMessage(order, transfer);
  }

  /** Waits until it has said something after which this holds. */
  async until(holds) {
    while (!holds()) {
      if (this.failure !== null) throw new Problem(`A part of the verifier failed (${this.failure}). This says nothing good or bad about the log, and should be reported as a fault of the verifier.`);
      await new Promise((woken) => this.#waiting.push(woken));
    }
  }

  #wake() {
    for (const woken of this.#waiting.splice(0)) woken();
  }

  end() {
    this.#worker.terminate();
    // Whoever waits for it must not wait for ever.
    this.fail('it was stopped');
  }
}

/** Loads a member; resolves once it can work. */
function load(script, module) {
  return new Promise((loaded, failed) => {
    const worker = new Worker(new URL(script, import.meta.url), { type: 'module' });
    worker.addEventListener('message', () => loaded(new Member(worker)), { once: true });
    worker.addEventListener('error', (event) => failed(new Problem(event.message || 'its worker did not load')), { once: true });
    worker.postMessage({ type: 'load', module });
  });
}

/** One that hashes for each core, and one that replays. */
export async function gather(module) {
  const cores = Math.min(8, Math.max(1, navigator.hardwareConcurrency ?? 2));
  const hashers = Array.from({ length: cores }, () => load('./hash.js', module));
  const rules = load('./rules.js', module);
  return { hashers: await Promise.all(hashers), rules: await rules };
}

/** Rejects as soon as one of them fails: no answer of it is to be waited for. */
export function failing({ hashers, rules }) {
  return Promise.race([...hashers, rules].map((member) => member.until(() => false)));
}

export function dismiss({ hashers, rules }) {
  for (const member of [...hashers, rules]) member.end();
}

/** Hashers that are handed blocks in turn, and whose answers come in the log's order. */
export class Hashing {
  #hashers;
  #answered;
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
    this.#hashers[index % this.#hashers.length].tell({ type: 'block', index, first, buffer, length }, [buffer]);
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
    if (answer.type !== 'block') return;
    Object.assign(this.#early.get(answer.index), answer);
    for (let block = this.#early.get(this.#next); block?.buffer !== undefined; block = this.#early.get(this.#next)) {
      this.#early.delete(this.#next);
      this.#next += 1;
      this.#answered(block);
    }
    this.#wake();
  }
}

/** The replay. What it is handed comes back when it was taken. */
export class Replay {
  #rules;
  #lag = 0;
  #json = null;

  constructor(rules, size, back = () => {}) {
    this.#rules = rules;
    rules.hear((data) => {
      if (data.type === 'taken') {
        this.#lag -= data.length;
        back(data.buffer);
      }
      if (data.type === 'replayed') this.#json = data.json;
    });
    rules.tell({ type: 'begin', size });
  }

  feed(buffer, from, length) {
    this.#lag += length;
    this.#rules.tell({ type: 'bytes', buffer, from, length }, [buffer]);
  }

  /** Waits while more than so many bytes lie before it. */
  async keepUp(most) {
    if (this.#lag > most) await this.#rules.until(() => this.#lag <= most / 2);
  }

  async end() {
    this.#rules.tell({ type: 'end' });
    await this.#rules.until(() => this.#json !== null);
    return this.#json;
  }
}
