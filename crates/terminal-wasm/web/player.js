// Plays what is proven: a clock, and at each moment the screen as it was then.

import { size } from './cast.js';
import { Plain } from './terminal_wasm.js';
import { typed } from './typed.js';

/** Characters after which the screen is kept, so that going back reads little again. */
const KEEP_EVERY = 200_000;

/** Seconds of nothing that are waited for where the rest is skipped. */
const PATIENCE = 2;

/** The size of a recording whose beginning is not there. */
const USUAL = [80, 24];

export class Player {
  #screen;
  #changed;
  #events = [];
  #size = USUAL;
  #next = 0;
  #kept = [];
  #since = 0;
  #position = 0;
  #playing = false;
  #frame = 0;
  #before = 0;
  #plain = new Plain();
  #text = '';
  /** Where in the text each event begins. */
  #begins = [];
  speed = 1;
  skips = true;

  /** `changed` is called whenever position, length or state are others. */
  constructor(screen, changed) {
    this.#screen = screen;
    this.#changed = changed;
  }

  /** The size at the beginning. */
  set header({ width, height }) {
    this.#size = size(`${width}x${height}`) ?? USUAL;
    if (this.#next === 0) this.#screen.begin(...this.#size);
  }

  add(events) {
    for (const event of events) {
      // Time goes on, whatever a line says.
      const at = Math.max(event.at, this.#events.at(-1)?.at ?? 0);
      this.#events.push({ ...event, at });
      this.#begins.push(this.#text.length);
      if (event.kind === 'o') this.#text += this.#plain.feed(event.data);
    }
  }

  get position() {
    return this.#position;
  }

  get length() {
    return this.#events.at(-1)?.at ?? 0;
  }

  get playing() {
    return this.#playing;
  }

  get text() {
    return this.#text;
  }

  /** What was typed, and what the recording itself marks, in order. */
  get moments() {
    const marks = this.#events.filter(({ kind }) => kind === 'm').map(({ at, data }) => ({ at, words: data, mark: true }));
    return [...typed(this.#events), ...marks].sort((one, other) => one.at - other.at);
  }

  play() {
    if (this.#playing || this.#events.length === 0) return;
    if (this.#position >= this.length) this.seek(0);
    this.#playing = true;
    this.#before = performance.now();
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
    this.#changed();
  }

  pause() {
    if (!this.#playing) return;
    this.#playing = false;
    cancelAnimationFrame(this.#frame);
    this.#changed();
  }

  seek(to) {
    const at = Math.min(Math.max(to, 0), this.length);
    if (at < this.#position || this.#next === 0) this.#back(at);
    this.#position = at;
    this.#show();
    this.#changed();
  }

  #tick(now) {
    const passed = Math.min(now - this.#before, 1_000) / 1_000;
    this.#before = now;
    this.#position = Math.min(this.#position + passed * this.speed, this.length);
    const next = this.#events[this.#next];
    const last = this.#events[this.#next - 1]?.at ?? 0;
    if (this.skips && next && next.at > this.#position && this.#position - last >= PATIENCE) this.#position = next.at;
    this.#show();
    if (this.#position >= this.length) this.#playing = false;
    else this.#frame = requestAnimationFrame((then) => this.#tick(then));
    this.#changed();
  }

  /** Everything up to the position; what comes without a pause goes to the screen in one piece. */
  #show() {
    let output = '';
    const flush = () => {
      if (output) this.#screen.feed(output);
      output = '';
    };
    while (this.#next < this.#events.length && this.#events[this.#next].at <= this.#position) {
      const { kind, data } = this.#events[this.#next];
      const other = kind === 'r' && size(data);
      if (kind === 'o') {
        output += data;
        this.#since += data.length;
      } else if (other) {
        flush();
        this.#screen.resize(...other);
      }
      this.#next += 1;
      if (this.#since >= KEEP_EVERY) {
        flush();
        this.#keep();
      }
    }
    flush();
  }

  #keep() {
    this.#since = 0;
    if (this.#next <= (this.#kept.at(-1)?.next ?? 0)) return;
    const { columns, rows } = this.#screen.told;
    this.#kept.push({ next: this.#next, at: this.#events[this.#next - 1].at, columns, rows, dump: this.#screen.dump });
  }

  /** The last screen that was kept before the moment, or the first. */
  #back(at) {
    const kept = this.#kept.findLast((one) => one.at <= at);
    this.#since = 0;
    this.#next = kept?.next ?? 0;
    if (kept) this.#screen.begin(kept.columns, kept.rows, { dump: kept.dump });
    else this.#screen.begin(...this.#size);
  }

  /** Where the words stand in the output, at most so many: the moment, and what stands before, there and behind. */
  search(words, most) {
    const hits = [];
    if (!words) return hits;
    const wanted = new RegExp(words.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'giu');
    for (const { index: at, 0: found } of this.#text.matchAll(wanted)) {
      if (hits.length === most) break;
      const begin = Math.max(this.#text.lastIndexOf('\n', at) + 1, at - 60);
      const ends = this.#text.indexOf('\n', at);
      const end = Math.min(ends < 0 ? this.#text.length : ends, at + found.length + 60);
      const around = [this.#text.slice(begin, at), found, this.#text.slice(at + found.length, Math.max(end, at + found.length))];
      hits.push({ at: this.#moment(at + found.length - 1), around });
    }
    return hits;
  }

  /** When the character at the place was written. */
  #moment(place) {
    let [low, high] = [0, this.#begins.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#begins[middle] <= place) low = middle + 1;
      else high = middle;
    }
    return this.#events[low - 1]?.at ?? 0;
  }
}
