// The main job: one asks, two others agree, the door opens, and closes again.

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { live, query } from '../support/postgres.ts';
import { ask, giveBack, open, showCredential, signOff, state, timeline } from '../support/steps.ts';

/** How long a live session may outlast the access it came with. */
const CUT_WITHIN_MS = 1_000;

test('two others approve, access opens, is used, is given back, and ends at once', async ({ person }) => {
  const dana = await person('dana');
  const request = await ask(dana, { policy: 'orders-admin', minutes: 20, ticket: 'INC-2041', urgency: 'SEV2' });
  await expect(state(dana)).toContainText('Waits for sign-off');
  await axe(dana);

  const sam = await person('sam');
  await sam.goto('/inbox');
  await expect(sam.getByRole('main').locator(`a[href="${request}"]`)).toBeVisible();
  await axe(sam);
  await sam.goto(request);
  await axe(sam);
  await signOff(sam, 'sam', request, 'Approve', 'Called back, it is real.');
  await expect(timeline(dana).filter({ hasText: 'Sam (security duty) said yes' }), 'the open page heard of it by itself').toBeVisible();
  await expect(state(dana), 'one of two is not enough').toContainText('Waits for sign-off');

  const ari = await person('ari');
  await signOff(ari, 'ari', request);
  await expect(state(dana)).toContainText('Approved');

  await open(dana);
  const credential = await showCredential(dana);
  await axe(dana);
  expect(await query(credential, "update orders set customer = customer where id = 1 returning 'repaired'")).toBe('repaired');
  expect(await query(credential, 'select current_user')).toBe(credential.account);
  await expect(query({ ...credential, password: 'guessed' }, 'select 1'), 'the password is what opens').rejects.toThrow(
    /password authentication failed/,
  );

  const session = await live(credential);
  await dana.goto(request);
  const clicked = Date.now();
  await giveBack(dana);
  const { at, said } = await session.ended;
  console.log(`given back: live session cut ${at - clicked} ms after the click`);
  expect(at - clicked).toBeLessThan(CUT_WITHIN_MS);
  await expect(state(dana)).toContainText('Returned');
  expect(said).toMatch(/terminating connection|server closed the connection/);
  await expect(query(credential, 'select 1'), 'the account is gone').rejects.toThrow(/psql: .*(authentication failed|does not exist)/s);
});

test('the way in is shown once', async ({ person }) => {
  const dana = await person('dana');
  const request = await ask(dana);
  await signOff(await person('ari'), 'ari', request);
  await open(dana);
  const { password } = await showCredential(dana);
  await dana.goto(dana.url());
  await expect(dana.getByRole('heading', { level: 1, name: 'The way in is shown once' })).toBeVisible();
  expect(await dana.content()).not.toContain(password);
  await dana.goto(request);
  await expect(dana.getByRole('button', { name: 'End access' })).toBeVisible();
  await expect(dana.getByRole('button', { name: /show the way in/i })).toHaveCount(0);
  await giveBack(dana);
});

test('what is being typed survives the news that somebody else has decided', async ({ person }) => {
  const request = await ask(await person('dana'), { policy: 'orders-admin' });
  const sam = await person('sam');
  await sam.goto(request);
  const note = sam.getByLabel('Note');
  await note.fill('I have called them and');
  await signOff(await person('ari'), 'ari', request);
  await expect(timeline(sam).filter({ hasText: 'Ari' }).first()).toBeVisible();
  await expect(note).toHaveValue('I have called them and');
  await expect(note).toBeFocused();
});
