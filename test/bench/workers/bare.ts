import { pointerKey } from '../../../worker/registry/storage/storage_keys.ts';
import type { BenchEnvironment } from './environment.ts';

interface BareEnvironment extends BenchEnvironment {
  /** `yes` if every request reads the model's pointer with a condition. */
  readonly READS_POINTER: 'yes' | 'no';
}

/** The minimum work of a JSON server: parse the request and write an answer of the same size as the others'. */
let answer: unknown;
/** For binary requests, it reads the request's bytes and returns the bytes of an answer. */
let bytes: ArrayBuffer | undefined;
let etag: string | undefined;

export default {
  async fetch(request: Request, { MODELS, NETWORK, READS_POINTER }: BareEnvironment): Promise<Response> {
    const isBinary = request.url.endsWith('/infer');
    if (request.method === 'PUT') {
      if (isBinary) bytes = await request.arrayBuffer();
      else answer = await request.json();
      return new Response();
    }
    const asking = READS_POINTER === 'yes' ? ask(MODELS, pointerKey(NETWORK)) : undefined;
    if (isBinary) {
      await request.arrayBuffer();
      await asking;
      return new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } });
    }
    await request.json();
    const body = JSON.stringify(answer);
    await asking;
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  },
};

async function ask(bucket: R2Bucket, key: string): Promise<void> {
  const object = await bucket.get(key, etag === undefined ? {} : { onlyIf: { etagDoesNotMatch: etag } });
  if (object === null) throw new Error(`there is no ${key}`);
  etag = object.etag;
}
