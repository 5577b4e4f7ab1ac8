// Starts the real parts before the first journey and stops them after the last.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { required } from './environment.ts';
import { startIdentityProvider } from './identity-provider.ts';
import { freePorts } from './ports.ts';
import { startPortal } from './portal.ts';
import { elsewhere } from './postgres.ts';

export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'breakglass-e2e-'));
  const target = required('TARGET_ADMIN_URL');
  const [idpPort, portalPort, doomedPort, forgedPort] = (await freePorts(4)) as [number, number, number, number];
  const client = (id: string, port: number) => ({
    id,
    secret: randomBytes(32).toString('base64url'),
    portal: `http://localhost:${port}`,
  });
  const main = client('breakglass', portalPort);
  const [doomed, forged] = [client('breakglass-doomed', doomedPort), client('breakglass-forged', forgedPort)];
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.reverse()) await each().catch((error) => console.error(String(error)));
    if (process.env['KEEP']) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  };
  try {
    const idp = await startIdentityProvider(idpPort, [main, doomed, forged], path.join(folder, 'identity-provider.log'));
    stops.push(idp.stop);
    const issuer = `http://127.0.0.1:${idpPort}`;
    const portal = await startPortal({
      name: 'portal',
      folder,
      port: portalPort,
      issuer,
      client: main,
      target,
      command: pasted(target),
    });
    stops.push(portal.stop);
    Object.assign(process.env, {
      E2E_FOLDER: folder,
      E2E_ISSUER_URL: issuer,
      E2E_PORTAL_URL: portal.url,
      E2E_DATABASE_URL: portal.database,
      E2E_SPARE: JSON.stringify({
        doomed: { port: doomedPort, client: { id: doomed.id, secret: doomed.secret } },
        forged: { port: forgedPort, client: { id: forged.id, secret: forged.secret } },
      }),
    });
  } catch (error) {
    process.env['KEEP'] = '1';
    await stop();
    throw error;
  }
  return stop;
}

/** The command that the portal tells the holder to paste: libpq's own words, without a password. */
function pasted(target: string): string {
  const url = new URL(elsewhere(target, {}));
  const host = url.searchParams.get('host') ?? url.hostname;
  const port = url.searchParams.get('port') ?? (url.port || '5432');
  return `psql 'host=${host} port=${port} dbname=orders user={account}'`;
}
