// Draws a report: the verdict, a sentence for each check, the findings with their bytes, and what
// the person takes away. All of it is text: nothing from the log is ever read as markup.

const SIGNS = {
  passed: { state: 'pass', path: 'M4 12.5l5 5L20 6.5', word: 'Holds' },
  failed: { state: 'fail', path: 'M5 5l14 14M19 5L5 19', word: 'Fails' },
  unknown: { state: 'run', path: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M9.5 9a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5', word: 'Not checked' },
};

export class Result {
  #at;
  #ribbon;
  #source;
  #url = null;

  /** `source` says where the log came from (`portal` or `file`), and in words which `verifier` this is. */
  constructor(at, ribbon, source) {
    this.#at = at;
    this.#ribbon = ribbon;
    const { version, verifier: hash } = document.body.dataset;
    this.#source = { ...source, verifier: `Breakglass ${version}, ${source.verifier}`, verifier_sha256: hash };
    at('copy-ticket').addEventListener('click', () => this.#copy());
    at('print').addEventListener('click', () => print());
    // On paper nothing can be opened: the findings stand open there, and close again afterwards.
    let closed = [];
    addEventListener('beforeprint', () => {
      closed = [...document.querySelectorAll('.finding:not([open])')];
      for (const one of closed) one.open = true;
    });
    addEventListener('afterprint', () => {
      for (const one of closed) one.open = false;
    });
  }

  /** Another file is checked. */
  from(source) {
    this.#source = { ...this.#source, ...source };
  }

  clear() {
    this.#at('result').hidden = true;
    this.#at('segments-box').hidden = true;
  }

  show(told) {
    const at = this.#at;
    const report = shown(told);
    const sign = report.proven ? SIGNS.passed : SIGNS.failed;
    at('result-heading').dataset.state = sign.state;
    at('result-heading').replaceChildren(icon(sign), report.proven ? 'Proven' : 'Not proven');
    at('result-sentence').textContent = report.sentence;
    at('checks').replaceChildren(...report.checks.map(checkRow));
    at('self-test').textContent = report.self_test
      ? 'Before this, the verifier proved an intact sample log and named an altered entry in it, in this browser.'
      : 'The verifier could not test itself on its sample log before this.';
    at('findings-box').hidden = report.findings.length === 0;
    at('findings-heading').textContent = headline(report);
    at('findings').replaceChildren(...report.findings.map(finding));
    const facts = { ...told, ...this.#source, browser: navigator.userAgent, finished: now() };
    at('record').replaceChildren();
    record(at('record'), shown(facts));
    at('ticket').value = ticket(shown(facts));
    this.#offer(facts);
    at('result').hidden = false;
    at('segments-box').hidden = false;
    const targets = report.findings.flatMap(({ seq, sentence }, index) => (seq === null ? [] : [{ seq, sentence, id: `finding-${index}` }]));
    if (report.checkpoint !== null) this.#ribbon.result(report.checkpoint.size, report.proven_ranges, report.broken_ranges, targets);
    at('result-heading').focus();
  }

  /** The report as a file: made here, sent nowhere. */
  #offer(report) {
    if (this.#url !== null) URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2), '\n'], { type: 'application/json' }));
    const link = this.#at('download');
    link.href = this.#url;
    link.download = `verification-${report.log.replace(/[^a-z0-9.-]+/gi, '_')}-${report.finished.replaceAll(':', '')}.json`;
  }

  async #copy() {
    const field = this.#at('ticket');
    const button = this.#at('copy-ticket');
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = 'Copied';
    } catch {
      field.focus();
      field.select();
      button.textContent = 'Selected: copy it with your keyboard';
    }
    setTimeout(() => {
      button.textContent = 'Copy the line';
    }, 4000);
  }
}

function headline({ findings, findings_total: total }) {
  if (total === 1) return 'One finding';
  return total > findings.length ? `${total.toLocaleString('en')} findings, the first ${findings.length} of them here` : `${total} findings`;
}

function checkRow({ title, outcome, text }) {
  const sign = SIGNS[outcome] ?? SIGNS.unknown;
  const row = element('li', 'check-row');
  row.dataset.state = sign.state;
  const words = element('div', 'check-text');
  words.append(element('span', 'visually-hidden', `${sign.word}: `), `${title}. `, element('span', 'row-note', text));
  row.append(icon(sign), words);
  return row;
}

/** What stands on paper too: which log, which key, which checkpoint, when, by what. */
function record(list, { log, key, checkpoint, portal, file, verifier, verifier_sha256: hash, finished }) {
  pair(list, 'Log', log);
  pair(list, 'From', file ?? portal);
  pair(list, 'Key', `${key.key_id}, fingerprint ${key.fingerprint}`, 'hash');
  if (checkpoint !== null) pair(list, 'Checkpoint', `${checkpoint.size} entries, root ${checkpoint.root}`, 'hash');
  pair(list, 'Checked', finished);
  pair(list, 'Verifier', verifier);
  pair(list, 'Its WASM', `SHA-256 ${hash}`, 'hash');
}

function finding({ seq, sentence, rule, expected, found, notes, bytes, contradiction }, index) {
  const box = element('details', 'finding');
  box.id = `finding-${index}`;
  const summary = element('summary');
  if (seq !== null) summary.append(element('span', 'finding-place', `#${seq}`));
  summary.append(element('span', '', sentence));
  const body = element('div', 'finding-body');
  const facts = element('dl', 'facts');
  pair(facts, 'Rule', rule);
  pair(facts, 'Expected', expected, 'hash');
  pair(facts, 'Found', found, 'hash');
  if (facts.childElementCount > 0) body.append(facts);
  if (notes.length > 0) {
    const list = element('ul', 'sentences');
    list.append(...notes.map((note) => {
      const item = element('li');
      item.append(element('span', '', '→'), element('span', '', note));
      return item;
    }));
    body.append(element('p', 'small soft', 'What follows from it, or shows it too:'), list);
  }
  if (contradiction !== null) {
    body.append(
      element('h4', 'small', `The signed note that was seen on ${contradiction.seen_at}`),
      focusable(element('pre', 'code-block', contradiction.seen), 'The note that was seen'),
      element('h4', 'small', 'The signed note of now'),
      focusable(element('pre', 'code-block', contradiction.now), 'The note of now'),
    );
  }
  if (bytes !== null) {
    const part = bytes.kept < bytes.length ? `, the first ${bytes.kept} of them` : '';
    body.append(
      element('h4', 'small', `The entry's ${bytes.length} bytes as text${part}`),
      focusable(element('pre', 'code-block', bytes.text), 'Bytes as text'),
      element('h4', 'small', 'In hexadecimal'),
      focusable(element('pre', 'code-block hex', dump(bytes.hex)), 'Bytes in hexadecimal'),
    );
  }
  if (!body.hasChildNodes()) body.append(element('p', '', 'There is nothing more to show for this one.'));
  box.append(summary, body);
  return box;
}

/** The form of a report about one request's evidence. */
const EVIDENCE = 'breakglass.evidence-verification/1';

function ticket({ format, log, key, checkpoint, proven, sentence, findings_total: findings, elapsed_ms: elapsed, finished, portal, file }) {
  const of = checkpoint === null ? 'no checkpoint' : `${checkpoint.size} entries, root ${checkpoint.root}`;
  const what = proven ? 'PROVEN' : `NOT PROVEN (${findings} finding${findings === 1 ? '' : 's'}): ${sentence}`;
  const part = format === EVIDENCE ? 'evidence of one request, not the whole log: ' : '';
  return `Log ${log}: ${part}${what} · ${of} · key ${key.key_id} ${key.fingerprint} · ${file ?? portal} · ${finished}, ${(elapsed / 1000).toFixed(2)} s in a browser`;
}

/** Sixteen bytes a line: offset, hexadecimal, printable ASCII. */
function dump(hex) {
  const lines = [];
  for (let start = 0; start < hex.length; start += 32) {
    const pairs = hex.slice(start, start + 32).match(/../g) ?? [];
    const ascii = pairs.map((two) => {
      const code = Number.parseInt(two, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
    });
    lines.push(`${(start / 2).toString(16).padStart(5, '0')}  ${pairs.join(' ').padEnd(47)}  ${ascii.join('')}`);
  }
  return lines.join('\n');
}

/** Control, direction and zero-width characters as their code points: a text must not pose as another. */
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]/gu, (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** A number of bytes in the unit that fits it. */
export function amount(bytes) {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A report as it may stand on a page: every text in it is visible and has one line. Only signed notes have lines. */
function shown(value, name = '') {
  if (typeof value === 'string') return name === 'seen' || name === 'now' ? value.split('\n').map(visible).join('\n') : visible(value);
  if (Array.isArray(value)) return value.map((one) => shown(one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shown(one, key)]));
}

function pair(list, term, value, className) {
  if (value === null || value === undefined) return;
  const box = element('div');
  const definition = element('dd');
  definition.append(element(className === undefined ? 'span' : 'code', className ?? '', value));
  box.append(element('dt', '', term), definition);
  list.append(box);
}

function focusable(block, label) {
  block.tabIndex = 0;
  block.setAttribute('role', 'region');
  block.setAttribute('aria-label', label);
  return block;
}

function icon({ path }) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

function element(tag, className = '', text = undefined) {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function now() {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
