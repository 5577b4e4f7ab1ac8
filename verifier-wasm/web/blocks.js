// Reads the stream of entries into blocks that end where an entry ends, as few bytes as possible being copied.
// It knows nothing of an entry but its length.

/** How many bytes a block holds at most. The longest entry is 65,537 bytes with its length. */
export const BLOCK = 1 << 20;

/** Memory for blocks: so much and no more is on its way through the workers, however long the log is. */
export class Pool {
  #free;
  #waiting = [];

  constructor(count) {
    this.#free = Array.from({ length: count }, () => new ArrayBuffer(BLOCK));
  }

  /** Resolves to memory for a block, once there is some. */
  async take() {
    const free = this.#free.pop();
    return free ?? new Promise((taken) => this.#waiting.push(taken));
  }

  give(buffer) {
    const waits = this.#waiting.shift();
    if (waits === undefined) this.#free.push(buffer);
    else waits(buffer);
  }
}

/**
 * Reads one answer of `count` entries. Calls `take({ first, count, buffer, length })` for each block, whose memory then
 * is the taker's, until it answers false; `waits()` before each wait for the server, and `came(length)` after it. Resolves to null where the answer held exactly these entries, else to the place where it did not.
 */
export async function readBlocks(body, { first, count, pool, waits, came, take }) {
  const reader = open(body);
  let buffer = await pool.take();
  let have = 0;
  let next = first;
  const until = first + count;
  try {
    for (;;) {
      const read = await reader.fill(buffer, have, { waits, came });
      ({ buffer } = read);
      have = read.have;
      const { at, entries } = whole(new Uint8Array(buffer, 0, have), until - next);
      if (entries === 0 && (read.done || have === BLOCK || next === until)) break;
      if (entries === 0) continue;
      const after = await pool.take();
      new Uint8Array(after).set(new Uint8Array(buffer, at, have - at));
      const wanted = take({ first: next, count: entries, buffer, length: at });
      next += entries;
      have -= at;
      buffer = after;
      if (!wanted) return null;
      // One byte too many tells that there are too many.
      if (next === until && (have > 0 || read.done)) break;
      if (read.done && have === 0) break;
    }
    return next === until && have === 0 ? null : next;
  } finally {
    pool.give(buffer);
    reader.cancel();
  }
}

/** The block without its first entries, `skip` of them; null where it holds no others. */
export function without({ first, count, buffer, length }, skip) {
  if (count <= skip) return null;
  const bytes = new Uint8Array(buffer, 0, length);
  let at = 0;
  for (let left = skip; left > 0; left -= 1) at += 2 + ((bytes[at] << 8) | bytes[at + 1]);
  bytes.copyWithin(0, at);
  return { first: first + skip, count: count - skip, buffer, length: length - at };
}

/** How many bytes are whole entries, and how many of them; `most` at most. */
function whole(bytes, most) {
  let at = 0;
  let entries = 0;
  while (entries < most && at + 2 <= bytes.length) {
    const end = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
    if (end > bytes.length) break;
    at = end;
    entries += 1;
  }
  return { at, entries };
}

/** Reads straight into the block's memory where the browser can, else by way of its own chunks. */
function open(body) {
  try {
    return new Direct(body.getReader({ mode: 'byob' }));
  } catch {
    return new Copied(body.getReader());
  }
}

class Direct {
  #reader;

  constructor(reader) {
    this.#reader = reader;
  }

  /** Fills the memory from `have` on, to its end or the stream's. */
  async fill(buffer, have, { waits, came }) {
    let memory = buffer;
    let filled = have;
    while (filled < BLOCK) {
      waits();
      const { done, value } = await this.#reader.read(new Uint8Array(memory, filled, BLOCK - filled));
      came(value?.byteLength ?? 0);
      // A stream that was torn down hands no memory back.
      memory = value?.buffer ?? new ArrayBuffer(BLOCK);
      filled += value?.byteLength ?? 0;
      if (done) return { buffer: memory, have: filled, done };
    }
    return { buffer: memory, have: filled, done: false };
  }

  cancel() {
    this.#reader.cancel().catch(() => {});
  }
}

class Copied {
  #reader;
  #rest = new Uint8Array(0);

  constructor(reader) {
    this.#reader = reader;
  }

  async fill(buffer, have, { waits, came }) {
    const memory = new Uint8Array(buffer);
    let filled = have;
    while (filled < BLOCK) {
      if (this.#rest.length === 0) {
        waits();
        const { done, value } = await this.#reader.read();
        came(value?.byteLength ?? 0);
        if (done) return { buffer, have: filled, done };
        this.#rest = value;
      }
      const now = this.#rest.subarray(0, BLOCK - filled);
      memory.set(now, filled);
      filled += now.length;
      this.#rest = this.#rest.subarray(now.length);
    }
    return { buffer, have: filled, done: false };
  }

  cancel() {
    this.#reader.cancel().catch(() => {});
  }
}
