import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../worker/http/openapi/document.ts';
import type { ShownModel } from '../../../worker/http/openapi/model_examples.ts';
import { answerManagementDocument } from '../../../worker/management/openapi/openapi.ts';
import { REPOSITORY } from '../../fixtures/edge/built_worker.ts';
import { faultsOf, requestFaults } from '../../fixtures/requests/conformance.ts';

const document = openApiDocument();

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1', async () => {
    const validated = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(validated).toMatchObject({ valid: true });
  });

  test('is of the version that package.json says', () => {
    const text = readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8');
    expect(document.info.version).toBe(JSON.parse(text).version);
  });

  test('names every operation once and refers to schemas that are there', () => {
    const text = JSON.stringify(document);
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
  });

  test('is made of the schemas that validate requests', () => {
    const input = { name: 'x', shape: [1], datatype: 'FP32', data: [1] };
    expect(requestFaults('InferenceRequest', { inputs: [input] })).toEqual([]);
    expect(requestFaults('InferenceRequest', { inputs: [{ ...input, datatype: 'FP8' }] })).not.toEqual([]);
    expect(requestFaults('InferenceRequest', { inputs: [{ ...input, shape: [-1] }] })).not.toEqual([]);
    expect(requestFaults('InferenceRequest', { inputs: [{ ...input, data: {} }] })).not.toEqual([]);
    expect(requestFaults('InferenceRequest', {})).not.toEqual([]);
  });

  test('detects answers that differ from it', () => {
    const answer = { method: 'GET', path: '/v2/models', contentType: 'application/json', status: 200 };
    expect(faultsOf({ ...answer, json: { models: ['m'] } })).toEqual([]);
    expect(faultsOf({ ...answer, json: { models: [1] } })).not.toEqual([]);
    expect(faultsOf({ ...answer, json: { models: [], more: 1 } })).not.toEqual([]);
    expect(faultsOf({ ...answer, status: 418, json: {} })).not.toEqual([]);
    expect(faultsOf({ ...answer, contentType: 'text/plain', json: {} })).not.toEqual([]);
    expect(faultsOf({ ...answer, path: '/v2/more', json: {} })).not.toEqual([]);
  });
});

/** The places of objects in a document whose schemas say nothing of their members. */
function bareObjects(value: unknown, place: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const isBare =
    Reflect.get(value, 'type') === 'object' && !('properties' in value) && !('additionalProperties' in value);
  const inside = Object.entries(value).flatMap(([name, member]) => bareObjects(member, `${place}/${name}`));
  return isBare ? [place, ...inside] : inside;
}

test('no schema of either document is an object without members', async () => {
  expect(bareObjects(document, '')).toEqual([]);
  expect(bareObjects(await answerManagementDocument().json(), '')).toEqual([]);
  expect(bareObjects({ a: [{ type: 'object' }] }, '')).toEqual(['/a/0']);
});

describe('examples', () => {
  const bodies = Object.entries(document.paths).flatMap(([path, { post }]) => {
    const content = Object(post?.requestBody).content?.['application/json'];
    return content === undefined ? [] : [{ path, ...content }];
  });

  test('are there for the bodies of all operations and conform to their schemas', () => {
    expect(bodies.map(({ path }) => path)).toHaveLength(12);
    for (const { path, schema, examples } of bodies) {
      expect(Object.keys(examples), path).not.toEqual([]);
      const name = schema.$ref.split('/').at(-1);
      for (const { value } of Object.values<{ value: unknown }>(examples)) {
        expect(requestFaults(name, value), path).toEqual([]);
      }
    }
  });

  test('are there for the names in all paths', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      const parameters = Object.values(item).flatMap(({ parameters = [] }) => parameters);
      const inPath = parameters.map(Object).filter((parameter) => parameter.in === 'path');
      for (const { name, examples } of inPath)
        expect(Object.keys(examples), `${path} ${name}`).not.toEqual([]);
    }
  });

  test('are those of the models that the document is made for', () => {
    const model: ShownModel = {
      name: 'mine',
      version: '7',
      signatures: {
        custom: {
          inputs: { size: { dtype: 'int32', shape: [-1, 1] }, name: { dtype: 'string', shape: [-1] } },
          outputs: { y: { dtype: 'float32', shape: [-1, 1] } },
        },
      },
      example: { kind: 'json', path: '', body: '{"instances":[{"size":[0],"name":"text"}]}' },
    };
    const { paths } = openApiDocument([model]);
    const shown = (path: string) => {
      const content = Object(paths[path]?.post?.requestBody).content['application/json'];
      return content.examples?.mine?.value;
    };
    expect(shown('/v1/models/{model}:predict')).toEqual({ instances: [{ size: [0], name: 'text' }] });
    expect(shown('/v1/models/{model}:regress')).toEqual({
      signature_name: 'custom',
      examples: [{ size: [1], name: 'text' }],
    });
    expect(shown('/v1/models/{model}:classify')).toBeUndefined();
    expect(shown('/v2/models/{model}/infer')).toEqual({
      parameters: { signature_name: 'custom' },
      inputs: [
        { name: 'size', shape: [1, 1], datatype: 'INT32', data: [0] },
        { name: 'name', shape: [1], datatype: 'BYTES', data: ['text'] },
      ],
    });
  });
});
