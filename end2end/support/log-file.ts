// A log as one file, made from the verifier's own sample log; and the verifier as one file.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { required } from './environment.ts';

/** The single file as it was built, by its address on the disk. */
export function singleFile(): string {
  return pathToFileURL(path.join(required('SITE_DIR'), 'verify/breakglass-verify.html')).href;
}

/** A lawful log of 64 entries as one file, with its key. */
export function sampleLog(): { vkey: string; bytes: Buffer; entry: (seq: number) => { start: number; end: number } } {
  const sample = (name: string) => readFileSync(new URL(`../../verifier-wasm/web/sample/${name}`, import.meta.url));
  const [checkpoint, stream] = [sample('checkpoint'), sample('stream')];
  const entries: { start: number; end: number }[] = [];
  for (let at = 0; at < stream.length; ) {
    const start = at + 2;
    at = start + stream.readUInt16BE(at);
    entries.push({ start, end: at });
  }
  const leaves = entries.map(({ start, end }) => createHash('sha256').update(Buffer.from([0])).update(stream.subarray(start, end)).digest());
  const head = Buffer.from(`breakglass.log-file/1\ncheckpoint ${checkpoint.length}\nleaves ${leaves.length}\n\n`);
  const before = Buffer.concat([head, checkpoint, ...leaves]);
  return {
    vkey: sample('vkey').toString().trim(),
    bytes: Buffer.concat([before, stream]),
    entry: (seq) => {
      const found = entries[seq];
      if (found === undefined) throw new Error(`the sample log has no entry ${seq}`);
      return { start: before.length + found.start, end: before.length + found.end };
    },
  };
}
