// The ribbon: the whole log from its first entry (left) to its newest, in cells of equal shares of
// the entries. A cell with a broken place in it is a link to the finding; beside the ribbon the same
// stands in a table, stretch by stretch.

/** As many cells as a phone still shows apart. */
const CELLS = 120;

/** Stretches beyond this are counted in the table, not listed. */
const TABLE_ROWS = 200;

const WORDS = {
  ok: 'proven',
  open: 'not proven',
  bad: 'broken',
};

export class Ribbon {
  #box;
  #end;
  #table;
  #cells = [];

  constructor({ box, end, table }) {
    this.#box = box;
    this.#end = end;
    this.#table = table;
  }

  /** An empty ribbon for a log of `size` entries. */
  begin(size) {
    const count = Math.min(size, CELLS);
    this.#cells = Array.from({ length: count }, (_, index) => ({
      from: Math.floor((index * size) / count),
      to: Math.floor(((index + 1) * size) / count),
      element: cell('span'),
    }));
    this.#box.replaceChildren(...this.#cells.map(({ element }) => element));
    this.#end.textContent = size > 0 ? `entry ${(size - 1).toLocaleString('en')}` : 'no entries yet';
  }

  /** While the log streams in: `entries` are read, `suspects` do not fit what stands around them. */
  progress(entries, suspects) {
    for (const { from, to, element } of this.#cells) {
      if (from >= entries) break;
      element.dataset.state = suspects.some((seq) => seq >= from && seq < to) ? 'bad' : 'read';
    }
  }

  /**
   * After the check. `proven` and `broken` are sorted, disjoint, half-open ranges; `targets` are the
   * findings on the page, as [seq, element id].
   */
  result(size, proven, broken, targets) {
    for (const place of this.#cells) {
      const bad = broken.some(([from, to]) => from < place.to && to > place.from);
      const whole = proven.some(([from, to]) => from <= place.from && to >= place.to);
      const target = bad && targets.find(([seq]) => seq >= place.from && seq < place.to);
      if (target) {
        const link = cell('a');
        link.href = `#${target[1]}`;
        link.setAttribute('aria-label', `Broken: ${named(place.from, place.to)}`);
        link.removeAttribute('aria-hidden');
        place.element.replaceWith(link);
        place.element = link;
      }
      place.element.dataset.state = bad ? 'bad' : whole ? 'ok' : 'open';
    }
    this.#tabulate(stretches(size, proven, broken));
  }

  #tabulate(all) {
    const rows = all.slice(0, TABLE_ROWS).map(([from, to, state]) => row(named(from, to), (to - from).toLocaleString('en'), WORDS[state]));
    if (all.length > TABLE_ROWS) rows.push(row(`and ${all.length - TABLE_ROWS} more stretches`, '', ''));
    this.#table.replaceChildren(...rows);
  }
}

/** The log cut into stretches of one state each: broken wins over proven, the rest is open. */
function stretches(size, proven, broken) {
  const cuts = new Set([0, size, ...[...proven, ...broken].flat().filter((seq) => seq > 0 && seq < size)]);
  const edges = [...cuts].sort((a, b) => a - b);
  const holds = (ranges, seq) => ranges.some(([from, to]) => from <= seq && seq < to);
  const joined = [];
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const from = edges[index];
    const state = holds(broken, from) ? 'bad' : holds(proven, from) ? 'ok' : 'open';
    const last = joined.at(-1);
    if (last?.[2] === state) last[1] = edges[index + 1];
    else joined.push([from, edges[index + 1], state]);
  }
  return joined;
}

function named(from, to) {
  return to - from === 1 ? `entry ${from}` : `entries ${from} to ${to - 1}`;
}

function cell(tag) {
  const element = document.createElement(tag);
  element.className = 'ribbon-cell';
  element.setAttribute('aria-hidden', 'true');
  return element;
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
