// Signing in and proving oneself anew, through the provider's own page.

import { expect, type Page } from '@playwright/test';

import { handed } from './environment.ts';
import { PEOPLE, type PersonName } from './people.ts';

/** Signs in from the portal's page and ends on the first page. */
export async function signIn(page: Page, name: PersonName): Promise<void> {
  await beginSignIn(page);
  await choose(page, name);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
}

/** Goes to the provider. */
export async function beginSignIn(page: Page, next = '/'): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
  await page.getByRole('button', { name: 'Sign in with single sign-on' }).click();
}

/** Answers the provider's page, wherever it came from; as somebody who proved who they are so long ago. */
export async function choose(page: Page, name: PersonName, agoS = 0): Promise<void> {
  await expect(page, 'the provider asks who it is').toHaveURL(new RegExp(`^${handed.issuer()}/interaction/`));
  await page.getByLabel('Seconds ago').fill(String(agoS));
  await page.getByRole('button', { name: PEOPLE[name].name }).click();
}
