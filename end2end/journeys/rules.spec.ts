// Who may not, and that saying no leaves a trace.

import type { APIResponse, Page } from '@playwright/test';

import { handed } from '../support/environment.ts';
import { expect, test } from '../support/fixtures.ts';
import { entries } from '../support/log.ts';
import { choose } from '../support/sign-in.ts';
import { ask, decide, signOff, state } from '../support/steps.ts';

test('nobody approves their own request, and the attempt is in the log', async ({ person }) => {
  const lee = await person('lee');
  const request = await ask(lee);
  await expect(lee.getByRole('main').getByRole('button', { name: 'Approve' })).toHaveCount(0);

  const statement = await statementOf(request);
  const refused = await post(lee, '/api/begin_sign_off', { request, decision: 'approve', statement });
  expect(refused.status()).toBe(403);
  expect(await refused.text()).toContain('nobody signs off their own');
  await expect.poll(() => refusals(request)).toEqual(['self_approval']);

  const quinn = await person('quinn');
  await quinn.goto('/log');
  await expect(quinn.getByRole('main').getByText(/nobody signs off their own|self.approval/i).first()).toBeVisible();
});

test('who is no approver cannot sign off', async ({ person }) => {
  const request = await ask(await person('dana'));
  const rae = await person('rae');
  const refused = await post(rae, '/api/begin_sign_off', {
    request,
    decision: 'approve',
    statement: await statementOf(request),
  });
  expect(refused.status()).toBe(403);
  await expect.poll(() => refusals(request)).toEqual(['not_approver']);
});

test('a sign-off counts only with a sign-in made for it', async ({ person }) => {
  const request = await ask(await person('dana'));
  const sam = await person('sam');
  // Clocks may differ by five seconds: a sign-in that young would pass for a fresh one.
  await sam.waitForTimeout(6_500);
  // Whoever sits at Sam's browser strips the wish for a fresh sign-in: the provider remembers Sam and answers at once.
  await sam.route('**/auth/step-up', async (route) => {
    const response = await route.fetch({ maxRedirects: 0 });
    const url = new URL(response.headers()['location'] ?? '');
    expect(url.searchParams.get('prompt')).toBe('login');
    url.searchParams.delete('prompt');
    url.searchParams.delete('max_age');
    await route.fulfill({ response, headers: { ...response.headers(), location: url.href } });
  });
  await sam.goto(request);
  await decide(sam, 'Approve');
  await expect(sam.getByRole('alert')).toContainText('did not ask you anew who you are');
  await expect(state(sam)).toContainText('Waits for sign-off');
  expect(await entries(request, 'signoff.given')).toEqual([]);
  expect(await refusals(request)).toEqual(['stale_proof']);
});

test('a sign-off counts only for the person who is signed in', async ({ person, guard }) => {
  guard.allow(/status of 400/);
  const dana = await person('dana');
  const request = await ask(dana);
  const sam = await person('sam');
  await sam.goto(request);
  await decide(sam, 'Approve');
  await choose(sam, 'ari');
  // This provider ends Sam's session when somebody else signs in, and says so to the portal before Ari comes back.
  await expect(sam.getByRole('heading', { level: 1 })).toHaveText('That sign-in is over');
  expect(await entries(request, 'signoff.given')).toEqual([]);
  await dana.reload();
  await expect(state(dana)).toContainText('Waits for sign-off');
});

test('who signs once has signed', async ({ person }) => {
  const request = await ask(await person('dana'), { policy: 'orders-admin' });
  const sam = await person('sam');
  await signOff(sam, 'sam', request);
  await expect(state(sam)).toContainText('Waits for sign-off');
  await expect(sam.getByRole('main').getByRole('button', { name: 'Approve' })).toHaveCount(0);
});

test('one no is enough', async ({ person }) => {
  const dana = await person('dana');
  const request = await ask(dana, { policy: 'orders-admin' });
  const sam = await person('sam');
  await signOff(sam, 'sam', request, 'Deny', 'Use the read replica.');
  await expect(state(dana)).toContainText('Denied');
  await expect(dana.getByText('Use the read replica.').first()).toBeVisible();
  await expect(dana.getByRole('main').getByRole('button', { name: 'Open access' })).toHaveCount(0);
});

test('what was asked can be taken back', async ({ person }) => {
  const dana = await person('dana');
  const request = await ask(dana);
  await dana.getByRole('main').getByRole('button', { name: 'Withdraw request' }).click();
  await expect(state(dana)).toContainText('Withdrawn');
  const sam = await person('sam');
  await sam.goto('/inbox');
  // It waits for nobody, and whoever was asked is told what became of it.
  await expect(sam.getByRole('main').locator(`a[href="${request}"]`)).toHaveCount(1);
  const decided = sam.getByRole('region', { name: 'Decided lately' }).getByRole('listitem');
  await expect(decided.filter({ has: sam.locator(`a[href="${request}"]`) })).toContainText('Withdrawn');
});

/** Sends a form past the page, as a script in the person's browser would. */
function post(page: Page, path: string, form: Record<string, string>): Promise<APIResponse> {
  const fields = Object.entries({ ...form, request: form['request']?.split('/').pop() ?? '', note: '' });
  return page.request.post(path, {
    headers: { origin: handed.portal(), accept: 'application/json' },
    form: Object.fromEntries(fields.map(([name, value]) => [`form[${name}]`, value])),
  });
}

async function statementOf(request: string): Promise<string> {
  const [submitted] = await entries(request, 'request.submitted');
  return String(submitted?.['statement']);
}

async function refusals(request: string): Promise<unknown[]> {
  return (await entries(request, 'command.refused')).map((body) => body['rule']);
}
