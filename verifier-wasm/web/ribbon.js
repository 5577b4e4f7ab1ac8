// The ribbon: the whole log from its first entry (left) to its newest, drawn on a canvas. Each state has a pattern of
// its own beside its colour. With the keyboard it is a slider from stretch to stretch: what stands under it is told in
// words, and Enter opens the finding. After the check the same stands in a table below.

/** Stretches beyond this are counted in the table, not listed. */
const TABLE_ROWS = 200;

/** A broken entry among a million is still seen and met by a finger: so wide, in CSS pixels. */
const BROKEN_WIDTH = 8;

/** Entries stand apart where each has this many CSS pixels. */
const APART_WIDTH = 5;

/** How long the proof runs over the ribbon, in milliseconds, for those who have not asked for less motion. */
const SWEEP_MS = 450;

const WORDS = {
  none: 'not yet read',
  read: 'read, fits so far',
  ok: 'proven',
  open: 'not proven',
  bad: 'broken',
};

export class Ribbon {
  #canvas;
  #place;
  #end;
  #table;
  #size = 0;
  /** Stretches as [from, to, state, target?], in order, without a gap. */
  #stretches = [];
  #before = [];
  #chosen = 0;
  #sweep = 1;
  #frame = 0;

  constructor({ canvas, place, end, table }) {
    this.#canvas = canvas;
    this.#place = place;
    this.#end = end;
    this.#table = table;
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('click', (event) => this.#click(event));
    for (const event of ['focus', 'blur']) canvas.addEventListener(event, () => this.#later());
    new ResizeObserver(() => this.#later()).observe(canvas);
    for (const query of ['(prefers-color-scheme: dark)', `(resolution: ${devicePixelRatio}dppx)`]) {
      matchMedia(query).addEventListener('change', () => this.#later());
    }
  }

  /** An empty ribbon for a log of `size` entries. */
  begin(size) {
    this.#reach(size);
    this.#put(size > 0 ? [[0, size, 'none']] : []);
  }

  /** While the log streams in: `entries` are read, `suspects` do not fit what stands around them. */
  progress(entries, suspects) {
    const read = Math.min(entries, this.#size);
    // They come as an array of numbers only, which can hold no marks.
    const bad = Array.from(suspects).filter((seq) => seq < this.#size).map((seq) => [seq, seq + 1, 'bad']);
    this.#put(cut(this.#size, [[0, read, 'read'], ...bad], 'none'));
  }

  /**
   * After the check. `proven` and `broken` are sorted, disjoint, half-open ranges; `targets` are the
   * findings on the page, as { seq, id, sentence }.
   */
  result(size, proven, broken, targets) {
    const before = this.#stretches;
    this.#reach(size);
    const mark = (ranges, state) => ranges.map(([from, to]) => [from, to, state]);
    this.#put(cut(size, [...mark(proven, 'ok'), ...mark(broken, 'bad')], 'open', targets));
    const first = this.#stretches.findIndex(([, , state]) => state === 'bad');
    this.#choose(Math.max(0, first));
    this.#tabulate();
    this.#run(before);
  }

  #reach(size) {
    this.#size = size;
    this.#end.textContent = size > 0 ? `entry ${(size - 1).toLocaleString('en')}` : 'no entries yet';
  }

  #put(stretches) {
    this.#stretches = stretches;
    this.#before = [];
    this.#sweep = 1;
    this.#choose(Math.min(this.#chosen, Math.max(0, stretches.length - 1)));
  }

  #choose(index) {
    this.#chosen = index;
    const canvas = this.#canvas;
    const count = this.#stretches.length;
    canvas.setAttribute('aria-valuemax', String(Math.max(1, count)));
    canvas.setAttribute('aria-valuenow', String(Math.min(index + 1, Math.max(1, count))));
    const text = count === 0 ? 'No entries' : this.#words(index);
    canvas.setAttribute('aria-valuetext', text);
    if (this.#place.textContent !== text) this.#place.textContent = text;
    this.#later();
  }

  #words(index) {
    const [from, to, state, target] = this.#stretches[index];
    const what = `Stretch ${index + 1} of ${this.#stretches.length}: ${named(from, to)}, ${WORDS[state]}.`;
    return target === undefined ? what : `${what} ${target.sentence} Enter opens the finding.`;
  }

  #key(event) {
    const last = this.#stretches.length - 1;
    const broken = (step) => {
      for (let index = this.#chosen + step; index >= 0 && index <= last; index += step) {
        if (this.#stretches[index][2] === 'bad') return index;
      }
      return this.#chosen;
    };
    const steps = {
      ArrowRight: () => Math.min(last, this.#chosen + 1),
      ArrowLeft: () => Math.max(0, this.#chosen - 1),
      ArrowDown: () => broken(1),
      ArrowUp: () => broken(-1),
      Home: () => 0,
      End: () => last,
    };
    if (last < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter') this.#open();
    else if (steps[event.key]) this.#choose(steps[event.key]());
    else return;
    event.preventDefault();
  }

  #click(event) {
    if (this.#size === 0) return;
    const { left, width } = this.#canvas.getBoundingClientRect();
    const x = event.clientX - left;
    // A broken place is drawn wider than its share, so it is looked for first.
    const hit = (state) => this.#stretches.findIndex((stretch) => {
      const [begin, end] = this.#span(stretch, width);
      return (state === undefined || stretch[2] === state) && x >= begin && x <= end;
    });
    const index = hit('bad') >= 0 ? hit('bad') : hit();
    if (index < 0) return;
    this.#choose(index);
    this.#open();
  }

  #open() {
    const target = this.#stretches[this.#chosen]?.[3];
    const finding = target && document.getElementById(target.id);
    if (!finding) return;
    finding.open = true;
    finding.querySelector('summary').focus();
    finding.scrollIntoView({ block: 'start' });
  }

  #tabulate() {
    const all = this.#stretches;
    const rows = all.slice(0, TABLE_ROWS).map(([from, to, state]) => row(named(from, to), (to - from).toLocaleString('en'), WORDS[state]));
    if (all.length > TABLE_ROWS) rows.push(row(`and ${all.length - TABLE_ROWS} more stretches`, '', ''));
    this.#table.replaceChildren(...rows);
  }

  /** The result runs over what was read, from left to right. Words and table do not wait for it. */
  #run(before) {
    if (before.length === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const begun = performance.now();
    this.#before = before;
    this.#sweep = 0;
    const step = () => {
      this.#sweep = Math.min(1, (performance.now() - begun) / SWEEP_MS);
      this.#later();
      if (this.#sweep < 1 && this.#before === before) requestAnimationFrame(step);
    };
    step();
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0) return;
    const scale = devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext('2d');
    pen.scale(canvas.width / width, canvas.height / height);
    const paint = palette(canvas);
    const seam = this.#sweep * width;
    if (this.#sweep < 1) this.#paint(pen, this.#before, { paint, width, height, from: seam, to: width });
    this.#paint(pen, this.#stretches, { paint, width, height, from: 0, to: seam });
    const chosen = this.#stretches[this.#chosen];
    if (chosen && document.activeElement === canvas) {
      const [begin, end] = this.#span(chosen, width);
      pen.strokeStyle = paint.accent;
      pen.lineWidth = 3;
      pen.strokeRect(Math.max(1.5, begin), 1.5, Math.max(3, Math.min(end, width - 1.5) - Math.max(1.5, begin)), height - 3);
    }
  }

  #paint(pen, stretches, { paint, width, height, from, to }) {
    pen.save();
    pen.beginPath();
    pen.rect(from, 0, to - from, height);
    pen.clip();
    const spans = { ok: [], read: [], none: [], open: [], bad: [] };
    for (const stretch of stretches) blend(spans[stretch[2]], this.#span(stretch, width), stretch[2]);
    // What is not proven lies over what is.
    for (const state of ['ok', 'read', 'none', 'open']) {
      for (const [begin, end] of spans[state]) fill(pen, state, { paint, begin, end, height });
    }
    const share = width / this.#size;
    if (share >= APART_WIDTH) {
      pen.fillStyle = paint.surface;
      for (let seq = 1; seq < this.#size; seq += 1) pen.fillRect(Math.round(seq * share), 0, 1, height);
    }
    for (const [begin, end] of spans.bad) fill(pen, 'bad', { paint, begin, end, height });
    pen.restore();
  }

  /** Where a stretch lies, in CSS pixels. */
  #span([from, to, state], width) {
    const [begin, end] = [(from / this.#size) * width, (to / this.#size) * width];
    const lacking = BROKEN_WIDTH - (end - begin);
    if (state !== 'bad' || lacking <= 0) return [begin, end];
    const left = Math.min(Math.max(0, begin - lacking / 2), Math.max(0, width - BROKEN_WIDTH));
    return [left, left + BROKEN_WIDTH];
  }
}

/**
 * Puts a span behind those of its state, into the last one where less than a pixel is between them: no more are painted
 * than there are pixels. A broken one lies apart as long as it begins apart, for each has its notch.
 */
function blend(spans, [begin, end], state) {
  const last = spans.at(-1);
  if (last !== undefined && begin - last[state === 'bad' ? 0 : 1] < 1) last[1] = Math.max(last[1], end);
  else spans.push([begin, end]);
}

/** One stretch in its colour and pattern. */
function fill(pen, state, { paint, begin, end, height }) {
  pen.save();
  pen.beginPath();
  pen.rect(begin, 0, end - begin, height);
  pen.clip();
  pen.fillStyle = { none: paint.sunken, read: paint.sunken, open: paint.sunken, ok: paint.proof, bad: paint.glass }[state];
  pen.fillRect(begin, 0, end - begin, height);
  pen.lineWidth = 1;
  if (state === 'none') {
    pen.fillStyle = paint.line;
    for (let x = Math.floor(begin / 8) * 8 + 4; x < end; x += 8) pen.fillRect(x, height / 2 - 1, 2, 2);
  } else if (state === 'read') {
    pen.globalAlpha = 0.4;
    pen.fillStyle = paint.proof;
    pen.fillRect(begin, 0, end - begin, height);
    pen.globalAlpha = 1;
    pen.strokeStyle = paint.proof;
    hatch(pen, { begin, end, height, step: 7 });
  } else if (state === 'open') {
    pen.fillStyle = paint.line;
    for (let x = Math.floor(begin / 5) * 5; x < end; x += 5) pen.fillRect(x, 0, 1, height);
  } else if (state === 'bad') {
    pen.strokeStyle = 'rgb(255 255 255 / 0.45)';
    pen.lineWidth = 2;
    hatch(pen, { begin, end, height, step: 6 });
    // A notch above and below, so that the place is found without its colour.
    const middle = (begin + end) / 2;
    pen.fillStyle = paint.surface;
    for (const [edge, tip] of [[0, 6], [height, height - 6]]) {
      pen.beginPath();
      pen.moveTo(middle - 4, edge);
      pen.lineTo(middle + 4, edge);
      pen.lineTo(middle, tip);
      pen.fill();
    }
  }
  pen.restore();
}

function hatch(pen, { begin, end, height, step }) {
  pen.beginPath();
  for (let x = Math.floor((begin - height) / step) * step; x < end; x += step) {
    pen.moveTo(x, height);
    pen.lineTo(x + height, 0);
  }
  pen.stroke();
}

function palette(canvas) {
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    surface: colour('--surface'),
    sunken: colour('--sunken'),
    line: colour('--line-strong'),
    proof: colour('--proof-fill'),
    glass: colour('--glass-fill'),
    accent: colour('--accent'),
  };
}

/**
 * The log cut into stretches of one state each: of `marks` ([from, to, state]) broken wins, what has none is `rest`.
 * A finding's place begins a stretch of its own, so that each can be reached.
 */
function cut(size, marks, rest, targets = []) {
  const starts = new Map(targets.filter(({ seq }) => seq < size).map((target) => [target.seq, target]).reverse());
  // Where a state begins and ends, in the log's order; between two of them nothing changes.
  const edges = [[0], [size], ...[...starts.keys()].map((seq) => [seq])];
  for (const [from, to, state] of marks) edges.push([Math.min(from, size), state, 1], [Math.min(to, size), state, -1]);
  edges.sort(([a], [b]) => a - b);
  const held = new Map();
  const states = ['bad', ...new Set(marks.map(([, , state]) => state))];
  const joined = [];
  for (const [index, [from, state, step]] of edges.entries()) {
    if (state !== undefined) held.set(state, (held.get(state) ?? 0) + step);
    const to = edges[index + 1]?.[0] ?? from;
    if (from === to) continue;
    const here = states.find((one) => held.get(one) > 0) ?? rest;
    const target = here === 'bad' ? starts.get(from) : undefined;
    const last = joined.at(-1);
    if (last?.[2] === here && target === undefined) last[1] = to;
    else joined.push([from, to, here, target]);
  }
  return joined;
}

function named(from, to) {
  return to - from === 1 ? `entry ${from}` : `entries ${from} to ${to - 1}`;
}

function row(...texts) {
  const tr = document.createElement('tr');
  const labels = ['Entries', 'How many', 'State'];
  tr.append(...texts.map((text, index) => {
    const td = document.createElement('td');
    td.dataset.label = labels[index];
    td.textContent = text;
    return td;
  }));
  return tr;
}
