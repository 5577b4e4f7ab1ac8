// What people wrote: shown case by case, erased by two people. Who reads the log stands in it.

import { axe } from '../support/axe.ts';
import { handed } from '../support/environment.ts';
import { expect, test } from '../support/fixtures.ts';
import { entries } from '../support/log.ts';
import { sql } from '../support/postgres.ts';
import { choose } from '../support/sign-in.ts';
import { ask, signOff, timeline } from '../support/steps.ts';

test('an auditor is shown a reason with a purpose, an operator never', async ({ person }) => {
  const reason = 'The invoice of a customer by the name of Zebedee is wrong.';
  const dana = await person('dana');
  const request = await ask(dana, { reason });
  const oscar = await person('oscar');
  await oscar.goto(request);
  await expect(oscar.getByText('Zebedee')).toHaveCount(0);
  await expect(oscar.getByText('Disclose a text')).toHaveCount(0);

  const quinn = await person('quinn');
  await quinn.goto(request);
  await expect(quinn.getByText('Zebedee')).toHaveCount(0);
  await quinn.getByText('Disclose a text').click();
  await axe(quinn);
  await quinn.getByLabel('Text', { exact: true }).selectOption({ index: 0 });
  await quinn.getByLabel('Purpose').fill('Audit of November, sample 4.');
  await quinn.getByRole('button', { name: 'Disclose', exact: true }).click();
  await expect(quinn.getByText(reason).first()).toBeVisible();
  await expect(quinn.getByText("It is what the entry's seal says")).toBeVisible();
  await axe(quinn);
  await expect(timeline(dana).filter({ hasText: 'Quinn' }), 'who asked hears of it').toBeVisible();
  expect(await entries(request, 'opening.disclosed')).toHaveLength(1);
});

test('a purpose that says too little shows nothing', async ({ person, guard }) => {
  guard.allow(/status of 422/);
  const request = await ask(await person('dana'), { reason: 'Something that is none of your business.' });
  const quinn = await person('quinn');
  await quinn.goto(request);
  await quinn.getByText('Disclose a text').click();
  await quinn.getByLabel('Purpose').fill('hm');
  await quinn.getByRole('button', { name: 'Disclose', exact: true }).click();
  await expect(quinn.locator('#purpose-error')).toContainText('Too little was said');
  await expect(quinn.getByText('none of your business')).toHaveCount(0);
});

test('two custodians erase what was written, and the log stays whole', async ({ person }) => {
  const reason = 'A customer by the name of Grace called.';
  const dana = await person('dana');
  const request = await ask(dana, { reason });
  await signOff(await person('ari'), 'ari', request, 'Deny', 'Ask her to write.');

  const cleo = await person('cleo');
  await cleo.goto(request);
  await expect(cleo.getByText('Grace')).toHaveCount(0);
  await cleo.getByText('Order an erasure').click();
  await axe(cleo);
  await cleo.getByLabel('What to erase').selectOption({ label: 'All of them' });
  await cleo.getByLabel('Reason for the erasure').fill('The person has asked for it, case 12.');
  await cleo.getByRole('button', { name: 'Order erasure' }).click();
  await expect(cleo.getByText('Another custodian has to confirm it.')).toBeVisible();
  await expect(cleo.getByRole('button', { name: 'Confirm erasure' })).toHaveCount(0);

  const kim = await person('kim');
  await kim.goto('/inbox');
  await axe(kim);
  await kim.getByRole('main').locator(`a[href="${request}"]`).click();
  await axe(kim);
  await expect(kim.getByText('This cannot be undone.')).toBeVisible();
  // Providers tell time in seconds: a proof in the very second of the sign-in would not be newer than it.
  await kim.waitForTimeout(1_000);
  await kim.getByRole('button', { name: 'Confirm erasure' }).click();
  await choose(kim, 'kim');
  await expect(kim).toHaveURL(new RegExp(`${request}$`));
  await expect(timeline(kim).filter({ hasText: 'erased 3 sealed texts' })).toBeVisible();

  await dana.goto(request);
  await expect(dana.getByText('Grace')).toHaveCount(0);
  await expect(dana.getByText('Sealed, erased').first()).toBeVisible();
  await axe(dana);
  expect(await entries(request, 'opening.erased')).toHaveLength(1);
  const left = await sql(handed.database(), "select count(*) from opening where convert_from(bytes, 'utf8') like '%Grace%'");
  expect(left.trim()).toBe('0');
});

test('reading the log is an entry of the log', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/log');
  await expect(async () => {
    await quinn.goto('/log?kind=ledger.read');
    await expect(quinn.getByRole('row').filter({ hasText: 'Quinn' }).first()).toContainText('read entries');
  }).toPass({ timeout: 20_000 });
  await axe(quinn);
});
