// One portal: its database, its configuration, its process.

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { handed, required } from './environment.ts';
import { policies } from './policies.ts';
import { elsewhere, sql } from './postgres.ts';
import { startWitness } from './witness.ts';

const run = promisify(execFile);

/** How long the portal may take to answer after its start. Generous: other builds may share the machine. */
const START_MS = 30_000;

export interface PortalPlan {
  /** Names its folder and its database. */
  name: string;
  /** Where all of the run lives. */
  folder: string;
  port: number;
  issuer: string;
  client: { id: string; secret: string };
  /** Superuser of the cluster that it opens. */
  target: string;
  /** What the holder pastes; `{account}` is replaced. */
  command: string;
  /** What is done to its empty database before it starts. */
  before?: (prepared: Prepared) => Promise<void>;
}

/** A portal that has a key and a database and was not started yet. */
export interface Prepared {
  /** Its data folder. */
  home: string;
  /** Its configuration's file. */
  config: string;
  origin: string;
  vkey: string;
  /** Its database, as superuser. */
  database: string;
}

export interface Portal {
  url: string;
  /** Its database, as superuser. */
  database: string;
  stop(): Promise<void>;
}

/** A portal of one journey's own, which opens nothing: two portals must not sweep the same target. */
export async function startSpare(
  which: 'doomed' | 'forged',
  change: Pick<PortalPlan, 'before'> & { name?: string } = {},
): Promise<Portal> {
  const spares = JSON.parse(required('E2E_SPARE')) as Record<typeof which, Pick<PortalPlan, 'port' | 'client'>>;
  return startPortal({
    name: which,
    folder: handed.folder(),
    issuer: handed.issuer(),
    target: required('PG_ADMIN_URL'),
    command: "psql 'user={account}'",
    ...spares[which],
    ...change,
  });
}

/** Makes the database, migrates it, starts the portal and waits until it answers. */
export async function startPortal(plan: PortalPlan): Promise<Portal> {
  const admin = required('PG_ADMIN_URL');
  const name = `breakglass_e2e_${plan.name}_${Date.now()}`;
  await sql(admin, `create database ${name}`);
  const database = elsewhere(admin, { database: name });
  const binary = required('BREAKGLASS_BIN');
  const home = path.join(plan.folder, plan.name);
  mkdirSync(path.join(home, 'keys'), { recursive: true, mode: 0o700 });
  const password = servicePassword();
  await run(binary, ['migrate', '--service-password-file', secretFile(home, 'service-password', password)], {
    env: { ...process.env, BREAKGLASS_ADMIN_DATABASE_URL: database },
  });
  const origin = `end2end.example/${plan.name}`;
  const { stdout: logKey } = await run(binary, ['keygen', '--data-dir', home, '--origin', origin]);
  const witness = await startWitness(home, logKey.trim());
  const url = `http://localhost:${plan.port}`;
  const service = elsewhere(database, { user: 'breakglass_service', password });
  const config = secretFile(home, 'server.toml', serverToml({ plan, home, url, service, origin, trust: witness.policy }));
  await plan.before?.({ home, config, origin, vkey: logKey.trim(), database });

  const log = openSync(path.join(home, 'portal.log'), 'a');
  const child = spawn(binary, ['serve', '--config', config], { stdio: ['ignore', log, log] });
  const portal = {
    url,
    database,
    stop: async () => {
      await end(child);
      await end(witness.process);
      await sql(admin, `drop database if exists ${name} with (force)`);
    },
  };
  try {
    await answers(`${url}/healthz`, child);
  } catch (error) {
    await end(child);
    await end(witness.process);
    const last = readFileSync(path.join(home, 'portal.log'), 'utf8').trim().split('\n').slice(-5);
    throw new Error(`${error}; its log ends:\n${last.join('\n')}`);
  }
  return portal;
}

/**
 * One password a run: the role belongs to the whole cluster, and a second portal must not change it under the first. The
 * environment carries it to the workers.
 */
function servicePassword(): string {
  return (process.env['E2E_SERVICE_PASSWORD'] ??= randomBytes(24).toString('hex'));
}

interface Told {
  plan: PortalPlan;
  home: string;
  url: string;
  /** The database's address for the portal's own role. */
  service: string;
  origin: string;
  /** The trust policy's file. */
  trust: string;
}

function serverToml({ plan, home, url, service, origin, trust }: Told): string {
  const secret = secretFile(home, 'client-secret', plan.client.secret);
  const databaseUrl = secretFile(home, 'database-url', service);
  const target = secretFile(home, 'target-url', plan.target);
  return `
listen = "127.0.0.1:${plan.port}"
public_url = "${url}"
data_dir = ${JSON.stringify(home)}
site_dir = ${JSON.stringify(required('SITE_DIR'))}
database_url_file = ${JSON.stringify(databaseUrl)}

[log]
origin = "${origin}"
read_window_s = 2

[oidc]
issuer = "${plan.issuer}"
client_id = "${plan.client.id}"
client_secret_file = ${JSON.stringify(secret)}
algorithms = ["RS256"]

[roles]
auditor = ["auditors"]
operator = ["operators"]
custodian = ["custodians"]
author = ["authors"]

[witnesses]
policy_file = ${JSON.stringify(trust)}

[[resource]]
name = "orders-db"
description = "Orders, production database"
connector = "postgresql"
admin_url_file = ${JSON.stringify(target)}
command = ${JSON.stringify(plan.command)}
${policies()}`;
}

function secretFile(folder: string, name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  chmodSync(file, 0o600);
  return file;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the portal ended with ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the portal did not answer at ${url} within ${START_MS / 1000} s`);
}

/** Asks the process to end, insists after five seconds. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(insist);
}
