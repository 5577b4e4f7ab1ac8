// Before the WASM arrives, or where it never does.

import { expect, test } from '../support/fixtures.ts';
import { query } from '../support/postgres.ts';
import { ask, fillIn, giveBack, open, showCredential, signOff, state } from '../support/steps.ts';

const off = { javaScriptEnabled: false };

test('asking, signing off, opening and giving back work without JavaScript', async ({ person }) => {
  const dana = await person('dana', off);
  const request = await ask(dana, { ticket: 'INC-3', urgency: 'SEV2' });
  const sam = await person('sam', off);
  await signOff(sam, 'sam', request, 'Approve', 'Fine.');
  await expect(state(sam)).toContainText('Approved');
  await dana.goto(request);
  await open(dana);
  const credential = await showCredential(dana);
  expect(await query(credential, 'select count(*) > 0 from orders')).toBe('t');
  await dana.goto(request);
  await giveBack(dana);
  await expect(state(dana)).toContainText('Returned');
});

test('a form that will not do comes back with what was typed', async ({ person }) => {
  const dana = await person('dana', off);
  await dana.goto('/break-glass?resource=orders-db&policy=orders-admin');
  await fillIn(dana, { reason: 'short', ticket: 'INC-4', urgency: 'SEV1' });
  await dana.getByRole('checkbox', { name: 'I break the glass.' }).check();
  await dana.getByRole('button', { name: 'Break the glass' }).click();
  await expect(dana).toHaveURL(/\/break-glass/);
  await expect(dana.getByText(/shorter than the policy/)).toBeVisible();
  await expect(dana.getByLabel('Reason')).toHaveValue('short');
  await expect(dana.getByLabel('Ticket')).toHaveValue('INC-4');
});

test('a page is whole however many ask at once', async ({ person }) => {
  const dana = await person('dana', off);
  for (const path of ['/request?resource=orders-db&policy=orders-read', '/break-glass?resource=orders-db&policy=orders-admin']) {
    const broken: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const pages = await Promise.all(Array.from({ length: 40 }, () => dana.request.get(path).then((answer) => answer.text())));
      broken.push(...pages.filter((page) => !page.includes('name="form[reason]"')));
    }
    expect.soft(broken.length, `pages without their form, of 400 of ${path}`).toBe(0);
  }
});
