// A whole approval without a mouse.

import type { Locator, Page } from '@playwright/test';

import { PEOPLE } from '../support/people.ts';
import { expect, test } from '../support/fixtures.ts';
import { ask, state } from '../support/steps.ts';

test('an approval by keyboard only', async ({ person }) => {
  const request = await ask(await person('dana'));
  const ari = await person('ari');
  await ari.goto('/');
  await press(ari, ari.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign-offs' }));
  await expect(ari).toHaveURL(/\/inbox$/);
  await press(ari, ari.getByRole('main').locator(`a[href="${request}"]`).first());
  await expect(ari).toHaveURL(new RegExp(`${request}$`));
  await press(ari, ari.getByRole('button', { name: 'Approve' }));
  await press(ari, ari.getByRole('button', { name: PEOPLE.ari.name }));
  await expect(ari).toHaveURL(new RegExp(`${request}$`));
  await expect(state(ari)).toContainText('Approved');
});

test('the first tab stop skips the navigation', async ({ person }) => {
  const dana = await person('dana');
  await dana.goto('/');
  await dana.keyboard.press('Tab');
  const skip = dana.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await dana.keyboard.press('Enter');
  await expect(dana.locator('#main')).toBeFocused();
});

/** Goes to the element by Tab, sees that the focus is visible, and presses Enter. */
async function press(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let stops = 0; stops < 60; stops += 1) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) {
      const outline = await target.evaluate((element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      expect(outline, 'the focus can be seen').toBe(true);
      await page.keyboard.press('Enter');
      return;
    }
  }
  throw new Error(`${target} is not reached within 60 tab stops`);
}
