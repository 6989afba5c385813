import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../fixtures/edge/built_worker.ts';
import { readMetrics } from '../fixtures/edge/client.ts';
import { type Edge, startEdge } from '../fixtures/edge/edge.ts';
import { publishModel } from '../fixtures/models/publish_directory.ts';
import { infer, type RawTensor } from '../fixtures/requests/raw_inference.ts';

/** Small graphs of TensorFlow with the values that TensorFlow defines, beside the repository. */
const OPERATIONS = process.env.CONFORMANCE ?? path.join(REPOSITORY, '../shared/conformance/operations');

/** The executor answers first, then a plan is recorded, proven and used. */
const ROUNDS = 4;

/** Integers are answered as 32 bits. */
const DATATYPES = {
  float32: 'FP32',
  float64: 'FP32',
  int32: 'INT32',
  int64: 'INT32',
  uint8: 'INT32',
  bool: 'BOOL',
  string: 'BYTES',
} as const;

interface StoredTensor {
  readonly dtype: keyof typeof DATATYPES;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}
interface Stored {
  readonly inputs: Readonly<Record<string, StoredTensor>>;
  readonly outputs: Readonly<Record<string, StoredTensor>>;
  /** Describes the values of this graph that differ from TensorFlow's. */
  readonly note?: string;
}

type Outcome =
  | { readonly kind: 'passed' }
  /** Refused at publish, which is right if TensorFlow's values cannot be computed. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Refused by the load or the request. The publish should have refused it. */
  | { readonly kind: 'threw'; readonly why: string }
  | { readonly kind: 'wrong'; readonly why: string };

/** Computed in float32 where TensorFlow uses float64. The publish reports this. */
const NARROWED: ReadonlySet<string> = new Set(['float64_precision']);
/** Integers of 64 bits that do not fit 32: a request for them is refused. */
const REFUSED: ReadonlySet<string> = new Set(['int64_large_Add']);

/** For images that are smaller than a window, TensorFlow refuses or returns no elements. */
const isTooSmall = (name: string): boolean => name.startsWith('small_') || name.endsWith('_too_small');

/** The number of elements of a tensor. */
const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function graphs(): string[] {
  if (existsSync(OPERATIONS))
    return readdirSync(OPERATIONS).filter((name) => existsSync(path.join(OPERATIONS, name, 'frozen.pb')));
  process.emitWarning(`SKIPPED: the conformance of operations; there is no ${OPERATIONS}`);
  return [];
}

let edge: Edge;
const outcomes = new Map<string, Outcome>();
beforeAll(async () => {
  edge = await startEdge({ isolates: 1 });
});
afterAll(async () => {
  await edge?.stop();
  const counts = { passed: 0, wrong: 0, refused: 0, threw: 0 };
  for (const [name, outcome] of outcomes) {
    counts[outcome.kind]++;
    if (outcome.kind !== 'passed') console.log(`${outcome.kind} ${name}: ${outcome.why}`);
  }
  console.log(Object.entries(counts).flat().join(' '));
});

describe.skipIf(graphs().length === 0)('TensorFlow values of a graph, or a refusal', () => {
  test.each(graphs())('%s', async (name) => {
    const outcome = await judge(name);
    outcomes.set(name, outcome);
    if (REFUSED.has(name)) expect(outcome.kind).toBe('threw');
    else if (!NARROWED.has(name)) expect(outcome).toEqual({ kind: 'passed' });
    const metrics = await readMetrics(edge.isolates[0]);
    expect(metrics.get('edge_serving_runtime_breaks_total') ?? 0).toBe(0);
  });
});

async function judge(name: string): Promise<Outcome> {
  const stored: Stored = JSON.parse(readFileSync(path.join(OPERATIONS, name, 'io.json'), 'utf8'));
  const model = name.toLowerCase();
  try {
    await publishModel(edge.store, path.join(OPERATIONS, name, 'frozen.pb'), model, '1');
  } catch (error) {
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
  const [inputs, wanted] = [all(stored.inputs), all(stored.outputs)];
  for (let round = 0; round < ROUNDS; round++) {
    const inferred = await infer(edge.isolates[0], model, inputs);
    if (inferred.kind === 'refused') {
      return isTooSmall(name) && inferred.status === 400
        ? { kind: 'passed' }
        : { kind: 'threw', why: `${inferred.status} ${inferred.message}` };
    }
    if (isTooSmall(name) && Object.values(inferred.outputs).every(({ shape }) => count(shape) === 0))
      continue;
    if (stored.note?.includes('do not apply')) continue;
    for (const [output, tensor] of Object.entries(wanted)) {
      const given = inferred.outputs[output] ?? inferred.outputs[`${output}:0`];
      if (given === undefined || !isSame(given, tensor))
        return { kind: 'wrong', why: `${JSON.stringify(given)} for ${JSON.stringify(tensor)}` };
    }
  }
  return { kind: 'passed' };
}

type Value = RawTensor['data'][number];

function isSame(given: RawTensor, wanted: RawTensor): boolean {
  return (
    given.datatype === wanted.datatype &&
    String(given.shape) === String(wanted.shape) &&
    given.data.length === wanted.data.length &&
    given.data.every((value, index) => isClose(value, wanted.data[index] ?? 0, wanted.datatype))
  );
}

function isClose(value: Value, wanted: Value, datatype: RawTensor['datatype']): boolean {
  if (Object.is(value, wanted) || value === wanted) return true;
  if (typeof value !== 'number' || typeof wanted !== 'number') return false;
  return datatype === 'FP32' && Math.abs(value - wanted) <= 1e-5 * Math.abs(wanted);
}

function all(tensors: Readonly<Record<string, StoredTensor>>): Record<string, RawTensor> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      { shape, datatype: DATATYPES[dtype], data: dtype === 'string' ? data.map(String) : data.map(toNumber) },
    ]),
  );
}

function toNumber(value: number | string | boolean): number {
  return value === '-Infinity' || value === '-inf' ? -Infinity : value === 'inf' ? Infinity : Number(value);
}
