import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishModel } from '../fixtures/models/publish_directory.ts';
import { type Inferred, infer, type RawTensor } from '../fixtures/requests/raw_inference.ts';

/** Small graphs of TensorFlow with the values that TensorFlow defines, beside the repository. */
const OPERATIONS = path.join(REPOSITORY, '../shared/conformance/operations');

/** A plan is recorded, proven and used. */
const ROUNDS = 4;

/** Integers are answered as 32 bits. */
const DATATYPES = { float32: 'FP32', int32: 'INT32', int64: 'INT32', bool: 'BOOL' } as const;

interface StoredTensor {
  readonly dtype: keyof typeof DATATYPES;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}
interface Stored {
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly outputs: Readonly<Record<string, StoredTensor>>;
}

/** Graphs whose tensors have no elements, or whose images are smaller than a window. */
function graphs(): string[] {
  if (existsSync(OPERATIONS))
    return readdirSync(OPERATIONS).filter((name) => /^(empty|zero_size|small)_/.test(name));
  process.emitWarning(`SKIPPED: graphs without elements; there is no ${OPERATIONS}`);
  return [];
}

/** The number of elements of a tensor. */
const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(() => edge?.stop());

describe.skipIf(graphs().length === 0)('graphs without elements', () => {
  test.each(graphs())('%s', async (name) => {
    const stored: Stored = JSON.parse(readFileSync(path.join(OPERATIONS, name, 'io.json'), 'utf8'));
    await publishModel(edge.store, path.join(OPERATIONS, name, 'frozen.pb'), name.toLowerCase(), '1');
    const inputs = all(stored.inputs);
    for (let round = 0; round < ROUNDS; round++) {
      const inferred = await infer(edge.isolates[0], name.toLowerCase(), inputs);
      if (name.startsWith('small_')) expectNothing(inferred);
      else expect(inferred).toEqual({ kind: 'answered', outputs: all(stored.outputs) });
    }
    const metrics = await readMetrics(edge.isolates[0]);
    expect(metrics.get('edge_serving_runtime_breaks_total') ?? 0).toBe(0);
  });
});

/** Of an image smaller than the window there is nothing to answer: TensorFlow refuses, or gives no elements. */
function expectNothing(inferred: Inferred): void {
  if (inferred.kind === 'refused') expect(inferred.status).toBe(400);
  else for (const { shape } of Object.values(inferred.outputs)) expect(count(shape)).toBe(0);
}

function all(tensors: Readonly<Record<string, StoredTensor>>): Record<string, RawTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      { shape, datatype: DATATYPES[dtype], data: data.map(Number) },
    ]),
  );
}
