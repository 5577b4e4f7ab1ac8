// Time runs out while somebody is inside.

import { expect, test } from '../support/fixtures.ts';
import { entries } from '../support/log.ts';
import { BRIEF_S } from '../support/policies.ts';
import { live, query } from '../support/postgres.ts';
import { ask, open, showCredential, signOff, state } from '../support/steps.ts';

/** How long a live session may outlast its time. */
const CUT_WITHIN_MS = 1_000;

test('expiry ends access and whoever is inside, within a second', async ({ person }) => {
  test.setTimeout((BRIEF_S + 60) * 1_000);
  const dana = await person('dana');
  const request = await ask(dana, { policy: 'orders-brief', minutes: 1 });
  await signOff(await person('sam'), 'sam', request);
  await open(dana);
  const credential = await showCredential(dana);
  const session = await live(credential);
  await dana.goto(request);
  const { at } = await session.ended;
  const [intended] = await entries(request, 'grant.intended');
  const late = at - Number(intended?.['expires_at_ms']);
  console.log(`expiry: live session cut ${late} ms after its time`);
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThan(CUT_WITHIN_MS);
  await expect(state(dana), 'the open page says so by itself').toContainText('Expired');
  await expect(query(credential, 'select 1')).rejects.toThrow(/psql:/);
});
