// The server's side of a WebSocket (RFC 6455), as much of it as a terminal needs: no fragments, no extensions.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, BINARY, CLOSE] = [1, 2, 8];

/** One connection. */
export class Socket {
  /** What the browser sent: bytes as text, or a message in words. */
  readonly heard: { text: boolean; data: string }[] = [];
  readonly #stream: Duplex;
  #rest = Buffer.alloc(0);

  constructor(request: IncomingMessage, stream: Duplex) {
    this.#stream = stream;
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${MAGIC}`).digest('base64');
    stream.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
    stream.on('data', (bytes: Buffer) => this.#read(bytes));
    stream.on('error', () => {});
  }

  /** All bytes that were typed, as text. */
  get typed(): string {
    return this.heard.filter(({ text }) => !text).map(({ data }) => data).join('');
  }

  output(text: string | Buffer): void {
    this.#write(BINARY, Buffer.from(text));
  }

  say(message: object): void {
    this.#write(TEXT, Buffer.from(JSON.stringify(message)));
  }

  close(): void {
    this.#write(CLOSE, Buffer.from([0x03, 0xe8]));
    this.#stream.end();
  }

  #write(kind: number, bytes: Buffer): void {
    const head = bytes.length < 126 ? Buffer.from([0x80 | kind, bytes.length]) : Buffer.from([0x80 | kind, 126, bytes.length >> 8, bytes.length & 255]);
    this.#stream.write(Buffer.concat([head, bytes]));
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= 6) {
      const short = this.#rest[1]! & 127;
      const [length, at] = short < 126 ? [short, 2] : [this.#rest.readUInt16BE(2), 4];
      if (this.#rest.length < at + 4 + length) return;
      const mask = this.#rest.subarray(at, at + 4);
      const data = Buffer.from(this.#rest.subarray(at + 4, at + 4 + length)).map((byte, index) => byte ^ mask[index % 4]!);
      const kind = this.#rest[0]! & 15;
      this.#rest = this.#rest.subarray(at + 4 + length);
      if (kind === TEXT || kind === BINARY) this.heard.push({ text: kind === TEXT, data: Buffer.from(data).toString() });
      if (kind === CLOSE) this.close();
    }
  }
}
