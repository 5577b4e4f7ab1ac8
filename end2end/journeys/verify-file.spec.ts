// The verifier as one file, opened from a disk on a machine without a network.

import { readFileSync } from 'node:fs';

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { sampleLog, singleFile } from '../support/log-file.ts';
import { verdict } from '../support/verifying.ts';

test('a lawful log is proven from its file, without any request', async ({ stranger }) => {
  const page = await opened(stranger);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await axe(page);
  await expect(page.getByRole('button', { name: 'Verify', exact: true }), 'a file and a key are missing').toBeDisabled();
  const { vkey, bytes } = sampleLog();
  await give(page, bytes, vkey);
  await expect(page.getByText('64 entries by its own word')).toBeVisible();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toHaveText('Proven');
  await expect(page.getByText('proved an intact sample log'), 'the verifier tried itself first').toBeVisible();
  await expect(page.getByRole('slider', { name: /whole log/ })).toHaveAttribute('aria-valuetext', 'Stretch 1 of 1: entries 0 to 63, proven.');
  await expect(page.getByLabel('Line for a ticket')).toHaveValue(/PROVEN · 64 entries, root .*sample\.breakglass-log/);
  await axe(page);
  expect(asked.filter((url) => !url.startsWith('blob:')), 'nothing was asked of anybody').toEqual([]);

  const [report] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the report (JSON)' }).click()]);
  const told = JSON.parse(readFileSync(await report.path(), 'utf8'));
  expect(told).toMatchObject({ proven: true, file: 'sample.breakglass-log', self_test: true, findings: [] });
  expect(told.verifier_sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('an altered entry is named, and the keyboard leads to its bytes', async ({ stranger }) => {
  const page = await opened(stranger);
  const { vkey, bytes, entry } = sampleLog();
  const { start, end } = entry(17);
  const text = bytes.subarray(start, end).toString();
  const altered = text.replace(/"seq":17\b/, '"seq":71');
  expect(altered, 'something was altered').not.toBe(text);
  bytes.write(altered, start);
  await give(page, bytes, vkey);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toHaveText('Not proven');
  await expect(page.locator('#findings .finding-place')).toHaveText(['#17']);
  const ribbon = page.getByRole('slider', { name: /whole log/ });
  await ribbon.focus();
  await expect(ribbon).toHaveAttribute('aria-valuetext', /^Stretch 2 of 3: entry 17, broken\./);
  await page.keyboard.press('ArrowRight');
  await expect(ribbon).toHaveAttribute('aria-valuetext', 'Stretch 3 of 3: entries 18 to 63, proven.');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Bytes as text' })).toContainText('"seq":71');
  await axe(page);

  // On paper: the finding open, the key's fingerprint, nothing to click.
  await page.locator('#findings summary').click();
  await expect(page.getByRole('region', { name: 'Bytes as text' })).toBeHidden();
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  await expect(page.getByRole('region', { name: 'Bytes as text' })).toBeVisible();
  await expect(page.locator('#record')).toContainText(/fingerprint SHA256:/);
  await expect(page.locator('#record')).toContainText(/SHA-256 [0-9a-f]{64}/);
  await expect(page.getByRole('button')).toHaveCount(0);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null });
  await expect(page.getByRole('region', { name: 'Bytes as text' })).toBeHidden();
});

test('what is no log file, and what is cut, is refused in a sentence', async ({ stranger }) => {
  const page = await opened(stranger);
  const { vkey, bytes } = sampleLog();
  await give(page, Buffer.from('%PDF-1.7 something else\n'), vkey);
  await expect(page.getByText('This is no whole log file')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Verify', exact: true })).toBeDisabled();
  await axe(page);
  await give(page, bytes.subarray(0, 1000), vkey);
  await expect(page.getByText('it was cut off')).toBeVisible();
  await give(page, bytes.subarray(0, bytes.length - 10), vkey);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page), 'the last entry ends early').toHaveText('Not proven');
  await give(page, Buffer.concat([bytes, Buffer.from([0, 1, 120])]), vkey);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(page.locator('#findings'), 'something stands behind the last entry').toContainText('more than the 64 entries');
  await give(page, bytes, vkey.replace(/\+[^+]*$/, '+AAAA'));
  await expect(page.getByLabel('Key of the log')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('button', { name: 'Verify', exact: true })).toBeDisabled();
});

test('a file can be dropped, and what one check saw is held against the next', async ({ stranger }) => {
  const page = await opened(stranger);
  const { vkey, bytes } = sampleLog();
  await page.getByLabel('Key of the log').fill(vkey);
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], 'dropped.breakglass-log'));
    return data;
  }, bytes.toString('base64'));
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toHaveText('Proven');
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save what was seen' }).click()]);
  const memory = JSON.parse(readFileSync(await saved.path(), 'utf8'));
  const give = (name: string) =>
    page.getByLabel(/What you saw of the log earlier/).setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(memory)) });
  await give('seen.json');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(page.getByText('Consistent with what was seen on')).toBeVisible();

  memory.logs[0].seen[0].root = `${'A'.repeat(43)}=`;
  await give('other.json');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toHaveText('Not proven');
  await page.locator('#findings summary').first().click();
  await expect(page.getByRole('region', { name: 'The note of now' })).toContainText('— ');
  await axe(page);
});

test('another key than the remembered one is told, whichever was given first, and a memory is read before a check', async ({ stranger }) => {
  const page = await opened(stranger);
  const { vkey, bytes } = sampleLog();
  const remembered = (key: string) => {
    const memory = { format: 'breakglass.memory/1', logs: [{ log: vkey.split('+')[0], vkey: key, confirmed: '2026-01-05T09:00:00Z', seen: [] }] };
    return page.getByLabel(/What you saw of the log earlier/).setInputFiles({ name: 'seen.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(memory)) });
  };
  const state = page.locator('#memory-state');
  const key = page.getByLabel('Key of the log');
  const button = page.getByRole('button', { name: 'Verify', exact: true });
  await remembered('another');
  await expect(state).toHaveText(/^seen\.json remembers 0 checkpoints of .*\.$/);
  await give(page, bytes, vkey);
  await expect(state).toContainText('It holds another key');
  await key.fill('');
  await expect(state).not.toContainText('It holds another key');
  await key.fill(vkey);
  await expect(state).toContainText('It holds another key');
  await remembered(vkey);
  await expect(state).not.toContainText('It holds another key');
  await remembered('another');
  await expect(state).toContainText('It holds another key');

  await expect(button).toBeEnabled();
  await page.evaluate(() => {
    const read = Blob.prototype.text;
    Blob.prototype.text = function (this: Blob) {
      return new Promise((resolve) => Object.assign(globalThis, { speak: () => resolve(read.call(this)) }));
    };
  });
  await remembered(vkey);
  await expect(button, 'the memory is still being read').toBeDisabled();
  await page.evaluate(() => (globalThis as unknown as { speak(): void }).speak());
  await expect(button).toBeEnabled();
  await expect(state).toHaveText(/^seen\.json remembers/);
});

test('a check can be cancelled even while the disk is silent', async ({ stranger }) => {
  const page = await opened(stranger);
  const { vkey, bytes } = sampleLog();
  await give(page, bytes, vkey);
  await expect(page.getByRole('button', { name: 'Verify', exact: true })).toBeEnabled();
  await page.evaluate(() => {
    const read = Blob.prototype.arrayBuffer;
    Object.assign(globalThis, { speak: () => (Blob.prototype.arrayBuffer = read) });
    Blob.prototype.arrayBuffer = () => new Promise(() => {});
  });
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Cancelled after 0 entries. Nothing was judged.')).toBeVisible();
  await page.evaluate(() => (globalThis as unknown as { speak(): void }).speak());
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toHaveText('Proven');
});

test('the log that a portal gives away is proven without the portal', async ({ person, stranger }) => {
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  const vkey = (await quinn.request.get('/ledger/vkey').then((answer) => answer.text())).trim();
  const [given] = await Promise.all([quinn.waitForEvent('download'), quinn.getByRole('link', { name: 'the whole log as one file' }).click()]);
  const page = await opened(stranger);
  await give(page, readFileSync(await given.path()), vkey);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(verdict(page)).toHaveText('Proven');
  await expect(page.getByText(`of ${vkey.split('+')[0]} are as they were signed`)).toBeVisible();
});

async function opened(stranger: (options?: object) => Promise<Page>): Promise<Page> {
  const page = await stranger();
  await page.context().setOffline(true);
  await page.goto(singleFile());
  return page;
}

async function give(page: Page, bytes: Buffer, vkey: string): Promise<void> {
  await page.getByLabel(/^Log file/).setInputFiles({ name: 'sample.breakglass-log', mimeType: 'application/octet-stream', buffer: bytes });
  await page.getByLabel('Key of the log').fill(vkey);
}
