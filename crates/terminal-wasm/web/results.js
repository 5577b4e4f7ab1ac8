// What came of statements: a table, a number, a refusal, an error with its place.

import { button, count, make, took, visible } from './dom.js';
import { coloured } from './sql.js';

/** Why a statement was not sent, where the portal says no more than the class. */
const CLASSES = {
  set_role: 'Taking on another role is refused here: what is done has to be yours.',
  copy_program: 'Running programs and reading or writing files on the server is refused here.',
  code: 'A block of code is refused here: its text does not tell what it does.',
  listen: 'Waiting for notifications is refused here.',
  export: 'Taking many rows away at once is refused here.',
};

/** Those that are read from the right. */
const NUMBERS = new Set(['bigint', 'smallint', 'integer', 'oid', 'real', 'double precision', 'money', 'numeric']);

/** One statement of a run. */
export class Result {
  element = make('section', 'result');
  /** `done`, `refused`, `failed`, `unknown`; null while it runs. */
  outcome = null;
  words = 'Running';
  text;
  #goTo;
  #badge = make('span', 'badge badge-accent', 'Running');
  #figures = make('span', 'soft small');
  #statement = make('pre', 'result-statement');
  #body = null;
  #more = null;
  #caption = null;
  #columns = [];
  #shown = 0;
  #name;

  /** `goTo` puts the caret at a place of the statement. */
  constructor(name, text, goTo) {
    this.#name = name;
    this.text = text;
    this.#goTo = goTo;
    this.element.setAttribute('aria-label', name);
    this.#statement.append(...coloured(visible(text)));
    this.element.append(make('div', 'result-head', this.#badge, this.#figures), this.#statement);
  }

  columns(columns) {
    this.#columns = columns;
    const heads = columns.map(({ name, type }) => {
      const head = make('th', '', visible(name), make('span', 'result-type', visible(type)));
      head.scope = 'col';
      return head;
    });
    this.#body = make('tbody');
    this.#caption = make('caption', 'visually-hidden', `Rows of ${this.#name.toLowerCase()}`);
    const table = make('table', 'result-table', this.#caption, make('thead', '', make('tr', '', ...heads)), this.#body);
    const frame = make('div', 'result-frame', table);
    frame.tabIndex = 0;
    frame.setAttribute('role', 'region');
    frame.setAttribute('aria-label', `Rows of ${this.#name.toLowerCase()}`);
    this.element.append(frame);
  }

  rows(rows) {
    // What is copied out has lines and no columns.
    if (!this.#body) this.columns([{ name: 'copied', type: '' }]);
    const numbers = this.#columns.map(({ type }) => NUMBERS.has(type));
    this.#body?.append(...rows.map((row) => make('tr', '', ...row.map((value, at) => cell(value, numbers[at])))));
    this.#shown += rows.length;
  }

  /** There are more rows, which `ask` brings. */
  more(ask) {
    this.#say('badge badge-wait', 'More rows', `${count(this.#shown, 'row')} shown`);
    this.#more = make('p', 'actions', button('Show more rows', () => {
      this.fetching();
      ask();
    }));
    this.element.append(this.#more);
  }

  /** The next rows are asked for. The focus goes with the rows, not with the button that is gone. */
  fetching() {
    if (this.#more?.contains(document.activeElement)) this.#body?.closest('[tabindex]').focus();
    this.#more?.remove();
    this.#more = null;
    this.#say('badge badge-accent', 'Running');
  }

  /** Nobody will ask for the rest any more. */
  left() {
    if (!this.#more) return;
    this.#more.remove();
    this.#more = null;
    this.#say('badge', 'Not all rows', `${count(this.#shown, 'row')} shown; the rest was not asked for`);
  }

  done({ tag, rows, ms, capped }) {
    const amount = rows === null || rows === undefined ? '' : count(rows, 'row');
    const figures = [amount, took(ms ?? 0), capped ? 'not all of it is shown' : ''];
    this.#ends('done', 'badge badge-proof', tag || 'Done', figures.filter(Boolean).join(', '));
  }

  refused({ class: kind, message }) {
    this.#ends('refused', 'badge badge-glass', 'Refused', 'not sent to the database; that it was tried is recorded');
    this.#tell('result-fault', message || CLASSES[kind] || 'It is refused here.');
  }

  failed({ code, message, detail, hint, position, cancelled }) {
    const [className, words] = cancelled ? ['badge', 'Cancelled'] : ['badge badge-glass', 'Failed'];
    this.#ends('failed', className, words, code ? `SQLSTATE ${code}` : '');
    this.#tell('result-fault', message);
    if (detail) this.#tell('result-note', detail);
    if (hint) this.#tell('result-note', `Hint: ${hint}`);
    if (!(position > 0)) return;
    // PostgreSQL counts characters, from 1; scripts count code units.
    const at = [...this.text].slice(0, position - 1).join('').length;
    const before = this.text.slice(0, at).split('\n');
    const column = [...before.at(-1)].length + 1;
    const shown = visible(this.text.slice(0, at)).length;
    this.#statement.replaceChildren(...coloured(visible(this.text), shown));
    const place = `Go to line ${before.length}, column ${column}`;
    this.element.append(make('p', 'actions', button(place, () => this.#goTo(this.text, at))));
  }

  notice({ message, severity }) {
    this.#tell('result-note', severity ? `${severity}: ${message}` : message);
  }

  /** The answer ended before the statement did. */
  unknown() {
    if (this.outcome !== null || this.#more) return;
    this.#ends('unknown', 'badge badge-wait', 'Unknown', 'the portal broke off its answer; it may have been done. The record says so');
  }

  #tell(className, text) {
    this.element.append(make('p', className, visible(text)));
  }

  #ends(outcome, className, words, figures) {
    this.outcome = outcome;
    this.#say(className, words, figures);
  }

  #say(className, words, figures = '') {
    this.words = figures ? `${words}, ${figures}` : words;
    this.#badge.className = className;
    this.#badge.textContent = words;
    this.#figures.textContent = figures;
  }
}

function cell(value, number) {
  const td = make('td', number ? 'result-number' : '');
  td.append(value === null ? make('em', 'result-null', 'null') : visible(value));
  return td;
}
