// The verifier's worker: carries bytes from the server to the WebAssembly session and back come
// numbers and a report. It judges nothing itself, and it asks for nothing but what the session
// names: the checkpoint, the stream of entries, and, where something does not fit, leaf-hash tiles
// and single bundles to tell where. Besides that it loads its own files, once.
//
// In:  { type: 'verify', vkey, remembered: [{ size, root, at, note }], policy } | { type: 'inspect', id, vkey } | { type: 'stop' }
// Out: { type: 'ready' } | { type: 'key', id, key | problem } | { type: 'checkpoint', size, root }
//      | { type: 'progress', … } | { type: 'report', report } | { type: 'stopped', … } | { type: 'problem', text, status?, fatal? }: after a fatal one the worker is of no more use

import { rehearse } from './rehearsal.js';
import init, { Session, inspect_key as inspectKey } from './verifier.js';

const LEDGER = new URL('/ledger/', self.location.href);

/** Progress is told at most twenty times a second: more cannot be seen, and costs time. */
const PROGRESS_EVERY_MS = 50;

/** A server that sends nothing for this long is given up: an answer that never ends is not an answer. */
const STALL_AFTER_MS = 30_000;

/** Something that ended the check without saying anything about the log. */
class Problem extends Error {
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

/** How many bytes the replay may lag behind: memory stays bounded however long the log is. */
const MAX_LAG = 16 * 1024 * 1024;

const compiled = WebAssembly.compileStreaming(fetch(new URL('./verifier_bg.wasm', import.meta.url)));
const loaded = compiled.then((module) => init({ module_or_path: module }));
let running = null;
const ready = loaded.then(() => rehearse(() => running !== null));
/** The next check's second worker, loaded while nobody waits for it. */
let spare = secondWorker();

self.addEventListener('message', async ({ data }) => {
  if (data.type === 'stop') {
    running?.abort();
    return;
  }
  const abort = new AbortController();
  if (data.type === 'verify') {
    running?.abort();
    running = abort;
  }
  try {
    await (data.type === 'inspect' ? loaded : ready);
  } catch (error) {
    self.postMessage({ type: 'problem', text: `The verifier could not start in this browser (${error.message}). Nothing was judged. It needs WebAssembly with SIMD: use a current Firefox, Chrome, Edge or Safari.` });
    return;
  }
  if (data.type === 'inspect') inspect(data);
  if (data.type === 'verify') await verify(data, abort);
});

Promise.all([ready, spare]).then(() => self.postMessage({ type: 'ready' }), () => {});

function secondWorker() {
  return compiled.then((module) => new Promise((loaded, failed) => {
    const worker = new Worker(new URL('./rules.js', import.meta.url), { type: 'module' });
    worker.addEventListener('message', () => loaded(worker), { once: true });
    worker.addEventListener('error', (event) => failed(new Problem(event.message || 'its worker did not load')), { once: true });
    worker.postMessage({ type: 'load', module });
  }));
}

function inspect({ id, vkey }) {
  try {
    self.postMessage({ type: 'key', id, key: JSON.parse(inspectKey(vkey)) });
  } catch (problem) {
    self.postMessage({ type: 'key', id, problem: String(problem) });
  }
}

async function verify({ vkey, remembered, policy }, abort) {
  const clock = new Clock();
  const replay = new Replay();
  abort.signal.addEventListener('abort', () => replay.close());
  let session;
  try {
    session = new Session(vkey);
    for (const seen of remembered) session.remember(seen.size, seen.root, seen.at, seen.note);
    if (policy.trim() !== '') session.policy(policy);
    for (let request = session.request(); request !== undefined; request = session.request()) {
      await answer(session, JSON.parse(request), { clock, replay, signal: abort.signal });
    }
    self.postMessage({ type: 'report', report: { ...JSON.parse(session.report()), self_test: await ready, ...clock.figures(session) } });
  } catch (error) {
    if (abort.signal.aborted && abort.signal.reason?.name === 'AbortError') {
      self.postMessage({ type: 'stopped', ...clock.figures(session) });
    } else {
      self.postMessage({ type: 'problem', ...explain(error, session) });
    }
  } finally {
    if (running === abort) running = null;
    replay.close();
    try {
      session?.free();
    } catch {
      // A session that trapped cannot be freed; the worker is thrown away with it.
    }
  }
}

/** Fetches what the session asks for and feeds it the body, never further than it wants to read. */
async function answer(session, request, { clock, replay, signal }) {
  const stall = new Stall(signal);
  try {
    const response = await fetch(new URL(request.path, LEDGER), {
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'manual',
      signal: stall.signal,
    });
    if (!response.ok) {
      response.body?.cancel().catch(() => {});
      if (!request.needed) {
        session.refuse();
        return;
      }
      throw refusal(response, request.path);
    }
    const toReplay = request.purpose === 'stream' ? replay : null;
    await pour(response, session, { clock, stall, replay: toReplay });
    // A long log comes in several answers, and the replay ends with the last of them.
    if (toReplay !== null && !session.continues()) session.replayed(await replay.end());
    session.end();
    if (request.purpose === 'checkpoint' && session.root() !== undefined) {
      await replay.begin(session.size());
      self.postMessage({ type: 'checkpoint', size: session.size(), root: session.root() });
    }
  } catch (error) {
    if (stall.fired) throw new Problem(`The server sent nothing for ${STALL_AFTER_MS / 1000} seconds (${request.path}), so the check was given up. Nothing was judged. Try again.`);
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
      stall.wind();
      const { done, value } = await reader.read();
      if (done) return;
      session.feed(value);
      // The chunk itself goes over: nothing is copied, and nothing here reads it again.
      await replay?.feed(value);
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
  if (error instanceof Problem) return { text: error.message, status: error.status };
  if (typeof error === 'string') return { text: error };
  if (error instanceof WebAssembly.RuntimeError) {
    return { text: `The verifier itself failed (${error.message}). This says nothing good or bad about the log, and should be reported as a fault of the verifier.`, fatal: true };
  }
  const at = session === undefined ? '' : ` after ${session.entries()} entries`;
  return { text: `The connection broke${at} (${error.message}). Nothing was judged. Check that the portal can be reached and verify again.` };
}

/** The replay in its own worker. */
class Replay {
  #worker = null;
  #lag = 0;
  #wake = () => {};
  #json = null;
  #failure = null;

  async begin(size) {
    if (size === 0) return;
    const taken = spare ?? secondWorker();
    spare = null;
    this.#worker = await taken;
    this.#worker.addEventListener('message', ({ data }) => {
      if (data.type === 'taken') this.#lag -= data.bytes;
      if (data.type === 'replayed') this.#json = data.json;
      if (data.type === 'failed') this.#failure = data.text;
      this.#wake();
    });
    this.#worker.addEventListener('error', (event) => {
      this.#failure = event.message || 'its worker did not load';
      this.#wake();
    });
    this.#worker.postMessage({ type: 'begin', size });
  }

  async feed(chunk) {
    // Before the transfer, which empties the chunk.
    this.#lag += chunk.byteLength;
    this.#worker.postMessage({ type: 'bytes', chunk }, [chunk.buffer]);
    if (this.#lag > MAX_LAG) await this.#until(() => this.#lag < MAX_LAG / 2);
  }

  async end() {
    this.#worker.postMessage({ type: 'end' });
    await this.#until(() => this.#json !== null);
    return this.#json;
  }

  close() {
    this.#worker?.terminate();
    this.#worker = null;
    spare ??= secondWorker();
    spare.catch(() => {});
    // Whoever waits for it must not wait for ever.
    this.#failure ??= 'it was stopped';
    this.#wake();
  }

  async #until(holds) {
    while (!holds()) {
      if (this.#failure !== null) throw new Problem(`The replay of the rules failed (${this.#failure}). This says nothing good or bad about the log, and should be reported as a fault of the verifier.`);
      await new Promise((wake) => {
        this.#wake = wake;
      });
    }
  }
}

/** Aborts one request when nothing comes for too long, or when the whole check is stopped. */
class Stall {
  #controller = new AbortController();
  #timer;
  fired = false;

  constructor(outer) {
    outer.throwIfAborted();
    this.outer = outer;
    this.forward = () => this.#controller.abort(outer.reason);
    outer.addEventListener('abort', this.forward);
    this.wind();
  }

  get signal() {
    return this.#controller.signal;
  }

  wind() {
    // One timer, looked at when it rings, instead of one a chunk: chunks come by the thousand.
    this.last = performance.now();
    this.#timer ??= setInterval(() => {
      if (performance.now() - this.last < STALL_AFTER_MS) return;
      this.fired = true;
      this.#controller.abort(new Problem('stalled'));
    }, STALL_AFTER_MS / 10);
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

  tell(session) {
    const now = performance.now();
    if (now - this.#told < PROGRESS_EVERY_MS) return;
    this.#told = now;
    self.postMessage({ type: 'progress', stage: session.stage(), suspects: session.suspects(), ...this.figures(session) });
  }

  figures(session) {
    const elapsed_ms = performance.now() - this.#begun;
    if (session === undefined) return { elapsed_ms, entries: 0, size: 0, bytes: 0, mb_per_s: 0, left_ms: null };
    const entries = session.entries();
    const size = session.size();
    const bytes = session.bytes();
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
