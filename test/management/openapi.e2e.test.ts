import { createHash } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { changeDefinitions } from '../../worker/registry/pointer/change/table.ts';
import {
  blobKey,
  manifestKey,
  pointerKey,
  publicationKey,
} from '../../worker/registry/storage/storage_keys.ts';
import { type Answer, type AskOptions, useManagement } from './use_management.ts';

const { ask, publish } = useManagement();

const DOCUMENT = 'management.json';
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': true } });
let paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};
beforeAll(async () => {
  const document = Object((await ask('GET', '/openapi.json', { token: null })).body);
  ajv.addSchema(document, DOCUMENT);
  paths = document.paths;
});

const escaped = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1');

/**
 * The path of the document that matches an address. If several match, as for keys with slashes, it is the one with the
 * fewest parameters.
 */
function templateOf(address: string, method: string): string | undefined {
  const { pathname } = new URL(address, 'http://management');
  const matching = Object.keys(paths).filter((template) => {
    const pattern = template.replace(/\{(key|path)\}/, '.+').replace(/\{\w+\}/g, '[^/]+');
    return new RegExp(`^${pattern}$`).test(pathname) && Object.hasOwn(paths[template] ?? {}, method);
  });
  return matching.sort((left, right) => left.split('{').length - right.split('{').length)[0];
}

/** The differences between an answer and the document; empty if it conforms. */
function faults(address: string, method: string, { status, body }: Answer): string[] {
  const template = templateOf(address, method.toLowerCase());
  if (template === undefined) return [`${method} ${address} is not an operation`];
  const responses = Object(paths[template]?.[method.toLowerCase()]).responses;
  const response = Object(responses)[String(status)];
  if (response === undefined) return [`${method} ${template} tells nothing of ${status}`];
  if (method === 'HEAD' || response.content?.['application/json'] === undefined) return [];
  const place = `/paths/${escaped(template)}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`;
  const validate = ajv.compile({ $ref: `${DOCUMENT}#${place}` });
  validate(typeof body === 'string' ? JSON.parse(body) : body);
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${method} ${template} ${status}: ${instancePath} ${message}`,
  );
}

const digest = createHash('sha256').update('x').digest('hex');
const announced = `/api/v1/objects/${publicationKey('model', '3.0.0', 'one')}`;
const announcement = JSON.stringify({ schema: 1, model: 'model', version: '3.0.0', blobs: [digest] });
const any = { 'if-match': '*' };
const json = (value: unknown): string => JSON.stringify(value);
const change = (name: string) => `/api/v1/models/model/${name}`;

type Case = readonly [method: string, path: string, status: number, options?: AskOptions];
const CASES: readonly Case[] = [
  ['GET', '/healthz', 200, { token: null }],
  ['GET', '/openapi.json', 200, { token: null }],
  ['GET', '/api/v1', 200],
  ['GET', '/api/v1', 401, { token: null }],
  ['GET', '/api/v1?token=x', 400],
  ['GET', '/api/v1/models', 200],
  ['GET', '/api/v1/models?after=..', 400],
  ['GET', '/api/v1/models?roles=true', 200],
  ['GET', '/api/v1/models?roles=x', 400],
  ['GET', '/api/v1/models/model', 200],
  ['GET', '/api/v1/models/nothing', 404],
  ['GET', '/api/v1/models/__proto__', 400],
  ['GET', '/api/v1/models/model/versions/1.0.0', 200],
  ['GET', '/api/v1/models/model/versions/9.0.0', 404],
  ['GET', '/api/v1/models/model/versions/x', 400],
  ['POST', change('flip'), 428, { body: '{}' }],
  ['POST', change('flip'), 200, { headers: any, body: json({ version: '1.0.0', label: 'l' }) }],
  ['POST', change('flip'), 409, { headers: any, body: json({ version: '9.0.0' }) }],
  ['POST', change('flip'), 409, { headers: any, body: json({ version: '1.1.0', over: '3' }) }],
  ['POST', change('flip'), 412, { headers: { 'if-match': '99' }, body: json({ version: '1.1.0' }) }],
  ['POST', change('flip'), 403, { token: 'ci', headers: any, body: json({ version: '1.1.0' }) }],
  ['POST', change('flip'), 413, { headers: any, body: 'x'.repeat(70_000) }],
  ['POST', change('flip'), 415, { headers: { ...any, 'content-encoding': 'br' }, body: 'x' }],
  ['POST', change('stage'), 200, { headers: any, body: json({ version: '1.1.0' }) }],
  ['POST', change('stage'), 200, { headers: any, body: json({ version: '1.1.0' }) }],
  ['POST', change('lease'), 200, { headers: any, body: json({ ms: 0 }) }],
  ['POST', change('shadow'), 200, { headers: any, body: json({ version: '1.1.0', percent: 1 }) }],
  ['POST', change('canary'), 200, { headers: any, body: json({ version: '1.1.0', percent: 1 }) }],
  ['POST', change('promote'), 200, { headers: any, body: '' }],
  ['POST', change('rollback'), 200, { headers: any, body: json({ to: '1.0.0', reason: 'r', by: 'ann' }) }],
  ['POST', change('label'), 200, { headers: any, body: json({ label: 'm', version: '1.0.0' }) }],
  ['POST', change('unlabel'), 200, { headers: any, body: json({ label: 'm' }) }],
  ['POST', change('unstage'), 200, { headers: any }],
  ['POST', change('prune'), 200, { headers: any, body: json({ keep: 9, dryRun: true }) }],
  ['POST', change('prune'), 403, { token: 'flipper', headers: any, body: json({ keep: 9 }) }],
  ['POST', change('prune'), 400, { headers: any, body: json({ keep: -1 }) }],
  ['POST', '/api/v1/models/nothing/prune', 409, { headers: any, body: json({ keep: 1 }) }],
  ['GET', '/api/v1/predict/v1/models/model/metadata', 501],
  ['POST', '/api/v1/predict/v1/models/model:predict', 501, { body: '{}' }],
  ['GET', '/api/v1/predict/healthz', 404],
  ['GET', '/api/v1/objects?prefix=models/', 200],
  ['GET', '/api/v1/objects?prefix=other/', 400],
  ['PUT', `/api/v1/objects/${blobKey(digest)}`, 201, { body: 'x' }],
  ['PUT', `/api/v1/objects/${blobKey(digest)}`, 422, { body: 'y' }],
  ['PUT', `/api/v1/objects/${blobKey(digest)}`, 403, { token: 'flipper', body: 'x' }],
  ['PUT', `/api/v1/objects/${blobKey(digest)}`, 415, { body: 'x', headers: { 'content-encoding': 'gzip' } }],
  ['GET', `/api/v1/objects/${blobKey(digest)}`, 200],
  ['HEAD', `/api/v1/objects/${blobKey(digest)}`, 200],
  ['GET', `/api/v1/objects/${blobKey('a'.repeat(64))}`, 404],
  ['HEAD', `/api/v1/objects/${blobKey('a'.repeat(64))}`, 404],
  ['GET', '/api/v1/objects/elsewhere', 400],
  ['GET', '/api/v1/models/model/traffic', 501],
  ['GET', '/api/v1/predict/v1/models', 501],
  ['POST', '/api/v1/predict/v1/models/model:predict', 501, { body: '{}' }],
  ['DELETE', `/api/v1/objects/${blobKey(digest)}`, 405],
  ['PUT', `/api/v1/objects/${pointerKey('model')}`, 405, { body: '{}' }],
  ['PUT', `/api/v1/objects/${manifestKey('model', '3.0.0')}`, 428, { body: '{}' }],
  [
    'PUT',
    `/api/v1/objects/${manifestKey('model', '3.0.0')}`,
    400,
    { body: '{}', headers: { 'if-none-match': '*' } },
  ],
  ['PUT', announced, 201, { body: announcement }],
  ['DELETE', announced, 403, { token: 'ci' }],
  ['DELETE', announced, 204],
  ['DELETE', announced, 404],
];

describe('the document of the management API', () => {
  test('is true of every answer', async () => {
    for (const version of ['1.0.0', '1.1.0'] as const) await publish('model', version);
    const found: string[] = [];
    for (const [method, path, status, options] of CASES) {
      const answer = await ask(method, path, options);
      if (answer.status !== status) found.push(`${method} ${path} is ${answer.status}, not ${status}`);
      found.push(...faults(path, method, answer));
    }
    expect(found).toEqual([]);
  });

  test('has an operation for every change of the table, and the test above asks for each', () => {
    const names = [...changeDefinitions().map(({ name }) => name), 'prune'];
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.hasOwn(methods, 'post') ? (/^\/api\/v1\/models\/\{model\}\/(\w+)$/.exec(path)?.[1] ?? []) : [],
    );
    expect(documented.sort()).toEqual(names.sort());
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const asked = CASES.map(
      ([method, path]) => `${method.toLowerCase()} ${templateOf(path, method.toLowerCase())}`,
    );
    expect(operations.filter((operation) => !asked.includes(operation))).toEqual([]);
  });

  test('closes the bodies of the changes as the Worker does', async () => {
    for (const name of [...changeDefinitions().map((definition) => definition.name), 'prune']) {
      const place = `/paths/${escaped(`/api/v1/models/{model}/${name}`)}/post/requestBody/content/application~1json/schema`;
      const validate = ajv.compile({ $ref: `${DOCUMENT}#${place}` });
      expect(validate({ at: '1970-01-01T00:00:00Z' }), name).toBe(false);
      const sent = await ask('POST', change(name), { headers: any, body: '{"at":"1970-01-01T00:00:00Z"}' });
      expect(sent.status, name).toBe(400);
    }
  });
});
