// The other browser: Debian's Firefox, by WebDriver BiDi. Playwright drives a Firefox of its own only.

import { existsSync } from 'node:fs';

import puppeteer from 'puppeteer-core';

/** What Playwright's pages and Puppeteer's have in common, as far as it is needed here. */
export interface Scripted {
  goto(url: string): Promise<unknown>;
  evaluate<Result>(script: () => Result | Promise<Result>): Promise<Result>;
  evaluate<Argument, Result>(script: (argument: Argument) => Result | Promise<Result>, argument: Argument): Promise<Result>;
}

/** Hands over a page of a Firefox of its own, which is gone afterwards. */
export async function inFirefox(use: (page: Scripted) => Promise<void>): Promise<void> {
  const executablePath = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr';
  if (!existsSync(executablePath)) throw new Error(`there is no Firefox at ${executablePath}; set FIREFOX_PATH`);
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  try {
    await use((await browser.newPage()) as unknown as Scripted);
  } finally {
    await browser.close();
  }
}
