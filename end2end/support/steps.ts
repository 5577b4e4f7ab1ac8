// What people do in the portal, by role and label. Each step ends on a page that shows its outcome.

import { expect, type Locator, type Page } from '@playwright/test';

import type { PersonName } from './people.ts';
import type { Credential } from './postgres.ts';
import { choose } from './sign-in.ts';

export interface Wish {
  policy?: string;
  minutes?: number;
  reason?: string;
  ticket?: string;
  urgency?: 'SEV1' | 'SEV2' | 'SEV3' | 'SEV4';
}

/** The form of a request or of an emergency, filled in. */
export async function fillIn(page: Page, wish: Wish): Promise<void> {
  await page.getByLabel('Reason').fill(wish.reason ?? 'A customer cannot see an order they paid for.');
  if (wish.ticket) await page.getByLabel('Ticket').fill(wish.ticket);
  await page.getByRole('radio', { name: wish.urgency ?? 'SEV3' }).check();
  if (wish.minutes) await page.getByLabel('Duration in minutes').fill(String(wish.minutes));
}

/** Asks for access and ends on the request's page. */
export async function ask(page: Page, wish: Wish = {}): Promise<string> {
  await page.goto(`/request?resource=orders-db&policy=${wish.policy ?? 'orders-read'}`);
  await fillIn(page, wish);
  await page.getByRole('button', { name: 'Send request' }).click();
  return onRequest(page);
}

/** Breaks the glass and ends on the request's page. */
export async function breakGlass(page: Page, wish: Wish = {}): Promise<string> {
  await page.goto(`/break-glass?resource=orders-db&policy=${wish.policy ?? 'orders-admin'}`);
  await fillIn(page, { reason: 'Orders are lost; customers are down.', urgency: 'SEV1', ...wish });
  await page.getByRole('checkbox', { name: 'I break the glass.' }).check();
  await page.getByRole('button', { name: 'Break the glass' }).click();
  return onRequest(page);
}

/** The path of the request whose page this is. */
export async function onRequest(page: Page): Promise<string> {
  await expect(page).toHaveURL(/\/requests\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname;
}

/** Presses a decision and stops at the provider, which asks anew. */
export async function decide(page: Page, decision: 'Approve' | 'Deny', note?: string): Promise<void> {
  if (note) await page.getByLabel('Note').fill(note);
  // Providers tell time in seconds: a proof in the very second of the sign-in would not be newer than it.
  await page.waitForTimeout(1_000);
  await page.getByRole('button', { name: decision }).click();
}

/** Signs off with a fresh sign-in and ends on the request's page. */
export async function signOff(
  page: Page,
  name: PersonName,
  request: string,
  decision: 'Approve' | 'Deny' = 'Approve',
  note?: string,
): Promise<void> {
  await page.goto(request);
  await decide(page, decision, note);
  await choose(page, name);
  await expect(page).toHaveURL(new RegExp(`${request}$`));
}

/** Opens what was approved. */
export async function open(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open access' }).click();
  await expect(state(page)).toContainText('Open');
}

/** The words that say where the request or its grant stands. */
export function state(page: Page): Locator {
  return page.getByRole('group', { name: 'Where it stands' });
}

/** Is shown the way in; ends on the page that shows it once. */
export async function showCredential(page: Page): Promise<Credential> {
  await page.getByRole('button', { name: 'Show the way in, once' }).click();
  await expect(page).toHaveURL(/\/grants\/[0-9a-f-]{36}\/credential$/);
  const shown = (label: string) => page.getByLabel(label, { exact: true }).inputValue();
  return { account: await shown('Account'), password: await shown('Password'), command: await shown('Command') };
}

/** Gives the access back. */
export async function giveBack(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'End access' }).click();
}

/** The lines of the request's timeline. */
export function timeline(page: Page): Locator {
  return page.getByRole('list', { name: 'What happened' }).getByRole('listitem');
}
