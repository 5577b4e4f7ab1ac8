// Work that is recorded: a statement in the console, what is refused there, who watches, and what is left of it.

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { ask, giveBack, open, signOff, state } from '../support/steps.ts';

/** An open access of dana's, signed off by ari; returns the request's address and the grant. */
async function opened(person: (name: 'dana' | 'ari') => Promise<Page>): Promise<{ dana: Page; request: string; grant: string }> {
  const dana = await person('dana');
  const request = await ask(dana);
  await signOff(await person('ari'), 'ari', request);
  await dana.goto(request);
  await open(dana);
  const console = dana.getByRole('link', { name: 'Open the console' });
  const grant = /\/grants\/([^/]+)\/console$/.exec((await console.getAttribute('href')) ?? '')?.[1];
  expect(grant, 'the request’s page leads to the console').toBeDefined();
  return { dana, request, grant: grant! };
}

const editor = (page: Page) => page.getByRole('textbox', { name: 'Statements' });

async function run(page: Page, sql: string): Promise<void> {
  await editor(page).fill(sql);
  await editor(page).press('Control+Enter');
}

test('a statement is recorded before it runs, watched as it runs, and there when all is over', async ({ person }) => {
  test.setTimeout(120_000);
  const { dana, request, grant } = await opened(person);
  await dana.goto(`/grants/${grant}/console`);
  await axe(dana);
  await run(dana, 'select count(*) from orders');
  await expect(dana.getByRole('region', { name: 'Statement 1 of run 1', exact: true })).toContainText('SELECT 1');
  await axe(dana);

  // Who signed it off watches.
  const ari = await person('ari');
  const record = await dana.getByRole('link', { name: 'See the record of this session' }).getAttribute('href');
  await ari.goto(record!);
  const rows = ari.getByRole('region', { name: 'What was done' }).locator('tbody').getByRole('row');
  await expect(rows.first()).toContainText('select count(*) from orders');
  await run(dana, 'select 2 as two');
  await expect(rows.nth(1)).toContainText('select 2 as two');
  await expect(rows.nth(1)).toContainText('Done');
  await axe(ari);

  // And cuts it.
  await ari.getByText('Cut it …').click();
  await ari.getByRole('button', { name: 'Cut this session now' }).click();
  await expect(dana.getByRole('alert')).toContainText('has cut the session');
  await expect(editor(dana)).toHaveJSProperty('readOnly', true);

  // The access stands still, and is given back; the record stays.
  await dana.goto(request);
  await giveBack(dana);
  await expect(state(dana)).toContainText('Returned');
  await dana.goto(record!);
  await expect(dana.getByRole('main')).toContainText('cut it.');
  await expect(dana.getByRole('region', { name: 'What was done' }).locator('tbody').getByRole('row')).toHaveCount(2);
  await axe(dana);
});

test('what the policy refuses never reaches the database, and stands in the record', async ({ person }) => {
  const { dana, grant } = await opened(person);
  await dana.goto(`/grants/${grant}/console`);
  await run(dana, 'set role orders_admin; select current_user');
  await expect(dana.getByRole('region', { name: 'Statement 1 of run 1', exact: true })).toContainText('Refused');
  const record = await dana.getByRole('link', { name: 'See the record of this session' }).getAttribute('href');
  await dana.goto(record!);
  await expect(dana.getByRole('region', { name: 'What was done' }).locator('tbody').getByRole('row').first()).toContainText('Refused');
});

test('access that ends takes the console with it', async ({ person }) => {
  const { dana, request, grant } = await opened(person);
  await dana.goto(`/grants/${grant}/console`);
  await run(dana, 'begin; select 1');
  await expect(dana.getByText('In a transaction')).toBeVisible();
  const ari = await person('ari');
  await ari.goto(request);
  await ari.getByRole('button', { name: 'Revoke access' }).click();
  await expect(dana.getByRole('alert')).toContainText('Access has ended. Nothing more is sent to the database.');
});

test('who has no say sees no record', async ({ person, guard }) => {
  guard.allow(/status of 40[34]/);
  const { dana, grant } = await opened(person);
  await dana.goto(`/grants/${grant}/console`);
  await run(dana, 'select 1');
  const record = await dana.getByRole('link', { name: 'See the record of this session' }).getAttribute('href');
  const nils = await person('nils');
  for (const address of [record!, `${record}/cast`, `${record}/chunks`, `${record}/live`, `/grants/${grant}/console`]) {
    expect((await nils.request.get(address)).status(), address).toBeGreaterThanOrEqual(403);
  }
});
