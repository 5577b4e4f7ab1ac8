// Whatever a server sends, the verifier's workers come to an end with a name for it: no hang, no crash, no proof.

import { generateKeyPairSync, sign } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { expect, test as base } from '../support/fixtures.ts';
import { inFirefox, type Scripted } from '../support/firefox.ts';
import { framed, honest, leafHash, startServer, type Answer, type Server } from '../support/lying.ts';

/** What the workers said of a log. */
interface Said {
  proven?: boolean;
  kinds: string[];
  places: (number | null)[];
  problem?: string;
}

let server: Server;

base.beforeAll(async () => {
  server = await startServer();
});
base.afterAll(() => server.stop());
base.afterEach(() => server.bends((_, content) => content));
// One server for all: one lie at a time.
base.describe.configure({ mode: 'serial' });

/** The worker with less patience, so that nobody waits half a minute for a journey. */
function hurried(worker: Buffer): Buffer {
  const text = worker.toString();
  const other = text.replace('STALL_AFTER_MS = 30_000', 'STALL_AFTER_MS = 1_000');
  expect(other, 'its patience stands where it stood').not.toBe(text);
  return Buffer.from(other);
}

/** A page with the verifier's workers, which are asked again and again. */
async function open(page: Scripted): Promise<(lie: Answer) => Promise<Said>> {
  // Now and then Firefox never answers for a worker that a worker began; people are told so after a minute, and load
  // the page again. Here it is loaded again sooner.
  let loaded = false;
  for (let tries = 0; tries < 5 && !loaded; tries += 1) loaded = await load(page);
  expect(loaded, 'the workers are there').toBe(true);
  return checks(page);
}

/** Loads the page and its workers; whether all of them answered. */
async function load(page: Scripted): Promise<boolean> {
  await page.goto(server.url);
  return page.evaluate(async () => {
    const worker = new Worker('/verify/worker.js', { type: 'module' });
    const hear = (type: string[]) =>
      new Promise<Record<string, unknown>>((heard) => {
        const listen = ({ data }: MessageEvent) => {
          if (!type.includes(data.type)) return;
          worker.removeEventListener('message', listen);
          heard(data);
        };
        worker.addEventListener('message', listen);
      });
    const ready = hear(['ready']);
    Object.assign(window, { worker, hear });
    const late = new Promise<null>((over) => setTimeout(over, 8_000, null));
    return (await Promise.race([ready, late])) !== null;
  });
}

/** What asks the workers about a log that lies in this way. */
function checks(page: Scripted): (lie: Answer) => Promise<Said> {
  return async (lie) => {
    server.asked.length = 0;
    server.lies(lie);
    return page.evaluate(async (vkey) => {
      const { worker, hear } = window as unknown as { worker: Worker; hear: (types: string[]) => Promise<any> };
      const said = hear(['report', 'problem', 'stopped']);
      worker.postMessage({ type: 'verify', vkey });
      const { report, text } = await said;
      if (report === undefined) return { kinds: [], places: [], problem: text };
      const { proven, findings } = report;
      return { proven, kinds: findings.map((one: any) => one.kind), places: findings.map((one: any) => one.seq) };
    }, server.sample.vkey);
  };
}

/** Answers one kind of request otherwise. */
function instead(of: string, body: (honest: Buffer, response: ServerResponse) => Buffer | undefined | 'answered', times = Infinity): Answer {
  const truth = honest(server.sample);
  let left = times;
  return (what, response) => {
    const body_ = truth(what, response);
    if (!what.startsWith(of) || !Buffer.isBuffer(body_) || left <= 0) return body_;
    left -= 1;
    return body(body_, response);
  };
}

/** The log with other entries. */
function holding(entries: Buffer[]): Answer {
  const truth = honest(server.sample);
  return (what, response) => {
    const range = /^stream\/(\d+)-(\d+)$/.exec(what);
    return range ? framed(entries.slice(Number(range[1]), Number(range[2]))) : truth(what, response);
  };
}

/** Sends for as long as somebody listens. */
function endless(response: ServerResponse): 'answered' {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  const chunk = Buffer.alloc(1 << 16, 'x');
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
  return 'answered';
}

/** A few kilobytes that become four gigabytes. */
function bomb(response: ServerResponse): 'answered' {
  // One gzip member after the other is one long answer.
  const member = gzipSync(Buffer.alloc(1 << 26), { level: 9 });
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' });
  response.end(Buffer.concat(Array.from({ length: 64 }, () => member)));
  return 'answered';
}

/** A checkpoint, well signed by a key that nobody holds. */
function bySomebodyElse(body: string, origin: string): Buffer {
  const { privateKey } = generateKeyPairSync('ed25519');
  const signature = Buffer.concat([Buffer.from('deadbeef', 'hex'), sign(null, Buffer.from(body), privateKey)]);
  return Buffer.from(`${body}\n— ${origin} ${signature.toString('base64')}\n`);
}

for (const withheld of ['hash.js', 'rules.js', 'verifier_bg.wasm', 'sample/stream']) {
  base(`a check is stopped by a word even while ${withheld} does not come`, async ({ page }) => {
    const asked = new Promise<void>((done) => server.bends((name, content) => (name === withheld ? (done(), 'silence') : content)));
    await page.goto(server.url);
    const said = page.evaluate(
      (vkey) =>
        new Promise<Record<string, unknown>>((heard) => {
          const worker = new Worker('/verify/worker.js', { type: 'module' });
          Object.assign(window, { worker });
          worker.addEventListener('message', ({ data }) => heard(data));
          worker.postMessage({ type: 'verify', vkey });
        }),
      server.sample.vkey,
    );
    await asked;
    await page.evaluate(() => (window as unknown as { worker: Worker }).worker.postMessage({ type: 'stop' }));
    expect(await said).toMatchObject({ type: 'stopped', entries: 0 });
  });
}

base('a verifier that does not come is given up with a name for it', async ({ page }) => {
  server.bends((name, content) => {
    if (name === 'hash.js') return 'silence';
    return name === 'worker.js' ? hurried(content) : content;
  });
  await page.goto(server.url);
  const said = await page.evaluate(
    (vkey) =>
      new Promise<Record<string, unknown>>((heard) => {
        const worker = new Worker('/verify/worker.js', { type: 'module' });
        worker.addEventListener('message', ({ data }) => heard(data));
        worker.postMessage({ type: 'verify', vkey });
      }),
    server.sample.vkey,
  );
  expect(said).toMatchObject({ type: 'problem', fatal: true });
  expect(said['text']).toContain('own files did not come');
});

base('a server that trickles is given up with a name for it', async ({ page }) => {
  server.bends((name, content) => (name === 'worker.js' ? hurried(content) : content));
  const check = await open(page);
  for (const of of ['checkpoint', 'stream']) {
    let open = true;
    const trickles = instead(of, (body, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      let sent = 0;
      const more = () => {
        if (response.destroyed) open = false;
        else response.write(body.subarray(sent, ++sent), () => setTimeout(more, 100));
      };
      more();
      return 'answered';
    });
    const { problem } = await check(trickles);
    expect(problem, of).toMatch(/^The server sent only \d+ bytes in 1 seconds/);
    await expect.poll(() => open, { message: 'the connection is closed' }).toBe(false);
  }
  const silent = await check(instead('stream', (_, response) => (response.writeHead(200).flushHeaders(), 'answered')));
  expect(silent.problem).toMatch(/^The server sent nothing in 1 seconds/);
});

base('what came is told while a block fills', async ({ page }) => {
  await page.goto(server.url);
  // Byte by byte, until something is told of them: it comes seldom, and not for each byte.
  server.lies(instead('stream', (body, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    let sent = 0;
    const more = () => {
      if (!response.destroyed) response.write(body.subarray(sent, ++sent), () => setTimeout(more, 20));
    };
    more();
    return 'answered';
  }));
  const told = await page.evaluate(
    (vkey) =>
      new Promise<Record<string, unknown>>((heard) => {
        const worker = new Worker('/verify/worker.js', { type: 'module' });
        Object.assign(window, { worker });
        worker.addEventListener('message', ({ data }) => {
          // What is told of the checkpoint does not count.
          if (data.bytes > 5 && data.bytes < 150) heard(data);
          if (data.type === 'problem') heard(data);
        });
        worker.postMessage({ type: 'verify', vkey });
      }),
    server.sample.vkey,
  );
  expect(told).toMatchObject({ type: 'progress', entries: 0 });
});

const flaws = {
  'finds nothing in blocks': `
    const hash = Hasher.prototype.block;
    let whole;
    Hasher.prototype.block = function (first, bytes) {
      try {
        whole = hash.call(this, first, bytes);
      } catch {}
      return whole;
    };`,
  'proves nothing in blocks': 'Hasher.prototype.block = () => { throw 0; };',
  'finds nothing in order': `
    const feed = Session.prototype.feed;
    let intact;
    Session.prototype.feed = function (bytes) {
      if (bytes.length > 2000) intact ??= bytes;
      return feed.call(this, bytes.length > 2000 ? intact : bytes);
    };`,
};
for (const [flaw, script] of Object.entries(flaws)) {
  base(`a verifier that ${flaw} does not pass its own test`, async ({ page }) => {
    server.bends((name, content) => (name === 'verifier.js' ? Buffer.concat([content, Buffer.from(`\n${script}\n`)]) : content));
    await page.goto(server.url);
    server.lies(honest(server.sample));
    const said = await page.evaluate(
      (vkey) =>
        new Promise<Record<string, unknown>>((heard) => {
          const worker = new Worker('/verify/worker.js', { type: 'module' });
          worker.addEventListener('message', ({ data }) => (data.type === 'report' || data.type === 'problem') && heard(data));
          worker.postMessage({ type: 'verify', vkey });
        }),
      server.sample.vkey,
    );
    expect(said).toMatchObject({ type: 'problem' });
    expect(said['text']).toMatch(/could not start in this browser \(it (proved an altered|did not)/);
  });
}

base('a log that is broken in very many places is drawn all the same', async ({ page }) => {
  await page.goto(server.url);
  const drawn = await page.evaluate(async () => {
    const from: string = '/verify/ribbon.js';
    const { Ribbon } = await import(from);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { tabIndex: 0, style: 'width: 1000px; height: 40px' });
    const [place, end, table] = ['p', 'p', 'tbody'].map((tag) => document.createElement(tag)) as [HTMLElement, HTMLElement, HTMLElement];
    document.body.append(canvas, place, end, table);
    let clips = 0;
    const clip = CanvasRenderingContext2D.prototype.clip;
    CanvasRenderingContext2D.prototype.clip = function (this: CanvasRenderingContext2D) {
      clips += 1;
      (clip as () => void).call(this);
    } as typeof clip;
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ribbon = new Ribbon({ canvas, place, end, table });
    await frames();
    clips = 0;
    const size = 1_000_000;
    const every = Array.from({ length: size / 10 }, (_, index) => index * 10);
    const targets = every.slice(0, 10_000).map((seq) => ({ seq, id: `finding-${seq}`, sentence: `Entry ${seq} was altered.` }));
    ribbon.result(size, every.map((seq) => [seq + 1, seq + 10]), every.map((seq) => [seq, seq + 1]), targets);
    await frames();
    const many = { text: canvas.ariaValueText ?? canvas.getAttribute('aria-valuetext'), clips, rows: table.childElementCount };
    ribbon.result(20, [[0, 4], [5, 9], [12, 20]], [[4, 5], [9, 12]], [4, 9, 10].map((seq) => ({ seq, id: '', sentence: `It is ${seq}.` })));
    const few = [...table.children].map((row) => [...row.children].map((cell) => cell.textContent).join(' '));
    ribbon.progress(10, [3, 15, 99]);
    canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'End' }));
    return { many, few, progress: canvas.getAttribute('aria-valuetext') };
  });
  expect(drawn.many).toMatchObject({ text: 'Stretch 1 of 200000: entry 0, broken. Entry 0 was altered. Enter opens the finding.', rows: 201 });
  expect(drawn.many.clips, 'no more is painted than there are pixels').toBeLessThan(3000);
  expect(drawn.few).toEqual([
    'entries 0 to 3 4 proven', 'entry 4 1 broken', 'entries 5 to 8 4 proven', 'entry 9 1 broken', 'entries 10 to 11 2 broken', 'entries 12 to 19 8 proven',
  ]);
  expect(drawn.progress).toBe('Stretch 6 of 6: entries 16 to 19, not yet read.');
});

base('what is remembered cannot be pinned to what was never seen', async ({ page }) => {
  await page.goto(server.url);
  const kept = await page.evaluate(async () => {
    const from: string = '/verify/memory-file.js';
    const { merged, now, read } = await import(from);
    const root = (number: number) => `${String(number).padStart(43, 'A')}=`;
    const early = (number: number) => `2026-01-01T00:${String(Math.floor(number / 60)).padStart(2, '0')}:${String(number % 60).padStart(2, '0')}Z`;
    const imported = async (seen: unknown[]) => {
      const memory = { format: 'breakglass.memory/1', logs: [{ log: 'a', vkey: 'b', confirmed: '2026-01-01T00:00:00Z', seen }] };
      return (await read(new File([JSON.stringify(memory)], 'memory.json')))[0].seen;
    };
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    const future = await imported(hundred.map((index) => ({ size: 10 + index, root: root(index), at: '2999-12-31T23:59:59Z', note: '' })));
    const truth = { size: 1000, root: root(999), at: now(), note: 'true' };
    const large = { size: 5000, root: root(500), at: '2025-01-01T00:00:00Z', note: 'large' };
    const small = hundred.map((index) => ({ size: index, root: root(index), at: early(index), note: '' }));
    return { until: now(), future, truth: merged(future, [truth]), large: merged([large], small), imported: await imported([large, ...small]) };
  });
  expect(kept.future).toHaveLength(64);
  for (const { at } of kept.future) expect(at <= kept.until, `${at} is not to come`).toBe(true);
  expect(kept.truth.at(-1), 'what was seen today is the newest').toMatchObject({ size: 1000, note: 'true' });
  for (const seen of [kept.large, kept.imported]) {
    expect(seen).toHaveLength(65);
    expect(seen[0], 'the largest stays').toMatchObject({ size: 5000, note: 'large' });
    expect(seen.at(-1)).toMatchObject({ size: 99 });
  }
});

for (const browser of ['Chromium', 'Firefox'] as const) {
  const test = base.extend<{ scripted: Scripted }>({
    scripted: async ({ page }, use) => (browser === 'Firefox' ? inFirefox(use) : use(page)),
  });
  test.describe(browser, () => {
    test('an honest server is believed, and asked for the log once', async ({ scripted: page }) => {
      const check = await open(page);
      expect(await check(honest(server.sample))).toEqual({ proven: true, kinds: [], places: [] });
      expect(server.asked).toEqual(['checkpoint', 'stream/0-64']);
    });

    test('a checkpoint that nobody signed is refused', async ({ scripted: page }) => {
      const check = await open(page);
      const refused = { proven: false, kinds: ['checkpoint_refused'] };
      const [origin, size, root] = server.sample.checkpoint.toString().split('\n') as [string, string, string];
      const lies: [string, (honest: Buffer) => Buffer][] = [
        ['another root', (note) => Buffer.from(note.toString().replace(root, Buffer.alloc(32, 7).toString('base64')))],
        ['another size', (note) => Buffer.from(note.toString().replace(`\n${size}\n`, '\n63\n'))],
        ['another log', (note) => Buffer.from(note.toString().replaceAll(origin, 'example.org/other'))],
        ['no signature', (note) => Buffer.from(`${note.toString().split('\n\n')[0]}\n\n`)],
        ['nothing', () => Buffer.alloc(0)],
        ['no UTF-8', (note) => Buffer.concat([note.subarray(0, 3), Buffer.from([0xff, 0xfe]), note.subarray(3)])],
        ['a key that comes with it', () => bySomebodyElse(`${origin}\n${size}\n${root}\n`, origin)],
      ];
      for (const [name, lie] of lies) expect(await check(instead('checkpoint', lie)), name).toMatchObject(refused);
      for (const lie of [endless, bomb]) expect(await check(instead('checkpoint', (_, response) => lie(response)))).toMatchObject(refused);
    });

    test('entries that are not those that were signed are named', async ({ scripted: page }) => {
      const check = await open(page);
      const { entries } = server.sample;
      const altered = entries.with(20, Buffer.from(entries[20]!.toString().replace('"time":"2026', '"time":"2027')));
      expect(await check(holding(altered))).toMatchObject({ proven: false, kinds: ['altered'], places: [20] });
      const noText = entries.with(30, Buffer.concat([entries[30]!.subarray(0, 200), Buffer.from([0xc3, 0x28]), entries[30]!.subarray(202)]));
      expect(await check(holding(noText))).toMatchObject({ proven: false, kinds: ['altered'], places: [30] });
      expect(await check(holding(entries.toSpliced(40, 1)))).toMatchObject({ proven: false, kinds: ['missing'], places: [40] });
      expect(await check(holding(entries.slice(0, 50)))).toMatchObject({ proven: false, kinds: ['missing'], places: [50] });
      expect(await check(holding(entries.with(10, entries[11]!).with(11, entries[10]!)))).toMatchObject({ proven: false });
      const twice = [...entries.slice(0, 32), ...entries.slice(0, 32)];
      expect(await check(holding(twice))).toMatchObject({ proven: false });
    });

    test('tiles that lie name nobody who is innocent', async ({ scripted: page }) => {
      const check = await open(page);
      const { entries } = server.sample;
      const altered = entries.with(20, Buffer.from(entries[20]!.toString().replace('"time":"2026', '"time":"2027')));
      const lies = holding(altered);
      const tile = (bent: Buffer | undefined): Answer => (what, response) => (what.startsWith('tile/') ? bent : lies(what, response));
      const leaves = entries.map(leafHash);
      const swapped = Buffer.concat(leaves.with(3, leaves[4]!).with(4, leaves[3]!));
      for (const [name, bent] of [['swapped', swapped], ['short', swapped.subarray(32)], ['long', Buffer.concat([swapped, swapped])], ['none', undefined]] as const) {
        const { proven, places } = await check(tile(bent));
        expect(proven, name).toBe(false);
        expect(places, name).toContain(20);
        expect(places, name).not.toContain(3);
      }
      const forever: Answer = (what, response) => (what.startsWith('tile/') ? endless(response) : lies(what, response));
      expect(await check(forever)).toMatchObject({ proven: false });
    });

    test('a stream of any other length ends', async ({ scripted: page }) => {
      const check = await open(page);
      const { length } = framed(server.sample.entries);
      const more = await check(instead('stream', (body) => Buffer.concat([body, Buffer.from([0, 1, 65])])));
      expect(more).toMatchObject({ proven: false, kinds: ['surplus'] });
      for (const end of [0, 1, 2, 3, length >> 1, length - 1]) {
        const { proven, kinds } = await check(instead('stream', (body) => body.subarray(0, end)));
        expect(proven, `${end} bytes`).toBe(false);
        expect(kinds.length, `${end} bytes`).toBeGreaterThan(0);
      }
      const lengths = instead('stream', (body) => Buffer.concat([Buffer.from([255, 255]), body.subarray(2)]));
      expect(await check(lengths)).toMatchObject({ proven: false });
      const zeros = instead('stream', () => Buffer.alloc(10_000));
      expect(await check(zeros)).toMatchObject({ proven: false });
      for (const lie of [endless, bomb]) expect(await check(instead('stream', (_, response) => lie(response)))).toMatchObject({ proven: false });
    });

    test('a server that is honest when asked again is not believed', async ({ scripted: page }) => {
      const check = await open(page);
      const bent = (body: Buffer) => {
        const other = Buffer.from(body);
        other[body.length >> 1]! ^= 1;
        return other;
      };
      const said = await check(instead('stream', bent, 1));
      expect(said).toMatchObject({ proven: false, kinds: ['two_faces'] });
    });

    test('a server that refuses or breaks off has proven nothing', async ({ scripted: page, guard }) => {
      guard.allow(/Failed to load resource|503 from/);
      const check = await open(page);
      const refuses = await check(instead('stream', (_, response) => (response.writeHead(503).end(), 'answered')));
      expect(refuses.problem).toContain('503');
      const breaks = await check(instead('stream', (body, response) => {
        response.writeHead(200, { 'content-length': body.length });
        response.write(body.subarray(0, 5000), () => response.destroy());
        return 'answered';
      }));
      expect(breaks.problem).toContain('The connection broke');
      expect(await check(honest(server.sample)), 'and the next check is as good as ever').toMatchObject({ proven: true });
    });

    test('a check that waits is stopped by a word, and the next one is as good as ever', async ({ scripted: page }) => {
      const check = await open(page);
      let asked = () => {};
      const begun = new Promise<void>((done) => (asked = done));
      const waits = instead('stream', (_, response) => {
        response.writeHead(200);
        response.write(Buffer.from([0]), () => asked());
        return 'answered';
      });
      const stopped = check(waits);
      await begun;
      await page.evaluate(() => (window as unknown as { worker: Worker }).worker.postMessage({ type: 'stop' }));
      expect(await stopped).toEqual({ kinds: [], places: [] });
      expect(await check(honest(server.sample))).toMatchObject({ proven: true });
    });

    test('a flipped bit anywhere in the log names its entry', async ({ scripted: page }) => {
      test.setTimeout(180_000);
      const check = await open(page);
      const { entries } = server.sample;
      for (const [seq, entry] of entries.entries()) {
        for (const part of [0.1, 0.5, 0.9]) {
          const bent = Buffer.from(entry);
          bent[Math.floor(entry.length * part)]! ^= 1 << (seq % 8);
          const { proven, places } = await check(holding(entries.with(seq, bent)));
          expect([proven, places[0]], `entry ${seq} at ${part}`).toEqual([false, seq]);
        }
      }
    });
  });
}
