// The auditor's browser proves the record, or shows exactly where somebody altered it.

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { startSpare } from '../support/portal.ts';
import { sql } from '../support/postgres.ts';
import { signIn } from '../support/sign-in.ts';
import { ask, signOff } from '../support/steps.ts';
import { verdict, verify } from '../support/verifying.ts';

test('a whole log is proven, and the proof is remembered', async ({ person }) => {
  await ask(await person('dana'));
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  await axe(quinn);
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await expect(quinn.getByRole('heading', { name: /finding/i })).toBeHidden();
  await expect(quinn.getByText(/it had [\d,]+ entries under root/)).toBeVisible();
  await axe(quinn);
  await quinn.reload();
  await verify(quinn);
  await expect(verdict(quinn), 'and it is consistent with what this browser saw').toHaveText('Proven');
});

test('another key than the one in hand proves nothing', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  const mine = await quinn.request.get('/ledger/vkey').then((answer) => answer.text());
  const [name, id] = mine.trim().split('+');
  await quinn.getByLabel('Key of the log').fill(`${name}+${id}+AAAA`);
  await expect(quinn.getByRole('button', { name: 'Verify', exact: true })).toBeDisabled();
});

test('an entry altered past every trigger is named, and opens to its bytes', async ({ stranger, browserName: _ }) => {
  test.setTimeout(120_000);
  const doomed = await startSpare('doomed');
  try {
    const at = { baseURL: doomed.url };
    const dana = await stranger(at);
    await signIn(dana, 'dana');
    const first = await ask(dana);
    await ask(dana);
    const sam = await stranger(at);
    await signIn(sam, 'sam');
    await signOff(sam, 'sam', first);
    const quinn = await stranger(at);
    await signIn(quinn, 'quinn');
    await quinn.goto('/verify');
    await verify(quinn);
    await expect(verdict(quinn)).toHaveText('Proven');

    const seq = await tamper(doomed.database, first);
    await quinn.reload();
    await verify(quinn);
    await expect(verdict(quinn)).toHaveText('Not proven');
    const places = quinn.locator('#findings .finding-place');
    expect([...new Set(await places.allInnerTexts())], 'this entry and no other').toEqual([`#${seq}`]);
    await axe(quinn);
    await places.first().click();
    await expect(quinn.getByRole('region', { name: 'Bytes as text' }).first()).toContainText('"duration_s":7200');
    await expect(quinn.getByRole('region', { name: 'Bytes in hexadecimal' }).first()).toContainText('00000');
    await axe(quinn);
  } finally {
    await doomed.stop();
  }
});

/** As superuser, past triggers and event triggers: the request was for two hours, it says now. Gives its seq. */
async function tamper(database: string, request: string): Promise<string> {
  const id = request.split('/').pop();
  return sql(
    database,
    `begin;
     alter event trigger ledger_guard disable;
     alter table ledger_entry disable trigger all;
     with altered as (
       update ledger_entry set bytes = convert_to(replace(convert_from(bytes, 'utf8'), '"duration_s":3600', '"duration_s":7200'), 'utf8')
       where convert_from(bytes, 'utf8') like '%"kind":"request.submitted"%${id}%' returning seq
     ) select seq from altered;
     alter table ledger_entry enable always trigger ledger_entry_append_only;
     alter event trigger ledger_guard enable;
     commit;`,
  );
}
