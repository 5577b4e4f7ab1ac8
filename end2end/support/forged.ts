// Logs that whoever stole a portal's key could have written: signed as they should be, and unlawful.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { required } from './environment.ts';
import type { Prepared } from './portal.ts';

const run = promisify(execFile);

/** Which entry is not allowed, and by which rule. */
export interface Unlawful {
  name: string;
  seq: number;
  rule: string;
  expected: string;
  found: string;
}

/** What everybody who checks must say of the log of this name. */
export function unlawful(name: string): Unlawful {
  const logs = JSON.parse(readFileSync(new URL('../../crates/access/vectors/unlawful.json', import.meta.url), 'utf8')) as Unlawful[];
  const log = logs.find((log) => log.name === name);
  if (!log) throw new Error(`there is no unlawful log ${name}`);
  return log;
}

/** Writes the log in this portal's name, by its key, and puts it into its database. */
export async function putInPlace(name: string, { home, config, origin, vkey }: Prepared): Promise<void> {
  const folder = path.join(home, 'forged');
  await run(forger(), [folder, home, origin]);
  await run(required('BREAKGLASS_BIN'), ['restore', '--config', config, '--from', path.join(folder, name), '--vkey', vkey]);
}

/** What `breakglass fsck` says of a stored log: its first line, and how it ended. */
export async function fsck(place: string, vkey: string): Promise<{ code: number; first: { seq: number; violation: Unlawful } }> {
  const asked = run(required('BREAKGLASS_BIN'), ['fsck', place, '--vkey', vkey, '--json']);
  const ended = await asked.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code: ended.code, first: JSON.parse(ended.stdout.split('\n')[0] ?? '') };
}

/** The program that writes them: cargo's example `forge_logs`, beside the portal's own program. */
function forger(): string {
  return process.env['FORGER_BIN'] ?? path.join(path.dirname(required('BREAKGLASS_BIN')), 'examples/forge_logs');
}
