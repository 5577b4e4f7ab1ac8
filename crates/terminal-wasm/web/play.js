// Playback of a recording, and first of all whether what it plays is proven. The markup it expects stands in the page
// of a recording (record.js): everything within `<section data-player>`.

import { button, clock, count, find, make, say, span, visible } from './dom.js';
import { events, missing, parts } from './cast.js';
import { Refused } from './portal.js';
import { Player } from './player.js';
import { Screen } from './screen.js';

/** Hits that are listed. */
const MOST_HITS = 200;

/** Seconds that an arrow key goes. */
const STEP = 5;

class Playback {
  #page;
  #section = find('player');
  #seek = find('seek');
  #player;
  #hits = [];
  #hit = -1;
  #shown = '';
  #said = null;

  constructor(page) {
    this.#page = page;
    this.#player = new Player(new Screen(find('screen', this.#section)), () => this.#follow());
  }

  async start() {
    this.#section.hidden = false;
    find('play').addEventListener('click', () => this.#toggle());
    this.#seek.addEventListener('input', () => this.#player.seek(Number(this.#seek.value)));
    find('speed').addEventListener('change', ({ target }) => {
      this.#player.speed = Number(target.value);
    });
    find('skip').addEventListener('change', ({ target }) => {
      this.#player.skips = target.checked;
    });
    find('screen', this.#section).addEventListener('keydown', (event) => this.#key(event));
    find('search-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#search();
    });
    find('next').addEventListener('click', () => this.#go(this.#hit + 1));
    find('previous').addEventListener('click', () => this.#go(this.#hit - 1));
    find('all').addEventListener('toggle', ({ target }) => {
      if (target.open) find('text').textContent = this.#player.text;
    });
    document.addEventListener('click', ({ target }) => {
      const jump = target.closest?.('[data-jump]');
      if (jump) this.#jump(Number(jump.dataset.jump));
    });
    await this.#prove();
  }

  /** Reads the parts; what does not fit its entry is named and nothing of it is kept. */
  async #prove() {
    if (!globalThis.crypto?.subtle) {
      this.#verdict('fail', 'Not proven', 'This browser computes no SHA-256 for a page that did not come over HTTPS, so nothing can be proven here and nothing is played.');
      return;
    }
    const [proven, broken] = [[], []];
    const note = (part) => {
      if (part.proven) proven.push(part.seq);
      else broken.push(part);
    };
    try {
      for await (const part of parts(this.#page.dataset.recording)) {
        note(part);
        if (part.proven) this.#take(part.lines);
        this.#verdict('run', 'Proving', `${count(proven.length, 'part')} of the recording held against the log …`);
      }
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof TypeError) && error.name !== 'AbortError') throw error;
      broken.push({ number: null, why: error instanceof Refused ? error.message : 'The portal broke off its answer. Load the page again.' });
    }
    // How many there have to be stands in the entry that ended the recording.
    const expected = Number(this.#page.dataset.chunks || 0);
    for (let number = proven.length + broken.filter((part) => part.number !== null).length; number < expected; number += 1) broken.push(missing(number));
    this.#judge(proven, broken);
  }

  #take(lines) {
    const { header, found } = events(lines);
    if (header) this.#player.header = header;
    this.#player.add(found);
  }

  #judge(proven, broken) {
    const entries = proven.length === 1 ? `entry ${proven[0]}` : `entries ${proven[0]} to ${proven.at(-1)}`;
    const fits = `SHA-256 of salt and bytes, computed in this browser, is what ${entries} of the log ${proven.length === 1 ? 'says' : 'say'}.`;
    if (proven.length === 0 && broken.length === 0) {
      this.#verdict('run', 'Nothing recorded', 'Nothing was written to the terminal in this session.');
    } else if (broken.length === 0) {
      this.#verdict('pass', 'Proven', `${proven.length === 1 ? 'The one part fits' : `All ${proven.length} parts fit`}: ${fits}`);
    } else if (proven.length === 0) {
      this.#verdict('fail', 'Not proven', 'No part of this recording fits its entry in the log. Nothing is played.');
    } else {
      const one = broken.length === 1;
      const left = `${count(broken.length, 'part')} of ${proven.length + broken.length} ${one ? 'does not fit and is' : 'do not fit and are'} left out; what comes after may look different from what the person saw.`;
      const others = proven.length === 1 ? 'The other one fits its entry.' : 'The others fit their entries.';
      this.#verdict('fail', 'Not proven in full', `${left} ${others}`);
    }
    find('unproven').replaceChildren(...broken.map(({ number, seq, why }) => {
      const place = number === null ? '' : `Part ${number + 1}${seq === null || seq === undefined ? '' : ` (entry ${seq})`}: `;
      return make('li', '', `${place}${why}${number === null ? '' : '. Nothing of it is played.'}`);
    }));
    const playable = this.#player.length > 0 || proven.length > 0;
    for (const control of this.#section.querySelectorAll('[data-control]')) control.disabled = !playable;
    if (!playable) return;
    this.#seek.max = String(Math.ceil(this.#player.length * 10) / 10);
    this.#player.seek(0);
    const { moments } = this.#player;
    find('marks').replaceChildren(...moments.map(({ at, words, mark }) => {
      const jump = button('', () => {}, 'history-text');
      jump.append(make('span', 'soft small', `${clock(at)} `), visible(words), ...(mark ? [make('span', 'soft small', ' marked')] : []));
      jump.dataset.jump = String(at);
      return make('li', 'history-item', jump);
    }));
    find('marks-box').hidden = moments.length === 0;
  }

  #verdict(state, words, sentence) {
    find('proof').dataset.state = state;
    find('proof-badge').className = { pass: 'badge badge-proof', fail: 'badge badge-glass', run: 'badge' }[state];
    say(find('proof-badge'), words);
    say(find('proof-words'), sentence);
  }

  #toggle() {
    if (this.#player.playing) this.#player.pause();
    else this.#player.play();
  }

  #follow() {
    const { position, length, playing } = this.#player;
    const shown = `${clock(position)} / ${clock(length)}`;
    if (shown !== this.#shown) {
      this.#shown = shown;
      say(find('time'), shown);
      this.#seek.setAttribute('aria-valuetext', `${span(position)} of ${span(length)}`);
    }
    if (Number(this.#seek.value) !== position) this.#seek.value = String(position);
    if (this.#said === playing) return;
    const first = this.#said === null;
    this.#said = playing;
    say(find('play-label'), playing ? 'Pause' : 'Play');
    if (!first) say(find('play-status'), playing ? 'Playing' : position >= length ? 'The end' : `Paused at ${span(position)}`);
  }

  /** Keys of the screen itself: they do something only while it has the focus. */
  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { position, length } = this.#player;
    const deeds = {
      ' ': () => this.#toggle(),
      k: () => this.#toggle(),
      ArrowLeft: () => this.#player.seek(position - STEP),
      ArrowRight: () => this.#player.seek(position + STEP),
      Home: () => this.#player.seek(0),
      End: () => this.#player.seek(length),
      n: () => this.#go(this.#hit + 1),
      N: () => this.#go(this.#hit - 1),
      '/': () => find('search').focus(),
    };
    if (!(event.key in deeds)) return;
    event.preventDefault();
    deeds[event.key]();
  }

  #search() {
    this.#hits = this.#player.search(find('search').value, MOST_HITS);
    this.#hit = -1;
    find('hits').replaceChildren(...this.#hits.map(({ at, around: [before, found, behind] }, index) => {
      const line = make('span', 'mono', visible(before), make('mark', '', visible(found)), visible(behind));
      const hit = button('', () => this.#go(index), 'history-text');
      hit.append(make('span', 'soft small', `${clock(at)} `), line);
      return make('li', 'history-item', hit);
    }));
    for (const step of ['next', 'previous']) find(step).disabled = this.#hits.length === 0;
    const many = this.#hits.length === MOST_HITS ? `The first ${MOST_HITS} places` : count(this.#hits.length, 'place');
    say(find('found'), this.#hits.length === 0 ? 'It stands nowhere in what is proven.' : `${many}.`);
    if (this.#hits.length > 0) this.#go(0);
  }

  #go(index) {
    if (this.#hits.length === 0) return;
    this.#hit = (index + this.#hits.length) % this.#hits.length;
    const { at } = this.#hits[this.#hit];
    const buttons = [...find('hits').querySelectorAll('button')];
    for (const [place, one] of buttons.entries()) one.setAttribute('aria-current', String(place === this.#hit));
    buttons[this.#hit].scrollIntoView({ block: 'nearest' });
    this.#player.pause();
    this.#player.seek(at);
    say(find('found'), `Place ${this.#hit + 1} of ${this.#hits.length}, at ${span(at)}.`);
  }

  #jump(at) {
    this.#player.pause();
    this.#player.seek(at);
    find('screen', this.#section).focus();
  }
}

/** Shows the player of the page, and what it has to prove. */
export const startPlayback = (page) => new Playback(page).start();
