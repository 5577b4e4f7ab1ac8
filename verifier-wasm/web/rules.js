// The worker that replays the rules over the same bytes, on a core of its own. It fetches nothing.
//
// In:  { type: 'load', module } | { type: 'begin', run, size, saved? } | { type: 'bytes', run, buffer, from, length }
//      | { type: 'end', run } | { type: 'save', run }
// Out: { type: 'loaded' } | { type: 'begun', run, seen } | { type: 'taken', run, buffer, length } after each
//      | { type: 'replayed', run, json } | { type: 'saved', run, seen, saved } | { type: 'failed', text }

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
    const { run, size, saved } = data;
    rules?.free();
    rules = (saved && Rules.resume(new Uint8Array(saved), size)) || new Rules(size);
    self.postMessage({ type: 'begun', run, seen: rules.seen() });
  } else if (data.type === 'bytes') {
    const { run, buffer, from, length } = data;
    rules.feed(new Uint8Array(buffer, from, length));
    self.postMessage({ type: 'taken', run, buffer, length }, [buffer]);
  } else if (data.type === 'end') {
    self.postMessage({ type: 'replayed', run: data.run, json: rules.end() });
  } else if (data.type === 'save') {
    const saved = rules.save()?.buffer ?? null;
    self.postMessage({ type: 'saved', run: data.run, seen: rules.seen(), saved }, saved === null ? [] : [saved]);
  }
}
