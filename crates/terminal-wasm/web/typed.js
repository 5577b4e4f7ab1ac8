// What was typed, line by line. It is what keys sent, not what the shell made of it: a line that was taken from the
// shell's history or completed by it stands here as the keys that did so.

/** Keys that move or complete; what they did, only the screen shows. */
const SEQUENCE = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|\][^\x07]*(?:\x07|$)|[^[O\]])/y;

const ENDS = { '\r': '', '\n': '', '\x03': ' ^C', '\x04': ' ^D' };
const NAMES = { '\x1b[A': '↑', '\x1bOA': '↑', '\x1b[B': '↓', '\x1bOB': '↓' };

/** The lines of a list of events, `{at, words}`, with the moment at which each was begun. */
export function typed(events) {
  const lines = [];
  let [line, began] = ['', null];
  const end = (mark) => {
    const words = `${line}${mark}`.trim();
    if (words) lines.push({ at: began, words });
    [line, began] = ['', null];
  };
  for (const { at, kind, data } of events) {
    if (kind !== 'i') continue;
    for (let place = 0; place < data.length;) {
      SEQUENCE.lastIndex = place;
      const [sequence] = SEQUENCE.exec(data) ?? [];
      const key = sequence ?? String.fromCodePoint(data.codePointAt(place));
      place += key.length;
      began ??= at;
      if (key in ENDS) end(ENDS[key]);
      else if (key === '\x7f' || key === '\b') line = [...line].slice(0, -1).join('');
      else if (key === '\t') line += '⇥';
      else if (sequence) line += NAMES[sequence] ?? '';
      else if (key >= ' ') line += key;
    }
  }
  end('');
  return lines;
}
