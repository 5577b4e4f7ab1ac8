// The verifier's page and the single file as people see them, proven and broken.

import { readFileSync } from 'node:fs';
import path from 'node:path';

import type { Page } from '@playwright/test';

import { expect, test } from '../support/fixtures.ts';
import { sampleLog, singleFile } from '../support/log-file.ts';
import { ask } from '../support/steps.ts';
import { verdict, verify } from '../support/verifying.ts';

const FOLDER = path.join(import.meta.dirname, '..', 'screenshots');
const WIDTHS = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

test('the verifier, proven and broken', async ({ person, stranger }) => {
  test.setTimeout(180_000);
  const dana = await person('dana');
  const request = await ask(dana);
  await dana.goto(request);
  const [download] = await Promise.all([dana.waitForEvent('download'), dana.getByRole('link', { name: 'Download evidence' }).click()]);
  const evidence = { name: download.suggestedFilename(), mimeType: 'application/json', buffer: readFileSync(await download.path()) };
  const quinn = await person('quinn');
  await quinn.goto('/verify');
  await expect(quinn.getByRole('button', { name: /use the server's key/i })).toBeEnabled();
  await shoot(quinn, 'verify');
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Proven');
  await shoot(quinn, 'verify-proven');
  await quinn.emulateMedia({ media: 'print', colorScheme: 'light' });
  await quinn.screenshot({ path: path.join(FOLDER, 'verify-proven-print.png'), fullPage: true });
  await quinn.emulateMedia({ media: null });

  // One request's evidence.
  await quinn.getByText('Only one request').click();
  await quinn.getByLabel('Evidence of a request').setInputFiles(evidence);
  await verify(quinn);
  await expect(quinn.locator('#result-sentence')).toContainText('about request');
  await shoot(quinn, 'evidence-proven');

  // A server that lies about one entry.
  await quinn.route('**/ledger/stream/**', async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    const at = body.indexOf('"duration_s":3600');
    if (at >= 0) body.write('"duration_s":7200', at);
    await route.fulfill({ response: answer, body });
  });
  await quinn.reload();
  await verify(quinn);
  await expect(verdict(quinn)).toHaveText('Not proven');
  await quinn.locator('#findings summary').first().click();
  await quinn.getByRole('slider', { name: /whole log/ }).focus();
  await shoot(quinn, 'verify-broken');

  const page = await stranger();
  await page.context().setOffline(true);
  await page.goto(singleFile());
  await shoot(page, 'file');
  const { vkey, bytes, entry } = sampleLog();
  await give(page, bytes, vkey);
  await expect(verdict(page)).toHaveText('Proven');
  await shoot(page, 'file-proven');
  const { start } = entry(17);
  bytes.write('7', bytes.indexOf('"seq":17', start) + '"seq":'.length);
  await give(page, bytes, vkey);
  await expect(verdict(page)).toHaveText('Not proven');
  await shoot(page, 'file-broken');
});

async function give(page: Page, bytes: Buffer, vkey: string): Promise<void> {
  await page.getByLabel('Log file').setInputFiles({ name: 'sample.breakglass-log', mimeType: 'application/octet-stream', buffer: bytes });
  await page.getByLabel('Key of the log').fill(vkey);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
}

async function shoot(page: Page, name: string): Promise<void> {
  for (const [width, size] of Object.entries(WIDTHS)) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate(() => scrollTo(0, 0));
      // Two frames: the ribbon is drawn anew in the first that follows a change.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await page.screenshot({ path: path.join(FOLDER, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(sideways, `${name} at ${width} width scrolls sideways by`).toBeLessThanOrEqual(0);
  }
}
