import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishDirectory, SAMPLES } from '../fixtures/models/publish_directory.ts';
import { writeGraph } from '../fixtures/models/write_graph.ts';

const MEBIBYTE = 1024 * 1024;
const LIMIT_MB = 48;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1, variables: { HEAP_LIMIT_MB: String(LIMIT_MB) } });
  await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'half_plus_two', '1.0.0');
  await publishDirectory(edge.store, `${SAMPLES}/iris/1.0.0`, 'iris', '1.0.0');
  await publishDirectory(edge.store, await outerProduct(), 'outer_product', '1');
  await publishDirectory(edge.store, await remainder(), 'remainder', '1');
});
afterAll(() => edge.stop());

const float = { T: { type: 'DT_FLOAT' } };

/** The outer product of a column and a row: a tensor of any size from small inputs. */
const outerProduct = () =>
  writeGraph(
    [
      { name: 'column', dtype: 'DT_FLOAT', shape: [-1, 1] },
      { name: 'row', dtype: 'DT_FLOAT', shape: [1, -1] },
    ],
    [
      { name: 'products', op: 'Mul', input: ['column', 'row'], attr: float },
      { name: 'shape', op: 'Shape', input: ['products'], attr: float },
    ],
    [{ name: 'shape', dtype: 'DT_INT32' }],
  );

/** WebAssembly traps on a remainder by zero. */
const remainder = () =>
  writeGraph(
    [
      { name: 'dividend', dtype: 'DT_INT32' },
      { name: 'divisor', dtype: 'DT_INT32' },
    ],
    [{ name: 'rest', op: 'FloorMod', input: ['dividend', 'divisor'], attr: { T: { type: 'DT_INT32' } } }],
    [{ name: 'rest', dtype: 'DT_INT32' }],
  );

const [HALF, IRIS] = ['/v1/models/half_plus_two:predict', '/v1/models/iris:predict'];

async function everyoneElseAnswers(): Promise<void> {
  const [isolate] = edge.isolates;
  expect(await ask(isolate, HALF, { instances: [1] })).toMatchObject({
    status: 200,
    body: { predictions: [2.5] },
  });
  expect(await ask(isolate, IRIS, { instances: [[5.1, 3.5, 1.4, 0.2]] })).toMatchObject({ status: 200 });
}

describe('a request for more memory than there is', () => {
  // The second size gives 2^30 elements, whose 2^32 bytes are 0 for a 32-bit malloc.
  test.each([4_000, 32_768])(
    'is refused without effect on other requests: an outer product of two vectors of %i',
    async (size) => {
      await everyoneElseAnswers();
      const inputs = {
        column: Array.from({ length: size }, () => [1]),
        row: [Array.from({ length: size }, () => 1)],
      };
      const answer = await ask(edge.isolates[0], '/v1/models/outer_product:predict', { inputs });
      expect(answer).toMatchObject({ status: 400, body: { error: expect.stringMatching(/memory/) } });
      await everyoneElseAnswers();
      const metrics = await readMetrics(edge.isolates[0]);
      expect(metrics.get('edge_serving_wasm_heap_bytes')).toBeLessThanOrEqual(LIMIT_MB * MEBIBYTE);
      expect(metrics.get('edge_serving_runtime_breaks_total')).toBeUndefined();
    },
  );
});

describe('an input that a kernel does not accept', () => {
  test('is refused: no answer has old contents of the heap', async () => {
    const directory = await writeGraph(
      [{ name: 'x', dtype: 'DT_FLOAT' }],
      [
        { name: 'y', op: 'Mul', input: ['x', 'x'], attr: float },
        { name: 'softmax', op: 'Softmax', input: ['x'], attr: float },
      ],
      [
        { name: 'y', dtype: 'DT_FLOAT' },
        { name: 'softmax', dtype: 'DT_FLOAT' },
      ],
    );
    await publishDirectory(edge.store, directory, 'any_rank', '1');
    const predict = (inputs: unknown) => ask(edge.isolates[0], '/v1/models/any_rank:predict', { inputs });
    expect(await predict([3])).toMatchObject({ status: 200, body: { outputs: { y: [9], softmax: [1] } } });
    let deep: unknown = 3;
    for (let rank = 1; rank <= 9; rank++) {
      deep = [deep];
      const answer = await predict(deep);
      if (answer.status === 200) {
        const flat = JSON.stringify(answer.body).match(/-?\d[\d.e+-]*/g);
        expect(flat, `rank ${rank}`).toEqual(['1', '9']);
      } else {
        expect(answer, `rank ${rank}`).toMatchObject({ status: 400 });
      }
    }
  });
});

describe('a division that would trap', () => {
  const divide = (divisor: number) =>
    ask(edge.isolates[0], '/v1/models/remainder:predict', { inputs: { dividend: [7], divisor: [divisor] } });

  test('is refused before it does, and every model keeps its heap', async () => {
    for (let round = 1; round <= 5; round++) {
      expect(await divide(4)).toMatchObject({ status: 200, body: { outputs: [3] } });
      expect(await divide(0)).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/Mod: an integer is divided by zero/) },
      });
      await everyoneElseAnswers();
      const metrics = await readMetrics(edge.isolates[0]);
      expect(metrics.get('edge_serving_runtime_breaks_total')).toBeUndefined();
      expect(metrics.get('edge_serving_wasm_heap_bytes')).toBeLessThan(20 * MEBIBYTE);
    }
  });

  const selfRemainder = () =>
    writeGraph(
      [{ name: 'x', dtype: 'DT_INT32', shape: [-1] }],
      [{ name: 'y', op: 'FloorMod', input: ['x', 'x'], attr: { T: { type: 'DT_INT32' } } }],
      [{ name: 'y', dtype: 'DT_INT32', shape: [-1] }],
    );
  const over = (model: string, x: number) =>
    ask(edge.isolates[0], `/v1/models/${model}:predict`, { instances: [x] });

  test('in the default warmup of zeros is reported, and the version is served', async () => {
    await publishDirectory(edge.store, await selfRemainder(), 'guessed', '1.0.0');
    expect(await over('guessed', 7)).toMatchObject({ status: 200, body: { predictions: [0] } });
    const reason = /warmup of serving_default: Mod: an integer is divided by zero/;
    const colds = [...(await readMetrics(edge.isolates[0])).keys()].filter((name) => name.includes('cold'));
    expect(colds).toEqual([expect.stringMatching(/^edge_serving_cold\{model="guessed",version="1.0.0",/)]);
    expect(colds[0]).toMatch(reason);
    const [entry] = edge.log.filter((line) => line.includes('"event":"cold"'));
    expect(entry).toMatch(reason);
    await everyoneElseAnswers();
  });

  test('in a written warmup makes the version one that cannot be loaded', async () => {
    const directory = await selfRemainder();
    await writeFile(
      path.join(directory, 'warmup.json'),
      JSON.stringify({ examples: [{ inputs: { x: [0] } }] }),
    );
    await publishDirectory(edge.store, `${SAMPLES}/half_plus_two/1.0.0`, 'turned_bad', '1.0.0');
    await over('turned_bad', 1);
    await publishDirectory(edge.store, directory, 'turned_bad', '2.0.0');
    const answer = await over('turned_bad', 1);
    expect(answer).toMatchObject({ status: 200, version: '1.0.0', body: { predictions: [2.5] } });
    expect(answer.fallback).toMatch(/^2\.0\.0; warmup/);
    await everyoneElseAnswers();
  });
});
