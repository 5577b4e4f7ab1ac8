// The witness of one portal: a key of its own, a folder of its own, a process of its own.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { required } from './environment.ts';
import { freePorts } from './ports.ts';

const run = promisify(execFile);

export interface Witness {
  /** The file that tells the portal of it. */
  policy: string;
  process: ChildProcess;
}

/** Starts a witness for the log with this key. The portal asks again and again: nobody waits for it here. */
export async function startWitness(folder: string, logKey: string): Promise<Witness> {
  const binary = required('BREAKGLASS_BIN');
  const home = path.join(folder, 'witness');
  mkdirSync(home, { recursive: true });
  const name = ['witness', '--name', 'witness.example', '--data-dir', home];
  const key = (await run(binary, [...name, '--init'])).stdout.trim();
  const [port] = await freePorts(1);
  const log = openSync(path.join(folder, 'witness.log'), 'a');
  const process = spawn(binary, [...name, '--log', logKey, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', log, log] });
  const policy = path.join(folder, 'trust.policy');
  writeFileSync(policy, `log ${logKey}\nwitness neighbour ${key} http://127.0.0.1:${port}\nquorum neighbour\n`);
  return { policy, process };
}
