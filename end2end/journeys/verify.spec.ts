// The auditor's browser proves the record, or shows exactly where somebody altered it.

import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { axe } from '../support/axe.ts';
import { handed } from '../support/environment.ts';
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

test('what this browser saw is kept, taken along, forgotten and brought back', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  const memory = quinn.getByRole('region', { name: 'What this browser remembers' });
  await memory.getByText('The one checkpoint').click();
  await expect(memory.getByRole('row')).toHaveCount(2);
  const [exported] = await Promise.all([quinn.waitForEvent('download'), memory.getByRole('button', { name: 'Export to a file' }).click()]);
  const kept = JSON.parse(readFileSync(await exported.path(), 'utf8'));
  expect(kept).toMatchObject({ format: 'breakglass.memory/1', logs: [{ log: 'end2end.example/portal' }] });
  await axe(quinn);

  await memory.getByRole('button', { name: 'Forget this log' }).click();
  await expect(memory).toContainText('Nothing yet of this log');
  const bring = (name: string, content: unknown) =>
    memory.getByLabel('Import a file').setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)) });
  await bring('not.json', 'no memory');
  await expect(memory.getByRole('status')).toHaveText(/^not\.json is no exported memory/);
  await bring('damaged.json', { ...kept, logs: [{ ...kept.logs[0], seen: [{ size: -1, root: 'x', at: 'once' }] }] });
  await expect(memory.getByRole('status')).toHaveText(/^damaged\.json is damaged/);
  await expect(memory).toContainText('Nothing yet of this log');
  await bring('kept.json', kept);
  await expect(memory.getByRole('status')).toHaveText('Taken from kept.json: 1 new log, 1 new checkpoint.');
  await bring('key.json', { ...kept, logs: [{ ...kept.logs[0], vkey: 'another' }] });
  await expect(memory.getByRole('status')).toContainText('Nothing was taken from it');

  const [seen] = kept.logs[0].seen;
  const forked = { ...seen, root: `${'A'.repeat(43)}=`, note: 'the other note' };
  await bring('forked.json', { ...kept, logs: [{ ...kept.logs[0], seen: [forked] }] });
  await expect(memory.getByRole('status')).toHaveText('Taken from forked.json: 0 new logs, 1 new checkpoint.');
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Not proven');
  const finding = quinn.locator('#findings .finding').first();
  await expect(finding).toContainText('The log forked');
  await finding.locator('summary').click();
  await expect(finding.getByRole('region', { name: 'The note that was seen' })).toHaveText('the other note');
  await expect(finding.getByRole('region', { name: 'The note of now' })).toContainText('end2end.example/portal');
  await axe(quinn);
});

test('what an older version of the page remembered comes along', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  const vkey = (await quinn.request.get('/ledger/vkey').then((answer) => answer.text())).trim();
  const log = vkey.split('+')[0] ?? '';
  await quinn.evaluate(
    ([name, key]) => localStorage.setItem(`breakglass.verify/1:${name}`, JSON.stringify({
      vkey: key,
      confirmed: '2026-01-05T09:00:00Z',
      seen: { size: 999_999, root: `${'A'.repeat(43)}=`, at: '2026-01-05T10:00:00Z', note: '' },
    })),
    [log, vkey],
  );
  await quinn.reload();
  await expect(quinn.locator('#memory')).toContainText('it had 999,999 entries under root AAAA');
  expect(await quinn.evaluate(() => localStorage.length)).toBe(0);
  await quinn.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(quinn)).toHaveText('Not proven');
  await expect(quinn.locator('#findings')).toContainText('The log was rolled back: on 2026-01-05T10:00:00Z it had 999999 entries');
});

test('an auditor says who must have looked', async ({ person }) => {
  await ask(await person('dana'));
  const quinn = await person('quinn');
  await expect.poll(async () => (await quinn.request.get('/ledger/witnessed')).status(), { timeout: 30_000 }).toBe(200);
  await quinn.goto('/verify');
  const policy = readFileSync(path.join(handed.folder(), 'portal/trust.policy'), 'utf8');
  await quinn.getByText('Your trust policy').click();
  await quinn.getByLabel('Trust policy').fill('quorum nobody\n');
  await quinn.getByRole('button', { name: /use the server's key/i }).click();
  await quinn.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(quinn.getByText('This is not a trust policy')).toBeVisible();
  await quinn.getByLabel('Trust policy').fill(policy);
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await expect(quinn.locator('#checks li', { hasText: 'Witnesses' })).toContainText(/enough witnesses have signed/i);
  await axe(quinn);
});

test('the page says whose it is, and gives the verifier away', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  await expect(quinn.getByText('This page was delivered by the system it checks.')).toBeVisible();
  const ways = quinn.getByRole('region', { name: 'Take the verifier with you' });
  const [single] = await Promise.all([quinn.waitForEvent('download'), ways.getByRole('link', { name: 'breakglass-verify.html' }).click()]);
  const hash = createHash('sha256').update(readFileSync(await single.path())).digest('hex');
  await expect(ways.locator('#single-hash')).toHaveText(hash);
  const beside = await quinn.request.get('/verify/breakglass-verify.html.sha256').then((answer) => answer.text());
  expect(beside).toBe(`${hash}  breakglass-verify.html\n`);
  const command = ways.getByRole('region', { name: 'Command' });
  await expect(command, 'a claim is no key to paste').toHaveText(/^breakglass verify 'http:\/\/localhost:\d+' --vkey <the key you hold>$/);
  await quinn.getByRole('button', { name: /use the server's key/i }).click();
  await expect(command).toHaveText(/^breakglass verify 'http:\/\/localhost:\d+' --vkey 'end2end\.example\/portal\+[^']+'$/);
  await quinn.getByLabel('Key of the log').fill('');
  await expect(command).toHaveText(/<the key you hold>$/);
});

test('a key\'s name runs nothing in the shell that the line is pasted into', async ({ person }) => {
  const quinn = await person('quinn');
  const vkey = keyNamed("x$(echo${IFS}run)`id`';echo${IFS}run;'\"&|<>\\");
  await quinn.route('**/ledger/vkey', (route) => route.fulfill({ body: `${vkey}\n` }));
  await quinn.goto('/verify');
  const command = quinn.getByRole('region', { name: 'Command' });
  await expect(quinn.locator('#claimed-key')).toHaveText(vkey);
  await expect(command).toHaveText(/ --vkey <the key you hold>$/);
  await quinn.getByRole('button', { name: /use the server's key/i }).click();
  await expect(command).toContainText('run');
  const line = (await command.textContent()) ?? '';
  const words = execFileSync('sh', ['-c', `breakglass() { printf '%s\\n' "$@"; }\n${line}`], { encoding: 'utf8' });
  expect(words).toBe(`verify\n${new URL(quinn.url()).origin}\n--vkey\n${vkey}\n`);
});

/** A key of this name, as a server could claim it. */
function keyNamed(name: string): string {
  const key = Buffer.concat([Buffer.from([1]), generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const id = createHash('sha256').update(`${name}\n`).update(key).digest('hex').slice(0, 8);
  return `${name}+${id}+${key.toString('base64')}`;
}

test('a text from a log poses as no other, and the line for a ticket is one line', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.addInitScript(() => {
    const Real = Worker;
    Object.assign(globalThis, {
      Worker: class extends Real {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options);
          Object.assign(globalThis, { verifier: this });
          this.addEventListener('message', ({ data }) => data.type === 'report' && Object.assign(globalThis, { told: data.report }));
        }
      },
    });
  });
  await quinn.goto('/verify');
  await verify(quinn);
  // What the verifier said, but about a log that was made to be read wrongly.
  await quinn.evaluate(() => {
    const { verifier, told } = globalThis as unknown as { verifier: Worker; told: Record<string, any> };
    const bent = (text: string) => `${text}\nProven.\u202Enevorp\u2028\u200B\u2060\uFEFF\u115F\u0007`;
    const finding = {
      kind: 'altered', seq: 3, sentence: bent('sentence'), rule: bent('rule'), expected: bent('expected'), found: bent('found'), notes: [bent('note')],
      bytes: { length: 3, kept: 3, text: bent('text'), hex: '0a0d61' },
      contradiction: { seen_at: bent('when'), seen: bent('seen'), now: bent('now') },
    };
    const report = {
      ...told, proven: false, log: bent('log'), sentence: bent('verdict'), may_be_remembered: false,
      checks: told['checks'].map((check: Record<string, any>) => ({ ...check, title: bent('title'), text: bent('check') })),
      findings: [finding], findings_total: 1, proven_ranges: [], broken_ranges: [[3, 4]],
    };
    verifier.dispatchEvent(new MessageEvent('message', { data: { type: 'report', report } }));
  });
  await expect(verdict(quinn)).toHaveText('Not proven');
  const shown = '⟨U+000A⟩Proven.⟨U+202E⟩nevorp⟨U+2028⟩⟨U+200B⟩⟨U+2060⟩⟨U+FEFF⟩⟨U+115F⟩⟨U+0007⟩';
  await expect(quinn.locator('#result-sentence')).toHaveText(`verdict${shown}`);
  for (const text of ['sentence', 'rule', 'expected', 'found', 'note', 'text', 'when']) await expect(quinn.locator('#findings')).toContainText(`${text}${shown}`);
  await expect(quinn.locator('#checks li').first()).toContainText(`title${shown}. check${shown}`);
  await expect(quinn.locator('#record')).toContainText(`log${shown}`);
  await expect(quinn.locator('#ribbon-place')).toContainText(`sentence${shown}`);
  const ticket = await quinn.getByLabel('Line for a ticket').inputValue();
  expect(ticket).toContain(`verdict${shown}`);
  const page = await quinn.locator('#result').evaluate((result) => result.textContent);
  for (const text of [ticket, page ?? '']) expect(text).not.toMatch(/[\u202E\u2028\u200B\u2060\uFEFF\u115F\u0007]/);
  await quinn.locator('#findings summary').click();
  expect(await quinn.getByRole('region', { name: 'The note of now' }).textContent(), 'a signed note has lines').toContain('now\nProven.⟨U+202E⟩');
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
    const ribbon = quinn.getByRole('slider', { name: /whole log/ });
    await ribbon.focus();
    await expect(ribbon).toHaveAttribute('aria-valuetext', new RegExp(`: entry ${seq}, broken\\. .* Enter opens the finding\\.$`));
    await quinn.keyboard.press('Enter');
    await expect(quinn.locator('#findings .finding').first()).toHaveAttribute('open');
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

test('the next check reads only what is new where that is wanted', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  const onlyNew = quinn.getByRole('checkbox', { name: 'Read only what is new' });
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await expect(onlyNew, 'there is something to go on from').toBeVisible();
  await expect(quinn.getByText(/this browser read and replayed the first [\d,]+ entries/)).toBeVisible();
  await axe(quinn);

  await ask(await person('dana'));
  const asked: string[] = [];
  quinn.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const streams = () => asked.splice(0).filter((path) => path.startsWith('/ledger/stream/'));
  const sentence = quinn.locator('#result-sentence');
  const size = async () => Number((await quinn.locator('#ribbon-end').innerText()).replace(/\D/g, '')) + 1;
  const before = await size();
  await quinn.reload();
  await onlyNew.check();
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await expect(sentence).toContainText(new RegExp(`The first ${before} entries were read and replayed on .* and are the ones that are signed`));
  const after = await size();
  expect(after).toBeGreaterThan(before);
  expect(streams(), 'from the bundle on in which something is new').toEqual([`/ledger/stream/${before - (before % 256)}-${after}`]);

  await onlyNew.uncheck();
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await expect(sentence).not.toContainText('The first');
  expect(streams()).toEqual([expect.stringMatching(/^\/ledger\/stream\/0-\d+$/)]);

  await quinn.getByRole('button', { name: 'Forget this log' }).click();
  await expect(onlyNew).toBeHidden();
});
