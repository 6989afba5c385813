import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { updatePointer } from '../../worker/registry/pointer/pointer_store.ts';
import { labelTransition } from '../../worker/registry/pointer/pointer_transitions.ts';
import { wait } from '../../worker/registry/storage/waiting.ts';
import { ask } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { changeRecord, publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';

const KEYS = {
  all: 'key-for-all-of-the-models',
  some: 'key-for-only-some-models',
  one: 'key-for-only-one-model',
};

function entryOf(name: keyof typeof KEYS, options = ''): string {
  return `${name}:${createHash('sha256').update(KEYS[name]).digest('hex')}${options}`;
}

const HALF = `${SAMPLES}/half_plus_two`;
const MANY = Array.from({ length: 11 }, (_, index) => `many_${String(index).padStart(2, '0')}`);

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({
    isolates: 1,
    variables: {
      POINTER_LEASE_MS: '0',
      NAMED_API_KEYS: [
        entryOf('all'),
        entryOf('some', ':models=half*+nothing+many_0*'),
        entryOf('one', ':models=half+nothing'),
      ].join(),
    },
  });
  const { store } = edge;
  await publishDirectory(store, `${HALF}/1.0.0`, 'half', '1.0.0');
  await publishDirectory(store, `${HALF}/1.1.0`, 'half', '1.1.0');
  await publishDirectory(store, `${HALF}/1.1.0`, 'half', '2.0.0', { flip: false });
  await updatePointer(store, 'half', labelTransition('stable', '1.0.0', changeRecord()), { wait });
  await publishDirectory(store, `${HALF}/1.0.0`, 'plain', '7');
  for (const name of MANY) await publishDirectory(store, `${HALF}/1.0.0`, name, '1');
});
afterAll(() => edge.stop());

const INSTANCES = { instances: [1] };
const INFER = { inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [1] }] };

async function errorOf(path: string, body?: object, key: keyof typeof KEYS = 'all'): Promise<unknown> {
  const { body: answer } = await ask(edge.isolates[0], path, body, { headers: { 'x-api-key': KEYS[key] } });
  return Reflect.get(Object(answer), 'error');
}

const MODELS = `half, ${MANY.slice(0, 9).join(', ')} and 3 more`;

test.each<[string, object | undefined, string]>([
  [
    '/v1/models/nothing:predict',
    INSTANCES,
    `Servable not found for request: Latest(nothing); the models are ${MODELS}`,
  ],
  ['/v1/models/nothing', undefined, `Could not find any versions of model nothing; the models are ${MODELS}`],
  [
    '/v1/models/nothing/metadata',
    undefined,
    `Servable not found for request: Latest(nothing); the models are ${MODELS}`,
  ],
  [
    '/v1/models/nothing/versions/3:predict',
    INSTANCES,
    `Servable not found for request: Specific(nothing, 3); the models are ${MODELS}`,
  ],
  [
    '/v1/models/half/versions/3:predict',
    INSTANCES,
    // Version 2.0.0 was never released to clients.
    'Servable not found for request: Specific(half, 3); the versions are 1.1.0, 1.0.0',
  ],
  [
    '/v1/models/half/versions/3',
    undefined,
    'Could not find version 3 of model half; the versions are 1.1.0, 1.0.0',
  ],
  [
    '/v1/models/plain/versions/3:predict',
    INSTANCES,
    'Servable not found for request: Specific(plain, 3); the only version is 7',
  ],
  [
    '/v1/models/half/labels/stabel:predict',
    INSTANCES,
    'Unrecognized servable version label: stabel; the only label is stable',
  ],
  ['/v1/models/plain/labels/stable:predict', INSTANCES, 'Unrecognized servable version label: stable'],
  [
    '/v1/models/half:predict',
    { ...INSTANCES, signature_name: 'other' },
    'Serving signature name: "other" not found in signature def; the only signature is serving_default',
  ],
  [
    '/v1/models/half:regress',
    { examples: [{ x: 1 }], signature_name: 'other' },
    'No signature was found with the name: other; the only signature is serving_default',
  ],
  ['/v2/models/nothing/infer', INFER, `Model with name nothing does not exist. The models are ${MODELS}.`],
  ['/v2/models/nothing', undefined, `Model with name nothing does not exist. The models are ${MODELS}.`],
  [
    '/v2/models/nothing/ready',
    undefined,
    `Model with name nothing does not exist. The models are ${MODELS}.`,
  ],
  [
    '/v2/models/half/versions/3/infer',
    INFER,
    'Model half with version 3 not found; the versions are 1.1.0, 1.0.0',
  ],
])('%s says what exists instead', async (path, body, error) => {
  expect(await errorOf(path, body)).toBe(error);
});

test('a client sees only the names of models that its key may use', async () => {
  const path = '/v1/models/nothing:predict';
  const words = 'Servable not found for request: Latest(nothing); the';
  const some = ['half', ...MANY.filter((name) => name.startsWith('many_0'))];
  expect(await errorOf(path, INSTANCES, 'some')).toBe(
    `${words} models are ${some.slice(0, 10).join(', ')} and 1 more`,
  );
  expect(await errorOf(path, INSTANCES, 'one')).toBe(`${words} only model is half`);
});
