// A log file (crates/ledger/FORMAT.md, section 11) that answers what a server would be asked for: the checkpoint, ranges
// of entries, tiles of leaf hashes. It is read slice by slice and never held as a whole.

/** The longest head of a log file, in bytes. */
const HEAD_LEN = 128;

/** How much is read at a time: enough that reading costs little, few enough that a page stays awake between two. */
const SLICE_LEN = 1 << 20;

/** Ranges of entries begin where bundles begin. */
const BUNDLE = 256;

const HASH_LEN = 32;

export class LogFile {
  #file;
  #parts;
  /** Where every 256th entry begins, as far as the entries were read. */
  #begins;

  /** `parts` are what `log_file_parts` says of the file's head. */
  constructor(file, parts) {
    this.#file = file;
    this.#parts = parts;
    this.#begins = [parts.entries.start];
  }

  /** Reads the head. Throws the verifier's sentence where it is no log file. */
  static async open(file, partsOf) {
    const head = new Uint8Array(await file.slice(0, HEAD_LEN).arrayBuffer());
    return new LogFile(file, JSON.parse(partsOf(head, file.size)));
  }

  /** How many leaf hashes it holds. */
  get leaves() {
    return (this.#parts.leaves.end - this.#parts.leaves.start) / HASH_LEN;
  }

  /**
   * The answer to a request of the session, chunk by chunk, or null where the file has none. The signed log
   * has `size` entries.
   */
  answer(path, size) {
    const { checkpoint, leaves } = this.#parts;
    if (path === 'checkpoint') return this.#slices(checkpoint.start, checkpoint.end);
    const range = /^stream\/(\d+)-(\d+)$/.exec(path);
    if (range) return this.#entries(Number(range[1]), Number(range[2]), size);
    const tile = /^tile\/0\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path);
    if (!tile) return null;
    const index = Number(tile[1].replaceAll(/[x/]/g, ''));
    const start = leaves.start + index * BUNDLE * HASH_LEN;
    const end = start + Number(tile[2] ?? BUNDLE) * HASH_LEN;
    return end <= leaves.end ? this.#slices(start, end) : null;
  }

  /** Entries from `from` to before `to`. What stands behind the last signed one comes along: it is surplus. */
  async *#entries(from, to, size) {
    let start = this.#begins[from / BUNDLE];
    // A place that was never come to does not exist in this file.
    if (start === undefined) return;
    const walk = new Walk(from, start, this.#begins);
    const last = to >= size;
    for await (const chunk of this.#slices(start, this.#parts.entries.end)) {
      const end = walk.on(chunk, to);
      if (!last && end !== null) {
        yield chunk.subarray(0, end - start);
        return;
      }
      yield chunk;
      start += chunk.length;
    }
  }

  async *#slices(start, end) {
    const read = (at) => (at < end ? this.#file.slice(at, Math.min(end, at + SLICE_LEN)).arrayBuffer() : null);
    let next = read(start);
    for (let at = start; at < end; at += SLICE_LEN) {
      const chunk = new Uint8Array(await next);
      next = read(at + SLICE_LEN);
      // Who stops here leaves the last read to itself.
      next?.catch(() => {});
      yield chunk;
    }
  }
}

/** Goes from length to length through the entries and notes where bundles begin. */
class Walk {
  #seq;
  #next;
  #begins;
  #at;
  #high = null;

  constructor(seq, start, begins) {
    this.#seq = seq;
    this.#next = start;
    this.#at = start;
    this.#begins = begins;
  }

  /** Goes on through the next bytes; answers where entry `to` begins once that is known, else null. */
  on(chunk, to) {
    const start = this.#at;
    const end = start + chunk.length;
    this.#at = end;
    while (this.#next < end) {
      if (this.#high === null) {
        if (this.#seq % BUNDLE === 0) this.#begins[this.#seq / BUNDLE] = this.#next;
        if (this.#seq === to) return this.#next;
        this.#high = chunk[this.#next - start];
        this.#next += 1;
      } else {
        this.#next += 1 + ((this.#high << 8) | chunk[this.#next - start]);
        this.#high = null;
        this.#seq += 1;
      }
    }
    return null;
  }
}
