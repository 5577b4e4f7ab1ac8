// A request as a file to keep: whoever it concerns downloads it, and it holds what its page shows.

import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { singleFile } from '../support/log-file.ts';
import { ask, signOff } from '../support/steps.ts';
import { verdict, verify } from '../support/verifying.ts';

/** What a file of this kind holds (the log's format, section 12), as far as the journeys look at it. */
interface Bundle {
  format: string;
  log: string;
  request: string;
  checkpoint: string;
  entries: { seq: number; entry: string; proof: string[] }[];
  openings: { seq: number; field: string; salt: string; text: string }[];
}

/** Presses the link on the request's page, and reads what came. */
async function download(page: Page, request: string): Promise<Bundle> {
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download evidence' }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toBe(`breakglass-evidence-${idOf(request)}.json`);
  return JSON.parse(await readFile(await file.path(), 'utf8')) as Bundle;
}

function idOf(request: string): string {
  return request.slice(request.lastIndexOf('/') + 1);
}

function kinds(bundle: Bundle): string[] {
  const parsed = bundle.entries.map(({ entry }) => JSON.parse(Buffer.from(entry, 'base64').toString('utf8')) as { kind: string });
  return parsed.map(({ kind }) => kind);
}

test('whoever asked takes the evidence away, with the words that they see', async ({ person }) => {
  const dana = await person('dana');
  const request = await ask(dana, { reason: 'A customer cannot see an order they paid for.' });
  await signOff(await person('ari'), 'ari', request, 'Approve', 'Called back, it is real.');
  await dana.goto(request);
  await expect(dana.getByRole('heading', { name: 'Evidence' })).toBeVisible();
  await axe(dana);
  const bundle = await download(dana, request);
  expect(bundle.format).toBe('breakglass.evidence/1');
  expect(bundle.request).toBe(idOf(request));
  expect(bundle.checkpoint.split('\n')[0]).toBe(bundle.log);
  expect(kinds(bundle)).toEqual(expect.arrayContaining(['ledger.opened', 'policy.activated', 'request.submitted', 'signoff.given', 'request.approved']));
  const size = Number(bundle.checkpoint.split('\n')[1]);
  for (const { seq } of bundle.entries) expect(seq).toBeLessThan(size);
  const words = bundle.openings.map(({ field, text }) => [field, text]);
  expect(words).toContainEqual(['reason', 'A customer cannot see an order they paid for.']);
  expect(words).toContainEqual(['note', 'Called back, it is real.']);
  expect(words.map(([field]) => field)).not.toContain('id_token');
});

test('an auditor takes the same entries, and no words', async ({ person }) => {
  const request = await ask(await person('dana'));
  const quinn = await person('quinn');
  await quinn.goto(request);
  const bundle = await download(quinn, request);
  expect(kinds(bundle)).toContain('request.submitted');
  expect(bundle.openings).toEqual([]);
});

test('it is proven by the portal’s page and by the single file without the portal, and an altered one is not', async ({ person, stranger }) => {
  const request = await ask(await person('dana'));
  await signOff(await person('ari'), 'ari', request);
  const quinn = await person('quinn');
  const vkey = await quinn.request.get('/ledger/vkey').then((answer) => answer.text());
  await quinn.goto(request);
  const coming = quinn.waitForEvent('download');
  await quinn.getByRole('link', { name: 'Download evidence' }).click();
  const buffer = await readFile(await (await coming).path());
  const [name, mimeType] = ['evidence.json', 'application/json'];
  const bundle = JSON.parse(buffer.toString()) as Bundle;
  const last = bundle.entries.at(-1)!;
  last.proof[0] = Buffer.alloc(32, 1).toString('base64');
  const altered = Buffer.from(JSON.stringify(bundle));

  await quinn.goto('/verify');
  await quinn.getByText('Only one request').click();
  await quinn.getByLabel('Evidence of a request').setInputFiles({ name, mimeType, buffer });
  await axe(quinn);
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await expect(quinn.locator('#result-sentence')).toContainText(`Whether there are others about request ${idOf(request)}, only the whole log shows.`);
  const size = Number(bundle.checkpoint.split('\n')[1]);
  await expect(quinn.locator('#ribbon-end'), 'the ribbon is the whole log').toHaveText(`entry ${size - 1}`);
  await expect(quinn.getByLabel('Line for a ticket'), 'no word of the whole log').toHaveValue(/: evidence of one request, not the whole log: PROVEN · /);
  await axe(quinn);

  const page = await stranger({ offline: true });
  await page.goto(singleFile());
  await page.getByLabel('Key of the log').fill(vkey.trim());
  for (const [file, verdict_] of [[buffer, 'Proven'], [altered, 'Not proven']] as const) {
    await page.getByLabel(/^Log file/).setInputFiles({ name, mimeType, buffer: file });
    await expect(page.getByText('evidence.json: the evidence of one request')).toBeVisible();
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await expect(verdict(page)).toHaveText(verdict_);
  }
  await expect(page.locator('#findings .finding-place').first()).toHaveText(`#${last.seq}`);
  await axe(page);
});

test('an entry of the log has a receipt to keep', async ({ person }) => {
  const quinn = await person('quinn');
  await quinn.goto('/log');
  const bytes = quinn.locator('details', { hasText: 'Bytes of entry' }).first();
  await bytes.locator('summary').click();
  const coming = quinn.waitForEvent('download');
  await bytes.getByRole('link', { name: /^Receipt of entry/ }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/^entry-\d+\.tlog-proof$/);
  expect(await readFile(await file.path(), 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/);
});
