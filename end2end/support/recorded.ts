// A recording as the portal sends it: parts of an asciicast, each with its salt and what its entry says of it.

import { createHash, randomBytes } from 'node:crypto';

export interface Chunk {
  number: number;
  seq: number;
  salt: string;
  lines: string | null;
  commitment: { c: string; n: number };
}

/** An event of an asciicast v2. */
export type Cast = [number, string, string];

export function chunk(number: number, lines: string): Chunk {
  const [salt, bytes] = [randomBytes(32), Buffer.from(lines)];
  const c = createHash('sha256').update(salt).update(bytes).digest('base64');
  return { number, seq: 100 + 3 * number, salt: salt.toString('base64'), lines, commitment: { c, n: bytes.length } };
}

/** A session of three parts, some 95 seconds long, with a long pause in it. */
export function session(): Chunk[] {
  const header = JSON.stringify({ version: 2, width: 80, height: 24, env: { TERM: 'xterm-256color' } });
  const parts: Cast[][] = [
    [[0.5, 'o', '\x1b[1;32mdeploy@web-01\x1b[0m:~$ '], [2, 'i', 's'], [2, 'o', 's'], [2.05, 'i', 'ystemctl  status shop\x1b[D\x7f\r'], [2.1, 'o', 'ystemctl status shop\r\n'], [2.6, 'o', '\x1b[1;32m●\x1b[0m shop.service - the shop\r\n   Active: \x1b[1;31mfailed\x1b[0m (Result: exit-code)\r\n']],
    [[60, 'm', 'Rae has the keyboard'], [60.1, 'i', 'systemctl restart shop\r'], [60.2, 'o', '\x1b[1;32mdeploy@web-01\x1b[0m:~$ systemctl restart shop\r\n'], [62, 'o', 'restarted: größer als vorher\r\n']],
    [[90, 'r', '100x30'], [91, 'i', 'sudo -i\rhunter2\x03'], [92, 'o', '\x1b[1;32mdeploy@web-01\x1b[0m:~$ exit\r\n'], [95, 'o', 'logout\r\n']],
  ];
  return parts.map((events, number) => chunk(number, [...(number === 0 ? [header] : []), ...events.map((event) => JSON.stringify(event)), ''].join('\n')));
}
