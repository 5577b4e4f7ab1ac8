// Other people's requests are not there.

import { handed } from '../support/environment.ts';
import { expect, test } from '../support/fixtures.ts';
import { ask } from '../support/steps.ts';
import { axe } from '../support/axe.ts';

test("another person's request is not there", async ({ person, guard }) => {
  guard.allow(/status of 404/);
  const request = await ask(await person('dana'), { reason: 'Nobody else needs to know about this.' });
  const nils = await person('nils');
  const answer = await nils.goto(request);
  expect(answer?.status()).toBe(404);
  await expect(nils.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(nils.getByText('Nobody else needs to know')).toHaveCount(0);
  await axe(nils);
  const id = request.split('/').pop();
  const api = await nils.request.get(`/api/request?id=${id}`, { headers: { accept: 'application/json' } });
  expect(api.status()).toBe(404);
  expect(await api.text()).not.toContain('Nobody else');
});

test('an approver of another policy, an auditor and an operator see what they should', async ({ person }) => {
  const request = await ask(await person('dana'));
  for (const name of ['quinn', 'oscar', 'rae'] as const) {
    const page = await person(name);
    expect((await page.goto(request))?.status(), name).toBe(200);
    await expect(page.getByRole('main').getByRole('button', { name: 'Approve' })).toHaveCount(0);
  }
});

test('the log is for auditors', async ({ person, guard }) => {
  guard.allow(/status of 40[34]/);
  const dana = await person('dana');
  expect((await dana.goto('/log'))?.status()).toBe(403);
  const api = await dana.request.get('/api/log', { headers: { accept: 'application/json' } });
  expect(api.status()).toBe(403);
});

test('nobody gets anything without signing in', async ({ stranger }) => {
  const page = await stranger();
  for (const path of ['/', '/request', '/break-glass', '/inbox', '/log', '/policies', '/people', '/delegation', '/requests/1c9b5f6e-0000-4000-8000-000000000000']) {
    await page.goto(path);
    await expect(page, path).toHaveURL(new RegExp(`^${handed.portal()}/sign-in`));
  }
  for (const path of ['home', 'inbox', 'log']) {
    const api = await page.request.get(`/api/${path}`, { headers: { accept: 'application/json' } });
    expect(api.status(), path).toBe(401);
  }
});
