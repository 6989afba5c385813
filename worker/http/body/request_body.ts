import { errorMessage } from '../../registry/storage/error_message.ts';
import type { ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { MemoryRefusal, MemoryShare } from '../memory/memory_share.ts';
import { MEMORY_STATUS } from '../memory/request_memory.ts';
import { piecesOfBody } from './body_pieces.ts';
import { type Compression, decompressed } from './decompress.ts';

export type BodyOutcome =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'too large'; readonly message: string }
  | MemoryRefusal
  /** The connection or the compressed data ended early, or the data is invalid. */
  | { readonly kind: 'incomplete'; readonly message: string }
  /** The Content-Encoding is neither gzip nor deflate. */
  | { readonly kind: 'unknown encoding'; readonly message: string };

/** What each Content-Encoding is decompressed as. */
const ENCODINGS: ReadonlyMap<string, Compression | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
]);

/** The HTTP status of a body that could not be read. */
export const BODY_STATUS = {
  ...MEMORY_STATUS,
  'too large': 413,
  incomplete: 400,
  'unknown encoding': 415,
} as const;

/** Shorter bodies are read in one piece. Bytes. */
const IN_ONE_PIECE = 64 * 1024;

/**
 * Reads a request's body, at most `limitBytes` of it. A body whose Content-Length exceeds the limit is refused before a
 * byte is read. A body without Content-Length is counted as it streams and abandoned at the limit, and so is the
 * expansion of a compressed body. Received bytes count in the request's memory share, if it has one.
 */
export function readBody(
  request: Request,
  limitBytes: number,
  share?: MemoryShare,
): ValueOrPromise<BodyOutcome> {
  const { headers } = request;
  const announced = announcedBytes(headers);
  if (announced !== undefined && announced > limitBytes) return tooLarge(`${announced} bytes`, limitBytes);
  const encoding = contentEncoding(headers);
  if (!ENCODINGS.has(encoding)) {
    const message = `The Content-Encoding ${encoding.slice(0, 100)} is not supported; use gzip or deflate`;
    return { kind: 'unknown encoding', message };
  }
  const compression = ENCODINGS.get(encoding);
  if (announced !== undefined && announced <= IN_ONE_PIECE && compression === undefined) {
    // HTTP limits a body to its announced length.
    return request
      .arrayBuffer()
      .then((buffer) => announcedBody(buffer, announced, limitBytes, share), incomplete);
  }
  const { body } = request;
  if (body === null) return { kind: 'read', bytes: new Uint8Array(0) };
  const received =
    compression === undefined
      ? streamedBody(body, announced, limitBytes, share)
      : streamedBody(decompressed(body, compression), undefined, limitBytes, share);
  return received.catch(incomplete);
}

function announcedBytes(headers: Headers): number | undefined {
  const text = headers.get('content-length');
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

function contentEncoding(headers: Headers): string {
  const text = headers.get('content-encoding');
  return text === null ? '' : text.trim().toLowerCase();
}

function incomplete(error: unknown): BodyOutcome {
  return { kind: 'incomplete', message: `The request body could not be read: ${errorMessage(error)}` };
}

function announcedBody(
  buffer: ArrayBuffer,
  announced: number,
  limitBytes: number,
  share: MemoryShare | undefined,
): BodyOutcome {
  const bytes = new Uint8Array(buffer);
  if (bytes.length > limitBytes) return tooLarge(`${bytes.length} bytes`, limitBytes);
  if (bytes.length < announced) return endedEarly(bytes.length, announced);
  return share?.takeBody(bytes.length) ?? { kind: 'read', bytes };
}

async function streamedBody(
  stream: ReadableStream<Uint8Array>,
  announced: number | undefined,
  limitBytes: number,
  share: MemoryShare | undefined,
): Promise<BodyOutcome> {
  const pieces = piecesOfBody(stream);
  // Memory is only committed when it is written to.
  let bytes = new Uint8Array(announced ?? IN_ONE_PIECE);
  let length = 0;
  for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
    const needed = length + piece.length;
    const refusal =
      needed > limitBytes ? tooLarge(`${needed} bytes or more`, limitBytes) : share?.takeBody(piece.length);
    if (refusal !== undefined) {
      pieces.cancel();
      return refusal;
    }
    // Transferring frees the old memory at once, before the collector runs.
    if (needed > bytes.length) {
      bytes = new Uint8Array(bytes.buffer.transfer(Math.min(limitBytes, Math.max(needed, 2 * bytes.length))));
    }
    bytes.set(piece, length);
    length = needed;
  }
  if (announced !== undefined && length < announced) return endedEarly(length, announced);
  return { kind: 'read', bytes: bytes.subarray(0, length) };
}

function endedEarly(length: number, announced: number): BodyOutcome {
  return { kind: 'incomplete', message: `The request body ended after ${length} of ${announced} bytes` };
}

function tooLarge(size: string, limitBytes: number): BodyOutcome {
  return { kind: 'too large', message: `The request body has ${size}; the limit is ${limitBytes} bytes` };
}
