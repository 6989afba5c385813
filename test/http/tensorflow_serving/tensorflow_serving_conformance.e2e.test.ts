import { describe, expect, test } from 'vitest';
import { faultsOfText } from '../../fixtures/requests/conformance.ts';

const PREDICT = '/v1/models/m:predict';
const predicted = (text: string, path = PREDICT) =>
  faultsOfText({ method: 'POST', path, status: 200, contentType: 'application/json', text });

describe('the check of answers against the document', () => {
  test.each([
    ['tokens for floats', '{"predictions":[[NaN,Infinity],[3.0,-Infinity]]}', PREDICT],
    ['a token alone', '{"outputs":NaN}', PREDICT],
    ['their names in a string', '{"outputs":"a\\"[NaN,Infinity]"}', PREDICT],
    ['a token as a score', '{"results":[[["b",NaN]]]}', '/v1/models/m/versions/1.0.0:classify'],
    ['a token as a value', '{"results":[NaN,1.0]}', '/V1/MODELS/m/LABELS/stable:regress'],
    ['null in strict JSON', '{"predictions":[null]}', `${PREDICT}?strict_json=true`],
    ['null for a score', '{"results":[[["b",null]]]}', '/v1/models/m:classify?strict_json=true'],
    ['null for a value', '{"results":[null]}', '/v1/models/m:regress?strict_json=true'],
  ])('takes %s', (_, text, path) => expect(predicted(text, path)).toEqual([]));

  test.each([
    ['a NaN with a sign', '{"predictions":[-NaN]}', PREDICT],
    ['the infinity of C', '{"predictions":[inf]}', PREDICT],
    ['a token as a key', '{"outputs":{NaN:1}}', PREDICT],
    ['a token for a label', '{"results":[[[NaN,1.0]]]}', '/v1/models/m:classify'],
    ['a token in strict JSON', '{"predictions":[NaN]}', `${PREDICT}?strict_json=true`],
    ['half an answer', '{"predictions":[1', PREDICT],
    ['an answer of another method', '{"results":[1.0]}', PREDICT],
  ])('does not take %s', (_, text, path) => expect(predicted(text, path)).not.toEqual([]));

  test('accepts NaN and Infinity tokens only in values that a model computed', () => {
    const answer = { path: PREDICT, contentType: 'application/json', text: '{"error":NaN}' };
    expect(faultsOfText({ ...answer, method: 'POST', status: 400 })).not.toEqual([]);
    const status = { method: 'GET', path: '/v1/models/m', status: 200 };
    expect(faultsOfText({ ...answer, ...status, text: '{"model_version_status":[NaN]}' })).not.toEqual([]);
  });

  test('accepts no status, type or success that is not in the document', () => {
    const answer = { method: 'POST', path: PREDICT, contentType: 'application/json', status: 200 };
    const text = '{"predictions":[1.0]}';
    expect(faultsOfText({ ...answer, text, contentType: 'text/plain' })).not.toEqual([]);
    expect(faultsOfText({ ...answer, text, path: '/v1/models/m:guess' })).not.toEqual([]);
    expect(faultsOfText({ ...answer, text: '{"error":"?"}', status: 418 })).not.toEqual([]);
    expect(faultsOfText({ ...answer, text: '{"error":"?","more":1}', status: 400 })).not.toEqual([]);
    expect(faultsOfText({ ...answer, text: '{}', method: 'OPTIONS' })).not.toEqual([]);
  });
});
