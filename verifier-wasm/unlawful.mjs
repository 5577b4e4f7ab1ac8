// Checks logs that are signed as they should be and unlawful all the same with the verifier that browsers get:
// each must be named by the entry and the rule that its vector says. `cargo xtask test --only vectors` runs it.
//
//   node unlawful.mjs <folder with verifier.mjs and verifier_bg.wasm> <vectors> <folder with the logs>
//
// It is to the verifier what web/worker.js is: it brings what the session asks for, from files.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, vectors, logs] = process.argv.slice(2);
const { default: init, Rules, Session } = await import(pathToFileURL(resolve(folder, 'verifier.mjs')));
await init({ module_or_path: readFileSync(join(folder, 'verifier_bg.wasm')) });

let differences = 0;
let judged = 0;
for (const { name, seq, rule, expected, found } of JSON.parse(readFileSync(vectors, 'utf8'))) {
  const said = saidOf(check(join(logs, name)));
  const meant = JSON.stringify({ signed: true, proven: false, seq, rule, expected, found });
  judged += 1;
  if (said === meant) continue;
  differences += 1;
  console.error(`${name}: must be ${meant}, in WebAssembly ${said}`);
}
console.log(`${judged} signed and unlawful logs: ${differences} judged otherwise in WebAssembly`);
process.exitCode = differences === 0 && judged > 0 ? 0 : 1;

/** The verdict, and the first finding. */
function saidOf({ proven, checks, findings: [first] }) {
  const holds = (subject) => checks.some((check) => check.subject === subject && check.outcome === 'passed');
  const signed = ['signature', 'chain', 'tree'].every(holds);
  return JSON.stringify({ signed, proven, seq: first?.seq, rule: first?.rule, expected: first?.expected, found: first?.found });
}

/** The whole check of one log by whoever holds its key; gives the report. */
function check(log) {
  const session = new Session(readFileSync(join(log, 'vkey'), 'utf8'));
  for (let asked = session.request(); asked !== undefined; asked = session.request()) {
    const { path, purpose } = JSON.parse(asked);
    const file = join(log, path.replace(/^stream\/0-(\d+)$/, 'tile/entries/000.p/$1'));
    if (!existsSync(file)) {
      session.refuse();
      continue;
    }
    const bytes = readFileSync(file);
    session.feed(bytes);
    if (purpose === 'stream' && !session.continues()) {
      const rules = new Rules(session.size());
      rules.feed(bytes);
      session.replayed(rules.end());
    }
    session.end();
  }
  return JSON.parse(session.report());
}
