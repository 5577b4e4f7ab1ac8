// SQL as PostgreSQL reads it, cut into words to colour them. It judges nothing: what a statement is, the portal says.

const KEYWORDS = new Set(`all alter analyze and any array as asc begin between by call cascade case cast check close
  cluster collate column comment commit concurrently constraint copy create cross current_date current_time
  current_timestamp current_user cursor database declare default delete desc distinct do domain drop each else end
  escape except execute exists explain extension false fetch filter first following for foreign from full function
  grant group having ilike in index inner insert intersect into is isolation join key language last lateral left level
  like limit listen lock materialized merge natural next no not notify null nulls of offset on only or order outer over
  owner partition preceding prepare primary procedure range read recursive references refresh reindex release replace
  reset returning revoke right role rollback row rows savepoint schema select sequence serializable session set share
  show similar some start stdin stdout table temp temporary then to transaction trigger true truncate type unbounded
  union unique unlisten until update user using vacuum values verbose view when where window with work write`.split(/\s+/));

/** One word after the other; the sticky flag makes it begin where the last one ended. */
const WORDS = [
  ['comment', /--[^\n]*/y],
  ['string', /(?:[eE])'(?:[^'\\]|\\[^]|'')*'?/y],
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'?/y],
  ['name', /(?:[uU]&)?"(?:[^"]|"")*"?/y],
  ['number', /(?:\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+)\b/y],
  ['parameter', /\$\d+/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['other', /\s+|[^\s\p{L}\p{N}_'"$/-]+|[^]/uy],
];

/** A list of `[kind, text]`; the texts joined are the whole text again. */
export function words(text) {
  const found = [];
  let at = 0;
  while (at < text.length) {
    const [kind, word] = comment(text, at) ?? quoted(text, at) ?? first(text, at);
    const known = kind === 'word' && KEYWORDS.has(word.toLowerCase()) ? 'keyword' : kind;
    found.push([known, word]);
    at += word.length;
  }
  return found;
}

// A comment between slash and star, which nest.
function comment(text, at) {
  if (!text.startsWith('/*', at)) return null;
  let [depth, end] = [0, at];
  while (end < text.length) {
    if (text.startsWith('/*', end)) [depth, end] = [depth + 1, end + 2];
    else if (text.startsWith('*/', end)) [depth, end] = [depth - 1, end + 2];
    else end += 1;
    if (depth === 0) break;
  }
  return ['comment', text.slice(at, end)];
}

/** `$tag$ … $tag$`. */
function quoted(text, at) {
  const begin = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
  begin.lastIndex = at;
  const [tag] = begin.exec(text) ?? [];
  if (tag === undefined) return null;
  const end = text.indexOf(tag, at + tag.length);
  return ['string', text.slice(at, end < 0 ? text.length : end + tag.length)];
}

function first(text, at) {
  for (const [kind, pattern] of WORDS) {
    pattern.lastIndex = at;
    const [word] = pattern.exec(text) ?? [];
    if (word) return [kind, word];
  }
  return ['other', text[at]];
}

const COLOURED = new Set(['comment', 'keyword', 'name', 'number', 'parameter', 'string']);

/** The text in colours, as nodes. `mark` is the place of a character (from 0) that is to stand out. */
export function coloured(text, mark = -1) {
  let at = 0;
  return words(text).map(([kind, word]) => {
    const holds = mark >= at && mark < at + word.length;
    at += word.length;
    if (!holds && !COLOURED.has(kind)) return document.createTextNode(word);
    const element = document.createElement(holds ? 'mark' : 'span');
    element.className = holds ? 'sql-mark' : `sql-${kind}`;
    element.textContent = word;
    return element;
  });
}
