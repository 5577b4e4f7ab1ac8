// Somebody outside signs the log, and the auditor sees it.

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { ask } from '../support/steps.ts';

test('the log names its witness, whose signature stands on the checkpoint', async ({ person }) => {
  await ask(await person('dana'));
  const quinn = await person('quinn');
  const witness = quinn.getByRole('region', { name: 'Witnesses' }).getByRole('listitem').filter({ hasText: 'neighbour' });
  await expect(async () => {
    await quinn.goto('/log');
    await expect(witness.getByText('Signs', { exact: true })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(witness.getByText(/^Signed \d+ entries/)).toBeVisible();
  await axe(quinn);
  await expect
    .poll(async () => (await quinn.request.get('/ledger/checkpoint')).text(), { timeout: 30_000 })
    .toMatch(/\n— witness\.example [A-Za-z0-9+/=]+\n$/);
});
