// SQL on the target, in the browser. Each statement goes to the portal, which writes it down before the target sees
// it. The markup it expects (the server draws it):
//
//   <div data-console data-grant="…" data-now="…">
//     <span data-transaction class="badge">, the time that is left (time-left.js), <a data-record hidden>
//     <div data-problem role="alert" hidden><p data-problem-words>
//     <form data-form>
//       <div class="sql-editor"><pre data-colours aria-hidden="true"><textarea data-sql></div>
//       <button data-run>, <button type="button" data-cancel>, <button type="button" data-end>
//     </form>
//     <p data-status role="status">
//     <div data-results>                            newest run first
//     <ol data-history>, <p data-history-empty>
//
// The first run opens the session: looking at the page opens nothing, and leaving it closes what is open. Answers are
// lines of JSON, an event each; `#events` below has a member for each kind.

import { button, find, make, say, took, visible } from './dom.js';
import { lines, post, Refused } from './portal.js';
import { Result } from './results.js';
import { coloured } from './sql.js';
import { TimeLeft } from './time-left.js';

/** Runs whose results stay on the page; the history keeps the texts of all. */
const KEPT = 20;

const TRANSACTION = {
  idle: ['badge', 'No transaction'],
  open: ['badge badge-wait', 'In a transaction'],
  failed: ['badge badge-glass', 'Transaction failed: roll back'],
};

const ENDS = {
  closed: 'You have ended the session.',
  access_ended: 'Access has ended. Nothing more is sent to the database.',
  cut: 'Somebody who watches over this access has cut the session. Nothing more is sent to the database.',
  lost: 'The connection to the database was lost, and with it the session. A transaction that was open is rolled back.',
};

class Console {
  #page = find('console');
  #sql = find('sql');
  #left = new TimeLeft();
  #recording = null;
  #live = null;
  #runs = 0;
  #run = null;
  #current = null;
  #busy = false;
  #over = false;
  #transaction = 'idle';

  start() {
    find('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#sql.addEventListener('input', () => this.#colour());
    this.#sql.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.#send();
    });
    document.addEventListener('selectionchange', () => say(find('run-label'), this.#marked() ? 'Run what is marked' : 'Run'));
    find('cancel').addEventListener('click', () => this.#cancel());
    find('end').addEventListener('click', () => this.#close());
    addEventListener('beforeunload', (event) => {
      if (this.#recording && !this.#over && this.#transaction !== 'idle') event.preventDefault();
    });
    addEventListener('pagehide', () => this.#leave());
    this.#left.start();
    this.#colour();
    this.#sql.parentElement.classList.add('is-coloured');
    find('run').disabled = false;
  }

  #colour() {
    // The line feed behind the last line gives it its height.
    find('colours').replaceChildren(...coloured(this.#sql.value), '\n');
  }

  #marked() {
    const { selectionStart, selectionEnd, value } = this.#sql;
    return document.activeElement === this.#sql ? value.slice(selectionStart, selectionEnd).trim() : '';
  }

  async #send() {
    const sql = this.#marked() || this.#sql.value;
    if (this.#busy || this.#over || !sql.trim()) return;
    this.#works(true);
    try {
      await this.#open();
      this.#current?.left();
      this.#begin(sql);
      await this.#hear(await post(`/recordings/${this.#recording}/run`, { sql }));
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#works(false);
    }
  }

  async #open() {
    if (this.#recording) return;
    say(find('status'), 'Opening the session …');
    const answer = await post(`/grants/${this.#page.dataset.grant}/console/open`);
    const { recording, expires_at_ms: expires, account } = await answer.json();
    this.#recording = recording;
    this.#left.until(expires);
    say(find('account'), account);
    find('record').href = `/recordings/${recording}`;
    for (const part of [find('record'), find('end'), find('account-line')]) part.hidden = false;
    // What happens to the session while nothing is run: it is made longer, ends, or is cut.
    this.#live = new EventSource(`/recordings/${recording}/live`);
    this.#live.addEventListener('message', ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === 'expires') this.#left.until(event.expires_at_ms);
      if (event.type === 'ended') this.#end(event.cause);
    });
  }

  #begin(sql) {
    this.#runs += 1;
    const heading = make('h3', 'result-heading', `Run ${this.#runs}`, make('span', 'soft small', ` ${new Date().toLocaleTimeString()}`));
    const element = make('div', 'result-run', heading);
    const outcome = make('span', 'soft small', 'Running');
    const again = button(visible(sql.trim()).slice(0, 200), () => this.#use(sql), 'history-text');
    find('history').prepend(make('li', 'history-item', again, outcome));
    find('history-empty').hidden = true;
    find('results').prepend(element);
    while (find('results').childElementCount > KEPT) find('results').lastElementChild.remove();
    this.#run = { element, outcome, results: [], began: performance.now() };
    this.#current = null;
  }

  #use(sql) {
    this.#sql.value = sql;
    this.#colour();
    this.#sql.focus();
  }

  /** Reads an answer to its end. */
  async #hear(answer) {
    try {
      for await (const line of lines(answer)) {
        const event = JSON.parse(line);
        this.#events[event.type]?.(event);
      }
    } catch {
      // What was under way has no outcome; it is said below.
    }
    this.#current?.unknown();
    this.#tell();
  }

  #events = {
    statement: ({ index, text }) => {
      this.#current?.unknown();
      this.#current = new Result(`Statement ${index + 1} of run ${this.#runs}`, text, (of, at) => this.#goTo(of, at));
      this.#run.results.push(this.#current);
      this.#run.element.append(this.#current.element);
    },
    columns: ({ columns }) => this.#current?.columns(columns),
    rows: ({ rows }) => this.#current?.rows(rows),
    more: () => this.#current?.more(() => this.#more()),
    done: (event) => this.#current?.done(event),
    refused: (event) => this.#result().refused(event),
    error: (event) => this.#result().failed(event),
    notice: (event) => this.#result().notice(event),
    transaction: ({ state }) => {
      this.#transaction = state;
      const [className, words] = TRANSACTION[state] ?? TRANSACTION.idle;
      find('transaction').className = className;
      say(find('transaction'), words);
    },
    closed: ({ reason }) => this.#end(reason),
  };

  /** The statement that an event is about; what is said before the first one has a place too. */
  #result() {
    if (!this.#current) this.#events.statement({ index: 0, text: '' });
    return this.#current;
  }

  async #more() {
    if (this.#busy || this.#over) return;
    this.#works(true);
    try {
      await this.#hear(await post(`/recordings/${this.#recording}/more`));
    } catch (error) {
      this.#trouble(error);
    } finally {
      this.#works(false);
    }
  }

  async #cancel() {
    if (!this.#busy || !this.#recording) return;
    say(find('status'), 'Asking the database to break off …');
    await post(`/recordings/${this.#recording}/cancel`).catch((error) => this.#trouble(error));
  }

  async #close() {
    await post(`/recordings/${this.#recording}/close`).then(() => this.#end('closed'), (error) => this.#trouble(error));
  }

  /** Whoever leaves the page ends the session; nobody else can go on with it. */
  #leave() {
    if (!this.#recording || this.#over) return;
    navigator.sendBeacon(`/recordings/${this.#recording}/close`, new Blob(['{}'], { type: 'application/json' }));
    this.#end('closed');
  }

  /** The reason is one of few words, or what the portal says of it. */
  #end(reason) {
    if (this.#over) return;
    this.#over = true;
    this.#live?.close();
    this.#current?.left();
    this.#left.stop(reason === 'access_ended' ? 'Access has ended' : 'Session ended');
    this.#events.transaction({ state: 'idle' });
    const words = ENDS[reason] ?? reason;
    find('over').hidden = false;
    say(find('over-words'), words);
    for (const part of ['run', 'cancel', 'end']) find(part).hidden = true;
    this.#sql.readOnly = true;
    say(find('status'), words);
  }

  /** Says in a sentence what came of the run, and in the history. */
  #tell() {
    const { results, outcome, began } = this.#run;
    const last = results.at(-1);
    const words = last ? last.words : 'Nothing came back';
    say(outcome, results.length > 1 ? `${results.length} statements; the last: ${words}` : words);
    if (!this.#over) say(find('status'), `Run ${this.#runs} after ${took(Math.round(performance.now() - began))}: ${outcome.textContent}.`);
  }

  #goTo(statement, at) {
    const begins = this.#sql.value.indexOf(statement);
    this.#sql.focus();
    if (begins >= 0) this.#sql.setSelectionRange(begins + at, begins + at);
  }

  #works(busy) {
    this.#busy = busy;
    find('run').setAttribute('aria-busy', String(busy));
    find('cancel').hidden = !busy || this.#over;
    if (busy) find('problem').hidden = true;
  }

  #trouble(error) {
    if (!(error instanceof Refused)) throw error;
    find('problem').hidden = false;
    say(find('problem-words'), error.message);
    say(find('status'), '');
    if (this.#run?.outcome.textContent === 'Running') say(this.#run.outcome, 'Not sent');
  }
}

new Console().start();
