import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../worker/http/openapi/document.ts';
import { renderPage } from '../../../worker/http/openapi/page.ts';
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

describe('the page', () => {
  const page = renderPage(document);

  test('shows every path and every schema', () => {
    for (const template of Object.keys(document.paths)) expect(page).toContain(`<code>${template}</code>`);
    for (const name of Object.keys(document.components.schemas)) {
      expect(page).toContain(`id="schema-${name}"`);
    }
  });

  test('fetches no resource and runs no script', () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|@import|url\(|https?:/i);
  });

  test('is small, and lets nothing out of its text', () => {
    expect(page.length).toBeLessThan(72_000);
    const title = '<b>&"\'';
    expect(renderPage({ ...document, info: { ...document.info, title } })).not.toContain(title);
  });
});
