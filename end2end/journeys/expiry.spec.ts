// Time runs out while somebody is inside.

import { expect, test } from '../support/fixtures.ts';
import { BRIEF_S } from '../support/policies.ts';
import { live, query } from '../support/postgres.ts';
import { ask, open, showCredential, signOff, state } from '../support/steps.ts';

test('expiry ends access and whoever is inside, within a second', async ({ person }) => {
  test.setTimeout((BRIEF_S + 60) * 1_000);
  const dana = await person('dana');
  const request = await ask(dana, { policy: 'orders-brief', minutes: 1 });
  await signOff(await person('sam'), 'sam', request);
  await open(dana);
  const opened = Date.now();
  const credential = await showCredential(dana);
  const session = await live(credential);
  await dana.goto(request);
  const { at } = await session.ended;
  console.log(`expiry: live session cut ${at - opened} ms after opening, for ${BRIEF_S} s`);
  // The clock began a moment before the page said so.
  expect(at - opened).toBeGreaterThan((BRIEF_S - 3) * 1_000);
  expect(at - opened).toBeLessThan((BRIEF_S + 1) * 1_000);
  await expect(state(dana), 'the open page says so by itself').toContainText('Expired');
  await expect(query(credential, 'select 1')).rejects.toThrow(/psql:/);
});
