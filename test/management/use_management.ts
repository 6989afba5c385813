import { afterAll, beforeAll } from 'vitest';
import { type ManagementWorker, startManagement, tokenEntry } from '../fixtures/edge/management_worker.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

export const TOKENS = {
  ops: 'o'.repeat(43),
  ci: 'c'.repeat(43),
  other: 'p'.repeat(43),
  viewer: 'v'.repeat(43),
  flipper: 'f'.repeat(43),
};
export type TokenName = keyof typeof TOKENS;

export interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: unknown;
}

export interface AskOptions {
  /** `ops` by default; null for no token. */
  readonly token?: TokenName | null;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** A management Worker for the tests of a file, with a token for each scope. It exists while the tests run. */
export function useManagement() {
  let started: ManagementWorker | undefined;
  beforeAll(async () => {
    started = await startManagement({
      MAX_UPLOAD_MB: '1',
      MANAGEMENT_TOKENS: [
        tokenEntry('ops', 'publish+flip', TOKENS.ops),
        tokenEntry('ci', 'publish', TOKENS.ci),
        tokenEntry('other', 'publish', TOKENS.other),
        tokenEntry('viewer', 'read', TOKENS.viewer),
        tokenEntry('flipper', 'flip', TOKENS.flipper),
      ].join(',\n'),
    });
  });
  afterAll(() => started?.stop());

  const management = (): ManagementWorker => {
    if (started === undefined) throw new Error('the management Worker has not started');
    return started;
  };

  const ask = async (method: string, path: string, options: AskOptions = {}): Promise<Answer> => {
    const { token = 'ops', headers = {}, body } = options;
    const response = await fetch(new URL(path, management().url), {
      method,
      headers: { ...(token !== null && { authorization: `Bearer ${TOKENS[token]}` }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson =
      /^application\/json/.test(response.headers.get('content-type') ?? '') && text.startsWith('{');
    return {
      status: response.status,
      etag: response.headers.get('etag'),
      body: isJson ? JSON.parse(text) : text,
    };
  };

  const change = (model: string, name: string, body: object, ifMatch: string, token: TokenName = 'ops') =>
    ask('POST', `/api/v1/models/${model}/${name}`, {
      token,
      headers: { 'if-match': ifMatch },
      body: JSON.stringify(body),
    });

  const publish = (model: string, version: '1.0.0' | '1.1.0', flip = true) =>
    publishDirectory(management().store, `${SAMPLES}/half_plus_two/${version}`, model, version, { flip });

  return { management, ask, change, publish };
}
