// The SQL console: what it asks, what it makes of the answers, and who can use it.

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test, type Parts } from '../support/parts.ts';

const OPENED = { status: 200, body: { recording: '0198a7c0-0000-7000-8000-00000000000a', expires_at_ms: Date.now() + 3_000_000, account: 'bg_0198a7c0' } };
const TEXT = 'select id, note from orders';
const COLUMNS = { type: 'columns', columns: [{ name: 'id', type: 'bigint' }, { name: 'note', type: 'text' }] };

const statement = (text: string, index = 0) => ({ type: 'statement', index, text });
const editor = (page: Page) => page.getByRole('textbox', { name: 'Statements' });
const result = (page: Page, name = 'Statement 1 of run 1') => page.getByRole('region', { name, exact: true });

async function run(page: Page, parts: Parts, sql: string, ...answers: object[][]): Promise<void> {
  parts.answers['open'] ??= [OPENED];
  parts.answers['close'] ??= [{ status: 200, body: {} }];
  parts.answers['run'] = answers;
  await editor(page).fill(sql);
  await editor(page).press('Control+Enter');
}

test('rows come as a table, a page at a time, and null is no text', async ({ page, parts }) => {
  await page.goto('/pages/console');
  await axe(page);
  expect(parts.asked, 'looking opens nothing').toEqual([]);
  const first = [statement(TEXT), COLUMNS, { type: 'rows', rows: [['1', '<b>bold</b>'], ['2', null]] }, { type: 'more' }];
  parts.answers['more'] = [[{ type: 'rows', rows: [['3', 'last']] }, { type: 'done', tag: 'SELECT 3', rows: 3, ms: 12 }, { type: 'transaction', state: 'idle' }]];
  await run(page, parts, TEXT, first);
  await expect(result(page).getByRole('row')).toHaveCount(3);
  await expect(result(page).getByRole('cell', { name: '<b>bold</b>' }), 'what is in a table is no markup').toBeVisible();
  await expect(result(page).getByRole('row').nth(2).getByRole('emphasis')).toHaveText('null');
  await axe(page);
  await result(page).getByRole('button', { name: 'Show more rows' }).click();
  await expect(result(page).getByRole('row')).toHaveCount(4);
  await expect(page.getByRole('status').filter({ hasText: 'Run 1' })).toContainText('SELECT 3, 3 rows, 12 ms');
  await expect(result(page).getByRole('columnheader').first()).toHaveText('idbigint');
  await expect(page.getByText('Account bg_0198a7c0')).toBeVisible();
  await expect(page.getByRole('link', { name: 'See the record of this session' })).toHaveAttribute('href', `/recordings/${OPENED.body.recording}`);
  expect(parts.bodies('run')).toEqual([{ sql: TEXT }]);
  expect(parts.bodies('open')).toHaveLength(1);
});

test('an error shows its place, a refusal its reason, and the state of the transaction stands there', async ({ page, parts }) => {
  await page.goto('/pages/console');
  const wrong = 'select *\n  from ordrs';
  const answer = [
    statement('begin'),
    { type: 'done', tag: 'BEGIN', rows: null, ms: 1 },
    { type: 'transaction', state: 'open' },
    statement('set role postgres', 1),
    { type: 'refused', class: 'set_role' },
    statement(wrong, 2),
    { type: 'notice', severity: 'WARNING', message: 'careful' },
    { type: 'error', cancelled: false, code: '42P01', message: 'relation "ordrs" does not exist', detail: 'A detail.', hint: 'Look again.', position: 17 },
    { type: 'notice', severity: '', message: '2 statements behind it were not sent.' },
    { type: 'transaction', state: 'failed' },
  ];
  await run(page, parts, `begin; set role postgres;\n${wrong}`, answer);
  await expect(page.getByText('Transaction failed: roll back')).toBeVisible();
  await expect(result(page, 'Statement 2 of run 1')).toContainText('Refused');
  await expect(result(page, 'Statement 2 of run 1')).toContainText('Taking on another role is refused here');
  const failed = result(page, 'Statement 3 of run 1');
  for (const words of ['does not exist', 'A detail.', 'Hint: Look again.', 'SQLSTATE 42P01', 'WARNING: careful', '2 statements behind it were not sent.']) await expect(failed).toContainText(words);
  await expect(failed.locator('mark')).toHaveText('ordrs');
  await failed.getByRole('button', { name: 'Go to line 2, column 8' }).click();
  await expect(editor(page)).toBeFocused();
  const caret = await editor(page).evaluate((element: HTMLTextAreaElement) => element.value.slice(element.selectionStart));
  expect(caret).toBe('ordrs');
  await axe(page);
});

test('what runs can be cancelled, and the next run waits for it', async ({ page, parts }) => {
  await page.goto('/pages/console');
  parts.answers['open'] = [OPENED];
  let finish = () => {};
  parts.answers['run'] = [(response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(`${JSON.stringify(statement('select pg_sleep(60)'))}\n`);
    finish = () => response.end(`${JSON.stringify({ type: 'error', cancelled: true, code: '57014', message: 'canceling statement due to user request' })}\n`);
  }];
  parts.answers['cancel'] = [(response) => {
    response.writeHead(200).end('{}');
    finish();
  }];
  await editor(page).fill('select pg_sleep(60)');
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(result(page)).toContainText('Running');
  await editor(page).press('Control+Enter');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(result(page)).toContainText('canceling statement');
  await expect(result(page)).toContainText('Cancelled');
  expect(parts.bodies('run'), 'one at a time').toHaveLength(1);
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeHidden();
});

test('only what is marked is run, and the history brings a text back', async ({ page, parts }) => {
  await page.goto('/pages/console');
  parts.answers['open'] = [OPENED];
  const done = (text: string) => [statement(text), { type: 'done', tag: 'SELECT 1', rows: 1, ms: 1 }];
  parts.answers['run'] = [done('select 2'), done('select 1;\nselect 2')];
  await editor(page).fill('select 1;\nselect 2');
  await editor(page).press('Control+Home');
  await editor(page).press('ArrowDown');
  await editor(page).press('Shift+End');
  await expect(page.getByRole('button', { name: 'Run what is marked' })).toBeVisible();
  await editor(page).press('Control+Enter');
  await expect(result(page)).toContainText('SELECT 1');
  expect(parts.bodies('run')).toEqual([{ sql: 'select 2' }]);
  await page.getByRole('region', { name: 'Run in this session' }).getByRole('button', { name: 'select 2' }).click();
  await expect(editor(page)).toHaveValue('select 2');
  await expect(editor(page)).toBeFocused();
});

test('time runs out in sight, and the end of access is said at once', async ({ page, parts }) => {
  await page.clock.install({ time: new Date('2026-11-30T21:00:00Z') });
  await page.goto('/pages/console');
  const opened = { status: 200, body: { ...OPENED.body, expires_at_ms: Date.parse('2026-11-30T21:00:00Z') + 3_540_000 } };
  parts.answers['open'] = [opened];
  await run(page, parts, 'select 1', [statement('select 1'), { type: 'done', tag: 'SELECT 1', rows: 1, ms: 1 }, { type: 'transaction', state: 'open' }]);
  await expect(page.getByRole('timer')).toContainText(/(58 min 59 s|59 min) left/);
  await page.clock.fastForward('54:30');
  await expect(page.getByRole('alert')).toContainText('Access ends in 5 min');
  await page.clock.fastForward('03:40');
  await expect(page.getByRole('alert')).toContainText('Access ends in 1 min');
  await axe(page);
  // It was made longer in another tab.
  await expect.poll(() => parts.followed).toBe(1);
  parts.tell({ type: 'expires', expires_at_ms: opened.body.expires_at_ms + 600_000 });
  await expect(page.getByRole('alert')).toBeHidden();
  await expect(page.getByRole('timer')).toContainText('10 min');
  parts.tell({ type: 'ended', cause: 'access_ended', actions: 1, chunks: 0 });
  await expect(page.getByRole('alert')).toContainText('Access has ended. Nothing more is sent');
  await expect(page.getByRole('timer')).toHaveText('Access has ended');
  await expect(page.getByRole('button', { name: 'Run' })).toBeHidden();
  await expect(editor(page)).toHaveJSProperty('readOnly', true);
  await axe(page);
});

test('a portal that cannot record, one that breaks off, and a text that deceives', async ({ page, parts, guard }) => {
  guard.allow(/503|ERR_INCOMPLETE_CHUNKED_ENCODING/);
  await page.goto('/pages/console');
  parts.answers['open'] = [{ status: 503, body: { title: 'Not now', detail: 'The log takes no entries at the moment. Nothing was sent.' } }, OPENED];
  await editor(page).fill('select 1');
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(page.getByRole('alert')).toContainText('The log takes no entries');
  await expect(editor(page), 'what was typed is there').toHaveValue('select 1');
  parts.answers['run'] = [(response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(`${JSON.stringify(statement('select 1 \u202e-- evil'))}\n{"type":"col`);
    setTimeout(() => response.destroy(), 50);
  }];
  await page.getByRole('button', { name: 'Run' }).click();
  await expect(result(page)).toContainText('it may have been done');
  await expect(result(page)).toContainText('⟨U+202E⟩');
  await expect(page.getByRole('alert')).toBeHidden();
});

test('whoever leaves the page ends the session', async ({ page, parts }) => {
  await page.goto('/pages/console');
  await run(page, parts, 'select 1', [statement('select 1'), { type: 'done', tag: 'SELECT 1', rows: 1, ms: 1 }]);
  await expect(result(page)).toContainText('SELECT 1');
  await page.goto('/pages/list');
  await expect.poll(() => parts.bodies('close')).toHaveLength(1);
});

test('it is all done by keyboard', async ({ page, parts }) => {
  await page.goto('/pages/console');
  parts.answers['open'] = [OPENED];
  parts.answers['run'] = [[statement('select 1'), COLUMNS, { type: 'rows', rows: [['1', 'x']] }, { type: 'done', tag: 'SELECT 1', rows: 1, ms: 1 }]];
  const reach = async (name: string) => {
    for (let stops = 0; stops < 20; stops += 1) {
      await page.keyboard.press('Tab');
      const reached = await page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute('aria-label'));
      if (reached === name || reached?.startsWith(name)) return;
    }
    throw new Error(`${name} is not reached`);
  };
  await reach('sql');
  await page.keyboard.type('select 1');
  await reach('Run');
  await page.keyboard.press('Enter');
  await expect(result(page)).toContainText('SELECT 1');
  await reach('Rows of');
});

test('what is copied out is shown as it is, and the portal’s own word for the end', async ({ page, parts }) => {
  await page.goto('/pages/console');
  await run(page, parts, 'copy orders to stdout', [
    statement('copy orders to stdout'),
    { type: 'rows', rows: [['1\tone']] },
    { type: 'rows', rows: [['2\t<i>two</i>']] },
    { type: 'done', tag: 'COPY 2', rows: 2, ms: 4, capped: true },
    { type: 'closed', reason: 'The log takes no entries. This session is closed; open another when recording works again.' },
  ]);
  await expect(result(page).getByRole('cell')).toHaveText(['1 one', '2 <i>two</i>']);
  await expect(result(page)).toContainText('not all of it is shown');
  await expect(page.getByRole('alert')).toContainText('open another when recording works again');
  await expect(page.getByRole('button', { name: 'Run' })).toBeHidden();
  await axe(page);
});
