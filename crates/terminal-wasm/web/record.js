// The page of a recording: a session that runs, as it goes on; one that is over, played back. The markup it expects
// (the server draws it):
//
//   <div data-recording="…" data-state="running|over" data-began="ms" data-chunks="…">
//     <section data-live hidden><div class="terminal"><div data-live-screen class="terminal-screen">
//     <section data-player hidden>                 play.js
//     <p data-standing role="status">, <span data-badge-box>
//     <form data-cut>                              for who may cut it; works without this script
//     <table><tbody data-actions>                  a row for each action; <tr data-number="…">
//
// Word of what goes on comes by server-sent events from `/recordings/{recording}/live`, from the beginning of the
// recording, or behind the event that a browser names which connects again. Each is a line of JSON: one of an asciicast, or
//
//   {"type":"action","number":0,"at_ms":…,"text":"…","classes":["…"],"refused":"set_role"}   (`refused` where it was)
//   {"type":"finished","number":0,"outcome":"done","rows":3,"duration_ms":12}
//   {"type":"ended","cause":"closed|access_ended|cut|lost","actions":…,"chunks":…}

import init from './terminal_wasm.js';
import { size } from './cast.js';
import { clock, find, make, say, took, visible } from './dom.js';
import { startPlayback } from './play.js';
import { Screen } from './screen.js';

const OUTCOMES = {
  done: ['badge badge-proof', 'Done'],
  failed: ['badge badge-glass', 'Failed'],
  cancelled: ['badge', 'Cancelled'],
  cut: ['badge badge-wait', 'Cut off'],
  unknown: ['badge badge-wait', 'Unknown'],
};

const CAUSES = {
  closed: 'The session was closed by who held it.',
  access_ended: 'Access ended, and the session with it.',
  cut: 'The session was cut.',
  lost: 'The session was lost: the portal or the target went away.',
};

class Recording {
  #page = find('recording');
  #screen = null;
  #source = null;

  start() {
    if (this.#page.dataset.state !== 'running') {
      this.#playBack();
      return;
    }
    this.#source = new EventSource(`/recordings/${this.#page.dataset.recording}/live`);
    this.#source.addEventListener('message', ({ data }) => this.#hear(JSON.parse(data)));
    this.#source.addEventListener('error', () => {
      const over = this.#source.readyState === EventSource.CLOSED;
      say(find('standing'), over ? 'The portal tells no more. Load the page again to see how it stands.' : 'The connection to the portal is gone; trying again.');
    });
    this.#source.addEventListener('open', () => say(find('standing'), 'It goes on now. You see it as it happens.'));
  }

  #playBack() {
    if (find('player')) startPlayback(this.#page);
  }

  #hear(event) {
    if (Array.isArray(event)) this.#output(event);
    else if (event.version === 2) this.#begin(event);
    else this.#events[event.type]?.(event);
  }

  #begin({ width, height }) {
    const section = find('live');
    if (!section) return;
    section.hidden = false;
    this.#screen = new Screen(find('live-screen'));
    this.#screen.begin(...(size(`${width}x${height}`) ?? [80, 24]));
  }

  #output([, kind, data]) {
    if (!this.#screen) this.#begin({});
    const other = kind === 'r' && size(data);
    if (kind === 'o') this.#screen?.feed(data);
    else if (other) this.#screen?.resize(...other);
  }

  #events = {
    action: ({ number, at_ms: at, text, classes, refused }) => {
      const list = find('actions');
      if (!list || list.querySelector(`[data-number="${number}"]`)) return;
      const outcome = refused
        ? make('span', 'badge badge-glass', `Refused: ${refused.replaceAll('_', ' ')}`)
        : make('span', 'badge badge-accent', 'Running');
      const when = make('time', '', clock((at - Number(this.#page.dataset.began)) / 1_000));
      const what = make('pre', 'action-text', text === null ? 'Its text is not shown to you.' : visible(text));
      const cells = [
        ['Number', String(number + 1)],
        ['After', when],
        ['What', what, ...(classes ?? []).map((kind) => make('span', 'badge', kind.replaceAll('_', ' ')))],
        ['Outcome', outcome],
        ['Rows', ''],
        ['Took', ''],
      ].map(([label, ...within]) => {
        const cell = make('td', '', ...within);
        cell.dataset.label = label;
        return cell;
      });
      const row = make('tr', '', ...cells);
      row.dataset.number = String(number);
      list.append(row);
      const none = find('no-actions');
      if (none) none.hidden = true;
      find('actions-frame').hidden = false;
    },
    finished: ({ number, outcome, rows, duration_ms: duration }) => {
      const row = find('actions')?.querySelector(`[data-number="${number}"]`);
      if (!row) return;
      const [className, words] = OUTCOMES[outcome] ?? OUTCOMES.unknown;
      const [, , , what, many, long] = row.children;
      what.replaceChildren(make('span', className, words));
      many.textContent = rows === null || rows === undefined ? '' : rows.toLocaleString('en');
      long.textContent = took(duration ?? 0);
    },
    ended: ({ cause, chunks }) => {
      this.#source.close();
      this.#page.dataset.state = 'over';
      if (chunks !== undefined) this.#page.dataset.chunks = String(chunks);
      say(find('badge-box').firstElementChild, 'Over');
      find('badge-box').firstElementChild.className = 'badge';
      say(find('standing'), `${CAUSES[cause] ?? 'The session is over.'} ${find('player') ? 'What was recorded can be played back now.' : 'This is all of it.'}`);
      for (const part of ['cut', 'live']) {
        const element = find(part);
        // The focus goes to where it is said why its place is gone.
        if (element?.contains(document.activeElement)) find('standing').focus();
        if (element) element.hidden = true;
      }
      this.#playBack();
    },
  };
}

if (find('player')) await init();
new Recording().start();
