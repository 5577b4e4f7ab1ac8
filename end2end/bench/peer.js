// The peer of bench/verify-browser.mjs: the same log read with JSON.parse and @noble/hashes, the way a page
// without WebAssembly would. Leaf hashes and chain only: less than the verifier does.
//
// Like the verifier it tries itself before the first check, on the same sample log and for as long: an intact
// log must come out whole and an altered entry must be noticed, and the browser has compiled it for speed by then.

import { sha256 } from '/noble/sha2.js';

/** As long as the verifier's own rehearsal. */
const REHEARSE_FOR_MS = 600;

const decoder = new TextDecoder();

/** Reads a stream of entries, cut anywhere; counts them and those that do not fit. */
class Reading {
  #rest = new Uint8Array(0);
  #previous = null;
  entries = 0;
  broken = 0;

  feed(chunk) {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let at = 0;
    while (at + 2 <= bytes.length) {
      const length = (bytes[at] << 8) | bytes[at + 1];
      if (at + 2 + length > bytes.length) break;
      this.#entry(bytes, at, length);
      at += 2 + length;
    }
    this.#rest = bytes.slice(at);
  }

  #entry(bytes, at, length) {
    const { prev, seq } = JSON.parse(decoder.decode(bytes.subarray(at + 2, at + 2 + length)));
    if (seq !== this.entries || (this.#previous !== null && prev !== this.#previous)) this.broken += 1;
    // The byte before the entry is the low byte of its length, read already: the leaf's prefix takes its place.
    bytes[at + 1] = 0;
    this.#previous = btoa(String.fromCharCode(...sha256(bytes.subarray(at + 1, at + 2 + length))));
    this.entries += 1;
  }
}

async function rehearse() {
  const response = await fetch('/verify/sample/stream', { cache: 'no-store' });
  const sample = new Uint8Array(await response.arrayBuffer());
  const read = (stream) => {
    const reading = new Reading();
    reading.feed(stream);
    return reading;
  };
  const until = performance.now() + REHEARSE_FOR_MS;
  do {
    const { entries, broken } = read(sample.slice());
    if (entries === 0 || broken !== 0) throw new Error('it did not read an intact sample log');
  } while (performance.now() < until);
  const altered = sample.slice();
  // The last character of the first entry's last text, before a quotation mark and two brackets.
  altered[2 + ((sample[0] << 8) | sample[1]) - 4] ^= 1;
  if (read(altered).broken !== 1) throw new Error('it did not notice the altered entry of a sample log');
}

self.addEventListener('message', async ({ data: { size } }) => {
  const response = await fetch(`/ledger/stream/0-${size}`, { cache: 'no-store' });
  const reader = response.body.getReader();
  const reading = new Reading();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    reading.feed(value);
  }
  self.postMessage({ type: 'done', entries: reading.entries, broken: reading.broken });
});

await rehearse();
self.postMessage({ type: 'ready' });
