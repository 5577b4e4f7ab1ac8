// The single file: a log file and a key in, a report out. All of it happens on the page itself, slice by slice, with a
// breath between two slices: a file from a disk may start no worker and make no request.

import init, { Rules, Session, check_evidence as checkEvidence, inspect_key as inspectKey, log_file_parts as partsOf } from './verifier.js';
import { rehearse } from './rehearsal.js';
import { merged, now, read, write } from './memory-file.js';
import { Ribbon } from './ribbon.js';
import { Result, amount, visible } from './result.js';
import { LogFile } from './log-file.js';

/** Progress is shown at most twenty times a second: more cannot be seen, and costs time. */
const PROGRESS_EVERY_MS = 50;

/** How long the page may be busy without a breath: two frames. Each breath costs up to four milliseconds of waiting. */
const BREATHE_EVERY_MS = 32;

/** How the evidence of one request begins, and how long it may be. */
const EVIDENCE = '{"format":"breakglass.evidence/';
const MAX_EVIDENCE = 32 * 1024 * 1024;

const at = (id) => document.getElementById(id);
const count = (number) => number.toLocaleString('en');

const ribbon = new Ribbon({ canvas: at('ribbon'), place: at('ribbon-place'), end: at('ribbon-end'), table: at('segments') });
const result = new Result(at, ribbon, { file: '', verifier: 'breakglass-verify.html' });

let file = null;
let log = null;
/** Whether the file is one request's evidence, and not a log. */
let evidence = false;
let key = null;
let memories = [];
/** What the chosen memory file says of itself, and whether it is still being read. */
let remembers = '';
let recalling = false;
let running = null;
let kept = null;

/** What lies in the page under a name instead of on a server. */
function embedded(name) {
  const text = document.querySelector(`script[data-name="${name}"]`).textContent;
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Whether the verifier tried itself on its sample log; rejects where it cannot be trusted here. */
const ready = init({ module_or_path: embedded('verifier_bg.wasm') }).then(() => rehearse(() => running !== null, async (name) => embedded(name)));
ready.catch((error) => {
  say(`The verifier could not start in this browser (${error.message}). Nothing was judged. It needs WebAssembly with SIMD: use a current Firefox, Chrome, Edge or Safari.`);
  at('run').hidden = false;
});

function say(told) {
  const text = visible(told);
  if (at('status').textContent !== text) at('status').textContent = text;
}

function able() {
  at('verify').disabled = !canVerify();
}

function canVerify() {
  return (log !== null || evidence) && key !== null && running === null && !recalling;
}

async function choose(chosen) {
  file = chosen;
  log = null;
  evidence = false;
  able();
  at('file').removeAttribute('aria-invalid');
  at('file-state').textContent = '';
  if (file === null) return;
  await ready;
  try {
    const head = await chosen.slice(0, EVIDENCE.length).text();
    if (file !== chosen) return;
    if (head === EVIDENCE) {
      evidence = chosen.size <= MAX_EVIDENCE;
      at('file-state').textContent = evidence ? `${file.name}: the evidence of one request, ${count(file.size)} bytes.` : `${file.name} is longer than the evidence of a request may be.`;
      able();
      return;
    }
    const opened = await LogFile.open(chosen, partsOf);
    if (file !== chosen) return;
    log = opened;
    at('file-state').textContent = `${file.name}: ${count(file.size)} bytes, ${count(log.leaves)} entries by its own word.`;
  } catch (problem) {
    if (file !== chosen) return;
    at('file').setAttribute('aria-invalid', 'true');
    at('file-state').textContent = typeof problem === 'string' ? problem : unreadable(problem);
  }
  able();
}

function unreadable(error) {
  return `The file could not be read (${error.message}). Nothing was judged. It may have been moved or changed: choose it again.`;
}

async function hold() {
  const text = at('key').value.trim();
  key = null;
  able();
  recall();
  at('key-state').textContent = '';
  at('key').removeAttribute('aria-invalid');
  if (text === '') return;
  await ready;
  if (text !== at('key').value.trim()) return;
  try {
    key = JSON.parse(inspectKey(text));
    at('key-state').textContent = visible(`Key ${key.key_id} of the log ${key.log}. Fingerprint ${key.fingerprint}. Compare it with the one you were told.`);
  } catch (problem) {
    at('key').setAttribute('aria-invalid', 'true');
    at('key-state').textContent = visible(String(problem));
  }
  recall();
  able();
}

/** Says what is remembered, and whether that is of another key than the one in the field: whichever came first. */
function recall() {
  const known = memories.find(({ log: name }) => name === key?.log);
  const other = known !== undefined && known.vkey !== key.vkey;
  at('memory-state').textContent = visible(other ? `${remembers} It holds another key for ${key.log} than the one above: find out which is right.` : remembers);
}

at('file').addEventListener('change', () => choose(at('file').files[0] ?? null));
at('key').addEventListener('input', hold);
at('memory').addEventListener('change', async () => {
  const [chosen] = at('memory').files;
  const current = () => at('memory').files[0] === chosen;
  memories = [];
  remembers = '';
  recalling = chosen !== undefined;
  recall();
  able();
  if (chosen === undefined) return;
  try {
    const found = await read(chosen);
    if (!current()) return;
    memories = found;
    remembers = `${chosen.name} remembers ${memories.map(({ log: name, seen }) => `${seen.length} ${seen.length === 1 ? 'checkpoint' : 'checkpoints'} of ${name}`).join(', ') || 'no log'}.`;
  } catch (error) {
    if (!current()) return;
    at('memory').value = '';
    remembers = error.message;
  }
  recalling = false;
  recall();
  able();
});

for (const name of ['dragenter', 'dragover']) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    at('drop').dataset.over = '';
  });
}
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) delete at('drop').dataset.over;
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  delete at('drop').dataset.over;
  if (event.dataTransfer.files.length === 0 || running !== null) return;
  at('file').files = event.dataTransfer.files;
  choose(event.dataTransfer.files[0]);
});

at('stop').addEventListener('click', () => running?.abort());

at('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!canVerify()) return;
  const abort = new AbortController();
  running = abort;
  able();
  result.clear();
  result.from({ file: file.name });
  ribbon.begin(0);
  at('progress').max = Math.max(1, log?.leaves ?? 1);
  at('progress').value = 0;
  at('keep').hidden = true;
  at('run').hidden = false;
  at('verify').hidden = true;
  at('stop').hidden = false;
  at('stop').focus();
  say(evidence ? 'Reading the evidence.' : 'Reading the checkpoint.');
  const clock = { begun: performance.now(), told: -Infinity, breathed: performance.now(), milestone: 0 };
  let session = null;
  let report = null;
  try {
    const within = until(abort.signal);
    const self_test = await within(ready);
    if (evidence) {
      const bytes = new Uint8Array(await within(file.arrayBuffer()));
      const found = JSON.parse(checkEvidence(key.vkey, bytes));
      const elapsed_ms = performance.now() - clock.begun;
      report = { ...found, self_test, elapsed_ms, bytes: bytes.length, mb_per_s: bytes.length / 1000 / elapsed_ms };
      if (found.checkpoint !== null) ribbon.begin(found.checkpoint.size);
      return;
    }
    // The index of the file belongs to one check: the file may have changed since the last one.
    log = await within(LogFile.open(file, partsOf));
    session = new Session(key.vkey);
    for (const seen of remembered()) session.remember(seen.size, seen.root, seen.at, seen.note);
    if (at('policy').value.trim() !== '') session.policy(at('policy').value);
    await check(session, { clock, within });
    report = { ...JSON.parse(session.report()), self_test, ...figures(session, clock) };
  } catch (error) {
    if (abort.signal.aborted) say(`Cancelled after ${count(session?.entries() ?? 0)} entries. Nothing was judged.`);
    else if (error instanceof WebAssembly.RuntimeError) say(`The verifier itself failed (${error.message}). This says nothing good or bad about the log, and should be reported as a fault of the verifier. Open this file again before you go on.`);
    else say(typeof error === 'string' ? error : unreadable(error));
  } finally {
    running = null;
    at('stop').hidden = true;
    at('verify').hidden = false;
    able();
    at('verify').focus();
    if (report !== null) show(report);
  }
  try {
    session?.free();
  } catch {
    // A session that trapped cannot be freed.
  }
});

function remembered() {
  return memories.filter((memory) => memory.log === key.log).flatMap(({ seen }) => seen);
}

/** Answers what the session asks for, from the file. */
async function check(session, { clock, within }) {
  let rules = null;
  for (let next = session.request(); next !== undefined; next = session.request()) {
    const request = JSON.parse(next);
    const answer = log.answer(request.path, session.size());
    if (answer === null) {
      session.refuse();
      continue;
    }
    const stream = request.purpose === 'stream';
    if (stream) rules ??= new Rules(session.size());
    for (let read = await within(answer.next()); !read.done && session.wants(); read = await within(answer.next())) {
      const chunk = read.value;
      if (performance.now() - clock.breathed > BREATHE_EVERY_MS) {
        await within(breath());
        clock.breathed = performance.now();
      }
      session.feed(chunk);
      if (stream) rules.feed(chunk);
      tell(session, clock);
    }
    if (stream && !session.continues()) session.replayed(rules.end());
    session.end();
    if (request.purpose === 'checkpoint' && session.root() !== undefined) {
      ribbon.begin(session.size());
      at('progress').max = Math.max(1, session.size());
      say(`The checkpoint bears your key’s signature: ${count(session.size())} entries under root ${session.root()}. Reading them.`);
    }
  }
}

/** Waits for whatever comes first, a promise or the end of the check: a disk may take its time for ever. */
function until(signal) {
  const aborted = new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  aborted.catch(() => {});
  return (promise) => Promise.race([promise, aborted]);
}

/** Lets the browser draw, and hear a click. */
function breath() {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

function figures(session, { begun }) {
  const elapsed_ms = performance.now() - begun;
  const bytes = session.bytes();
  return { elapsed_ms, entries: session.entries(), size: session.size(), bytes, mb_per_s: elapsed_ms > 0 ? bytes / 1000 / elapsed_ms : 0 };
}

function tell(session, clock) {
  const time = performance.now();
  if (time - clock.told < PROGRESS_EVERY_MS) return;
  clock.told = time;
  const { entries, size, ...rest } = figures(session, clock);
  numbers({ entries, size, ...rest });
  if (session.stage() !== 'reading') return;
  at('progress').value = entries;
  ribbon.progress(entries, session.suspects());
  const quarter = size > 0 ? Math.floor((entries / size) * 4) : 0;
  if (quarter > clock.milestone && quarter < 4) {
    clock.milestone = quarter;
    say(`${quarter * 25} % read: ${count(entries)} of ${count(size)} entries.`);
  }
}

function numbers({ entries, size, bytes, elapsed_ms: elapsed, mb_per_s: speed }) {
  const left = entries > 0 ? (elapsed / entries) * Math.max(0, size - entries) : 0;
  const texts = [
    // One request's evidence is no part of a whole.
    entries === undefined ? '' : `${count(entries)} of ${count(size)} entries`,
    amount(bytes),
    `${(elapsed / 1000).toFixed(1)} s`,
    `${amount(speed * 1_000_000)}/s`,
    entries === undefined || entries >= size ? '' : `about ${Math.max(1, Math.round(left / 1000))} s left`,
  ];
  at('figures').replaceChildren(...texts.filter(Boolean).map((text) => Object.assign(document.createElement('span'), { textContent: text })));
}

function show(report) {
  at('progress').value = at('progress').max;
  numbers(report);
  say(`Done in ${(report.elapsed_ms / 1000).toFixed(2)} s: ${report.proven ? 'proven' : 'not proven'}.`);
  result.show(report);
  if (report.may_be_remembered) keep(report);
}

/** Offers what was seen, with all that was seen before, as a file. */
function keep({ log: name, checkpoint }) {
  const before = memories.find((memory) => memory.log === name);
  const seen = merged(before?.seen ?? [], [{ ...checkpoint, at: now() }]);
  const memory = { log: name, vkey: key.vkey, confirmed: before?.vkey === key.vkey ? before.confirmed : now(), seen };
  const text = write([...memories.filter((other) => other.log !== name), memory]);
  if (kept !== null) URL.revokeObjectURL(kept);
  kept = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  at('keep-link').href = kept;
  at('keep-link').download = `breakglass-memory-${now().replaceAll(':', '')}.json`;
  at('keep').hidden = false;
}
