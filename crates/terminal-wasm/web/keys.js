// What a key sends to a program in a terminal: xterm's ways, which all programs know.

const PLAIN = { Enter: '\r', Tab: '\t', Escape: '\x1b', Backspace: '\x7f' };
const LETTERS = { ArrowUp: 'A', ArrowDown: 'B', ArrowRight: 'C', ArrowLeft: 'D', End: 'F', Home: 'H' };
const NUMBERS = {
  Insert: 2, Delete: 3, PageUp: 5, PageDown: 6,
  F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24,
};
const FIRST = { F1: 'P', F2: 'Q', F3: 'R', F4: 'S' };

/** What Ctrl makes of signs that are no letters. */
const CONTROL = {
  ' ': '\0', '@': '\0', 2: '\0', '[': '\x1b', 3: '\x1b', '\\': '\x1c', 4: '\x1c', ']': '\x1d', 5: '\x1d',
  '^': '\x1e', 6: '\x1e', _: '\x1f', '-': '\x1f', '/': '\x1f', 7: '\x1f', '?': '\x7f', 8: '\x7f',
};

/** Whether the key leaves the terminal. Windows keeps the first for itself. */
export const leaves = (event) => event.ctrlKey
  && ((event.shiftKey && event.key === 'Escape') || (!event.shiftKey && !event.altKey && event.key === 'F6'));

/** Whether the key copies what is marked. Ctrl+C goes to the program. */
export const copies = (event) => event.ctrlKey && event.shiftKey && event.code === 'KeyC';

/** Whether the browser is to paste: its own event brings the text. */
const pastes = (event) => (event.ctrlKey && event.shiftKey && event.code === 'KeyV') || (event.shiftKey && event.key === 'Insert');

/** The text that a key sends; null where the key is the browser's. `application` is the arrows' other form. */
export function sent(event, application) {
  const { key } = event;
  if (event.isComposing || event.metaKey || pastes(event)) return null;
  // AltGr is how many keyboards write @ and {, and some systems call it Ctrl+Alt.
  const composed = event.getModifierState?.('AltGraph') ?? false;
  const [shift, alt, ctrl] = [event.shiftKey, event.altKey && !composed, event.ctrlKey && !composed];
  const modifiers = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0);
  const modified = modifiers > 1;
  if (key in LETTERS) {
    if (modified) return `\x1b[1;${modifiers}${LETTERS[key]}`;
    return `\x1b${application ? 'O' : '['}${LETTERS[key]}`;
  }
  if (key in FIRST) return modified ? `\x1b[1;${modifiers}${FIRST[key]}` : `\x1bO${FIRST[key]}`;
  if (key in NUMBERS) return modified ? `\x1b[${NUMBERS[key]};${modifiers}~` : `\x1b[${NUMBERS[key]}~`;
  const prefix = alt ? '\x1b' : '';
  if (key === 'Tab' && shift) return `${prefix}\x1b[Z`;
  if (key === 'Backspace' && ctrl) return `${prefix}\b`;
  if (key in PLAIN) return prefix + PLAIN[key];
  // `Shift`, `Dead`, `Process`, `Unidentified`: no character, or one that comes as input.
  if ([...key].length !== 1) return null;
  if (!ctrl) return prefix + key;
  const letter = key.toLowerCase();
  if (/^[a-z]$/.test(letter)) return prefix + String.fromCharCode(letter.charCodeAt(0) - 96);
  return key in CONTROL ? prefix + CONTROL[key] : null;
}

/** What is pasted, as a program gets it: lines end as by the Enter key, and nothing in it can end the brackets. */
export function pasted(text, brackets) {
  const typed = text.replace(/\r?\n/g, '\r');
  return brackets ? `\x1b[200~${typed.replaceAll('\x1b', '')}\x1b[201~` : typed;
}
