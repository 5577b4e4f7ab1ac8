// The time that is left of an access: counts down, and says aloud when little is left.

import { find, say, span } from './dom.js';

/** Seconds before the end at which it is said. */
const WARNINGS = [300, 60];

/**
 * Follows `<… data-left data-expires="ms" data-now="ms">`. The server's clock counts: what differs from the
 * browser's own is known from when the page was drawn.
 */
export class TimeLeft {
  #element = find('left');
  #warning = find('left-warning');
  #offset = Number(this.#element?.dataset.now ?? Date.now()) - Date.now();
  #expires = Number(this.#element?.dataset.expires ?? 0);
  #warned = new Set();
  #timer = 0;

  start() {
    if (!this.#element) return;
    // Whoever comes with two minutes left is told of the five too late.
    for (const limit of WARNINGS) if (this.#seconds() < limit - 1) this.#warned.add(limit);
    this.#timer = setInterval(() => this.#tick(), 1_000);
    this.#tick();
  }

  /** It ends at another time. */
  until(ms) {
    if (!Number.isFinite(ms) || ms === this.#expires) return;
    if (ms > this.#expires) {
      this.#warned.clear();
      if (this.#warning) this.#warning.hidden = true;
    }
    this.#expires = ms;
    this.#tick();
  }

  stop(words) {
    clearInterval(this.#timer);
    if (this.#warning) this.#warning.hidden = true;
    say(this.#element, words);
    if (this.#element) this.#element.dataset.ending = 'false';
  }

  #seconds() {
    return (this.#expires - Date.now() - this.#offset) / 1_000;
  }

  #tick() {
    if (!this.#element) return;
    const left = this.#seconds();
    say(this.#element, left > 0 ? `${span(left)} left` : 'Time is up');
    this.#element.dataset.ending = String(left < WARNINGS[0]);
    const due = WARNINGS.filter((limit) => left <= limit && left > 0 && !this.#warned.has(limit));
    if (due.length === 0 || !this.#warning) return;
    for (const limit of due) this.#warned.add(limit);
    this.#warning.hidden = false;
    say(find('left-words', this.#warning), `Access ends in ${span(Math.min(...due))}. Finish what you are doing.`);
  }
}
