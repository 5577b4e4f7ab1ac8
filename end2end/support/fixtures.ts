// The test function of all journeys: people with browsers of their own, and a guard on every page.

import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';

import { handed } from './environment.ts';
import { Guard } from './guard.ts';
import type { PersonName } from './people.ts';
import { signIn } from './sign-in.ts';

interface Fixtures {
  guard: Guard;
  /** A browser of its own with nobody signed in. */
  stranger: (options?: BrowserContextOptions) => Promise<Page>;
  /** A person in a browser of their own, signed in, on the first page. */
  person: (name: PersonName, options?: BrowserContextOptions) => Promise<Page>;
}

export const test = base.extend<Fixtures>({
  // The configuration is read before the set-up knows the port.
  baseURL: async ({}, use) => use(handed.portal()),

  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    expect(guard.findings, 'nothing went wrong in any page').toEqual([]);
  },

  context: async ({ context, guard }, use) => {
    await guard.watch(context);
    await use(context);
  },

  stranger: async ({ browser, guard }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (options = {}) => {
      const context = await browser.newContext(options);
      opened.push(context);
      if (options.javaScriptEnabled === false) guard.watchWithoutScripts(context);
      else await guard.watch(context);
      return context.newPage();
    });
    await Promise.all(opened.map((context) => context.close()));
  },

  person: async ({ stranger }, use) => {
    await use(async (name, options = {}) => {
      const page = await stranger(options);
      await signIn(page, name);
      return page;
    });
  },
});

export { expect };
