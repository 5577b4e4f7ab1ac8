// A server without a portal: the pages of recorded work as `app` draws them, the files that they load, and answers
// that a test wrote.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { test as base, expect } from '@playwright/test';

import { required } from './environment.ts';
import { Guard } from './guard.ts';
import { Socket } from './socket.ts';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };
const NONCE = 'dGVzdHM';

/** The policy of the portal's own pages (app/src/shell.rs). */
const POLICY = `default-src 'self'; script-src 'nonce-${NONCE}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`;

/** Something asked by POST. */
export interface Asked {
  path: string;
  body: Record<string, unknown>;
}

/** Answers a POST: with events, a line each; with a status and what it says; or itself. */
export type Answer = object[] | { status: number; body: object } | ((response: ServerResponse, body: Record<string, unknown>) => void);

export class Parts {
  url = '';
  /** What the pages asked. */
  asked: Asked[] = [];
  /** The answers by the last word of the path (`open`, `run`, …), each given once, the last one for ever. */
  answers: Record<string, Answer[]> = {};
  /** The parts of the recording. */
  chunks: object[] = [];
  sockets: Socket[] = [];
  #live: ServerResponse[] = [];
  readonly #pages = mkdtempSync(path.join(tmpdir(), 'breakglass-pages-'));
  readonly #site = required('PARTS_SITE');
  readonly #server = createServer((request, response) => this.#take(request, response));

  async start(): Promise<void> {
    execFileSync(required('PAGES_BIN'), [this.#pages]);
    this.#server.on('upgrade', (request, stream) => this.sockets.push(new Socket(request, stream)));
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#pages, { recursive: true, force: true });
  }

  /** Sends word to every page that follows a session. */
  tell(...events: (object | unknown[])[]): void {
    for (const response of this.#live) for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`);
  }

  get followed(): number {
    return this.#live.length;
  }

  bodies(word: string): Record<string, unknown>[] {
    return this.asked.filter((one) => one.path.endsWith(`/${word}`)).map((one) => one.body);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('cache-control', 'no-store');
    if (request.method === 'POST') void this.#posted(pathname, request, response);
    else if (pathname.startsWith('/pages/')) this.#page(pathname.slice('/pages/'.length), response);
    else if (pathname.endsWith('/live')) this.#follow(request, response);
    else if (pathname.endsWith('/chunks')) lines(response, this.chunks);
    else this.#file(pathname, response);
  }

  async #posted(pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
    this.asked.push({ path: pathname, body });
    const kept = this.answers[pathname.split('/').at(-1) ?? ''] ?? [];
    const answer = kept.length > 1 ? kept.shift() : kept[0];
    if (answer === undefined) response.writeHead(404).end();
    else if (typeof answer === 'function') answer(response, body);
    else if (Array.isArray(answer)) lines(response, answer);
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  }

  #page(name: string, response: ServerResponse): void {
    const html = readFileSync(path.join(this.#pages, `${path.basename(name)}.html`), 'utf8').replaceAll('<script ', `<script nonce="${NONCE}" `);
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }).end(html);
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    this.#live.push(response);
    request.on('close', () => (this.#live = this.#live.filter((one) => one !== response)));
  }

  #file(pathname: string, response: ServerResponse): void {
    try {
      const content = readFileSync(path.join(this.#site, path.normalize(pathname)));
      response.writeHead(200, { 'content-type': TYPES[path.extname(pathname)] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }
}

/** Events, a line each. */
export function lines(response: ServerResponse, events: object[]): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

/** The test function of the parts: a server of its own for each test, and a guard on every page. */
export const test = base.extend<{ parts: Parts; guard: Guard }>({
  parts: async ({}, use) => {
    const parts = new Parts();
    await parts.start();
    await use(parts);
    parts.stop();
  },
  baseURL: async ({ parts }, use) => use(parts.url),
  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    expect(guard.findings, 'nothing went wrong in any page').toEqual([]);
  },
  context: async ({ context, guard }, use) => {
    await guard.watch(context);
    await use(context);
  },
});

export { expect };
