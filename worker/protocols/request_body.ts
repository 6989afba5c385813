import { describeError } from '../registry/describe_error.ts';
import { gunzipped } from './gunzip.ts';
import { joined } from './joined.ts';

export type BodyOutcome =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'too large'; readonly message: string }
  /** The connection or the compressed data ended before the body did, or the data is broken. */
  | { readonly kind: 'incomplete'; readonly message: string }
  /** Its Content-Encoding is another than gzip. */
  | { readonly kind: 'unknown encoding'; readonly message: string };

const ENCODINGS: readonly string[] = ['', 'identity', 'gzip', 'x-gzip'];

/** The HTTP status of a body that was not read. */
export const BODY_STATUS = { 'too large': 413, incomplete: 400, 'unknown encoding': 415 } as const;

/**
 * Reads a request's body, at most `limitBytes` of it. A body that announces more in Content-Length is refused
 * before a byte is read; one that announces nothing is counted as it streams, and left at the limit. So is what
 * a gzip body expands to.
 */
export function readBody(request: Request, limitBytes: number): BodyOutcome | Promise<BodyOutcome> {
  const { headers } = request;
  const announced = announcedBytes(headers);
  if (announced !== undefined && announced > limitBytes) return tooLarge(`${announced} bytes`, limitBytes);
  const encoding = contentEncoding(headers);
  if (!ENCODINGS.includes(encoding)) {
    const message = `The Content-Encoding ${encoding.slice(0, 100)} is not known here; gzip is`;
    return { kind: 'unknown encoding', message };
  }
  const isCompressed = encoding.endsWith('gzip');
  // HTTP holds a body to its announced length, so that it can be taken in one piece.
  return announced !== undefined && !isCompressed
    ? request.arrayBuffer().then((buffer) => announcedBody(buffer, announced, limitBytes), incomplete)
    : streamedBody(request.body, isCompressed, limitBytes).catch(incomplete);
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
  return { kind: 'incomplete', message: `The request body could not be read: ${describeError(error)}` };
}

function announcedBody(buffer: ArrayBuffer, announced: number, limitBytes: number): BodyOutcome {
  const bytes = new Uint8Array(buffer);
  if (bytes.length > limitBytes) return tooLarge(`${bytes.length} bytes`, limitBytes);
  if (bytes.length < announced) {
    const message = `The request body ended after ${bytes.length} of ${announced} bytes`;
    return { kind: 'incomplete', message };
  }
  return { kind: 'read', bytes };
}

async function streamedBody(
  body: ReadableStream<Uint8Array> | null,
  isCompressed: boolean,
  limitBytes: number,
): Promise<BodyOutcome> {
  if (body === null) return { kind: 'read', bytes: new Uint8Array(0) };
  return readStream(isCompressed ? gunzipped(body) : body, limitBytes);
}

async function readStream(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<BodyOutcome> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > limitBytes) {
      // Not waited for: the answer does not depend on how the sender takes it.
      reader.cancel().catch(() => undefined);
      return tooLarge(`${length} bytes or more`, limitBytes);
    }
    chunks.push(next.value);
  }
  const [first] = chunks;
  return { kind: 'read', bytes: first !== undefined && chunks.length === 1 ? first : joined(chunks) };
}

function tooLarge(size: string, limitBytes: number): BodyOutcome {
  return { kind: 'too large', message: `The request body has ${size}; the limit is ${limitBytes} bytes` };
}
