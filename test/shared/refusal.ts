import { expect } from 'vitest';
import { faultsOf } from './conformance.ts';

/** What every answer has to be, whatever was asked: as the document says, and no fault. */
export async function expectSound(response: Response, method: string, path: string): Promise<number> {
  const body = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get('inference-header-content-length') ?? body.length);
  const text = body.subarray(0, length).toString();
  const { status } = response;
  expect(status, text).toBeGreaterThanOrEqual(200);
  expect(status, text).toBeLessThan(500);
  const contentType = response.headers.get('content-type');
  expect(faultsOf({ method, path, status, contentType, json: JSON.parse(text) }), text).toEqual([]);
  if (status >= 400) {
    expect(text).not.toMatch(/\\n +at |\.[jt]s:\d/);
    expect(text.length).toBeLessThan(2_000);
  }
  return status;
}
