// Draws a terminal's screen: a row is an element, a run of text that looks alike a span with classes. The colours of
// the classes stand in palette.css. The markup it expects:
//
//   <div class="terminal">
//     <div class="terminal-screen" role="group" aria-label="…"></div>
//   </div>

import { Terminal } from './terminal_wasm.js';
import { make } from './dom.js';

/** A screen on the page. */
export class Screen {
  #element;
  #rows = make('div', 'terminal-rows');
  #cursor = make('div', 'terminal-cursor');
  #terminal = null;
  #told = {};

  constructor(element) {
    this.#element = element;
    this.#cursor.setAttribute('aria-hidden', 'true');
    element.replaceChildren(this.#rows, this.#cursor);
  }

  /** Begins anew, empty or with a dump. */
  begin(columns, rows, { scrollback = 0, dump = '' } = {}) {
    this.#terminal?.free();
    this.#terminal = new Terminal(columns, rows, scrollback);
    if (dump) this.#terminal.feed(dump);
    this.#rows.replaceChildren();
    return this.#draw(this.#terminal.whole());
  }

  /** Shows what a program wrote. Returns what `Terminal.feed` tells. */
  feed(text) {
    return this.#draw(this.#terminal.feed(text));
  }

  resize(columns, rows) {
    if (columns === this.#told.columns && rows === this.#told.rows) return this.#told;
    return this.#draw(this.#terminal.resize(columns, rows));
  }

  /** What was told last. */
  get told() {
    return this.#told;
  }

  get text() {
    return this.#terminal?.text() ?? '';
  }

  get dump() {
    return this.#terminal.dump();
  }

  #draw(update) {
    const told = JSON.parse(update);
    this.#told = told;
    while (this.#rows.childElementCount > told.rows) this.#rows.lastElementChild.remove();
    while (this.#rows.childElementCount < told.rows) this.#rows.append(make('div', 'terminal-row'));
    for (const [row, runs] of told.changed) this.#rows.children[row].replaceChildren(...runs.map(run));
    // Numbers that only a script knows; the styles make lengths of them.
    const { style } = this.#element;
    style.setProperty('--columns', String(told.columns));
    style.setProperty('--rows', String(told.rows));
    style.setProperty('--cursor-column', String(told.cursor.column));
    style.setProperty('--cursor-row', String(told.cursor.row));
    this.#cursor.hidden = !told.cursor.visible;
    return told;
  }
}

function run([text, classes]) {
  return classes ? make('span', classes, text) : document.createTextNode(text);
}
