// The second worker: replays the rules over the same bytes, on a second core. It fetches nothing.
//
// In:  { type: 'load', module } | { type: 'begin', size } | { type: 'bytes', chunk } | { type: 'end' }
// Out: { type: 'loaded' } | { type: 'taken', bytes } after each chunk | { type: 'replayed', json } | { type: 'failed', text }

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
    rules = new Rules(data.size);
  } else if (data.type === 'bytes') {
    rules.feed(data.chunk);
    self.postMessage({ type: 'taken', bytes: data.chunk.byteLength });
  } else if (data.type === 'end') {
    self.postMessage({ type: 'replayed', json: rules.end() });
    rules = null;
  }
}
