// A recording's page: nothing is played that is not proven; a running session as it goes on; what was done, as a list.

import type { Page } from '@playwright/test';

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/parts.ts';
import { chunk, session } from '../support/recorded.ts';

const player = (page: Page) => page.getByRole('region', { name: 'Playback' });
const screen = (page: Page) => player(page).getByRole('group', { name: 'Recorded screen' });
const position = (page: Page) => player(page).getByRole('slider', { name: 'Position' });
const proof = (page: Page) => player(page).locator('[data-proof]');

test('a recording that fits its entries is proven, and plays', async ({ page, parts }) => {
  parts.chunks = session();
  await page.goto('/pages/terminal-over');
  await expect(proof(page)).toContainText('Proven');
  await expect(proof(page)).toContainText('All 3 parts fit');
  await expect(proof(page)).toContainText('entries 100 to 106');
  await axe(page);
  await expect(position(page)).toHaveAttribute('aria-valuetext', '0 s of 1 min 35 s');
  await player(page).getByLabel('Speed').selectOption('8');
  await player(page).getByRole('button', { name: 'Play' }).click();
  await expect(player(page).getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(screen(page)).toContainText('systemctl status shop');
  // The minute of nothing takes two seconds, an eighth of them at this speed.
  await expect(screen(page)).toContainText('logout', { timeout: 8_000 });
  await expect(player(page).getByRole('status').filter({ hasText: 'The end' })).toBeAttached();
  await expect(screen(page).locator('.terminal-row')).toHaveCount(30);
  await axe(page);
});

test('it goes anywhere, back and forth, by keyboard', async ({ page, parts }) => {
  parts.chunks = session();
  await page.goto('/pages/terminal-over');
  await expect(proof(page)).toContainText('Proven');
  await screen(page).focus();
  await page.keyboard.press('End');
  await expect(screen(page)).toContainText('logout');
  await page.keyboard.press('Home');
  await expect(screen(page)).not.toContainText('deploy');
  await page.keyboard.press('ArrowRight');
  await expect(screen(page)).toContainText('failed');
  await expect(screen(page)).not.toContainText('restart');
  await expect(player(page)).toContainText('0:05 / 1:35');
  await page.keyboard.press('Space');
  await expect(player(page).getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(player(page).getByRole('button', { name: 'Play' })).toBeVisible();
  await position(page).fill('62');
  await expect(screen(page)).toContainText('größer als vorher');
  await expect(screen(page)).not.toContainText('logout');
  const moments = page.getByRole('complementary', { name: 'What was typed' }).getByRole('listitem');
  await expect(moments).toHaveText(['0:02 systemctl  status sho', '1:00 Rae has the keyboard marked', '1:00 systemctl restart shop', '1:31 sudo -i', '1:31 hunter2 ^C']);
  await moments.filter({ hasText: 'sudo' }).getByRole('button').click();
  await expect(player(page)).toContainText('1:31 / 1:35');
  await expect(screen(page)).toBeFocused();
});

test('the output is searched, also where a word came in pieces', async ({ page, parts }) => {
  parts.chunks = session();
  await page.goto('/pages/terminal-over');
  await expect(proof(page)).toContainText('Proven');
  await screen(page).focus();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search in the output' })).toBeFocused();
  await page.keyboard.type('SYSTEMCTL');
  await page.keyboard.press('Enter');
  await expect(player(page).getByRole('list', { name: 'Places' }).getByRole('button')).toHaveCount(2);
  await expect(player(page).getByRole('status').filter({ hasText: 'Place 1 of 2, at 2 s' })).toBeVisible();
  await expect(screen(page)).toContainText('systemctl status');
  await player(page).getByRole('button', { name: 'Next' }).click();
  await expect(player(page).getByRole('status').filter({ hasText: 'Place 2 of 2, at 1 min' })).toBeVisible();
  await expect(screen(page)).toContainText('systemctl restart');
  await axe(page);
  await page.getByRole('searchbox').fill('nowhere (at all');
  await page.keyboard.press('Enter');
  await expect(player(page)).toContainText('It stands nowhere in what is proven.');
  await page.getByText('All output as text').click();
  await expect(page.getByRole('region', { name: 'All output as text' })).toContainText('restarted: größer als vorher');
});

const LIES: { name: string; lie: (chunks: ReturnType<typeof session>) => object[]; says: RegExp }[] = [
  { name: 'a changed byte', lie: ([a, b, c]) => [a!, { ...b!, lines: b!.lines!.replace('restart', 'RESTART') }, c!], says: /Part 2 \(entry 103\): its bytes are not those that its entry names/ },
  { name: 'a byte more', lie: ([a, b, c]) => [a!, { ...b!, lines: `${b!.lines} ` }, c!], says: /Part 2 \(entry 103\): it has \d+ bytes, and its entry says \d+/ },
  { name: 'another salt', lie: ([a, b, c]) => [a!, { ...b!, salt: a!.salt }, c!], says: /Part 2 \(entry 103\): its bytes are not those/ },
  { name: 'a short salt that moves bytes into the content', lie: ([a, b, c]) => [a!, { ...b!, salt: 'AAAA' }, c!], says: /its salt has a wrong length/ },
  { name: 'a part that is missing', lie: ([a, , c]) => [a!, c!], says: /Part 2: it is missing/ },
  { name: 'an end that is missing', lie: ([a, , ]) => [a!], says: /Part 3: it is missing/ },
  { name: 'parts in another order', lie: ([a, b, c]) => [a!, c!, b!], says: /Part 2 \(entry 103\): it stands at a place where it does not belong/ },
  { name: 'content that is not here', lie: ([a, b, c]) => [a!, { ...b!, lines: null }, c!], says: /Part 2 \(entry 103\): its content is not here/ },
  { name: 'what is no base64', lie: ([a, b, c]) => [a!, { ...b!, salt: '***' }, c!], says: /Part 2 \(entry 103\): it cannot be read/ },
];

for (const { name, lie, says } of LIES) {
  test(`${name} is named, and nothing of it is played`, async ({ page, parts }) => {
    parts.chunks = lie(session());
    await page.goto('/pages/terminal-over');
    await expect(proof(page)).toContainText('Not proven in full');
    await expect(proof(page)).toContainText(says);
    await screen(page).focus();
    await page.keyboard.press('End');
    await expect(screen(page)).toContainText('systemctl status');
    await expect(screen(page)).not.toContainText(/restart/i);
    await axe(page);
  });
}

test('where nothing fits, nothing can be played', async ({ page, parts }) => {
  parts.chunks = session().map((one) => ({ ...one, commitment: { ...one.commitment, c: chunk(0, 'other').commitment.c } }));
  await page.goto('/pages/terminal-over');
  await expect(proof(page)).toContainText('Nothing is played.');
  await expect(player(page).getByRole('button', { name: 'Play' })).toBeDisabled();
  await expect(screen(page)).not.toContainText('deploy');
});

test('a session that runs is followed, and played back when it is over', async ({ page, parts }) => {
  parts.chunks = session();
  await page.goto('/pages/terminal-running');
  await expect.poll(() => parts.followed).toBe(1);
  await expect(page.getByText('It goes on now. You see it as it happens.')).toBeVisible();
  parts.tell({ version: 2, width: 60, height: 10 }, [0.5, 'o', '$ uptime\r\n'], [1, 'r', '50x8'], [1.5, 'o', ' up 3 days\r\n']);
  const now = page.getByRole('group', { name: 'Screen, as it is now' });
  await expect(now).toContainText('up 3 days');
  await expect(now.locator('.terminal-row')).toHaveCount(8);
  await axe(page);
  const cut = page.getByRole('region', { name: 'Cut this session' });
  await expect(cut.getByRole('button', { name: 'Cut this session now' }), 'it takes two steps').toBeHidden();
  await cut.getByText('Cut it …').click();
  await expect(cut.getByRole('button', { name: 'Cut this session now' })).toBeVisible();
  await cut.getByRole('button', { name: 'Cut this session now' }).focus();
  parts.tell({ type: 'ended', cause: 'cut', actions: 0, chunks: 3 });
  await expect(page.getByText('The session was cut. What was recorded can be played back now.')).toBeVisible();
  await expect(page.locator('[data-standing]'), 'the focus is not lost').toBeFocused();
  await expect(cut).toBeHidden();
  await expect(proof(page)).toContainText('All 3 parts fit');
});

test('statements that run appear as they happen', async ({ page, parts }) => {
  await page.goto('/pages/sql-running');
  await expect.poll(() => parts.followed).toBe(1);
  const began = Number(await page.locator('[data-recording]').getAttribute('data-began'));
  parts.tell(
    { type: 'action', number: 0, at_ms: began + 5_000, text: 'select <b>1</b>', classes: [] },
    { type: 'action', number: 1, at_ms: began + 9_000, text: 'set role x', classes: ['set_role'], refused: 'set_role' },
    { type: 'finished', number: 0, outcome: 'done', rows: 1_200, duration_ms: 3_456 },
  );
  const rows = page.getByRole('region', { name: 'What was done' }).locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(0)).toContainText('select <b>1</b>');
  await expect(rows.nth(0)).toContainText('Done');
  await expect(rows.nth(0)).toContainText('1,200');
  await expect(rows.nth(1)).toContainText('Refused: set role');
  // A connection that is made again tells from the beginning.
  parts.tell({ type: 'action', number: 0, at_ms: began + 5_000, text: 'select <b>1</b>', classes: [] });
  await expect(rows).toHaveCount(2);
  await axe(page);
});

test('what was done reads without a script', async ({ browser, parts, guard }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: parts.url });
  guard.watchWithoutScripts(context);
  const page = await context.newPage();
  await page.goto('/pages/sql-over');
  const rows = page.getByRole('region', { name: 'What was done' }).locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(7);
  await expect(rows.nth(1)).toContainText('Refused');
  await expect(rows.nth(2), 'what turns the order of reading round is named').toContainText('⟨U+202E⟩');
  await expect(rows.nth(4)).toContainText('Its text was erased.');
  await expect(rows.nth(5)).toContainText('is not what was recorded');
  await expect(page.getByText('Rae (reviewer) cut it.')).toBeVisible();
  await context.close();
});
