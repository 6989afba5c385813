import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRoute } from '../../../worker/http/tensorflow_serving/route.ts';
import type { VersionSelector } from '../../../worker/registry/pointer/pointer.ts';

const CURRENT: VersionSelector = { kind: 'current' };
const version = (text: string): VersionSelector => ({ kind: 'version', version: text });
const label = (text: string): VersionSelector => ({ kind: 'label', label: text });

const ODD_NAME = "modelname!#$%&'()*+,/:;=?@[]";

describe('POST', () => {
  test.each([
    ['/v1/models/foo:predict', 'predict', 'foo', CURRENT],
    ['/v1/models/foo:classify', 'classify', 'foo', CURRENT],
    ['/v1/models/foo:regress', 'regress', 'foo', CURRENT],
    ['/v1/models/foo/versions/50:predict', 'predict', 'foo', version('50')],
    ['/v1/models/foo/versions/00000123:predict', 'predict', 'foo', version('123')],
    ['/v1/models/foo/versions/1.2.3:predict', 'predict', 'foo', version('1.2.3')],
    ['/v1/models/foo/labels/stable:predict', 'predict', 'foo', label('stable')],
    ['/V1/Models/Foo/VERSIONS/50:predict', 'predict', 'Foo', version('50')],
    [`/v1/models/${encodeURIComponent(ODD_NAME)}:predict`, 'predict', ODD_NAME, CURRENT],
    [`/v1/models/foo/labels/${encodeURIComponent(ODD_NAME)}:predict`, 'predict', 'foo', label(ODD_NAME)],
    ['/v1/models/%E2%82%AC:predict', 'predict', '€', CURRENT],
    ['/v1/models/..:predict', 'predict', '..', CURRENT],
    ['/v1/models/__proto__:predict', 'predict', '__proto__', CURRENT],
    ['/v1/models/versions/versions/7:predict', 'predict', 'versions', version('7')],
    ['/v1/models/a+b:predict', 'predict', 'a+b', CURRENT],
  ])('%s', (path, kind, model, selector) => {
    expect(parseRoute('POST', path)).toEqual({ kind, target: { model, selector } });
  });

  test.each([
    '/v1/foo',
    '/v1/models',
    '/v1/models/',
    '/v1/models/foo',
    '/v1/models/foo:',
    '/v1/models/:predict',
    '/v1/models/foo:PREDICT',
    '/v1/models/foo:predict/',
    '/v1/models/foo:predict:predict',
    '/v1/models/foo/metadata',
    '/v1/models/foo/version/50:regress',
    '/v1/models/foo/versions/HELLO:regress',
    '/v1/models/foo/versions/-1:predict',
    '/v1/models/foo/versions/1%2E0%2E0:predict',
    '/v1/models/foo/versions/:predict',
    '/v1/models/foo/label/some_label:regress',
    '/v1/models/foo/labels/:predict',
    '/v1/models/foo/versions/50/labels/some_label:regress',
    '/v1/models/foo/labels/some_label/versions/50:regress',
    '/v1/models/foo/bar:predict',
    '/v1/models/%:predict',
    '/v1/models/%zz:predict',
    '/v1/models/%ff:predict',
    '/v1/models/foo/labels/%:predict',
    '',
  ])('%s is malformed', (path) => {
    expect(parseRoute('POST', path)).toEqual({
      kind: 'malformed',
      message: `Malformed request: POST ${path}`,
    });
  });
});

describe('GET', () => {
  test.each([
    ['/v1/models/foo', 'status', 'foo', CURRENT],
    ['/v1/models/foo/versions/50', 'status', 'foo', version('50')],
    ['/v1/models/foo/versions/1.0.0', 'status', 'foo', version('1.0.0')],
    // The status of a label is that of all versions.
    ['/v1/models/foo/labels/stable', 'status', 'foo', CURRENT],
    ['/v1/models/foo/metadata', 'metadata', 'foo', CURRENT],
    ['/v1/models/foo/versions/50/metadata', 'metadata', 'foo', version('50')],
    ['/v1/models/foo/labels/stable/metadata', 'metadata', 'foo', label('stable')],
    ['/v1/models/foo/METADATA', 'status', 'foo', CURRENT],
    ['/v1/models/metadata', 'status', 'metadata', CURRENT],
    ['/v1/models/metadata/metadata', 'metadata', 'metadata', CURRENT],
    [`/v1/models/${encodeURIComponent(ODD_NAME)}`, 'status', ODD_NAME, CURRENT],
    ['/v1/models/%00', 'status', '\0', CURRENT],
  ])('%s', (path, kind, model, selector) => {
    expect(parseRoute('GET', path)).toEqual({ kind, target: { model, selector } });
  });

  test.each(['/v1/models', '/V1/Models'])('%s lists the models', (path) => {
    expect(parseRoute('GET', path)).toEqual({ kind: 'list' });
  });

  test.each(['/v1/models/versions/5', '/v1/models/labels/x', '/v1/models/versions/5/metadata'])(
    '%s lacks a model name',
    (path) => {
      expect(parseRoute('GET', path)).toEqual({
        kind: 'missing model name',
        message: 'Missing model name in request.',
      });
    },
  );

  test.each([
    '/v1/foo',
    '/v1/models/',
    '/v1/models/foo/',
    '/v1/models/foo:predict',
    '/v1/models/debug/model_name',
    '/v1/models/foo/metadata/',
    '/v1/models/foo/versions/1.0.0-beta',
  ])('%s is malformed', (path) => {
    expect(parseRoute('GET', path)).toEqual({
      kind: 'malformed',
      message: `Malformed request: GET ${path}`,
    });
  });
});

test.each([
  ['18446744073709551615', 'numeric'],
  ['1.2', 'MAJOR.MINOR.PATCH'],
  ['1.02.3', 'MAJOR.MINOR.PATCH'],
  ['1.2.3.4', 'MAJOR.MINOR.PATCH'],
])('%s is not a version', (text, form) => {
  const message = `Failed to convert version: ${text} to ${form}.`;
  expect(parseRoute('POST', `/v1/models/foo/versions/${text}:predict`)).toEqual({
    kind: 'malformed',
    message,
  });
  expect(parseRoute('GET', `/v1/models/foo/versions/${text}`)).toEqual({ kind: 'malformed', message });
});

test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'get'])('%s is malformed', (method) => {
  expect(parseRoute(method, '/v1/models/foo')).toEqual({
    kind: 'malformed',
    message: `Malformed request: ${method} /v1/models/foo`,
  });
});

test('never throws, and always tells a target or a reason', () => {
  const pathCharacters = fc.constantFrom(
    '/',
    ':',
    '%',
    '%4',
    '%41',
    '.',
    '1',
    'a',
    'versions',
    'labels',
    '\0',
  );
  const path = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pathCharacters).map((parts) => `/v1/models/${parts.join('')}`),
    fc.array(pathCharacters).map((parts) => `/v1/models/${parts.join('')}:predict`),
  );
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST', 'PUT'), path, (method, text) => {
      const route = parseRoute(method, text);
      if (route.kind === 'list') return;
      expect('target' in route ? route.target.model : route.message).not.toBe('');
    }),
  );
});

test('a name that is percent-encoded comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      expect(parseRoute('POST', `/v1/models/${encodeURIComponent(name)}:predict`)).toEqual({
        kind: 'predict',
        target: { model: name, selector: CURRENT },
      });
    }),
  );
});
