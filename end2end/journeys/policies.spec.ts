// The rules, from the policy that somebody writes to the review that somebody owes.

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { query } from '../support/postgres.ts';
import { beginSignIn, choose } from '../support/sign-in.ts';
import { ask, breakGlass, fillIn, giveBack, onRequest, open, showCredential, signOff, state, timeline } from '../support/steps.ts';

/** Two stages, the first with a step that is asked a second later, and one extension. */
const FILE = (name: string) => `
name = "${name}"
description = "Look after orders."
resources = ["orders-db"]
eligible = ["oncall-database"]

[duration]
default_s = 600
max_s = 1200

[duration.extend]
times = 1
by_s = 300

[approval]
within_s = 3600

[[approval.stages]]
n = 1
groups = ["leads"]

[[approval.stages.ladder]]
after_s = 1
groups = ["operators"]

[[approval.stages]]
n = 1
groups = ["security"]

[review]
groups = ["reviewers"]
within_s = 86400

[grant]
connector = "postgresql"
role = "orders_read"
`;

test('a policy is written by one, put in force by another, and lived by', async ({ person }) => {
  test.setTimeout(120_000);
  const ada = await person('ada');
  await ada.goto('/new-policy');
  await axe(ada);
  await expect(ada.getByRole('group', { name: 'The policy as a form' })).toContainText('comments of your own in it are lost');
  const file = ada.getByLabel('The policy as a file');
  await file.fill(FILE('orders-care').replace('n = 1', 'n = 0'));
  const wrong = ada.getByRole('list', { name: 'What is wrong' });
  await expect(wrong).toContainText('is 0');
  await expect(wrong.getByRole('button', { name: /^Line \d+$/ }).first(), 'the list leads to the line').toBeEnabled();
  // And it stands beside its field, in the part of the form that was folded.
  const people = ada.getByLabel('How many people').first();
  await expect(people).toBeVisible();
  await expect(people).toHaveAttribute('aria-invalid', 'true');
  await expect(people).toHaveAccessibleDescription(/^It is 0/);
  await axe(ada);
  await file.fill(FILE('orders-care'));
  await expect(ada.getByRole('status')).toContainText('Nothing is wrong');
  await expect(people).not.toHaveAttribute('aria-invalid');
  // The form beside the file says the same, and writes it.
  await expect(ada.getByLabel('What it is for')).toHaveValue('Look after orders.');
  await ada.getByLabel('What it is for').fill('Look after orders of the shop.');
  await expect(file).toHaveValue(/Look after orders of the shop\./);
  await ada.getByRole('button', { name: 'Propose it' }).click();
  await expect(ada).toHaveURL(/\/proposals\/\d+$/);
  await expect(ada.getByRole('button', { name: 'Put in force' }), 'it takes a second author').toHaveCount(0);
  await axe(ada);

  const otto = await person('otto');
  await otto.goto(ada.url());
  await otto.getByRole('button', { name: 'Put in force' }).click();
  await otto.goto('/policies/orders-care');
  await expect(otto.getByRole('heading', { level: 1, name: 'orders-care' })).toBeVisible();
  await expect(otto.getByRole('main')).toContainText('Look after orders of the shop.');
  await axe(otto);
  await otto.goto('/policies/orders-care/simulate');
  await axe(otto);

  const dana = await person('dana');
  const request = await ask(dana, { policy: 'orders-care', minutes: 5 });
  await axe(dana);
  // Nobody of the first stage answers: after a second the operators are asked as well.
  await expect(timeline(dana).filter({ hasText: 'asked step 1 of the ladder' })).toBeVisible();
  const sam = await person('sam');
  await sam.goto(request);
  await expect(sam.getByRole('button', { name: 'Approve' }), 'the second stage is not asked yet').toHaveCount(0);
  const oscar = await person('oscar');
  await signOff(oscar, 'oscar', request);
  await signOff(sam, 'sam', request);
  await expect(state(dana)).toContainText('Approved');
  await open(dana);
  const credential = await showCredential(dana);
  expect(await query(credential, 'select current_user')).toBe(credential.account);
  await dana.goto(request);
  await dana.getByRole('button', { name: 'Make it 5 minutes longer' }).click();
  await expect(timeline(dana).filter({ hasText: 'made the access longer' })).toBeVisible();
  await giveBack(dana);
  await expect(state(dana)).toContainText('Returned');

  const rae = await person('rae');
  await rae.goto(request);
  await rae.getByRole('link', { name: 'Review this access' }).click();
  await axe(rae);
  await expect(rae.getByRole('region', { name: 'What was asked' })).toContainText('Dana');
  await expect(rae.getByRole('region', { name: 'What was allowed' })).toContainText('orders-care, version 1');
  await expect(rae.getByRole('region', { name: 'What was done' })).toContainText('made the access longer');
  await rae.getByRole('radio', { name: 'It was an exercise' }).check();
  await rae.getByLabel('Findings').fill('The ladder was needed: nobody of the leads answered.');
  await rae.getByLabel(/closing word/i).fill('An exercise, and all of it in order.');
  await rae.getByRole('button', { name: 'Record review' }).click();
  await expect(rae).toHaveURL(new RegExp(`${request}$`));
  await expect(rae.getByRole('main')).toContainText('An exercise, and all of it in order.');
});

test('who signed in a while ago proves anew who they are, and finds what they wrote', async ({ stranger }) => {
  const una = await stranger();
  await beginSignIn(una, '/new-policy');
  await choose(una, 'una', 1_801);
  const file = una.getByLabel('The policy as a file');
  await file.fill(FILE('orders-late'));
  await una.getByRole('button', { name: 'Propose it' }).click();
  await choose(una, 'una');
  await expect(una).toHaveURL(/\/new-policy$/);
  await expect(una.getByRole('main')).toContainText('You have proven anew who you are.');
  await expect(una.getByRole('alert'), 'nothing is wrong with what they wrote').toHaveCount(0);
  await expect(file).toHaveValue(/orders-late/);
  await axe(una);
  await una.getByRole('button', { name: 'Propose it' }).click();
  await expect(una).toHaveURL(/\/proposals\/\d+$/);
  await una.getByRole('button', { name: 'Take it off the table' }).click();
  await expect(una).toHaveURL(/\/policies$/);
});

test('an emergency is ratified, and one that was refused blocks the next until it is reviewed', async ({ person }) => {
  const eli = await person('eli');
  const request = await breakGlass(eli, { policy: 'orders-blaze', minutes: 2 });
  await expect(eli.getByRole('main')).toContainText('It has to be ratified.');
  const quinn = await person('quinn');
  await quinn.goto('/');
  await expect(quinn.getByRole('main'), 'who is to be alarmed is').toContainText('Eli');
  const ari = await person('ari');
  await ari.goto('/inbox');
  await expect(ari.getByRole('main').locator(`a[href="${request}"]`).first()).toBeVisible();
  await signOff(ari, 'ari', request);
  await expect(timeline(eli).filter({ hasText: 'completed what ratifies the emergency' })).toBeVisible();
  await giveBack(eli);
  await expect(state(eli)).toContainText('Returned');

  // Given back at once it has to be ratified all the same, and everybody is told so.
  const other = await breakGlass(eli, { policy: 'orders-blaze', minutes: 2 });
  await giveBack(eli);
  await expect(state(eli)).toContainText('Returned');
  await expect(eli.getByRole('main')).toContainText('It has to be ratified, although it is over.');
  await quinn.goto('/');
  await expect(quinn.getByRole('main')).toContainText('It has to be ratified, although it is over.');
  await ari.goto('/inbox');
  const toRatify = ari.getByRole('list', { name: 'Emergencies that wait to be ratified' });
  await expect(toRatify.locator(`a[href="${other}"]`)).toBeVisible();
  await signOff(ari, 'ari', other, 'Deny', 'Nothing was wrong.');
  await expect(eli.getByRole('main')).toContainText('It was refused.');

  await eli.goto('/');
  const owed = eli.getByRole('list', { name: 'Accesses of yours that wait for their review' });
  await expect(owed.locator(`a[href="${other}"]`)).toBeVisible();
  await expect(owed).toContainText('Somebody said no to this emergency. Ask somebody in reviewers to review it.');
  await axe(eli);
  await eli.goto('/break-glass?resource=orders-db&policy=orders-admin');
  await fillIn(eli, { reason: 'Orders are lost; customers are down.', urgency: 'SEV1' });
  await eli.getByRole('checkbox', { name: 'I break the glass.' }).check();
  await eli.getByRole('button', { name: 'Break the glass' }).click();
  await expect(eli.getByRole('alert').first()).toContainText('An earlier emergency of yours was denied');
  const rae = await person('rae');
  await rae.goto(`${other}/review`);
  await rae.getByRole('radio', { name: 'It was needed' }).check();
  await rae.getByLabel(/closing word/i).fill('It was one.');
  await rae.getByRole('button', { name: 'Record review' }).click();
  await breakGlass(eli, { minutes: 1 });
  await giveBack(eli);
  await expect(state(eli)).toContainText('Returned');
});

test('who is away lets somebody else sign, and what is asked anew is signed anew', async ({ person }) => {
  const lee = await person('lee');
  const nils = await person('nils');
  // Whom no policy asks has nothing to hand over, and is handed nothing.
  await nils.goto('/delegation');
  await expect(nils.getByRole('main')).toContainText('There is nothing to hand over.');
  await expect(nils.getByRole('main')).toContainText('No policy asks you to sign off.');
  await expect(nils.getByRole('combobox')).toHaveCount(0);
  await axe(nils);
  await person('sam');
  await lee.goto('/delegation');
  await axe(lee);
  const others = lee.getByRole('combobox').getByRole('option');
  await expect(others.filter({ hasText: 'Nils' })).toHaveCount(0);
  await lee.getByRole('combobox').selectOption({ label: 'Sam (security duty)' });
  await lee.getByRole('radio', { name: '1 day' }).check();
  await lee.getByRole('button', { name: 'Let them sign' }).click();
  await expect(lee.getByRole('main')).toContainText('Sam (security duty) signs in your place');
  const dana = await person('dana');
  const request = await ask(dana);
  await signOff(await person('ari'), 'ari', request);
  await expect(state(dana)).toContainText('Approved');
  await dana.getByRole('link', { name: 'Change the request' }).click();
  await expect(dana.getByRole('main')).toContainText('becomes void');
  await axe(dana);
  await dana.getByLabel('Reason').fill('Another customer, another order, the same trouble.');
  await dana.getByRole('button', { name: 'Change the request' }).click();
  expect(await onRequest(dana)).toBe(request);
  await expect(state(dana)).toContainText('Waits for sign-off');
  await lee.goto('/delegation');
  await lee.getByRole('button', { name: 'I am back' }).click();
});
