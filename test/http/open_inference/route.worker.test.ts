import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRoute } from '../../../worker/http/open_inference/route.ts';

const of = (kind: string, model: string, version?: string) => ({ kind, model, version });

describe('a path', () => {
  test.each([
    ['/v2', { kind: 'server metadata' }],
    ['/v2/', { kind: 'server metadata' }],
    ['/v2/health/live', { kind: 'live' }],
    ['/v2/health/ready', { kind: 'ready' }],
    ['/v2/models', { kind: 'list' }],
    ['/v2/models/m', of('model metadata', 'm')],
    ['/v2/models/m/versions/3', of('model metadata', 'm', '3')],
    ['/v2/models/m/versions/1.2.3', of('model metadata', 'm', '1.2.3')],
    ['/v2/models/m/ready', of('model ready', 'm')],
    ['/v2/models/m/config', of('model config', 'm')],
    ['/v2/models/m/versions/3/config', of('model config', 'm', '3')],
    ['/v2/models/m/stats', of('model statistics', 'm')],
    ['/v2/models/m/versions/3/stats', of('model statistics', 'm', '3')],
    ['/v2/models/stats', { kind: 'statistics' }],
    ['/v2/models/stats/stats', of('model statistics', 'stats')],
    ['/v2/repository/index', { kind: 'wrong method', allowed: 'POST' }],
    ['/v2/repository/models/m/load', { kind: 'wrong method', allowed: 'POST' }],
    ['/v2/repository', { kind: 'not found' }],
    ['/v2/models/m/versions/3/ready', of('model ready', 'm', '3')],
    // Names that equal keywords of the path.
    ['/v2/models/models', of('model metadata', 'models')],
    ['/v2/models/versions', of('model metadata', 'versions')],
    ['/v2/models/versions/versions/versions', of('model metadata', 'versions', 'versions')],
    ['/v2/models/ready', of('model metadata', 'ready')],
    ['/v2/models/ready/ready', of('model ready', 'ready')],
    ['/v2/models/infer/ready', of('model ready', 'infer')],
    ['/v2/models/m/versions/ready', of('model metadata', 'm', 'ready')],
    ['/v2/models/m/versions/infer/ready', of('model ready', 'm', 'infer')],
    ['/v2/models/m:predict', of('model metadata', 'm:predict')],
    ['/v2/models/__proto__', of('model metadata', '__proto__')],
    ['/v2/models/.well-known', of('model metadata', '.well-known')],
    // Escapes are decoded after the path is split.
    ['/v2/models/a%2Fb', of('model metadata', 'a/b')],
    ['/v2/models/m%2Fversions%2F1/ready', of('model ready', 'm/versions/1')],
    ['/v2/models/m/versions/1%2Finfer', of('model metadata', 'm', '1/infer')],
    ['/v2/models/%E2%82%AC', of('model metadata', '€')],
    ['/v2/models/%00', of('model metadata', '\0')],
    // Invalid paths.
    ['/v2/models/', { kind: 'not found' }],
    ['/v2/models/m/', { kind: 'not found' }],
    ['/v2/models//ready', { kind: 'not found' }],
    ['/v2/models/m/versions', { kind: 'not found' }],
    ['/v2/models/m/versions/', { kind: 'not found' }],
    ['/v2/models/m/versions/1/', { kind: 'not found' }],
    ['/v2/models/m/labels/stable', { kind: 'not found' }],
    ['/v2/models/m/Ready', { kind: 'not found' }],
    ['/v2/models/m/ready/ready', { kind: 'not found' }],
    ['/v2/Models/m', { kind: 'not found' }],
    ['/V2', { kind: 'not found' }],
    ['/v2/health', { kind: 'not found' }],
    ['/v2/models/%', { kind: 'not found' }],
    ['/v2/models/m/versions/%ff', { kind: 'not found' }],
    ['/v2/models/m\n', { kind: 'model metadata', model: 'm\n', version: undefined }],
    ['/v2constructor', { kind: 'not found' }],
    ['constructor', { kind: 'not found' }],
  ])('%j asked by GET', (path, route) => {
    expect(parseRoute('GET', path)).toEqual(route);
    expect(parseRoute('HEAD', path)).toEqual(route);
  });

  test.each([
    ['/v2/models/m/infer', of('infer', 'm')],
    ['/v2/models/infer/infer', of('infer', 'infer')],
    ['/v2/models/m/versions/7/infer', of('infer', 'm', '7')],
    ['/v2/models/m/versions/infer/infer', of('infer', 'm', 'infer')],
  ])('%j asked by POST', (path, route) => {
    expect(parseRoute('POST', path)).toEqual(route);
  });

  test.each([
    ['GET', '/v2/models/m/infer', 'POST'],
    ['PUT', '/v2/models/m/infer', 'POST'],
    ['POST', '/v2', 'GET, HEAD'],
    ['POST', '/v2/models', 'GET, HEAD'],
    ['POST', '/v2/models/m', 'GET, HEAD'],
    ['DELETE', '/v2/models/m/versions/1', 'GET, HEAD'],
    ['post', '/v2/models/m/infer', 'POST'],
  ])('asked by the wrong method: %s %s', (method, path, allowed) => {
    expect(parseRoute(method, path)).toEqual({ kind: 'wrong method', allowed });
  });

  test('gives back any name and version that were escaped into it', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(name, name, (model, version) => {
        const path = `/v2/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}/infer`;
        expect(parseRoute('POST', path)).toEqual(of('infer', model, version));
      }),
    );
  });
});
