// The worker that replays the rules over the same bytes, on a core of its own. It fetches nothing.
//
// In:  { type: 'load', module } | { type: 'begin', size } | { type: 'bytes', buffer, from, length } | { type: 'end' }
// Out: { type: 'loaded' } | { type: 'taken', buffer, length } after each | { type: 'replayed', json } | { type: 'failed', text }

import init, { Rules } from './verifier.js';

let rules = null;
let queue = Promise.resolve();

self.addEventListener('message', ({ data }) => {
  queue = queue.then(() => take(data)).catch((error) => self.postMessage({ type: 'failed', text: String(error?.message ?? error) }));
});

async function take(data) {
  if (data.type === 'load') {
    await init({ module_or_path: data.module });
    self.postMessage({ type: 'loaded' });
  } else if (data.type === 'begin') {
    rules?.free();
    rules = new Rules(data.size);
  } else if (data.type === 'bytes') {
    const { buffer, from, length } = data;
    rules.feed(new Uint8Array(buffer, from, length));
    self.postMessage({ type: 'taken', buffer, length }, [buffer]);
  } else if (data.type === 'end') {
    const json = rules.end();
    rules = null;
    self.postMessage({ type: 'replayed', json });
  }
}
