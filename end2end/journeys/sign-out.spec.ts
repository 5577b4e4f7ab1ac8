// The ways a sign-in ends.

import { handed } from '../support/environment.ts';
import { expect, test } from '../support/fixtures.ts';
import { beginSignIn, choose } from '../support/sign-in.ts';

test('signing out ends the sign-in here and at the provider, and the old cookie opens nothing', async ({ person }) => {
  const dana = await person('dana');
  const old = await dana.context().cookies(handed.portal());
  const session = old.find(({ name }) => name === '__Host-breakglass');
  expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
  await dana.getByRole('button', { name: 'Sign out' }).first().click();
  await dana.getByRole('button', { name: 'Sign out' }).click();
  await expect(dana).toHaveURL(/\/sign-in/);
  await dana.context().addCookies(old);
  await dana.goto('/');
  await expect(dana).toHaveURL(/\/sign-in/);
});

test('signing out at the provider ends the sign-in here', async ({ person }) => {
  const dana = await person('dana');
  const elsewhere = await person('dana');
  const provider = await dana.context().newPage();
  await provider.goto(`${handed.issuer()}/session/end`);
  await provider.getByRole('button', { name: 'Sign out' }).click();
  await expect(provider.getByRole('heading', { name: 'Signed out' })).toBeVisible();
  await dana.goto('/');
  await expect(dana).toHaveURL(/\/sign-in/);
  await elsewhere.goto('/');
  await expect(elsewhere, 'their other browser is another session').toHaveURL(`${handed.portal()}/`);
});

test('the session has another name after signing in', async ({ stranger }) => {
  const page = await stranger();
  const name = async () => (await page.context().cookies(handed.portal())).find((cookie) => cookie.name === '__Host-breakglass')?.value;
  await beginSignIn(page);
  const before = await name();
  expect(before, 'the flow is bound to this browser').toBeTruthy();
  await choose(page, 'dana');
  await expect(page).toHaveURL(`${handed.portal()}/`);
  expect(await name()).not.toBe(before);
});

test('whoever goes back from the provider is told and can try again', async ({ stranger, guard }) => {
  guard.allow(/status of 4\d\d/);
  const page = await stranger();
  await beginSignIn(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { name: 'The identity provider did not sign you in' })).toBeVisible();
  await page.getByRole('link', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Sign in with single sign-on' })).toBeVisible();
});
