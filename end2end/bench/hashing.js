// Chain, tree and checkpoint signature alone: the workers that the verifier has for it, without the replay of the
// rules. bench/verify-browser.mjs measures it; the verifier itself always does both.

import { Pool, readBlocks } from '/verify/blocks.js';
import { Hashing, gather } from '/verify/crew.js';
import init, { Session } from '/verify/verifier.js';

const module = await WebAssembly.compileStreaming(fetch('/verify/verifier_bg.wasm'));
await init({ module_or_path: module });
const { hashers } = await gather(module);

self.addEventListener('message', async ({ data: { vkey } }) => {
  const session = new Session(vkey);
  session.feed(new Uint8Array(await (await fetch('/ledger/checkpoint', { cache: 'no-store' })).arrayBuffer()));
  session.end();
  const pool = new Pool(16);
  let fits = true;
  let bytes = 0;
  const hashing = new Hashing(hashers, session.marks(), ({ buffer, length, span, place }) => {
    fits &&= place === undefined && session.join(span);
    bytes += length;
    pool.give(buffer);
  });
  let first = 0;
  for (let stretch = session.stretch_from(0); stretch !== undefined; stretch = session.stretch_from(first)) {
    const { path, count } = JSON.parse(stretch);
    const { body } = await fetch(`/ledger/${path}`, { cache: 'no-store' });
    const take = (block) => {
      hashing.send(block);
      return true;
    };
    const place = await readBlocks(body, { first, count, pool, waits() {}, came() {}, take });
    await hashing.done();
    fits &&= place === null;
    first += count;
  }
  const entries = session.entries();
  // The root is compared; that nothing was replayed keeps it from a report.
  session.joined(bytes);
  self.postMessage({ type: 'hashed', entries, fits, bytes });
});

self.postMessage({ type: 'ready' });
