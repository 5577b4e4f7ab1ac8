// Reads the ledger's vectors and their mutants in WebAssembly: what was judged natively must be judged the
// same here. `cargo xtask test --only vectors` runs it.
//
//   node vectors.mjs <folder with vectors.mjs and vectors_bg.wasm> <vectors> <verdicts>
//
// <verdicts> has a line for each case: name, bit (or -), verdict, parted by tabs.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How many differences are listed. */
const LISTED = 10;

const [folder, vectors, verdicts] = process.argv.slice(2);
const { default: init, verdict } = await import(pathToFileURL(resolve(folder, 'vectors.mjs')));
await init({ module_or_path: readFileSync(join(folder, 'vectors_bg.wasm')) });

const files = new Map();
function file(name) {
  if (!files.has(name)) files.set(name, readFileSync(join(vectors, `${name}.txt`)));
  return files.get(name);
}

let count = 0;
const different = [];
for (const line of readFileSync(verdicts, 'utf8').split('\n').filter(Boolean)) {
  const [name, bit, natively] = line.split('\t');
  let here;
  try {
    here = verdict(name, file(name), bit === '-' ? undefined : Number(bit));
  } catch (error) {
    // After a panic the instance is of no more use.
    console.error(`${name}, bit ${bit}: ${error.message}`);
    process.exit(1);
  }
  count += 1;
  if (here !== natively) different.push(`${name}, bit ${bit}: natively ${natively}, in WebAssembly ${here}`);
}
for (const line of different.slice(0, LISTED)) console.error(line);
console.log(`${files.size} vectors and ${count - files.size} mutants of one bit: ${different.length} judged otherwise in WebAssembly`);
process.exitCode = different.length === 0 && count > 0 ? 0 : 1;
