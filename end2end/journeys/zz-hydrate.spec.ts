import { writeFileSync } from 'node:fs';
import { expect, test } from '../support/fixtures.ts';
import { ask } from '../support/steps.ts';
test('hydrate', async ({ person, guard }) => {
  test.setTimeout(560_000);
  guard.allow(/.*/);
  const dana = await person('dana', { javaScriptEnabled: false });
  const request = await ask(dana);
  const norm = (t: string) => t.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID').replace(/nonce="[^"]*"/g, 'nonce').replace(/<script[\s\S]*?<\/script>/g, (s) => '<script…' + (s.match(/__RESOLVED_RESOURCES\[(\d+)\]/)?.[1] ?? '') + '>');
  for (const path of ['/request?resource=orders-db&policy=orders-read', '/', '/break-glass?resource=orders-db&policy=orders-admin', '/inbox', request, '/policies', '/log', '/sign-in']) {
    const variants = new Map<string, number>();
    for (let r = 0; r < 6; r++) {
      const texts = await Promise.all(Array.from({ length: 40 }, async () => { const a = await dana.request.get(path); return a.status() + norm(await a.text()); }));
      for (const t of texts) variants.set(t, (variants.get(t) ?? 0) + 1);
    }
    console.log(path, [...variants.values()]);
    let i = 0; for (const t of variants.keys()) writeFileSync(`/tmp/variant-${path.replace(/[^a-z-]/g, '_').slice(0, 20)}-${i++}.html`, t);
  }
  expect(1).toBe(1);
});
