// The pages of recorded work at two widths in two schemes: nothing scrolls sideways, axe finds nothing; with pictures
// for people to look at.

import path from 'node:path';

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test, type Parts } from '../support/parts.ts';
import { session } from '../support/recorded.ts';

const FOLDER = path.join(import.meta.dirname, '..', 'screenshots');
const WIDTHS = { phone: { width: 360, height: 740 }, desk: { width: 1280, height: 900 } };
const OPENED = { status: 200, body: { recording: '0198a7c0-0000-7000-8000-00000000000a', expires_at_ms: Date.now() + 3_000_000, account: 'bg_0198a7c0000070008000000000000001' } };

/** What makes of a page what is to be looked at. */
const PAGES: Record<string, (page: Page, parts: Parts) => Promise<void>> = {
  console: async () => {},
  'console-used': async (page, parts) => {
    await page.goto('/pages/console');
    parts.answers['open'] = [OPENED];
    const text = "select id, customer, total, note -- the stuck ones\n  from orders\n where state = 'stuck' and total > 100.50\n order by id";
    const rows = Array.from({ length: 12 }, (_, at) => [String(4_711 + at), `Customer ${at}`, `${at * 17}.50`, at % 3 ? null : 'called twice, and asks to be told when it moves on again']);
    parts.answers['run'] = [
      [
        { type: 'statement', index: 0, text },
        { type: 'columns', columns: [{ name: 'id', type: 'bigint' }, { name: 'customer', type: 'text' }, { name: 'total', type: 'numeric' }, { name: 'note', type: 'text' }] },
        { type: 'rows', rows },
        { type: 'more' },
      ],
      [
        { type: 'statement', index: 0, text: 'begin' }, { type: 'done', tag: 'BEGIN', rows: null, ms: 1 }, { type: 'transaction', state: 'open' },
        { type: 'statement', index: 1, text: 'set role orders_owner' }, { type: 'refused', class: 'set_role' },
        { type: 'statement', index: 2, text: 'select * from ordrs' },
        { type: 'error', cancelled: false, code: '42P01', message: 'relation "ordrs" does not exist', hint: 'Perhaps you meant "orders".', position: 15 }, { type: 'transaction', state: 'failed' },
      ],
    ];
    const editor = page.getByRole('textbox', { name: 'Statements' });
    await editor.fill(text);
    await editor.press('Control+Enter');
    await expect(page.getByRole('button', { name: 'Show more rows' })).toBeVisible();
    await editor.fill('begin; set role orders_owner;\nselect * from ordrs');
    await editor.press('Control+Enter');
    await expect(page.getByText('Transaction failed')).toBeVisible();
  },
  terminal: async () => {},
  'terminal-used': async (page, parts) => {
    await page.goto('/pages/terminal');
    parts.answers['open'] = [OPENED];
    await page.getByRole('button', { name: 'Start the session' }).click();
    await expect.poll(() => parts.sockets.length).toBe(1);
    parts.sockets[0]!.output(colours());
    await expect(page.getByRole('group', { name: 'Screen' })).toContainText('web-01');
  },
  'terminal-running': async (page, parts) => {
    await page.goto('/pages/terminal-running');
    await expect.poll(() => parts.followed).toBe(1);
    parts.tell({ version: 2, width: 100, height: 24 }, [0.5, 'o', colours()]);
    await expect(page.getByRole('group', { name: 'Screen, as it is now' })).toContainText('web-01');
  },
  'terminal-over': async (page, parts) => {
    parts.chunks = session();
    await page.goto('/pages/terminal-over');
    await expect(page.getByText('All 3 parts fit')).toBeVisible();
    await page.getByRole('slider').fill('62');
    await page.getByRole('searchbox').fill('systemctl');
    await page.keyboard.press('Enter');
  },
  'terminal-broken': async (page, parts) => {
    const [one, two, three] = session();
    parts.chunks = [one!, { ...two!, lines: `${two!.lines} ` }, three!];
    await page.goto('/pages/terminal-over');
    await expect(page.getByText('Not proven in full')).toBeVisible();
  },
  'sql-running': async () => {},
  'sql-over': async () => {},
  list: async () => {},
  'list-empty': async () => {},
};

for (const [name, prepare] of Object.entries(PAGES)) {
  test(`${name} at two widths in two schemes`, async ({ page, parts }) => {
    test.setTimeout(60_000);
    await page.goto(`/pages/${name in { 'console-used': 1, 'terminal-used': 1, 'terminal-broken': 1 } ? 'list' : name}`);
    await prepare(page, parts);
    for (const [width, viewport] of Object.entries(WIDTHS)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.waitForTimeout(200);
        await axe(page);
        await page.screenshot({ path: path.join(FOLDER, `recorded-${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect.soft(sideways, `${name} at ${width} width scrolls sideways by`).toBeLessThanOrEqual(0);
    }
  });
}

test('the list of actions on paper has nothing to press', async ({ page }) => {
  await page.goto('/pages/sql-over');
  await page.emulateMedia({ media: 'print', colorScheme: 'light' });
  await expect(page.getByRole('button').filter({ visible: true })).toHaveCount(0);
  await expect(page.getByText('orders_owner')).toBeVisible();
  await page.screenshot({ path: path.join(FOLDER, 'recorded-sql-over-print.png'), fullPage: true });
});

/** Sixteen colours in both kinds, some of the cube, and what letters may look like. */
function colours(): string {
  const row = (base: number) => Array.from({ length: 8 }, (_, at) => `\x1b[${base + at}m colour \x1b[0m`).join('');
  const cube = Array.from({ length: 36 }, (_, at) => `\x1b[48;5;${16 + at * 6}m ${at % 10} `).join('');
  return [
    '\x1b[1;32mdeploy@web-01\x1b[0m:\x1b[1;34m~/releases\x1b[0m$ colours', row(30), row(90), row(40), row(100), `${cube}\x1b[0m`,
    '\x1b[1mbold\x1b[0m \x1b[2mfaint\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m \x1b[9mstruck\x1b[0m \x1b[7minverse\x1b[0m \x1b[7;31minverse red\x1b[0m 表示 é',
    '\x1b[1;32mdeploy@web-01\x1b[0m:\x1b[1;34m~/releases\x1b[0m$ ',
  ].join('\r\n');
}
