// How fast the verifier that browsers get replays the rules of a whole log, under Node, whose engine is Chromium's.
//
//   node replay.mjs <folder with verifier.mjs and verifier_bg.wasm> <folder with a log's stream and checkpoint>
//
// The stream comes in chunks as a network brings it. Prints two JSON lines: the median of seven replays, and how much
// memory the module took for them, which never shrinks.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

const CHUNK = 64 * 1024;
const RUNS = 7;

const [folder, log] = process.argv.slice(2);
const { default: init, Rules } = await import(pathToFileURL(resolve(folder, 'verifier.mjs')));
const { memory } = await init({ module_or_path: readFileSync(join(folder, 'verifier_bg.wasm')) });

const stream = readFileSync(join(log, 'stream'));
const size = Number(readFileSync(join(log, 'checkpoint'), 'utf8').split('\n')[1]);

const rates = [];
for (let run = 0; run < RUNS; run += 1) {
  const begun = performance.now();
  const rules = new Rules(size);
  for (let at = 0; at < stream.length; at += CHUNK) rules.feed(stream.subarray(at, at + CHUNK));
  const { entries, violations } = JSON.parse(rules.end());
  const seconds = (performance.now() - begun) / 1000;
  // A browser's worker does the same before the next check.
  rules.free();
  if (entries !== size || violations.length > 0) throw new Error(`${entries} of ${size} entries, ${violations.length} violations`);
  rates.push(size / seconds);
}
const value = Math.round(rates.sort((a, b) => a - b)[Math.floor(RUNS / 2)]);
const said = (metric, value, unit) => console.log(JSON.stringify({ bench: 'rules', metric, value, unit, peer: null, ratio: null }));
said('replay_wasm', value, 'entries/s');
said('replay_wasm_memory', Number((memory.buffer.byteLength / 2 ** 20).toFixed(1)), 'MiB');
