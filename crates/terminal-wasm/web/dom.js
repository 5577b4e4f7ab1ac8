// Elements and words that the pages of recorded work share. All of it is text: nothing that a target or a person
// wrote is ever read as markup.

/** The part of the page that a script works with; `null` where the page has none. */
export const find = (name, within = document) => within.querySelector(`[data-${name}]`);

/** An element with a class and what stands in it. */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A button that does something on this page. */
export function button(label, press, className = 'button button-small') {
  const element = make('button', className, label);
  element.type = 'button';
  element.addEventListener('click', press);
  return element;
}

/** Says it in a live region, once. */
export function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Text whose every character can be seen: what is invisible, or turns the order of reading round, is named. */
export function visible(text) {
  const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/gu;
  return text.replace(hidden, (character) => ('\n\t'.includes(character)
    ? character
    : `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`));
}

/** `1 row`, `2 rows`. */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

/** `0:05`, `12:34`, `1:02:03`. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `5 s`, `12 min 5 s`, `1 h 2 min`. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return whole % 60 > 0 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
}

/** `12 ms`, `3.4 s`, `2 min 5 s`. */
export function took(ms) {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : span(ms / 1_000);
}
