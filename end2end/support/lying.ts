// A server that serves the verifier as it is and a log as somebody wants it: the verifier's own sample, bent.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { required } from './environment.ts';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** The sample log: 64 entries. */
export interface Sample {
  vkey: string;
  checkpoint: Buffer;
  entries: Buffer[];
}

/** Answers a request for the log: with bytes, by itself, or not at all (404). */
export type Answer = (what: string, response: ServerResponse) => Buffer | undefined | 'answered';

/** Serves a file of the verifier's otherwise. */
export type Bend = (name: string, content: Buffer) => Buffer | 'silence';

export interface Server {
  url: string;
  sample: Sample;
  /** What the log's server does from now on. */
  lies(answer: Answer): void;
  /** What it serves of the verifier's own files from now on: their bytes, others, or silence. */
  bends(bend: Bend): void;
  /** What was asked for below `/ledger/` since. */
  asked: string[];
  stop(): void;
}

export function framed(entries: Buffer[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]));
}

export function leafHash(entry: Buffer): Buffer {
  return createHash('sha256').update(Buffer.from([0])).update(entry).digest();
}

/** What an honest server answers that has these entries. */
export function honest(sample: Sample): Answer {
  return (what) => {
    const range = /^stream\/(\d+)-(\d+)$/.exec(what);
    if (range) return framed(sample.entries.slice(Number(range[1]), Number(range[2])));
    if (what === 'checkpoint') return sample.checkpoint;
    if (what.startsWith('tile/0/')) return Buffer.concat(sample.entries.map(leafHash));
    return undefined;
  };
}

export async function startServer(): Promise<Server> {
  const site = path.join(required('SITE_DIR'), 'verify');
  const read = (name: string) => readFileSync(path.join(site, 'sample', name));
  const entries: Buffer[] = [];
  const stream = read('stream');
  for (let at = 0; at < stream.length; ) {
    const end = at + 2 + stream.readUInt16BE(at);
    entries.push(stream.subarray(at + 2, end));
    at = end;
  }
  const sample = { vkey: read('vkey').toString().trim(), checkpoint: read('checkpoint'), entries };
  let answer = honest(sample);
  let bend: Bend = (_, content) => content;
  const server: Server = { url: '', sample, lies: (next) => (answer = next), bends: (next) => (bend = next), asked: [], stop: () => {} };
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('cache-control', 'no-store');
    if (pathname.startsWith('/ledger/')) {
      const what = pathname.slice('/ledger/'.length);
      server.asked.push(what);
      const body = answer(what, response);
      if (body === 'answered') return;
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' }).end(body);
      return;
    }
    if (pathname === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html lang="en"><title>A log</title><link rel="icon" href="data:,">');
      return;
    }
    try {
      const file = path.join(site, path.normalize(pathname.replace('/verify/', '/')));
      const content = bend(path.relative(site, file), readFileSync(file));
      if (content === 'silence') return;
      response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  };
  const listening = createServer(take);
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  server.url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
  server.stop = () => {
    listening.closeAllConnections();
    listening.close();
  };
  return server;
}
