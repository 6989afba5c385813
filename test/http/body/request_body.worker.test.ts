import { describe, expect, test } from 'vitest';
import { readBody } from '../../../worker/http/body/request_body.ts';

const TEXT = new TextEncoder().encode('0123456789');

/** A request whose body arrives in these chunks. Records how much of it was read, and a cancellation. */
function streamed(chunks: readonly Uint8Array[], headers: Record<string, string> = {}) {
  const seen = { pulled: 0, canceled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[seen.pulled];
        if (chunk === undefined) return controller.close();
        seen.pulled += 1;
        controller.enqueue(chunk);
      },
      cancel() {
        seen.canceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  // Node requires `duplex` with a stream; workerd has no such option.
  const init = { method: 'POST', headers, body, duplex: 'half' };
  return { request: new Request('http://test/', init), seen };
}

describe('readBody', () => {
  test('reads a body that announces its length', async () => {
    const request = new Request('http://test/', {
      method: 'POST',
      headers: { 'content-length': '10' },
      body: TEXT,
    });
    expect(await readBody(request, 10)).toEqual({ kind: 'read', bytes: TEXT });
  });

  test('reads a body that comes in chunks', async () => {
    const { request } = streamed([TEXT.slice(0, 3), TEXT.slice(3, 4), TEXT.slice(4)]);
    expect(await readBody(request, 10)).toEqual({ kind: 'read', bytes: TEXT });
  });

  test('reads no body as an empty one', async () => {
    const request = new Request('http://test/', { method: 'POST' });
    expect(await readBody(request, 10)).toEqual({ kind: 'read', bytes: new Uint8Array(0) });
  });

  test('refuses a longer announced body without reading a byte', async () => {
    const { request, seen } = streamed([TEXT], { 'content-length': '11' });
    expect(await readBody(request, 10)).toEqual({
      kind: 'too large',
      message: 'The request body has 11 bytes; the limit is 10 bytes',
    });
    expect(seen.pulled).toBe(0);
  });

  test('stops reading at the limit where no length is announced', async () => {
    const { request, seen } = streamed([TEXT, TEXT, TEXT, TEXT]);
    expect(await readBody(request, 15)).toEqual({
      kind: 'too large',
      message: 'The request body has 20 bytes or more; the limit is 15 bytes',
    });
    expect(seen.pulled).toBeLessThan(4);
    expect(seen.canceled).toBe(true);
  });

  test('refuses a body that is longer than it announced and than the limit', async () => {
    const { request } = streamed([TEXT, TEXT], { 'content-length': '5' });
    expect(await readBody(request, 10)).toMatchObject({ kind: 'too large' });
  });

  test('tells of a body that ends before its announced length', async () => {
    const { request } = streamed([TEXT], { 'content-length': '12' });
    expect(await readBody(request, 100)).toMatchObject({ kind: 'incomplete' });
  });

  test('tells of a connection that ends before the body', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(new Error('connection lost'));
      },
    });
    const init = { method: 'POST', body, duplex: 'half' };
    const outcome = await readBody(new Request('http://test/', init), 100);
    expect(outcome).toEqual({
      kind: 'incomplete',
      message: 'The request body could not be read: connection lost',
    });
  });

  describe.each(['gzip', 'deflate'] as const)('of %s', (compression) => {
    const compress = async (bytes: Uint8Array) =>
      new Uint8Array(
        await new Response(
          new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream(compression)),
        ).arrayBuffer(),
      );
    const post = (body: Uint8Array, encoding: string = compression) =>
      new Request('http://test/', {
        method: 'POST',
        headers: { 'content-encoding': encoding, 'content-length': String(body.length) },
        body: body.slice(),
      });

    const names = { gzip: ['gzip', 'GZIP', 'x-gzip'], deflate: ['deflate', 'Deflate'] }[compression];
    test.each(names)('%s is decompressed', async (encoding) => {
      expect(await readBody(post(await compress(TEXT), encoding), 1000)).toEqual({
        kind: 'read',
        bytes: TEXT,
      });
    });

    test('is held to the limit by what it expands to', async () => {
      const bomb = await compress(new Uint8Array(50_000_000));
      expect(bomb.length).toBeLessThan(60_000);
      expect(await readBody(post(bomb), 100_000)).toMatchObject({ kind: 'too large' });
      const exact = await compress(new Uint8Array(100_000));
      expect(await readBody(post(exact), 100_000)).toMatchObject({ kind: 'read' });
      expect(await readBody(post(exact), 99_999)).toMatchObject({ kind: 'too large' });
    });

    test('may expand to much', async () => {
      const bytes = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) & 255);
      const outcome = await readBody(post(await compress(bytes)), 3_000_000);
      expect(outcome.kind === 'read' && outcome.bytes.length).toBe(bytes.length);
      expect(outcome.kind === 'read' && outcome.bytes.every((byte, index) => byte === bytes[index])).toBe(
        true,
      );
    });

    test('that is broken, cut short or none is told of', async () => {
      const whole = await compress(TEXT);
      const broken = whole.slice();
      broken.fill(0xff, 12, 16);
      for (const body of [broken, whole.slice(0, -5), whole.slice(0, 3), TEXT, new Uint8Array(0)]) {
        expect(await readBody(post(body), 1000)).toMatchObject({ kind: 'incomplete' });
      }
    });

    test('is all that is decompressed', async () => {
      for (const encoding of ['br', 'deflate-raw', 'gzip, gzip']) {
        expect(await readBody(post(TEXT, encoding), 1000)).toMatchObject({ kind: 'unknown encoding' });
      }
      expect(await readBody(post(TEXT, 'identity'), 1000)).toEqual({ kind: 'read', bytes: TEXT });
    });
  });
});
