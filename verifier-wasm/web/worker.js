// The verifier's worker: carries bytes from the server to the WebAssembly session and back come
// numbers and a report. It judges nothing itself, and it asks for nothing but what the session
// names: the checkpoint, the stream of entries, and, where something does not fit, the stream once more, leaf-hash
// tiles and single bundles to tell where. Besides that it loads its own files, once.
//
// In:  { type: 'verify', vkey, remembered?: [{ size, root, at, note }], policy?: text, kept?: { build, at, session, rules } }
//      | { type: 'evidence', vkey, file } | { type: 'inspect', id, vkey } | { type: 'stop' }
// Out: { type: 'ready' } | { type: 'key', id, key | problem } | { type: 'checkpoint', size, root }
//      | { type: 'progress', … } | { type: 'report', report } | { type: 'stopped', … } | { type: 'problem', text, status?, fatal? }: after a fatal one the worker is of no more use
//      | { type: 'kept', log, vkey, build, entries, whole, session, rules }: how far a check came that found nothing; not
//        whole where it was stopped

import { Pool, readBlocks, without } from './blocks.js';
import { Hashing, Replay, failing, gather } from './crew.js';
import { Problem } from './problem.js';
import { rehearse } from './rehearsal.js';
import init, { Session, check_evidence as checkEvidence, digest, inspect_key as inspectKey } from './verifier.js';

const LEDGER = new URL('/ledger/', self.location.href);

/** Progress is told at most twenty times a second: more cannot be seen, and costs time. */
const PROGRESS_EVERY_MS = 50;

/** A server that was waited for so long must have sent so much: an answer that never ends is not an answer. */
const STALL_AFTER_MS = 30_000;
const LEAST_BYTES = 64 * 1024;

/** The verifier's own files must have come, and the verifier have tried itself, this long after somebody waits for it. */
const LOADED_AFTER_MS = 2 * STALL_AFTER_MS;

/** How many bytes the replay may lag behind where the log is read in order. */
const MAX_LAG = 16 * 1024 * 1024;

/** How many blocks are on their way: enough that no core waits, and 16 MB together. */
const BLOCKS = 16;

const fetched = fetch(new URL('./verifier_bg.wasm', import.meta.url)).then(whole);
const compiled = fetched.then((bytes) => WebAssembly.compile(bytes));
const loaded = compiled.then((module) => init({ module_or_path: module }));
let running = null;
const ready = loaded.then(() => rehearse(() => running !== null));
/** Which verifier this is: what another one found out is nothing to go on from. */
const build = Promise.all([fetched, loaded]).then(([bytes]) => digest(new Uint8Array(bytes)));
build.catch(() => {});
/** The other workers, loaded before somebody waits for them. */
const crew = compiled.then(gather);

self.addEventListener('message', async ({ data }) => {
  if (data.type === 'stop') running?.abort();
  if (data.type === 'inspect') await inspect(data);
  if (data.type === 'verify') await run(verify, data);
  if (data.type === 'evidence') await run(evidence, data);
});

Promise.all([ready, crew]).then(() => self.postMessage({ type: 'ready' }), () => {});

async function whole(response) {
  if (!response.ok) throw new Error(`the server answered ${response.status} where its module should be`);
  return response.arrayBuffer();
}

/** Answers with its value once it is there. What was not delivered is not waited for. */
async function inTime(loading) {
  let timer;
  const late = new Promise((_, fail) => {
    const text = `The verifier's own files did not come within ${LOADED_AFTER_MS / 1000} seconds, so the check was given up. Nothing was judged. Load the page again, and tell those who run the portal if it stays so.`;
    timer = setTimeout(() => fail(new Problem(text, undefined, true)), LOADED_AFTER_MS);
  });
  try {
    return await Promise.race([loading, late]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`The verifier could not start in this browser (${error.message}). Nothing was judged. It needs WebAssembly with SIMD: use a current Firefox, Chrome, Edge or Safari.`);
  } finally {
    clearTimeout(timer);
  }
}

async function inspect({ id, vkey }) {
  try {
    await inTime(loaded);
  } catch (problem) {
    self.postMessage({ type: 'key', id, problem: problem.message });
    return;
  }
  try {
    self.postMessage({ type: 'key', id, key: JSON.parse(inspectKey(vkey)) });
  } catch (problem) {
    self.postMessage({ type: 'key', id, problem: String(problem) });
  }
}

/** Runs a check until it says its report, is stopped, or a problem ends it. The one before it is stopped. */
async function run(kind, order) {
  const abort = new AbortController();
  running?.abort();
  running = abort;
  const check = { clock: new Clock(), signal: abort.signal, session: undefined, crew: null, replay: null, blocks: null, inBlocks: false, over: false, kept: null, saved: null };
  try {
    // Whatever it waits for, be it the verifier itself: it does not go on when it was stopped.
    const report = await Promise.race([kind(order, check), stopped(abort.signal)]);
    self.postMessage({ type: 'report', report });
    if (report.proven) keep(check, order, true);
  } catch (error) {
    if (abort.signal.aborted) {
      self.postMessage({ type: 'stopped', ...check.clock.figures(check.session) });
      check.over = true;
      check.saved ??= saved(check);
      keep(check, order, false);
    } else {
      self.postMessage({ type: 'problem', ...explain(error, check.session) });
    }
  } finally {
    if (running === abort) running = null;
    check.over = true;
    try {
      check.session?.free();
    } catch {
      // A session that trapped cannot be freed; the worker is thrown away with it.
    }
  }
}

/** What the session has joined so far, and the replay that was handed as much. */
function saved({ session, blocks }) {
  const joined = blocks === null ? undefined : session.save();
  return joined === undefined ? null : { joined, replay: blocks, entries: session.entries() };
}

/** Hands over how far the check came, once the replay has come as far. */
async function keep({ saved: done }, { vkey }, whole) {
  if (done === null) return;
  const { joined: { buffer: session }, replay, entries } = done;
  const { seen, saved: rules } = await replay.save();
  if (rules === null || seen !== entries) return;
  self.postMessage({ type: 'kept', log: JSON.parse(inspectKey(vkey)).log, vkey, build: await build, entries, whole, session, rules }, [session, rules]);
}

/** Checks one request's file. Its entries are counted by what is said of them. */
async function evidence({ vkey, file }, { signal }) {
  const self_test = await inTime(ready);
  signal.throwIfAborted();
  const begun = performance.now();
  const report = JSON.parse(checkEvidence(vkey, new Uint8Array(file)));
  const elapsed_ms = performance.now() - begun;
  return { ...report, self_test, elapsed_ms, bytes: file.byteLength, mb_per_s: file.byteLength / 1000 / elapsed_ms, left_ms: null };
}

async function verify({ vkey, remembered = [], policy = '', kept = null }, check) {
  const self_test = await inTime(ready);
  check.crew = await inTime(crew);
  check.signal.throwIfAborted();
  const session = new Session(vkey);
  check.session = session;
  for (const seen of remembered) session.remember(seen.size, seen.root, seen.at, seen.note);
  if (policy.trim() !== '') session.policy(policy);
  if (kept !== null && kept.build === await build && session.resume(new Uint8Array(kept.session), kept.at)) check.kept = kept;
  // It does not go on when one of the crew is gone.
  await Promise.race([through(session, check), failing(check.crew)]);
  return { ...JSON.parse(session.report()), self_test, ...check.clock.figures(session) };
}

/** Brings the session all that it asks for. */
async function through(session, check) {
  for (let request = session.request(); request !== undefined; request = session.request()) {
    await answer(session, JSON.parse(request), check);
  }
}

function stopped(signal) {
  return new Promise((_, stop) => {
    if (signal.aborted) stop(signal.reason);
    signal.addEventListener('abort', () => stop(signal.reason));
  });
}

/**
 * Brings the session the answer to what it asks for. The log is read in blocks first, by all cores. Where that
 * leaves a doubt, the session goes on asking for the stream, and it is read again, in order.
 */
async function answer(session, request, check) {
  if (request.purpose === 'stream' && !check.inBlocks) {
    check.inBlocks = true;
    await readInBlocks(session, check);
    return;
  }
  const found = await get(request, check, async (response, stall) => {
    if (request.purpose === 'stream') {
      check.replay ??= new Replay(check.crew.rules, session.size());
      await pour(response, session, { ...check, stall });
      // A long log comes in several answers, and the replay ends with the last of them.
      if (!session.continues()) session.replayed(await check.replay.end());
    } else {
      await pour(response, session, { clock: check.clock, stall });
    }
  });
  if (!found) {
    session.refuse();
    return;
  }
  session.end();
  if (request.purpose === 'checkpoint' && session.root() !== undefined) {
    self.postMessage({ type: 'checkpoint', size: session.size(), root: session.root() });
  }
}

/** Hands blocks to those that hash, what they say to the session, and the blocks to the replay. */
async function readInBlocks(session, check) {
  const { clock, crew } = check;
  let received = 0;
  const pool = new Pool(BLOCKS);
  const replay = await begin(session, check, (buffer) => pool.give(buffer));
  check.blocks = replay;
  let fits = true;
  let bytes = 0;
  const hashing = new Hashing(crew.hashers, session.marks(), ({ buffer, length, span, place }) => {
    // What was on its way when the check was stopped: its session is gone.
    if (check.over) return;
    if (fits && place !== undefined) session.doubt(place);
    fits &&= place === undefined && session.join(span);
    if (!fits) {
      pool.give(buffer);
      return;
    }
    bytes += length;
    replay.feed(buffer, 0, length);
    clock.tell(session, received);
  });
  let first = session.resumed();
  for (let stretch = session.stretch_from(first); fits && stretch !== undefined; stretch = session.stretch_from(first)) {
    const { path, skip, count } = JSON.parse(stretch);
    const from = first;
    await get({ path, needed: true }, check, async (response, stall) => {
      // Something is told while a block fills, too: on a slow line that takes its time.
      const waits = () => stall.waits();
      const came = (length) => {
        stall.came(length);
        received += length;
        if (!check.over) clock.tell(session, received);
      };
      const take = (block) => {
        const wanted = block.first < from ? without(block, from - block.first) : block;
        if (wanted === null) pool.give(block.buffer);
        else hashing.send(wanted);
        return fits;
      };
      const place = response.body === null ? from : await readBlocks(response.body, { first: from - skip, count: skip + count, pool, waits, came, take });
      await hashing.done();
      if (fits && place !== null) session.doubt(place);
      fits &&= place === null;
    });
    first += count;
  }
  if (!fits) return;
  session.replayed(await replay.end());
  const done = saved(check);
  if (session.joined(bytes)) check.saved = done;
}

/** The replay, from where the session goes on: if what was kept of both is of the same entries. */
async function begin(session, { crew, kept }, back) {
  const from = session.resumed();
  if (from > 0) {
    const replay = new Replay(crew.rules, session.size(), back, kept.rules);
    if (await replay.begun() === from) return replay;
    session.start_over();
  }
  return new Replay(crew.rules, session.size(), back);
}

/** Fetches a path and hands over the answer; false where there is none, and the check can go on without it. */
async function get({ path, needed }, { signal }, take) {
  const stall = new Stall(signal);
  try {
    const response = await fetch(new URL(path, LEDGER), {
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'manual',
      signal: stall.signal,
    });
    if (!response.ok) {
      response.body?.cancel().catch(() => {});
      if (!needed) return false;
      throw refusal(response, path);
    }
    stall.came(0);
    await take(response, stall);
    return true;
  } catch (error) {
    if (stall.fired) {
      const sent = stall.bytes === 0 ? 'nothing' : `only ${stall.bytes} bytes`;
      throw new Problem(`The server sent ${sent} in ${STALL_AFTER_MS / 1000} seconds (${path}), so the check was given up. Nothing was judged. Try again.`);
    }
    throw error;
  } finally {
    stall.clear();
  }
}

async function pour(response, session, { clock, stall, replay }) {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    while (session.wants()) {
      stall.waits();
      const { done, value } = await reader.read();
      stall.came(value?.byteLength ?? 0);
      if (done) return;
      session.feed(value);
      // The chunk itself goes over: nothing is copied, and nothing here reads it again.
      replay?.feed(value.buffer, value.byteOffset, value.byteLength);
      await replay?.keepUp(MAX_LAG);
      clock.tell(session);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function refusal(response, path) {
  const { status } = response;
  if (status === 401 || response.type === 'opaqueredirect') {
    return new Problem('You are not signed in. Sign in as an auditor, then verify again.', 401);
  }
  if (status === 403) {
    return new Problem('Your sign-in may not read the log. Sign in as an auditor, then verify again.', 403);
  }
  return new Problem(`The server answered ${status} where the log's ${path} should be. Nothing was judged. Try again, and tell those who run the portal if it stays so.`, status);
}

function explain(error, session) {
  if (error instanceof Problem) return { text: error.message, status: error.status, fatal: error.fatal };
  if (typeof error === 'string') return { text: error };
  if (error instanceof WebAssembly.RuntimeError) {
    return { text: `The verifier itself failed (${error.message}). This says nothing good or bad about the log, and should be reported as a fault of the verifier.`, fatal: true };
  }
  const at = session === undefined ? '' : ` after ${session.entries()} entries`;
  return { text: `The connection broke${at} (${error.message}). Nothing was judged. Check that the portal can be reached and verify again.` };
}

/**
 * Aborts one request when too little comes for too long, or when the whole check is stopped. Only the time is counted in
 * which the server is waited for: a slow computer is not the server's fault.
 */
class Stall {
  #controller = new AbortController();
  #timer;
  /** Since when the server is waited for, if it is; how long it was before that, and what came. */
  #since = performance.now();
  #waited = 0;
  bytes = 0;
  fired = false;

  constructor(outer) {
    outer.throwIfAborted();
    this.outer = outer;
    this.forward = () => this.#controller.abort(outer.reason);
    outer.addEventListener('abort', this.forward);
    // One timer, looked at when it rings, instead of one a chunk: chunks come by the thousand.
    this.#timer = setInterval(() => this.#look(), STALL_AFTER_MS / 10);
  }

  get signal() {
    return this.#controller.signal;
  }

  waits() {
    this.#since ??= performance.now();
  }

  came(length) {
    if (this.#since !== null) this.#waited += performance.now() - this.#since;
    this.#since = null;
    this.bytes += length;
  }

  #look() {
    const waited = this.#waited + (this.#since === null ? 0 : performance.now() - this.#since);
    if (waited < STALL_AFTER_MS) return;
    if (this.bytes < LEAST_BYTES) {
      this.fired = true;
      this.#controller.abort(new Problem('stalled'));
      return;
    }
    this.bytes = 0;
    this.#waited = 0;
    if (this.#since !== null) this.#since = performance.now();
  }

  clear() {
    clearInterval(this.#timer);
    this.outer.removeEventListener('abort', this.forward);
  }
}

/** Measures the check and tells the page how far it is. */
class Clock {
  #begun = performance.now();
  #told = -Infinity;

  tell(session, bytes) {
    const now = performance.now();
    if (now - this.#told < PROGRESS_EVERY_MS) return;
    this.#told = now;
    self.postMessage({ type: 'progress', stage: session.stage(), suspects: session.suspects(), ...this.figures(session, bytes) });
  }

  figures(session, soFar) {
    const elapsed_ms = performance.now() - this.#begun;
    if (session === undefined) return { elapsed_ms, entries: 0, size: 0, bytes: 0, mb_per_s: 0, left_ms: null };
    const entries = session.entries();
    const size = session.size();
    const bytes = soFar ?? session.bytes();
    return {
      elapsed_ms,
      entries,
      size,
      bytes,
      mb_per_s: elapsed_ms > 0 ? bytes / 1000 / elapsed_ms : 0,
      left_ms: entries > 0 ? (elapsed_ms / entries) * Math.max(0, size - entries) : null,
    };
  }
}
