// What no page may do, watched on every page of every journey.

import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test';

import { handed } from './environment.ts';

/** Collects what went wrong in the browser. A journey with findings has failed, whatever else it saw. */
export class Guard {
  readonly findings: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** Expects a finding: a page that is asked for in vain says so in the console too. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  async watch(context: BrowserContext): Promise<void> {
    await context.exposeBinding('reportViolation', ({ page }, what: string) => this.#note(page, `CSP violation: ${what}`));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const what = `${event.violatedDirective} blocked ${event.blockedURI || 'inline'} at ${event.sourceFile}:${event.lineNumber}`;
        (window as unknown as { reportViolation(what: string): void }).reportViolation(what);
      });
    });
    context.on('page', (page) => this.#follow(page));
  }

  /** Without scripts nothing can be injected: the console and the answers still tell. */
  watchWithoutScripts(context: BrowserContext): void {
    context.on('page', (page) => this.#follow(page));
  }

  #follow(page: Page): void {
    page.on('console', (message) => this.#console(page, message));
    page.on('pageerror', (error) => this.#note(page, `uncaught: ${error.message}`));
    page.on('crash', () => this.#note(page, 'the page crashed'));
    page.on('response', (response) => {
      if (response.status() >= 500) this.#note(page, `${response.status()} from ${response.request().method()} ${response.url()}`);
    });
  }

  #console(page: Page, message: ConsoleMessage): void {
    const violation = /content security policy|trusted type/i.test(message.text());
    if (message.type() === 'error' || violation) {
      this.#note(page, `console: ${message.text()} (${message.location().url})`);
    }
  }

  #note(page: Page | undefined, what: string): void {
    // The provider's own pages are its own affair.
    if (page?.url().startsWith(handed.issuer())) return;
    if (!this.#allowed.some((pattern) => pattern.test(what))) this.findings.push(`${page?.url() ?? 'a page'}: ${what}`);
  }
}
