import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Edge, startEdge } from '../../fixtures/edge/edge.ts';
import { ECHO_SIGNATURES, writeEchoModel } from '../../fixtures/models/echo_model.ts';
import { publishDirectory, SAMPLES } from '../../fixtures/models/publish_directory.ts';

const run = promisify(execFile);
const KEY = 'a-key-of-at-least-sixteen-characters';
const HTML = { headers: { accept: 'text/html,application/xhtml+xml' } };

let edge: Edge;
let guarded: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  const { scores } = ECHO_SIGNATURES;
  if (scores === undefined) throw new Error('the echo model has no scores');
  await publishDirectory(edge.store, await writeEchoModel(), 'echo', '3', {
    change: (content) => ({
      ...content,
      signatures: {
        '<script>alert(1)</script>': {
          ...scores,
          inputs: { "it's & <b>": { name: 'float32:0', dtype: 'float32', shape: [-1, 3] } },
        },
      },
    }),
  });
  guarded = await startEdge({ isolates: 1, variables: { PREDICT_API_KEYS: KEY, INDEX_PAGE: 'on' } });
});
afterAll(async () => {
  await edge.stop();
  await guarded.stop();
});

const at = (path: string, of = edge) => new URL(path, of.isolates[0]);

describe('the list of models', () => {
  test('is JSON for a client that does not accept HTML', async () => {
    const response = await fetch(at('/'));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      models: [
        expect.objectContaining({ name: 'echo', version: '3' }),
        {
          name: 'half_plus_two',
          version: '1.0.0',
          generation: 1,
          signatures: {
            serving_default: {
              inputs: { x: { dtype: 'float32', shape: [-1] } },
              outputs: { y: { dtype: 'float32', shape: [-1] } },
            },
          },
          example: { kind: 'json', path: '/v1/models/half_plus_two:predict', body: '{"instances":[0]}' },
        },
      ],
      more: [],
    });
  });

  test('is a page without scripts for a browser, in which names are text', async () => {
    const response = await fetch(at('/'), HTML);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<b>');
    expect(page).toContain('car, bike, bus');
  });

  test('has commands that a shell runs and that the server answers', async () => {
    const page = await (await fetch(at('/'), HTML)).text();
    const commands = [...page.matchAll(/<pre>([^<]+)<\/pre>/g)].map(([, text = '']) =>
      text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    );
    const answers: unknown[] = [];
    for (const command of commands) {
      const { stdout } = await run('/bin/sh', ['-c', command.replace('curl', 'curl -s')]);
      answers.push(JSON.parse(stdout));
    }
    expect(answers).toEqual([{ predictions: [[0, 0, 0]] }, { predictions: [2] }]);
  });

  test('names the models alone under /v1/models, as under /v2/models', async () => {
    for (const path of ['/v1/models', '/v2/models']) {
      expect(await (await fetch(at(path))).json()).toEqual({ models: ['echo', 'half_plus_two'] });
    }
  });
});

test('only clients with a key see the models', async () => {
  expect((await fetch(at('/', guarded), HTML)).status).toBe(401);
  const shown = await fetch(at('/', guarded), { headers: { authorization: `Bearer ${KEY}` } });
  expect(await shown.json()).toEqual({ models: [], more: [] });
});

test('the page can be switched off', async () => {
  const off = await startEdge({ isolates: 1, variables: { INDEX_PAGE: 'off' } });
  try {
    expect((await fetch(at('/', off), HTML)).status).toBe(404);
  } finally {
    await off.stop();
  }
});
