import { describe, expect, test } from 'vitest';
import { AllowedOrigins } from '../../../worker/http/access/allowed_origins.ts';
import { parseNamedKeys } from '../../../worker/http/access/named_keys.ts';

describe('an origin', () => {
  const allowed = new AllowedOrigins(['https://a.example', 'http://localhost:*']);
  test.each([
    ['https://a.example', true],
    ['http://localhost', true],
    ['http://localhost:5173', true],
    ['https://localhost:5173', false],
    ['http://localhost:5173.evil.example', false],
    ['http://localhost.evil.example', false],
    ['http://localhost:', false],
    ['https://a.example:8443', false],
    ['null', false],
  ])('%s is allowed: %s', (origin, isAllowed) => {
    expect(allowed.permission(origin)).toBe(isAllowed ? origin : undefined);
    expect(new AllowedOrigins('any').permission(origin)).toBe('*');
    expect(new AllowedOrigins([]).permission(origin)).toBeUndefined();
  });
});

const DIGEST = '8c1f9dd8b9dd6ebe4d2c1ba9c2c9b2f3d8e2b7a0f9d2c3e4f5061728394a5b6c';

describe('named keys', () => {
  test('have models and a rate, or neither', () => {
    const keys = parseNamedKeys(
      `mobile:${DIGEST}:models=digits+iris*:rate=600/60,\n web:${DIGEST.toUpperCase()}`,
    );
    expect(keys.map(({ name, models, rate }) => ({ name, models: models?.text, rate }))).toEqual([
      { name: 'mobile', models: 'digits, iris*', rate: { requests: 600, seconds: 60 } },
      { name: 'web', models: undefined, rate: undefined },
    ]);
    expect(keys[0]?.sha256).toEqual(keys[1]?.sha256);
    expect(keys[0]?.sha256).toHaveLength(32);
  });

  test.each([
    ['digits', 'digits', true],
    ['digits', 'digits2', false],
    ['iris*', 'iris', true],
    ['iris*', 'iris_v2', true],
    ['iris*', 'my_iris', false],
    ['*_v2', 'iris_v2', true],
    ['*', 'anything', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
  ])('of the models %s: %s is one of them: %s', (pattern, model, isOne) => {
    const [key] = parseNamedKeys(`k:${DIGEST}:models=${pattern}`);
    expect(key?.models?.includes(model)).toBe(isOne);
  });

  test.each([
    ['a bare key', 'some-secret-key-of-a-client', /entry 1, is not NAME:SHA256/],
    ['no digest', 'mobile:', /entry 1, has no SHA-256/],
    ['a key in place of its digest', 'mobile:some-secret-key-of-a-client', /entry 1, has no SHA-256/],
    ['no name', `:${DIGEST}`, /is not NAME:SHA256/],
    ['another option', `mobile:${DIGEST}:secret-key=1`, /is not NAME:SHA256/],
    ['an option without a value', `mobile:${DIGEST}:models=`, /is not NAME:SHA256/],
    ['models twice', `mobile:${DIGEST}:models=a:models=b`, /has models twice/],
    ['a model that has no name', `mobile:${DIGEST}:models=a+`, /model whose name is not valid/],
    ['a rate without a period', `ok:${DIGEST} mobile:${DIGEST}:rate=600`, /entry 2, has a rate that is not/],
    ['a rate of another period', `mobile:${DIGEST}:rate=600/30`, /has a rate that is not/],
    ['a rate of nothing', `mobile:${DIGEST}:rate=0/60`, /has a rate that is not/],
    ['only separators', ' , ', /contains no key/],
  ])('with %s are refused without being shown', (_, secret, message) => {
    const parse = () => parseNamedKeys(secret);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/secret-key|8c1f9dd8/);
  });
});
