// How long a browser takes to prove a log of 100,000 entries, beside what a page of JavaScript alone
// would take to read it: JSON.parse and @noble/hashes for leaf hashes and chain, no tree, no rules.
//
//   node bench/verify-browser.mjs [--entries 100000] [--runs 6] [--noble <folder>]
//
// Each run is a fresh browser that does both, in turn one or the other first; an even number of runs weighs both
// orders alike. Each worker tries itself on a sample log before the clock starts, and the browser has read the
// whole log once: its first large answer takes a tenth of a second longer, whoever asks. Prints one JSON line a
// figure.
//
// SITE_DIR        the built site with `verify/` in it (required)
// CHROMIUM_PATH   the browser; else /usr/bin/chromium
// LOG_GENERATOR   the built example `generate_log`; else cargo builds it
// BREAKGLASS_BIN  the portal's executable: says which target folder cargo uses

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { chromium } from 'playwright-core';

const HERE = dirname(fileURLToPath(import.meta.url));

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '6' },
    noble: { type: 'string', default: join(HERE, '../node_modules/@noble/hashes') },
  },
});
const entries = Number(options.entries);
const runs = Number(options.runs);

/** What Chromium needs where there is no desktop, and what it must not do beside a measurement. */
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** Makes the log once; it is the same bytes each time. */
function generate(folder) {
  const made = process.env.LOG_GENERATOR;
  if (made) {
    execFileSync(made, [folder, String(entries)]);
    return;
  }
  const bin = process.env.BREAKGLASS_BIN;
  const target = bin ? { CARGO_TARGET_DIR: dirname(dirname(resolve(bin))) } : {};
  execFileSync('cargo', ['run', '--quiet', '--package', 'verify', '--example', 'generate_log', '--', folder, String(entries)], {
    cwd: join(HERE, '../..'),
    env: { ...process.env, ...target },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Serves the verifier as the portal does, the log, and the peer. */
function serve(site, log) {
  const files = { '/verify/': join(site, 'verify'), '/noble/': options.noble, '/bench/': HERE };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const send = (type, body) => response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-store' }).end(body);
    if (pathname === '/') return send('text/html', Buffer.from('<!doctype html><title>bench</title>'));
    if (pathname === '/ledger/checkpoint') return send('text/plain; charset=utf-8', log.now);
    if (pathname === '/grow' || pathname === '/shrink') {
      log.now = pathname === '/grow' ? log.checkpoint : log.before;
      return response.writeHead(204).end();
    }
    const range = /^\/ledger\/stream\/(\d+)-(\d+)$/.exec(pathname);
    if (range) return send('application/octet-stream', log.stream.subarray(log.starts[range[1]], log.starts[range[2]]));
    for (const [prefix, folder] of Object.entries(files)) {
      const file = join(folder, normalize(`/${pathname.slice(prefix.length)}`));
      if (pathname.startsWith(prefix) && existsSync(file)) return send(TYPES[extname(file)] ?? 'application/octet-stream', readFileSync(file));
    }
    return response.writeHead(404).end();
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

/** Where each entry begins in the stream, and where the last one ends. */
function starts(stream) {
  const places = [0];
  for (let at = 0; at < stream.length; places.push(at)) at += 2 + stream.readUInt16BE(at);
  return places;
}

/** Reads an answer to its end and keeps nothing of it. */
async function readOnce(path) {
  const reader = (await fetch(path, { cache: 'no-store' })).body.getReader();
  while (!(await reader.read()).done);
}

/** Milliseconds from the word to the worker to its answer; the worker has loaded before. */
function timed({ script, order, answer }) {
  return new Promise((done, fail) => {
    const worker = new Worker(script, { type: 'module' });
    let begun;
    worker.addEventListener('error', (event) => fail(new Error(event.message || 'the worker did not load')));
    worker.addEventListener('message', ({ data }) => {
      if (data.type === 'ready') {
        begun = performance.now();
        worker.postMessage(order);
      }
      if (data.type === 'problem') fail(new Error(data.text));
      if (data.type === answer) {
        const ms = performance.now() - begun;
        worker.terminate();
        done({ ms, data });
      }
    });
  });
}

/** Milliseconds for what is new since a check, from the word on: what was kept is read from the browser's store, as its page does. */
async function goingOn({ vkey }) {
  const { Kept } = await import('/verify/kept.js');
  const worker = () => new Promise((ready, fail) => {
    const begun = new Worker('/verify/worker.js', { type: 'module' });
    begun.addEventListener('error', (event) => fail(new Error(event.message || 'the worker did not load')));
    begun.addEventListener('message', ({ data }) => data.type === 'ready' && ready(begun));
  });
  const answer = (from, type) => new Promise((done, fail) => {
    from.addEventListener('message', ({ data }) => {
      if (data.type === 'problem') fail(new Error(data.text));
      if (data.type === type) done(data);
    });
  });
  await fetch('/shrink');
  const first = await worker();
  const checked = answer(first, 'kept');
  first.postMessage({ type: 'verify', vkey });
  const { type, whole, ...check } = await checked;
  await (await Kept.open()).keep({ ...check, at: '2026-01-05T09:00:00Z' });
  first.terminate();
  await fetch('/grow');
  const second = await worker();
  const kept = await Kept.open();
  const begun = performance.now();
  const reported = answer(second, 'report');
  second.postMessage({ type: 'verify', vkey, kept: await kept.recall(check.log, vkey) });
  const { report } = await reported;
  const ms = performance.now() - begun;
  second.terminate();
  return { ms, report, bytes: check.session.byteLength + check.rules.byteLength };
}

async function run(origin, vkey, verifierFirst) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH || '/usr/bin/chromium', args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    await page.evaluate(readOnce, `/ledger/stream/0-${Math.min(entries, 1 << 20)}`);
    const verifier = () => page.evaluate(timed, { script: '/verify/worker.js', order: { type: 'verify', vkey }, answer: 'report' });
    const peer = () => page.evaluate(timed, { script: '/bench/peer.js', order: { type: 'verify', size: entries }, answer: 'done' });
    const hashing = () => page.evaluate(timed, { script: '/bench/hashing.js', order: { type: 'verify', vkey }, answer: 'hashed' });
    const first = await (verifierFirst ? verifier : peer)();
    const hashed = await hashing();
    const second = await (verifierFirst ? peer : verifier)();
    const [ours, theirs] = verifierFirst ? [first, second] : [second, first];
    if (!hashed.data.fits || hashed.data.entries !== entries) throw new Error('chain and tree alone did not fit');
    if (!ours.data.report.proven) throw new Error(`the verifier says: ${ours.data.report.sentence}`);
    if (theirs.data.entries !== entries || theirs.data.broken !== 0) throw new Error('the peer did not read the whole log');
    const later = entries > 1000 ? await page.evaluate(goingOn, { vkey }) : null;
    if (later !== null && !(later.report.proven && later.report.resumed.entries === entries - 1000)) throw new Error(`the verifier says of what is new: ${later.report.sentence}`);
    return { ours: ours.ms, hashed: hashed.ms, theirs: theirs.ms, later: later?.ms, kept: later?.bytes, bytes: ours.data.report.bytes };
  } finally {
    await browser.close();
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const site = process.env.SITE_DIR;
if (!site) throw new Error('SITE_DIR must name the built site: cargo xtask bench verify-browser sets it');
const folder = mkdtempSync(join(tmpdir(), 'verify-browser-'));
try {
  generate(folder);
  const stream = readFileSync(join(folder, 'stream'));
  const checkpoint = readFileSync(join(folder, 'checkpoint'));
  const before = entries > 1000 ? readFileSync(join(folder, 'checkpoint-before')) : null;
  const log = { checkpoint, before, now: checkpoint, stream, starts: starts(stream) };
  const vkey = readFileSync(join(folder, 'vkey'), 'utf8').trim();
  const server = await serve(site, log);
  const origin = `http://127.0.0.1:${server.address().port}/`;
  const results = [];
  for (let index = 0; index < runs; index += 1) {
    results.push(await run(origin, vkey, index % 2 === 0));
    const { ours, hashed, theirs, later } = results.at(-1);
    process.stderr.write(`run ${index + 1}: verifier ${ours.toFixed(0)} ms, without the rules ${hashed.toFixed(0)} ms, 1,000 new ones ${later?.toFixed(0)} ms, peer ${theirs.toFixed(0)} ms\n`);
  }
  server.close();
  const [ours, theirs] = [median(results.map((r) => r.ours)), median(results.map((r) => r.theirs))];
  const figure = (metric, value, unit, peer) => {
    const round = (number) => Number(number.toPrecision(4));
    const ratio = peer === undefined ? null : round(unit === 's' ? peer / value : value / peer);
    process.stdout.write(`${JSON.stringify({ bench: 'verify-browser', metric, value: round(value), unit, peer: peer === undefined ? null : round(peer), ratio })}\n`);
  };
  figure(`${entries} entries`, ours / 1000, 's', theirs / 1000);
  figure(`${entries} entries, chain and tree alone`, median(results.map((r) => r.hashed)) / 1000, 's', theirs / 1000);
  if (entries > 1000) {
    figure(`1000 new entries on ${entries - 1000}`, median(results.map((r) => r.later)) / 1000, 's');
    figure('kept for them', results[0].kept / 2 ** 20, 'MiB');
  }
  figure('throughput', results[0].bytes / 1000 / ours, 'MB/s', results[0].bytes / 1000 / theirs);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
