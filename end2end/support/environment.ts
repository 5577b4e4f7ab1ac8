// What the caller gives (README.md) and what the set-up hands to the workers, read in one place.

import { existsSync } from 'node:fs';
import path from 'node:path';

/** A variable that must be there. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; end2end/README.md says what it holds, and cargo xtask test sets it`);
  return value;
}

/** The variables that the set-up writes for the workers. */
export const handed = {
  portal: () => required('E2E_PORTAL_URL'),
  issuer: () => required('E2E_ISSUER_URL'),
  folder: () => required('E2E_FOLDER'),
  /** The portal's database, as superuser. */
  database: () => required('E2E_DATABASE_URL'),
};

/** The environment in which `psql` is found. */
export function withPostgres(): NodeJS.ProcessEnv {
  const folder = process.env['PG_BIN_DIR'];
  return folder ? { ...process.env, PATH: `${folder}${path.delimiter}${process.env['PATH']}` } : process.env;
}

/** How to start the browser. Playwright's own download is not needed. */
export function chromium() {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) throw new Error(`there is no browser at ${executablePath}; set CHROMIUM_PATH`);
  return {
    browserName: 'chromium' as const,
    headless: true,
    launchOptions: {
      executablePath,
      args: [
        // The tests may run as root in a container, where the sandbox cannot start.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  };
}
