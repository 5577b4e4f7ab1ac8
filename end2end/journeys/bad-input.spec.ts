// Whatever comes in, the answer is clear, nothing breaks, and nothing typed is lost.

import type { APIResponse } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { handed } from '../support/environment.ts';
import { expect, test } from '../support/fixtures.ts';
import { beginSignIn, choose } from '../support/sign-in.ts';
import { ask, fillIn } from '../support/steps.ts';

const UNKNOWN = '1c9b5f6e-0000-4000-8000-000000000000';

test('a form that will not do says why and keeps what was typed', async ({ person, guard }) => {
  guard.allow(/status of 422/);
  const dana = await person('dana');
  await dana.goto('/request?resource=orders-db&policy=orders-admin');
  await fillIn(dana, { reason: 'short', ticket: 'INC-7', urgency: 'SEV3', minutes: 12 });
  await dana.getByRole('button', { name: 'Send request' }).click();
  await expect(dana.getByText(/shorter than the policy/)).toBeVisible();
  await expect(dana.getByLabel('Reason'), 'where to go on').toBeFocused();
  await expect(dana.getByLabel('Reason')).toHaveValue('short');
  await expect(dana.getByLabel('Ticket')).toHaveValue('INC-7');
  await expect(dana.getByRole('radio', { name: 'SEV3' })).toBeChecked();
  await axe(dana);
});

test('what others wrote stays text', async ({ person }) => {
  const reason = `<img src=x onerror=alert(1)><script>alert(2)</script>"'\u202e{{7*7}} end`;
  const dana = await person('dana');
  const request = await ask(dana, { reason });
  const sam = await person('sam');
  await sam.goto(request);
  await expect(sam.getByRole('main').getByText('<script>alert(2)</script>').first()).toBeVisible();
  await sam.goto('/inbox');
  await expect(sam.getByRole('main').getByText('onerror=alert(1)').first()).toBeVisible();
});

test('addresses that lead nowhere are pages that say so', async ({ person, guard }) => {
  guard.allow(/status of 4\d\d/);
  const dana = await person('dana');
  for (const path of [
    '/nowhere', `/requests/${UNKNOWN}`, '/requests/not-an-id', '/requests/%00', '/policies/none', '/policies/%ff', '/%ff',
    '/grants/not-an-id/credential', '/pkg/..%2f..%2fetc%2fpasswd', '/verify/..%2fserver.toml',
  ]) {
    const answer = await dana.goto(path);
    expect(answer?.status(), path).toBeGreaterThanOrEqual(400);
    expect(answer?.status(), path).toBeLessThan(500);
    await expect(dana.getByRole('heading', { level: 1 }), path).toBeVisible();
  }
});

test('programs get a problem, never a fault', async ({ person }) => {
  const dana = await person('dana');
  const json = { 'content-type': 'application/json', origin: handed.portal(), accept: 'application/json' };
  const form = { ...json, 'content-type': 'application/x-www-form-urlencoded' };
  const posts: [string, string, Record<string, string>][] = [
    ['/api/submit_request', '{"form":', json],
    ['/api/submit_request', '', form],
    ['/api/submit_request', 'form[request]=x&form[policy]=%ff%fe', form],
    ['/api/submit_request', 'form=1&form[request]=2', form],
    ['/api/submit_request', `form[reason]=${'x'.repeat(200_000)}`, form],
    ['/api/submit_request', 'a[b][c][d][e][f][g][h][i][j]=1', form],
    ['/api/break_glass', 'form[request]=', form],
    ['/api/begin_sign_off', `form[request]=${UNKNOWN}&form[decision]=maybe`, form],
    ['/api/begin_sign_off', `form[request]=${UNKNOWN}&form[decision]=approve&form[statement]=x`, form],
    ['/api/withdraw_request', `request=${UNKNOWN}`, form],
    ['/api/open_request', 'request=not-an-id', form],
    ['/api/end_grant', `grant=${UNKNOWN}&request=${UNKNOWN}&cause=returned`, form],
    ['/api/end_grant', `grant=${UNKNOWN}&request=${UNKNOWN}&cause=expired`, form],
    ['/api/record_review', `form[request]=${UNKNOWN}&form[verdict]=misuse&form[note]=x`, form],
    ['/api/nothing', '', form],
    [`/grants/${UNKNOWN}/credential`, '', form],
    ['/grants/not-an-id/credential', '', form],
    ['/auth/backchannel', 'logout_token=nonsense', form],
    ['/auth/backchannel', '', form],
    ['/auth/backchannel', '{}', json],
  ];
  for (const [path, data, headers] of posts) {
    refused(await dana.request.post(path, { data, headers, maxRedirects: 0 }), `POST ${path} ${data.slice(0, 60)}`);
  }
  for (const path of [
    '/ledger/tile/0/x9/1', '/ledger/tile/entries/zzz', '/ledger/tile/99/000', '/ledger/tile/0/000.p/300', '/ledger/stream/9-1',
    '/ledger/stream/0-99999999999999999999', '/ledger/stream/x', '/events?request=x', '/auth/callback', '/auth/callback?state=x&code=y',
    '/auth/step-up', '/api/request?id=%00', '/api/log?before=x', '/api/request',
  ]) {
    refused(await dana.request.get(path, { headers: { accept: 'application/json' }, maxRedirects: 0 }), `GET ${path}`);
  }
});

test('a form from another site does nothing', async ({ person }) => {
  const dana = await person('dana');
  for (const origin of ['https://evil.example', 'null', handed.issuer()]) {
    const answer = await dana.request.post('/auth/sign-out', { headers: { origin }, maxRedirects: 0 });
    expect(answer.status(), origin).toBe(403);
  }
  await dana.goto('/');
  await expect(dana, 'still signed in').toHaveURL(`${handed.portal()}/`);
});

test('an answer of the provider counts once, in its own browser', async ({ stranger, guard }) => {
  guard.allow(/status of 4\d\d/);
  const page = await stranger();
  const callbacks: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/auth/callback')) callbacks.push(request.url());
  });
  await beginSignIn(page);
  await choose(page, 'dana');
  await expect(page).toHaveURL(`${handed.portal()}/`);
  const replayed = callbacks[0] ?? '';
  const again = await page.goto(replayed);
  expect(again?.status()).toBeGreaterThanOrEqual(400);
  expect(again?.status()).toBeLessThan(500);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const other = await stranger();
  const elsewhere = await other.goto(replayed);
  expect(elsewhere?.status()).toBeGreaterThanOrEqual(400);
  await other.goto('/');
  await expect(other, 'nobody is signed in there').toHaveURL(/\/sign-in/);
});

test('after signing in nobody is sent to another site', async ({ stranger }) => {
  for (const next of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    const page = await stranger();
    await beginSignIn(page, next);
    await choose(page, 'nils');
    await expect(page, next).toHaveURL(`${handed.portal()}/`);
  }
});

/** A clear no: 4xx with a problem, the API's own error, or the page that says so; never a library's bare words. */
function refused(answer: APIResponse, what: string): void {
  expect.soft(answer.headers()['content-type'], what).toMatch(/^(application\/(problem\+)?json|text\/html)/);
  expect(answer.status(), what).toBeGreaterThanOrEqual(400);
  expect(answer.status(), what).toBeLessThan(500);
}
