// One of the workers that read blocks of entries: hashes, chain, form, times. It fetches nothing.
//
// In:  { type: 'load', module } | { type: 'begin', marks } | { type: 'block', index, first, buffer, length }
// Out: { type: 'loaded' } | { type: 'block', index, buffer, span } | { type: 'block', index, buffer, place } where something
//      does not fit | { type: 'failed', text }

import init, { Hasher } from './verifier.js';

let hasher = null;
let queue = Promise.resolve();

self.addEventListener('message', ({ data }) => {
  queue = queue.then(() => take(data)).catch((error) => self.postMessage({ type: 'failed', text: String(error?.message ?? error) }));
});

async function take(data) {
  if (data.type === 'load') {
    await init({ module_or_path: data.module });
    self.postMessage({ type: 'loaded' });
  } else if (data.type === 'begin') {
    hasher = new Hasher(data.marks);
  } else if (data.type === 'block') {
    const { index, first, buffer, length } = data;
    const answer = { type: 'block', index, buffer, ...read(first, new Uint8Array(buffer, 0, length)) };
    self.postMessage(answer, [buffer]);
  }
}

function read(first, bytes) {
  try {
    return { span: hasher.block(first, bytes) };
  } catch (place) {
    if (typeof place !== 'number') throw place;
    return { place };
  }
}
