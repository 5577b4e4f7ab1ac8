// The peer of bench/verify-browser.mjs: the same log read with JSON.parse and @noble/hashes, the way a page
// without WebAssembly would. Leaf hashes and chain only: less than the verifier does.

import { sha256 } from '/noble/sha2.js';

const decoder = new TextDecoder();

self.addEventListener('message', async ({ data: { size } }) => {
  const response = await fetch(`/ledger/stream/0-${size}`, { cache: 'no-store' });
  const reader = response.body.getReader();
  let rest = new Uint8Array(0);
  let previous = null;
  let entries = 0;
  let broken = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let bytes = value;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + value.length);
      bytes.set(rest);
      bytes.set(value, rest.length);
    }
    let at = 0;
    while (at + 2 <= bytes.length) {
      const length = (bytes[at] << 8) | bytes[at + 1];
      if (at + 2 + length > bytes.length) break;
      const { prev, seq } = JSON.parse(decoder.decode(bytes.subarray(at + 2, at + 2 + length)));
      if (seq !== entries || (previous !== null && prev !== previous)) broken += 1;
      // The byte before the entry is the low byte of its length, read already: the leaf's prefix takes its place.
      bytes[at + 1] = 0;
      previous = btoa(String.fromCharCode(...sha256(bytes.subarray(at + 1, at + 2 + length))));
      entries += 1;
      at += 2 + length;
    }
    rest = bytes.slice(at);
  }
  self.postMessage({ type: 'done', entries, broken });
});

self.postMessage({ type: 'ready' });
