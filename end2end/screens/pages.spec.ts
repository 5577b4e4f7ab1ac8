// Each page as people see it: phone and desk, light and dark. For looking at, not for comparing.

import path from 'node:path';

import type { Page } from '@playwright/test';

import { expect, test } from '../support/fixtures.ts';
import type { PersonName } from '../support/people.ts';
import { choose } from '../support/sign-in.ts';
import { ask, breakGlass, showCredential, signOff, timeline } from '../support/steps.ts';

const FOLDER = path.join(import.meta.dirname, '..', 'screenshots');
const WIDTHS = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };
const SCHEMES = ['light', 'dark'] as const;

test('every page at two widths in two schemes', async ({ person, stranger, guard }) => {
  test.setTimeout(300_000);
  guard.allow(/status of 404/);
  const dana = await person('dana');
  const waiting = await ask(dana, { policy: 'orders-admin', ticket: 'INC-2041', urgency: 'SEV2' });
  const approved = await ask(dana, { reason: 'Count the orders of last night for support.' });
  const sam = await person('sam');
  await signOff(sam, 'sam', approved);

  await shoot(await stranger(), 'sign-in', '/sign-in');
  await shoot(dana, 'request', '/request?resource=orders-db&policy=orders-admin');
  await shoot(dana, 'break-glass', '/break-glass?resource=orders-db&policy=orders-admin');
  await shoot(dana, 'request-waiting', waiting);
  await shoot(dana, 'request-approved', approved);
  await shoot(sam, 'sign-off', waiting);
  await breakGlass(dana);
  await shoot(dana, 'request-open', new URL(dana.url()).pathname);
  await showCredential(dana);
  await shoot(dana, 'credential');
  await shoot(dana, 'home', '/');
  await shoot(sam, 'inbox', '/inbox');
  await shoot(dana, 'not-found', '/nowhere');
  await shoot(await person('rae' satisfies PersonName), 'inbox-empty', '/inbox');
  const quinn = await person('quinn');
  await shoot(quinn, 'policies', '/policies');
  await shoot(quinn, 'policy', '/policies/orders-admin');
  await shoot(quinn, 'log', '/log');
});

test('the pages about what people wrote', async ({ person }) => {
  test.setTimeout(300_000);
  const request = await ask(await person('dana'), { reason: 'A customer by the name of Grace called.' });
  await signOff(await person('ari'), 'ari', request, 'Deny', 'Ask her to write.');
  const quinn = await person('quinn');
  await quinn.goto(request);
  await quinn.getByText('Disclose a text').click();
  await shoot(quinn, 'disclosure');
  await quinn.getByLabel('Purpose').fill('Audit of November, sample 4.');
  await quinn.getByRole('button', { name: 'Disclose', exact: true }).click();
  await expect(quinn.getByText('Grace').first()).toBeVisible();
  await shoot(quinn, 'disclosed');
  const cleo = await person('cleo');
  await cleo.goto(request);
  await cleo.getByText('Order an erasure').click();
  await shoot(cleo, 'erasure');
  await cleo.getByLabel('What to erase').selectOption({ label: 'All of them' });
  await cleo.getByLabel('Reason for the erasure').fill('The person has asked for it, case 12.');
  await cleo.getByRole('button', { name: 'Order erasure' }).click();
  await expect(cleo.getByText('Another custodian has to confirm it.')).toBeVisible();
  const kim = await person('kim');
  await shoot(kim, 'erasure-inbox', '/inbox');
  await shoot(kim, 'erasure-confirm', request);
  await kim.waitForTimeout(1_000);
  await kim.getByRole('button', { name: 'Confirm erasure' }).click();
  await choose(kim, 'kim');
  await expect(timeline(kim).filter({ hasText: 'erased 4 sealed texts' })).toBeVisible();
  await shoot(kim, 'erased', request);
});

test('the pages about the rules', async ({ person }) => {
  test.setTimeout(300_000);
  const ada = await person('ada');
  await ada.goto('/policies/orders-admin/edit');
  await expect(ada.getByLabel('What it is for')).toBeVisible();
  await shoot(ada, 'policy-edit');
  const file = ada.getByLabel('The policy as a file');
  await file.fill((await file.inputValue()).replace('n = 2', 'n = 1'));
  await expect(ada.getByRole('list', { name: 'What it changes' })).toContainText('One person');
  await ada.getByText('Sign-off', { exact: true }).click();
  await shoot(ada, 'policy-changed');
  await ada.getByRole('button', { name: 'Propose it' }).click();
  await shoot(ada, 'proposal-own');
  const otto = await person('otto');
  await shoot(otto, 'proposal', ada.url());
  await shoot(otto, 'author-inbox', '/inbox');
  await shoot(otto, 'policies-author', '/policies');
  await shoot(otto, 'policy-history', '/policies/orders-blaze');
  await shoot(otto, 'simulate', '/policies/orders-admin/simulate');
  const oscar = await person('oscar');
  await shoot(oscar, 'people', '/people');
  const sam = await person('sam');
  await shoot(sam, 'delegation', '/delegation');
  const eli = await person('eli');
  const request = await breakGlass(eli, { policy: 'orders-blaze', minutes: 2 });
  await shoot(eli, 'emergency-to-ratify', request);
  await shoot(sam, 'ratify', request);
  await shoot(await person('quinn'), 'alarmed', '/');
  await eli.goto(request);
  await eli.getByRole('button', { name: 'End access' }).click();
  await expect(eli.getByRole('heading', { name: 'Access is over' })).toBeVisible();
  await shoot(eli, 'emergency-over-to-ratify', request);
  await signOff(sam, 'sam', request, 'Deny');
  await shoot(eli, 'owing', '/');
  await shoot(eli, 'glass-blocked', '/break-glass?resource=orders-db&policy=orders-admin');
  // A review waits until the emergency is ratified or refused.
  const rae = await person('rae');
  await shoot(rae, 'review', `${request}/review`);
});

/** Four pictures of a page; a page that scrolls sideways on a phone is a fault. */
async function shoot(page: Page, name: string, address?: string): Promise<void> {
  if (address) await page.goto(address);
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: path.join(FOLDER, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(sideways, `${name} at ${width} width scrolls sideways by`).toBeLessThanOrEqual(0);
  }
  await page.setViewportSize(WIDTHS.desk);
}
