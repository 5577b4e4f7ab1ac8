// The terminal: what keys send, what is drawn, how one gets out of it, and how it ends.

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test, type Parts } from '../support/parts.ts';
import type { Socket } from '../support/socket.ts';

const RECORDING = '0198a7c0-0000-7000-8000-00000000000a';
const OPENED = { status: 200, body: { recording: RECORDING, expires_at_ms: Date.now() + 3_000_000, account: 'deploy' } };

const screen = (page: Page) => page.getByRole('group', { name: 'Screen' });
const input = (page: Page) => page.getByRole('textbox', { name: /Terminal input/ });

async function connect(page: Page, parts: Parts): Promise<Socket> {
  parts.answers['open'] = [OPENED];
  await page.goto('/pages/terminal');
  expect(parts.asked, 'looking opens nothing').toEqual([]);
  await page.getByRole('button', { name: 'Start the session' }).click();
  await expect.poll(() => parts.sockets.length).toBeGreaterThan(0);
  await expect(page.getByRole('status').filter({ hasText: 'Connected as deploy' })).toBeVisible();
  return parts.sockets.at(-1)!;
}

test('what a program writes is drawn in rows, with its colours, and read aloud', async ({ page, parts }) => {
  const socket = await connect(page, parts);
  await axe(page);
  socket.output('\x1b]2;deploy@web-01\x07\x1b[1;32mdeploy@web-01\x1b[0m:~$ ls --color\r\n\x1b[01;34mbin\x1b[0m  \x1b[38;5;208mlogs\x1b[0m  <i>x</i>\r\n');
  await expect(screen(page)).toContainText('bin  logs  <i>x</i>');
  await expect(screen(page).locator('.f-2.bold')).toHaveText('deploy@web-01');
  await expect(screen(page).locator('.f-208')).toHaveText('logs');
  const green = await screen(page).locator('.f-2.bold').evaluate((element) => getComputedStyle(element).color);
  expect(green, 'the palette is there').toBe('rgb(66, 130, 5)');
  await expect(page.getByText('deploy@web-01', { exact: true }).first(), 'the title').toBeVisible();
  await expect(page.getByRole('log', { name: 'Output' })).toContainText('bin  logs');
  // Half a character in each of two frames is one character.
  const [one, other] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
  socket.output(one);
  socket.output(other);
  await expect(screen(page)).toContainText('é');
  await page.getByText('All output as text', { exact: true }).click();
  await expect(page.getByRole('region', { name: 'All output as text' })).toContainText('deploy@web-01:~$ ls --color');
  await axe(page);
});

test('keys send what programs know', async ({ page, parts }) => {
  const socket = await connect(page, parts);
  await expect(input(page)).toBeFocused();
  const sends = async (keys: string[], expected: string) => {
    const before = socket.typed.length;
    for (const key of keys) await page.keyboard.press(key);
    await expect.poll(() => socket.typed.slice(before)).toBe(expected);
  };
  await sends(['l', 's', 'Enter'], 'ls\r');
  await sends(['Control+c', 'Control+d', 'Control+['], '\x03\x04\x1b');
  await sends(['ArrowUp', 'Control+ArrowLeft', 'Home', 'Delete', 'PageDown'], '\x1b[A\x1b[1;5D\x1b[H\x1b[3~\x1b[6~');
  await sends(['F1', 'F5', 'Shift+Tab', 'Tab', 'Backspace', 'Escape'], '\x1bOP\x1b[15~\x1b[Z\t\x7f\x1b');
  await sends(['Alt+b'], '\x1bb');
  socket.output('\x1b[?1h');
  await expect.poll(async () => {
    await page.keyboard.press('ArrowUp');
    return socket.typed.endsWith('\x1bOA');
  }, 'the arrows have their other form').toBe(true);
  // What comes without a key that says what it is.
  const before = socket.typed.length;
  await page.keyboard.insertText('größe');
  await expect.poll(() => socket.typed.slice(before)).toBe('größe');
});

test('what is pasted is put in brackets where the program wants it, and cannot end them', async ({ page, parts }) => {
  const socket = await connect(page, parts);
  const paste = (text: string) => input(page).evaluate((element, text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
  await paste('one\ntwo');
  await expect.poll(() => socket.typed).toBe('one\rtwo');
  // What is long comes whole, in pieces that cut no character.
  const long = '🦀x'.repeat(20_000);
  await paste(long);
  await expect.poll(() => socket.typed === `one\rtwo${long}`).toBe(true);
  const pieces = socket.heard.length;
  expect(pieces).toBeGreaterThan(5);
  socket.heard.splice(1, pieces);
  socket.output('\x1b[?2004h$ ');
  await expect(screen(page)).toContainText('$');
  await paste('x\x1b[201~rm -rf /');
  await expect.poll(() => socket.typed).toBe('one\rtwo\x1b[200~x[201~rm -rf /\x1b[201~');
});

test('a question of the program is answered, and its wish for another size is not', async ({ page, parts }) => {
  const socket = await connect(page, parts);
  socket.output('ab\x1b[6n\x1b[8;3;3t');
  await expect.poll(() => socket.typed).toBe('\x1b[1;3R');
  expect(await screen(page).locator('.terminal-row').count()).toBeGreaterThan(5);
});

test('one gets out of it by keyboard', async ({ page, parts }) => {
  await connect(page, parts);
  await expect(input(page)).toBeFocused();
  const ring = await page.locator('.terminal').first().evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(ring, 'the focus can be seen').toBe('solid');
  await page.keyboard.press('Tab');
  await expect(input(page), 'Tab is the program’s').toBeFocused();
  await page.keyboard.press('Control+F6');
  await expect(page.getByRole('button', { name: 'End this session' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(input(page)).toBeFocused();
  await page.keyboard.press('Control+Shift+Escape');
  await expect(page.getByRole('button', { name: 'End this session' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').filter({ hasText: 'You have ended the session.' })).toBeVisible();
});

test('another size is told, and fits', async ({ page, parts }) => {
  const socket = await connect(page, parts);
  const before = parts.bodies('open')[0] as { cols: number; rows: number };
  await page.setViewportSize({ width: 700, height: 500 });
  await expect.poll(() => socket.heard.filter(({ text }) => text).length).toBe(1);
  const told = JSON.parse(socket.heard.find(({ text }) => text)!.data);
  expect(told).toMatchObject({ type: 'resize' });
  expect(told.cols).toBeLessThan(before.cols);
  socket.output('x'.repeat(told.cols));
  await expect(screen(page)).toContainText('x'.repeat(told.cols));
  const [box, row] = await Promise.all([
    screen(page).boundingBox(),
    screen(page).locator('.terminal-row').first().evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().width;
    }),
  ]);
  expect(row, 'a full row fits into the frame').toBeLessThanOrEqual(box!.width);
});

test('the end of access is said, and the keys go nowhere then', async ({ page, parts }) => {
  const socket = await connect(page, parts);
  socket.output('$ ');
  socket.say({ type: 'ended', reason: 'access_ended' });
  socket.close();
  await expect(page.getByRole('status').filter({ hasText: 'Access has ended, and the session with it.' })).toBeVisible();
  await expect(page.getByRole('timer')).toHaveText('Access has ended');
  await expect(page.getByRole('link', { name: 'See the record of this session' })).toBeFocused();
  await expect(page.getByRole('button', { name: /session$/ }).filter({ hasText: 'Start' })).toBeHidden();
  const typed = socket.typed;
  await page.keyboard.press('x');
  expect(socket.typed).toBe(typed);
  await axe(page);
});

test('a refusal to open is said in the portal’s words', async ({ page, parts, guard }) => {
  guard.allow(/403/);
  parts.answers['open'] = [{ status: 403, body: { title: 'Over', detail: 'This access ended a minute ago.' } }];
  await page.goto('/pages/terminal');
  await page.getByRole('button', { name: 'Start the session' }).click();
  await expect(page.getByRole('alert')).toContainText('This access ended a minute ago.');
});

test('hands on glass have the keys that their keyboard lacks', async ({ browser, parts, guard }) => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 }, baseURL: parts.url });
  await guard.watch(context);
  const page = await context.newPage();
  const socket = await connect(page, parts);
  await axe(page);
  const keys = page.getByRole('group', { name: 'Keys' });
  await keys.getByRole('button', { name: 'Esc' }).tap();
  await keys.getByRole('button', { name: 'Ctrl' }).tap();
  await expect(keys.getByRole('button', { name: 'Ctrl' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.insertText('c');
  await expect.poll(() => socket.typed).toBe('\x1b\x03');
  await expect(keys.getByRole('button', { name: 'Ctrl' })).toHaveAttribute('aria-pressed', 'false');
  await context.close();
});
