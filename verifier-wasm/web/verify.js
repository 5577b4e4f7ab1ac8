// The page around the verifier: which log, which key, begin, stop, show. The work is done in
// worker.js; the result is drawn by result.js.

import { Kept } from './kept.js';
import { Memory } from './memory.js';
import { now } from './memory-file.js';
import { Result, amount, visible } from './result.js';
import { Ribbon } from './ribbon.js';

const at = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString('en');

const ribbon = new Ribbon({ canvas: at('ribbon'), place: at('ribbon-place'), end: at('ribbon-end'), table: at('segments') });
const result = new Result(at, ribbon, { portal: location.origin, verifier: 'the page of the portal' });
const memory = await Memory.open();
const kept = await Kept.open();

/** What the server claims and what the person holds: `inspect_key`'s answers, or null. */
let claimed = null;
let held = null;
/** Whether the worker has said a word yet. */
let lives = false;
let worker = start();
let inspections = 0;
const waiting = new Map();
let milestone = 0;

function start() {
  const begun = new Worker('/verify/worker.js', { type: 'module' });
  lives = false;
  begun.addEventListener('message', ({ data }) => {
    lives = true;
    hear[data.type]?.(data);
  });
  begun.addEventListener('error', () => {
    over('The verifier could not start or failed. Load the page again; if it stays so, use a current browser. Nothing was judged.');
    worker = null;
  });
  return begun;
}

const hear = {
  key({ id, key, problem }) {
    waiting.get(id)?.({ key: key ?? null, problem });
    waiting.delete(id);
  },
  checkpoint({ size, root }) {
    ribbon.begin(size);
    at('progress').max = Math.max(1, size);
    say(`The checkpoint bears your key's signature: ${count(size)} entries under root ${root}. Reading them.`);
  },
  progress(news) {
    at('progress').value = news.entries;
    figures(news);
    if (news.stage === 'locating') {
      say('Something does not fit. Asking for the leaf hashes to find out where.');
      return;
    }
    ribbon.progress(news.entries, news.suspects);
    const quarter = news.size > 0 ? Math.floor((news.entries / news.size) * 4) : 0;
    if (quarter > milestone && quarter < 4) {
      milestone = quarter;
      say(`${quarter * 25} % read: ${count(news.entries)} of ${count(news.size)} entries.`);
    }
  },
  async report({ report }) {
    at('progress').value = at('progress').max;
    figures(report);
    over(`Done in ${(report.elapsed_ms / 1000).toFixed(2)} s: ${report.proven ? 'proven' : 'not proven'}.`);
    const { checkpoint } = report;
    result.show(report);
    if (report.may_be_remembered) await memory.saw(report.log, checkpoint).catch(unstored);
    remembered(report.log);
  },
  stopped({ entries, size }) {
    over(`Stopped after ${count(entries)} of ${count(size)} entries. Nothing was judged.`);
  },
  async kept({ type, whole, ...check }) {
    // It was read just now; the worker has no clock of the day.
    await kept.keep({ ...check, at: now() }).catch(unstored);
    ready();
    // Who stopped a check wants to go on with it.
    if (!whole) at('only-new').checked = true;
  },
  problem({ text, status, fatal }) {
    if (fatal) {
      worker?.terminate();
      worker = start();
    }
    over(text);
    if (status === 401) at('status').append(' ', signIn());
  },
};

/** Asks the worker what a key is; answers with { key, problem }. */
function inspect(vkey) {
  inspections += 1;
  const id = inspections;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker?.postMessage({ type: 'inspect', id, vkey });
  });
}

function say(told) {
  const text = visible(told);
  if (at('status').textContent !== text) at('status').textContent = text;
}

function figures({ entries, size, bytes, elapsed_ms: elapsed, mb_per_s: speed, left_ms: left }) {
  const texts = [
    // One request's evidence is no part of a whole.
    entries === undefined ? '' : `${count(entries)} of ${count(size)} entries`,
    amount(bytes),
    `${(elapsed / 1000).toFixed(1)} s`,
    `${amount(speed * 1_000_000)}/s`,
    left === null || entries >= size ? '' : `about ${Math.max(1, Math.round(left / 1000))} s left`,
  ];
  at('figures').replaceChildren(...texts.filter(Boolean).map((text) => Object.assign(document.createElement('span'), { textContent: text })));
}

/** A check has ended, with whatever outcome. */
function over(text) {
  say(text);
  at('run').hidden = false;
  at('stop').hidden = true;
  at('verify').hidden = false;
  at('verify').disabled = held === null || blocked();
}

at('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (held === null || blocked()) return;
  worker ??= start();
  const [evidence] = at('evidence').files;
  const { seen } = memory.recall(held.log) ?? { seen: [] };
  memory.confirm(held.log, held.vkey).catch(unstored);
  at('key-warning').hidden = true;
  milestone = 0;
  result.clear();
  ribbon.begin(0);
  at('progress').value = 0;
  at('run').hidden = false;
  at('verify').hidden = true;
  at('stop').hidden = false;
  at('stop').focus();
  result.from({ file: evidence?.name });
  if (evidence !== undefined) {
    say(`Reading ${evidence.name}.`);
    const file = await evidence.arrayBuffer().catch(() => null);
    if (file === null) over(`${evidence.name} could not be read. Nothing was judged. Choose it again.`);
    else worker.postMessage({ type: 'evidence', vkey: held.vkey, file }, [file]);
    return;
  }
  say('Fetching the checkpoint.');
  const order = { type: 'verify', vkey: held.vkey, remembered: seen, policy: at('policy').value };
  const before = at('only-new').checked ? await kept.recall(held.log, held.vkey) : null;
  worker.postMessage({ ...order, kept: before }, before === null ? [] : [before.session, before.rules]);
});

at('stop').addEventListener('click', () => {
  worker?.postMessage({ type: 'stop' });
  if (lives) return;
  // A worker that never came cannot answer: another takes its place.
  worker?.terminate();
  worker = start();
  over('Stopped before the verifier was loaded. Nothing was judged.');
});

at('take-claim').addEventListener('click', () => {
  at('key').value = claimed.vkey;
  hold();
});

at('key').addEventListener('input', hold);
at('key-warning-known').addEventListener('change', ready);

/** Looks at the key in the field. */
async function hold() {
  const text = at('key').value.trim();
  held = null;
  command();
  ready();
  if (text === '') {
    at('key-state').textContent = '';
    warn();
    return;
  }
  const { key, problem } = await inspect(text);
  if (text !== at('key').value.trim()) return;
  held = key;
  at('key').setAttribute('aria-invalid', String(key === null));
  at('key-state').textContent = visible(key === null ? problem : `Key ${key.key_id} of the log ${key.log}. Fingerprint ${key.fingerprint}${relation(key)}`);
  warn();
  remembered(key?.log ?? claimed?.log ?? memory.known()[0]);
  command();
  ready();
}

function relation(key) {
  const known = memory.recall(key.log);
  const since = known?.vkey === key.vkey ? ` You confirmed it in this browser on ${known.confirmed}.` : '';
  if (claimed === null) return `.${since}`;
  return claimed.vkey === key.vkey ? `: the same as the server claims.${since}` : `: not the key that the server claims.${since}`;
}

/** Shouts when a key or a name is not the one that this browser knows. */
function warn() {
  at('key-warning-known').checked = false;
  const mine = held && memory.recall(held.log);
  const theirs = claimed && memory.recall(claimed.log);
  const others = memory.known();
  let title = '';
  let text = '';
  if (mine && mine.vkey !== held.vkey) {
    title = 'This is not the key that you confirmed before.';
    text = `On ${mine.confirmed} you confirmed ${mine.vkey} for ${held.log}. A log's key changes rarely and never unannounced; a changed key without a word is what a forged log looks like.`;
  } else if (theirs && theirs.vkey !== claimed.vkey) {
    title = 'The server claims another key than the one you confirmed before.';
    text = `On ${theirs.confirmed} you confirmed ${theirs.vkey} for ${claimed.log}. Ask those who run the portal, not through this server, before you trust the new one.`;
  } else if (claimed && !theirs && others.length > 0) {
    title = 'The server names a log that this browser has never seen here.';
    text = `From this address this browser knows ${others.join(', ')}. A renamed log hides what was remembered of the old one.`;
  }
  at('key-warning').hidden = title === '';
  at('key-warning-title').textContent = title;
  at('key-warning-text').textContent = visible(text);
}

/** Whether a warning waits for the person's word. */
function blocked() {
  return !at('key-warning').hidden && !at('key-warning-known').checked && memory.recall(held?.log)?.vkey !== held?.vkey;
}

function ready() {
  at('verify').disabled = held === null || blocked();
  const before = held === null ? null : kept.facts(held.log, held.vkey);
  at('only-new-box').hidden = before === null;
  if (before === null) return;
  const read = `the first ${count(before.entries)} ${before.entries === 1 ? 'entry' : 'entries'}`;
  at('only-new-hint').textContent = `On ${before.at} this browser read and replayed ${read} and found nothing wrong. The signed root tells whether they are still the same; whether the server still sends them as they were, only a whole check tells.`;
}

function remembered(log) {
  const known = log === undefined ? null : memory.recall(log);
  const logs = memory.known();
  at('forget-box').hidden = known === null;
  at('forget').dataset.log = log ?? '';
  at('export').hidden = logs.length === 0;
  at('seen-box').hidden = known === null || known.seen.length === 0;
  at('memory-lasts').hidden = memory.lasts;
  if (known === null) {
    at('memory').textContent = 'Nothing yet of this log. After a check that found the log whole, this browser remembers its size and root. Whoever rewrites the log later is then found out, even with the log\'s own key in hand.';
    return;
  }
  const newest = known.seen.at(-1);
  at('memory').textContent = newest === undefined
    ? `The key of ${visible(log)}, confirmed on ${known.confirmed}. No check has found this log whole yet.`
    : `The key of ${visible(log)}, confirmed on ${known.confirmed}; and that it had ${count(newest.size)} entries under root ${newest.root} on ${newest.at}.`;
  at('seen-heading').textContent = known.seen.length === 1 ? 'The one checkpoint' : `All ${known.seen.length} checkpoints`;
  at('seen').replaceChildren(...known.seen.toReversed().map(({ size, root, at: when }) => {
    const row = document.createElement('tr');
    row.append(...[['Seen', when], ['Entries', count(size)], ['Root', root]].map(([label, text]) => {
      const cell = Object.assign(document.createElement('td'), { textContent: text });
      cell.dataset.label = label;
      if (label === 'Root') cell.className = 'hash';
      return cell;
    }));
    return row;
  }));
}

function unstored(error) {
  at('memory-state').textContent = `This browser did not store it (${error.message}). Free some space for this site, then verify again.`;
}

at('forget').addEventListener('click', async () => {
  const { log } = at('forget').dataset;
  await memory.forget(log).catch(unstored);
  await kept.forget(log).catch(unstored);
  remembered(log);
  hold();
});

at('export').addEventListener('click', () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([memory.export()], { type: 'application/json' }));
  link.download = `breakglass-memory-${now().replaceAll(':', '')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
});

at('import').addEventListener('change', async () => {
  const [file] = at('import').files;
  if (file === undefined) return;
  try {
    const { logs, seen } = await memory.import(file);
    at('memory-state').textContent = `Taken from ${file.name}: ${logs} new ${logs === 1 ? 'log' : 'logs'}, ${seen} new ${seen === 1 ? 'checkpoint' : 'checkpoints'}.`;
  } catch (error) {
    at('memory-state').textContent = visible(error.message);
  }
  at('import').value = '';
  remembered(held?.log ?? claimed?.log ?? memory.known()[0]);
  if (at('key').value.trim() === '') at('key').value = memory.recall(claimed?.log)?.vkey ?? '';
  hold();
});

function signIn() {
  return Object.assign(document.createElement('a'), { href: '/sign-in?next=/verify', textContent: 'Sign in' });
}

/** The line to paste. It names no key that the server claims, and nothing in a key's name may be read by a shell. */
function command() {
  const key = held === null ? '<the key you hold>' : quoted(held.vkey);
  at('command').textContent = `breakglass verify ${quoted(location.origin)} --vkey ${key}`;
}

/** One word for a shell, whatever stands in it. */
function quoted(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Asks the server which log it keeps and which key it claims. */
async function ask() {
  const missing = (text) => {
    at('claimed-origin').textContent = 'unknown';
    at('claimed-key').textContent = 'unknown';
    at('claim-note').textContent = text;
  };
  try {
    const response = await fetch('/ledger/vkey', { cache: 'no-store', redirect: 'manual' });
    if (response.type === 'opaqueredirect' || response.status === 401 || response.status === 403) {
      missing('The server tells its key to auditors only. ');
      at('claim-note').append(signIn(), ' as an auditor.');
      return;
    }
    if (!response.ok) {
      missing(`The server did not tell its key (it answered ${response.status}). You can verify with the key you hold.`);
      return;
    }
    const { key, problem } = await inspect((await response.text()).slice(0, 1000).trim());
    if (key === null) {
      missing(`What the server calls its key is none: ${problem}`);
      return;
    }
    claimed = key;
    at('claimed-origin').textContent = visible(key.log);
    at('claimed-key').textContent = key.vkey;
    at('claimed-fingerprint').textContent = key.fingerprint;
    at('claim-note').textContent = 'A claim, not trusted by itself: compare it with the key that reached you another way.';
    at('take-claim').disabled = false;
  } catch {
    missing('The server could not be reached.');
  }
}

command();
await ask();
at('key').value = memory.recall(claimed?.log ?? memory.known()[0])?.vkey ?? '';
remembered(claimed?.log ?? memory.known()[0]);
await hold();
