import type { ManagementApi } from '../api/management_api.ts';
import { bodyOf, type TryRequest } from './try_request.ts';

/** The predict Worker's answer, or the reason why it did not answer. */
export type Answered =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      /** Undefined if the text is no JSON. */
      readonly json: unknown;
      readonly version: string | undefined;
      readonly generation: string | undefined;
      readonly fallback: string | undefined;
      /** From here and back, in milliseconds. */
      readonly tookMs: number;
    }
  | { readonly kind: 'failed'; readonly message: string };

export async function sendRequest(
  api: ManagementApi,
  request: TryRequest,
  apiKey: string,
): Promise<Answered> {
  const { body, type } = bodyOf(request);
  const start = performance.now();
  const response = await api.predict(request.path, {
    method: 'POST',
    headers: { 'content-type': type, ...(apiKey !== '' && { 'x-api-key': apiKey }) },
    body,
  });
  if (!(response instanceof Response)) return { kind: 'failed', message: response.message };
  const text = await response.text().catch(() => undefined);
  if (text === undefined) return { kind: 'failed', message: 'The answer was cut off' };
  const header = (name: string) => response.headers.get(name) ?? undefined;
  return {
    kind: 'answered',
    status: response.status,
    text,
    json: parseJson(text),
    version: header('x-model-version'),
    generation: header('x-model-generation'),
    fallback: header('x-model-fallback'),
    tookMs: performance.now() - start,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
