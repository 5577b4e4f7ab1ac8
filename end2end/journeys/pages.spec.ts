// Every page on a phone, in the light and in the dark: readable, reachable, nothing cut off.

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import type { PersonName } from '../support/people.ts';
import { ask } from '../support/steps.ts';

/** The narrowest phone that the design promises. */
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

const PAGES: [string, PersonName, RegExp][] = [
  ['/', 'dana', /^Home · Breakglass$/],
  ['/request', 'dana', /^Request access/],
  ['/request?resource=orders-db&policy=orders-admin', 'dana', /^Request access/],
  ['/break-glass', 'dana', /^Break glass/],
  ['/inbox', 'sam', /^Sign-offs/],
  ['/inbox', 'nils', /^Sign-offs/],
  ['/', 'nils', /^Home/],
  ['/request', 'nils', /^Request access/],
  ['/policies', 'oscar', /^Policies/],
  ['/policies/orders-admin', 'oscar', /orders-admin/],
  ['/people', 'oscar', /^People/],
  ['/people', 'quinn', /^People/],
  ['/delegation', 'ari', /^Going away/],
  ['/log', 'quinn', /^Log/],
  ['/verify', 'quinn', /^Verify/],
];

test.describe('on a phone', () => {
  for (const [path, name, title] of PAGES) {
    test(`${path} for ${name}`, async ({ person }) => {
      const page = await person(name, PHONE);
      await page.goto(path);
      await expect(page).toHaveTitle(title);
      await stands(page);
    });
  }

  test('a request, for the one who asks and for the one who signs', async ({ person }) => {
    const dana = await person('dana', PHONE);
    const request = await ask(dana, { policy: 'orders-admin', reason: `${'long '.repeat(40)}https://example.test/${'x'.repeat(120)}` });
    await stands(dana);
    const sam = await person('sam', PHONE);
    await sam.goto(request);
    await stands(sam);
    await sam.goto('/inbox');
    await stands(sam);
  });

  test('the sign-in page, for nobody', async ({ stranger }) => {
    const page = await stranger(PHONE);
    await page.goto('/sign-in');
    await stands(page);
  });

  test('the menu opens and leads on', async ({ person }) => {
    const dana = await person('dana', PHONE);
    await dana.getByText('Menu').click();
    await dana.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Policies' }).click();
    await expect(dana.getByRole('heading', { level: 1, name: 'Policies' })).toBeVisible();
    await expect(dana.getByRole('navigation', { name: 'Main' })).toBeHidden();
  });
});

/** Nothing serious for axe in either scheme, one main heading, no scrolling sideways. */
async function stands(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await axe(page);
  }
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(sideways, 'pixels to scroll sideways').toBeLessThanOrEqual(0);
}
