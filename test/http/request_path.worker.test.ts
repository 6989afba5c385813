import { expect, test } from 'vitest';
import { ByteWriter } from '../../worker/http/json/tensors/byte_writer.ts';
import { memoize } from '../../worker/http/memoize.ts';
import { pathOfUrl, protocolOf } from '../../worker/http/request_path.ts';

test.each([
  ['/v1/models/m:predict', 'tensorflow serving'],
  ['/V1/models/m:predict', 'tensorflow serving'],
  ['/v2/models/m/infer', 'open inference'],
  ['/V2/models/m/infer', undefined],
  ['/v1', undefined],
  ['/v11/models', undefined],
  ['/%76%31/models/m:predict', undefined],
  ['//v1/models/m:predict', undefined],
  ['', undefined],
])('%s belongs to %s', (path, protocol) => {
  expect(protocolOf(path)).toBe(protocol);
});

test('a path is returned as it was sent, without the query, however often it is read', () => {
  for (let time = 0; time < 2; time++) {
    expect(pathOfUrl('https://server/v1/models/a%2Fb:predict?strict_json=true')).toBe(
      '/v1/models/a%2Fb:predict',
    );
  }
});

test('a memoized value is computed once while it is requested again, and the number of values is bounded', () => {
  let made = 0;
  const length = memoize((text) => {
    made += 1;
    return String(text.length);
  });
  expect([length('abc'), length('abc'), length('abcd')]).toEqual(['3', '3', '4']);
  expect(made).toBe(2);
  for (let index = 0; index < 1000; index++) length(`text ${index}`);
  expect(length('abc')).toBe('3');
  expect(made).toBe(1003);
  const long = 'x'.repeat(10_000);
  expect([length(long), length(long)]).toEqual(['10000', '10000']);
  expect(made).toBe(1005);
});

test('writers that are used at the same time, or one after the other, do not share bytes', () => {
  const decoder = new TextDecoder();
  const first = new ByteWriter();
  const second = new ByteWriter();
  first.text('first');
  second.text('second: zwölf');
  const firstBytes = first.finish();
  const secondBytes = second.finish();
  const third = new ByteWriter();
  third.text('x'.repeat(10_000));
  expect(third.finish()).toHaveLength(10_000);
  expect([decoder.decode(firstBytes), decoder.decode(secondBytes)]).toEqual(['first', 'second: zwölf']);
});
