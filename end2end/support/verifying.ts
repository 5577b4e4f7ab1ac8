// What an auditor does on the verifier's page.

import { expect, type Locator, type Page } from '@playwright/test';

/** Trusts the server's key, as somebody who compared it would, and waits for the verdict. */
export async function verify(page: Page): Promise<void> {
  const take = page.getByRole('button', { name: /use the server's key/i });
  await expect(take).toBeEnabled();
  await take.click();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toBeVisible({ timeout: 30_000 });
}

/** The verdict, once there is one. */
export function verdict(page: Page): Locator {
  return page.getByRole('heading', { name: /^(not )?proven$/i });
}
