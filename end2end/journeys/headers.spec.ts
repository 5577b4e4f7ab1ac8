// What every answer tells the browser to forbid.

import { axe } from '../support/axe.ts';
import { handed } from '../support/environment.ts';
import { expect, test } from '../support/fixtures.ts';

test('pages may run only their own scripts, and nobody may frame them', async ({ person }) => {
  const quinn = await person('quinn');
  const nonces: string[] = [];
  for (const path of ['/', '/request', '/break-glass', '/inbox', '/policies', '/log', '/sign-in', '/nowhere', '/requests/x']) {
    const answer = await quinn.request.get(path, { headers: { accept: 'text/html' } });
    const policy = directives(answer.headers()['content-security-policy']);
    expect(policy['object-src'] ?? policy['default-src'], path).toContain("'none'");
    expect(policy['base-uri'], path).toEqual(["'none'"]);
    expect(policy['frame-ancestors'], path).toEqual(["'none'"]);
    expect(policy['style-src'], path).toEqual(["'self'"]);
    const scripts = policy['script-src'] ?? [];
    expect(scripts.join(' '), path).not.toMatch(/'unsafe-/);
    expect(policy['form-action'], path).toEqual(expect.arrayContaining(["'self'"]));
    expect((policy['form-action'] ?? []).every((source) => ["'self'", handed.issuer()].includes(source)), path).toBe(true);
    nonces.push(...scripts.filter((source) => source.startsWith("'nonce-")));
    expect(answer.headers()['x-content-type-options'], path).toBe('nosniff');
    expect(answer.headers()['cache-control'], path).toContain('no-store');
  }
  expect(nonces.length).toBeGreaterThan(5);
  expect(new Set(nonces).size, 'each answer has a nonce of its own').toBe(nonces.length);
});

test('the verifier and its worker run under a policy of their own', async ({ page }) => {
  for (const path of ['/verify', '/verify/worker.js']) {
    const answer = await page.request.get(path);
    const policy = directives(answer.headers()['content-security-policy']);
    expect(policy['script-src'], path).toEqual(expect.arrayContaining(["'self'", "'wasm-unsafe-eval'"]));
    expect(policy['connect-src'], path).toEqual(["'self'"]);
    expect(policy['script-src']?.join(' '), path).not.toMatch(/'unsafe-|https?:/);
  }
});

test('hashed files are kept for good, and come compressed', async ({ person }) => {
  // A page that goes on by itself: it brings its program.
  const page = await person('dana');
  await page.goto('/');
  const files = await page.evaluate(() =>
    performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.includes('/pkg/')),
  );
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const file of files) {
    const answer = await page.request.get(file, { headers: { 'accept-encoding': 'br' } });
    expect(answer.headers()['cache-control'], file).toContain('immutable');
    expect(answer.headers()['content-encoding'], file).toBe('br');
  }
});

test('the check for accessibility finds something where something is', async ({ page }) => {
  await page.goto('/sign-in');
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
  await expect(axe(page)).rejects.toThrow(/button-name/);
});

/** A policy as lists of sources by directive. */
function directives(policy = ''): Record<string, string[]> {
  const parts = policy.split(';').map((part) => part.trim().split(/\s+/));
  return Object.fromEntries(parts.map(([name, ...sources]) => [name ?? '', sources]));
}
