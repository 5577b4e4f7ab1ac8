// What stands in the log, read past the portal.

import { handed } from './environment.ts';
import { sql } from './postgres.ts';

/** The bodies of a request's entries of one kind, oldest first. */
export async function entries(request: string, kind: string): Promise<Record<string, unknown>[]> {
  const id = request.split('/').pop();
  const rows = await sql(
    handed.database(),
    `select convert_from(bytes, 'utf8') from ledger_entry where convert_from(bytes, 'utf8') like '%"kind":"${kind}"%${id}%' order by seq`,
  );
  return rows.split('\n').filter(Boolean).map((row) => (JSON.parse(row) as { body: Record<string, unknown> }).body);
}
