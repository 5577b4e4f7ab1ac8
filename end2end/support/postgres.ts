// PostgreSQL through `psql`, as a person would use it.

import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

import { withPostgres } from './environment.ts';

const run = promisify(execFile);

/** Runs SQL as whoever the URL names; gives what `psql` prints. */
export async function sql(url: string, text: string): Promise<string> {
  const { stdout } = await run('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', text], { env: withPostgres() });
  return stdout.trim();
}

/** The same cluster, another database or person. */
export function elsewhere(url: string, change: { database?: string; user?: string; password?: string }): string {
  const next = new URL(url);
  if (change.database) next.pathname = `/${change.database}`;
  const named = next.searchParams.has('user') || !next.host;
  if (change.user !== undefined) {
    if (named) next.searchParams.set('user', change.user);
    else next.username = change.user;
  }
  if (change.password !== undefined) {
    if (named) next.searchParams.set('password', change.password);
    else next.password = change.password;
  }
  return next.href;
}

/** What the portal showed: a command to paste, and the password that it asks for. */
export interface Credential {
  account: string;
  password: string;
  command: string;
}

/** Pastes the command into a shell, with one statement. Rejects with what `psql` said when the door is shut. */
export async function query({ command, password }: Credential, statement: string): Promise<string> {
  const script = `${command} -XqAt -v ON_ERROR_STOP=1 -c "$STATEMENT"`;
  const env = { ...withPostgres(), PGPASSWORD: password, PGCONNECT_TIMEOUT: '10', STATEMENT: statement };
  try {
    const { stdout } = await run('sh', ['-c', script], { env });
    return stdout.trim();
  } catch (error) {
    throw new Error(`psql: ${(error as { stderr?: string }).stderr ?? error}`);
  }
}

/** A `psql` that stays, in the middle of a statement. */
export interface LiveSession {
  /** When it was cut, in milliseconds as `Date.now()` counts, and what it said last. */
  ended: Promise<{ at: number; said: string }>;
  kill(): void;
}

/** Pastes the command into a shell and leaves a statement running. */
export async function live({ command, password }: Credential): Promise<LiveSession> {
  const child = spawn('sh', ['-c', `exec ${command} -XqAt -v ON_ERROR_STOP=1`], {
    env: { ...withPostgres(), PGPASSWORD: password },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part) => (said += part));
  const ended = new Promise<{ at: number; said: string }>((resolve) => {
    child.once('close', () => resolve({ at: Date.now(), said }));
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part) => String(part).includes('in') && resolve());
    void ended.then((end) => reject(new Error(`psql ended before it began: ${end.said}`)));
  });
  child.stdin.write("select 'in';\nselect pg_sleep(600);\n");
  await ready;
  return { ended, kill: () => child.kill() };
}
