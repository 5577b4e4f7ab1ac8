// A shell on the target, in the browser. Everything goes through the portal, which writes it down. The markup it
// expects (the server draws it):
//
//   <div data-terminal data-grant="…" data-now="…">
//     <button data-start>, <p data-status role="status">, <div data-problem role="alert" hidden>
//     <div data-frame class="terminal" hidden>
//       <div class="terminal-screen" data-screen role="group" aria-label="…" tabindex="-1"></div>
//       <textarea class="terminal-input" data-input aria-label="…"></textarea>
//       <span class="terminal-probe" data-probe aria-hidden="true"></span>
//     </div>
//     <div data-keys>, with <button data-key="Escape"> and <button data-key="Ctrl" aria-pressed="false">: for hands
//       without a keyboard
//     <p data-heard role="log">                    what the program wrote last, for those who hear it
//     <details data-all><pre data-text>            all of it as text
//     <button data-end>, <a data-record>, and the time that is left (time-left.js)

import init from './terminal_wasm.js';
import { find, say } from './dom.js';
import { copies, leaves, pasted, sent } from './keys.js';
import { post } from './portal.js';
import { Screen } from './screen.js';
import { TimeLeft } from './time-left.js';

/** Lines that are kept above the screen, to read again. */
const SCROLLBACK = 5_000;

/** Milliseconds of silence after which what was written is read aloud, and lines of it that are. */
const SILENCE = 400;
const READ_ALOUD = 12;

/** Milliseconds that a size has to stay before it is told. */
const SETTLED = 150;

/** The most that is sent at once, in UTF-16 units. */
const PIECE = 8_000;

/** Milliseconds between two pictures: what comes faster is drawn at once, together. */
const PICTURE = 16;

/** Columns and rows that any program can work with, and that no screen of ours has more of. */
const LEAST = { columns: 20, rows: 5 };
const MOST = { columns: 400, rows: 200 };

class TerminalPage {
  #page = find('terminal');
  #screen = new Screen(find('screen'));
  #input = find('input');
  #frame = find('frame');
  #left = new TimeLeft();
  #socket = null;
  #decoder = null;
  #heard = new Set();
  #silence = 0;
  #waiting = '';
  #drawn = 0;
  #picture = 0;
  #settled = 0;
  #ctrl = null;
  #leaves = false;

  start() {
    find('start').addEventListener('click', () => this.#open());
    find('end').addEventListener('click', () => {
      this.#leaves = true;
      this.#socket?.close(1000);
    });
    find('all').addEventListener('toggle', () => this.#showText());
    this.#frame.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('input', () => this.#typed());
    this.#input.addEventListener('compositionend', () => this.#typed());
    this.#frame.addEventListener('paste', (event) => this.#paste(event));
    find('screen').addEventListener('mouseup', () => {
      // Who marks text wants to keep it marked; who only points wants to type.
      if (getSelection()?.isCollapsed ?? true) this.#input.focus({ preventScroll: true });
    });
    for (const key of document.querySelectorAll('[data-key]')) key.addEventListener('click', () => this.#touched(key));
    this.#left.start();
    find('start').disabled = false;
  }

  async #open() {
    const start = find('start');
    if (start.getAttribute('aria-busy') === 'true') return;
    start.setAttribute('aria-busy', 'true');
    find('problem').hidden = true;
    this.#frame.hidden = false;
    const { columns, rows } = this.#fits();
    try {
      const answer = await post(`/grants/${this.#page.dataset.grant}/terminal/open`, { cols: columns, rows });
      const { recording, expires_at_ms: expires, account } = await answer.json();
      this.#left.until(expires);
      find('record').href = `/recordings/${recording}`;
      find('record').hidden = false;
      this.#screen.begin(columns, rows, { scrollback: SCROLLBACK });
      this.#connect(recording, account);
    } catch (error) {
      this.#frame.hidden = true;
      this.#trouble(error.message);
    } finally {
      start.removeAttribute('aria-busy');
    }
  }

  #connect(recording, account) {
    const address = new URL(`/recordings/${recording}/terminal`, location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#leaves = false;
    this.#decoder = new TextDecoder();
    let reason = null;
    socket.addEventListener('open', () => {
      this.#page.dataset.state = 'open';
      find('start').hidden = true;
      find('end').hidden = false;
      say(find('status'), `Connected as ${account}. Everything here is recorded. Ctrl+F6 leaves the terminal.`);
      this.#watchSize();
      this.#input.focus();
    });
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') this.#show(this.#decoder.decode(data, { stream: true }));
      else reason = ended(data) ?? reason;
    });
    socket.addEventListener('close', ({ code }) => this.#over(this.#leaves ? 'left' : reason ?? (code === 1000 ? 'closed' : 'lost')));
  }

  #show(text) {
    this.#waiting += text;
    const soon = PICTURE - (performance.now() - this.#drawn);
    if (soon <= 0) this.#draw();
    else this.#picture ||= setTimeout(() => this.#draw(), soon);
  }

  #draw() {
    clearTimeout(this.#picture);
    this.#picture = 0;
    const text = this.#waiting;
    this.#waiting = '';
    const { changed, answers, title } = this.#screen.feed(text);
    if (answers) this.#send(answers);
    say(find('title'), title);
    for (const [row] of changed) this.#heard.add(row);
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#readAloud(), SILENCE);
    if (find('all').open) this.#showText();
    this.#drawn = performance.now();
  }

  #readAloud() {
    const rows = [...find('screen').querySelectorAll('.terminal-row')];
    const lines = [...this.#heard].sort((one, other) => one - other).map((row) => rows[row]?.textContent.trim() ?? '').filter(Boolean);
    this.#heard.clear();
    const left = lines.length - READ_ALOUD;
    const read = left > 0 ? [`${left} more lines.`, ...lines.slice(-READ_ALOUD)] : lines;
    find('heard').textContent = read.join('\n');
  }

  #showText() {
    if (find('all').open) find('text').textContent = this.#screen.text;
  }

  /** What is long goes in pieces that end between two characters: the portal takes no message without limit. */
  #send(text) {
    for (let at = 0; at < text.length;) {
      let end = Math.min(at + PIECE, text.length);
      if (end < text.length && text.codePointAt(end - 1) > 0xffff) end -= 1;
      if (this.#socket?.readyState !== WebSocket.OPEN) return;
      this.#socket.send(new TextEncoder().encode(text.slice(at, end)));
      at = end;
    }
  }

  #key(event) {
    if (leaves(event)) {
      event.preventDefault();
      find('end').focus();
      return;
    }
    if (copies(event)) {
      event.preventDefault();
      const marked = getSelection()?.toString();
      if (marked) navigator.clipboard?.writeText(marked).catch(() => {});
      return;
    }
    if (event.shiftKey && !event.ctrlKey && !event.altKey && event.key === 'PageUp') {
      event.preventDefault();
      find('all').open = true;
      this.#showText();
      find('text').focus();
      find('text').scrollTop = find('text').scrollHeight;
      return;
    }
    const text = sent(this.#held(event), this.#screen.told.application);
    if (text === null) return;
    event.preventDefault();
    this.#send(text);
  }

  /** The key with the Ctrl of the page's own button, once. */
  #held(event) {
    if (!this.#ctrl) return event;
    const { key, code, shiftKey, altKey } = event;
    if ([...key].length > 1 && !key.startsWith('Arrow')) return event;
    this.#hold(null);
    return { key, code, shiftKey, altKey, ctrlKey: true };
  }

  /** What came without a key that says what it is: from a keyboard on glass, by dictation, composed. */
  #typed() {
    const { value } = this.#input;
    this.#input.value = '';
    if (this.#ctrl && [...value].length === 1) this.#send(sent(this.#held({ key: value }), false) ?? value);
    else this.#send(pasted(value, false));
  }

  #paste(event) {
    event.preventDefault();
    this.#send(pasted(event.clipboardData.getData('text/plain'), this.#screen.told.pastes));
  }

  #touched(key) {
    if (key.dataset.key === 'Ctrl') {
      this.#hold(this.#ctrl ? null : key);
    } else {
      this.#send(sent({ key: key.dataset.key, ctrlKey: false }, this.#screen.told.application) ?? key.dataset.key);
    }
    this.#input.focus();
  }

  #hold(key) {
    (key ?? this.#ctrl)?.setAttribute('aria-pressed', String(key !== null));
    this.#ctrl = key;
  }

  /** How many columns and rows fit into the frame, measured by a probe of ten letters. */
  #fits() {
    const probe = find('probe').getBoundingClientRect();
    const box = find('screen').getBoundingClientRect();
    const fit = (room, size, name) => Math.min(MOST[name], Math.max(LEAST[name], Math.floor(room / size) || LEAST[name]));
    return { columns: fit(box.width, probe.width / 10, 'columns'), rows: fit(box.height, probe.height, 'rows') };
  }

  #watchSize() {
    const observer = new ResizeObserver(() => {
      clearTimeout(this.#settled);
      this.#settled = setTimeout(() => {
        const { columns, rows } = this.#fits();
        const { told } = this.#screen;
        if (this.#socket?.readyState !== WebSocket.OPEN || (columns === told.columns && rows === told.rows)) return;
        this.#screen.resize(columns, rows);
        this.#socket.send(JSON.stringify({ type: 'resize', cols: columns, rows }));
      }, SETTLED);
    });
    observer.observe(find('screen'));
    this.#socket.addEventListener('close', () => observer.disconnect());
  }

  #over(reason) {
    this.#waiting += this.#decoder.decode();
    this.#draw();
    this.#socket = null;
    this.#page.dataset.state = 'over';
    const { words, final } = ENDS[reason] ?? { words: `The session ended: ${reason}.` };
    if (final) this.#left.stop('Access has ended');
    find('start').hidden = Boolean(final);
    find('start-label').textContent = 'Start another session';
    say(find('status'), `${words} What was done is on record.`);
    // The focus was in what takes no more keys.
    const lost = this.#frame.contains(document.activeElement) || document.activeElement === find('end');
    find('end').hidden = true;
    if (lost) find(final ? 'record' : 'start').focus();
  }

  #trouble(words) {
    find('problem').hidden = false;
    say(find('problem-words'), words);
  }
}

/** How a session may end. */
const ENDS = {
  left: { words: 'You have ended the session.' },
  closed: { words: 'The shell has ended, and the session with it.' },
  access_ended: { words: 'Access has ended, and the session with it.', final: true },
  cut: { words: 'Somebody who watches over this access has cut the session.' },
  lost: { words: 'The connection was lost, and the session has ended.' },
};

function ended(data) {
  try {
    const { type, reason } = JSON.parse(data);
    return type === 'ended' ? reason : null;
  } catch {
    return null;
  }
}

await init();
new TerminalPage().start();
