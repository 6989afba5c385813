import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntegrityError, verifiedPieces } from '../../../worker/serving/loading/verified_stream.ts';

const PIECE = 512 * 1024;

async function blobOf(bytes: Uint8Array<ArrayBuffer>) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { path: 'weights.bin', sha256, bytes: bytes.length };
}

/** All bytes of the pieces. A piece is only valid until the next one is read. */
async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: number[][] = [];
  for await (const piece of pieces) collected.push(Array.from(piece));
  return Uint8Array.from(collected.flat());
}

/** A stream of the platform, as from R2 and the cache. */
const platformStream = (bytes: Uint8Array<ArrayBuffer>) => new Blob([bytes]).stream();

/** A stream of chunks from JavaScript. */
const chunkStream = (bytes: Uint8Array, size: number) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });

describe('verified pieces', () => {
  test.each([0, 1, 1000, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])(
    'are the %i bytes of a stream, in order',
    async (length) => {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 9)) & 0xff);
      const blob = await blobOf(bytes);
      expect(await collect(verifiedPieces(blob, platformStream(bytes)))).toEqual(bytes);
    },
  );

  test('are the chunks of any other stream', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 1, max: 50 }),
        async (given, size) => {
          const bytes = new Uint8Array(given);
          const pieces = verifiedPieces(await blobOf(bytes), chunkStream(bytes, size));
          expect(await collect(pieces)).toEqual(bytes);
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['shorter', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(1)],
    ['longer', (bytes: Uint8Array<ArrayBuffer>) => new Uint8Array([...bytes, 0])],
    ['another', (bytes: Uint8Array<ArrayBuffer>) => bytes.with(PIECE, (bytes[PIECE] ?? 0) ^ 1)],
  ])('end with an error where the stream is %s', async (_, change) => {
    const bytes = new Uint8Array(PIECE + 100);
    const blob = await blobOf(bytes);
    await expect(collect(verifiedPieces(blob, platformStream(change(bytes))))).rejects.toThrow(
      IntegrityError,
    );
  });

  test('end with the error of the stream', async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const failing = (async () => {
      await writer.write(new Uint8Array(10));
      await writer.abort(new Error('the connection is lost'));
    })();
    const blob = await blobOf(new Uint8Array(20));
    await expect(collect(verifiedPieces(blob, readable))).rejects.toThrow('the connection is lost');
    await failing.catch(() => undefined);
  });
});
