import { expect } from 'vitest';
import type { WeightSpec } from '../../../worker/model/model_json.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../worker/model/tensor.ts';
import { loadModel } from '../../../worker/runtime/loading/load_model.ts';
import type { LoadedModel } from '../../../worker/runtime/loading/loaded_model.ts';

type Values = readonly number[];
type Dtype = 'float32' | 'int32' | 'bool';

export interface TestWeight {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** As they are stored. */
  readonly values: Values;
  readonly quantization?: WeightSpec['quantization'];
}

/** A graph in the terms of tfjs's GraphModel, small enough to be written in a test. */
export interface TestGraph {
  readonly inputs: Readonly<Record<string, Dtype | 'string'>>;
  readonly weights?: Readonly<Record<string, TestWeight>>;
  readonly nodes: readonly {
    readonly name: string;
    readonly op: string;
    readonly input: readonly string[];
    readonly attr?: Readonly<Record<string, unknown>>;
  }[];
  /** Functions that nodes call by name, as TensorFlow's GraphDef has them. */
  readonly functions?: readonly unknown[];
}

export interface TestModel {
  readonly model: LoadedModel;
  /** Why shapes were not planned. */
  readonly refusals: string[];
}

const TYPES = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL', string: 'DT_STRING' } as const;

export function loadGraph({ inputs, weights = {}, nodes, functions = [] }: TestGraph): Promise<TestModel> {
  const parts = Object.values(weights).map(({ dtype, values, quantization }) => {
    const width = quantization?.dtype ?? dtype;
    if (width === 'bool' || width === 'uint8') return Uint8Array.from(values);
    if (width === 'uint16' || width === 'float16') return new Uint8Array(Uint16Array.from(values).buffer);
    return new Uint8Array((dtype === 'int32' ? Int32Array : Float32Array).from(values).buffer);
  });
  return loadFiles(
    'tfjs-graph-model',
    {
      modelTopology: {
        node: [
          ...Object.entries(inputs).map(([name, dtype]) => ({
            name,
            op: 'Placeholder',
            attr: { dtype: { type: TYPES[dtype] }, shape: { shape: { unknownRank: true } } },
          })),
          ...Object.entries(weights).map(([name, { dtype }]) => ({
            name,
            op: 'Const',
            attr: { dtype: { type: TYPES[dtype] } },
          })),
          ...nodes.map((node) => ({ ...node, attr: { T: { type: 'DT_FLOAT' }, ...node.attr } })),
        ],
        library: { function: functions },
        versions: { producer: 1 },
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: Object.entries(weights).map(([name, { values, ...spec }]) => ({ name, ...spec })),
        },
      ],
    },
    parts,
  );
}

/** Loads a model of these parts; the weights' bytes follow each other in one file. */
export async function loadFiles(
  format: 'tfjs-graph-model' | 'tfjs-layers-model',
  json: unknown,
  weights: readonly Uint8Array[],
): Promise<TestModel> {
  const refusals: string[] = [];
  const model = await loadModel({
    format,
    topology: 'model.json',
    open: async function* (path) {
      if (path === 'model.json') yield new TextEncoder().encode(JSON.stringify(json));
      else yield* weights;
    },
    onAbandon: () => undefined,
    onUnplanned: (reason) => refusals.push(reason),
  });
  return { model, refusals };
}

export const float = (shape: readonly number[], values: Values): TensorValue => ({
  dtype: 'float32',
  shape,
  values: Float32Array.from(values),
});

export const int = (shape: readonly number[], values: Values): TensorValue => ({
  dtype: 'int32',
  shape,
  values: Int32Array.from(values),
});

export const bool = (shape: readonly number[], values: Values): TensorValue => ({
  dtype: 'bool',
  shape,
  values: Uint8Array.from(values),
});

export const text = (shape: readonly number[], values: readonly string[]): TensorValue => ({
  dtype: 'string',
  shape,
  values: values.map((value) => new TextEncoder().encode(value)),
});

export const weight = (shape: readonly number[]) => ({
  dtype: 'float32' as const,
  shape,
  values: Array.from({ length: elementCount(shape) }, (_, index) => Math.cos(index * 0.9) / 2),
});

/** Random elements of a quantised weight; half-precision numbers are from -1 to 1. */
export const quantisedWeight = (
  shape: readonly number[],
  quantization: NonNullable<WeightSpec['quantization']>,
): TestWeight => ({
  dtype: 'float32',
  shape,
  quantization,
  values: Array.from({ length: elementCount(shape) }, (_, index) => {
    const random = Math.abs(Math.sin(index * 12.9898) * 43758.5453) % 1;
    const most = { uint8: 2 ** 8, uint16: 2 ** 16, float16: 0x3c00 }[quantization.dtype];
    const sign = quantization.dtype === 'float16' && index % 2 === 1 ? 0x8000 : 0;
    return sign + Math.floor(random * most);
  }),
});

/** Values that differ with the seed. */
export const varied = (shape: readonly number[], seed: number): TensorValue =>
  float(
    shape,
    Array.from({ length: elementCount(shape) }, (_, index) => Math.sin(index * 1.7 + seed * 2.3)),
  );

/** Answers as plain lists. */
export async function answer(
  { model }: TestModel,
  inputs: Readonly<Record<string, TensorValue>>,
  outputs: readonly string[],
): Promise<Record<string, unknown[]>> {
  const result: NamedTensors = await model.execute(new Map(Object.entries(inputs)), outputs);
  return Object.fromEntries([...result].map(([name, { values }]) => [name, [...values]]));
}

/**
 * Asks one model for each of these in turn, and a fresh one for each, which computes it on tfjs's executor: the
 * answers must be the same.
 *
 * @param tolerance what they may be off by where a plan sums up in another order
 */
export async function expectSameAnswers(
  graph: TestGraph,
  requests: readonly Readonly<Record<string, TensorValue>>[],
  outputs: readonly string[],
  tolerance = 0,
): Promise<{ refusals: readonly string[]; state: unknown }> {
  const asked = await loadGraph(graph);
  for (const inputs of requests) {
    const fresh = await loadGraph(graph);
    const expected = await answer(fresh, inputs, outputs);
    fresh.model.dispose();
    const answered = await answer(asked, inputs, outputs);
    if (tolerance === 0) expect(answered).toEqual(expected);
    for (const [name, values] of Object.entries(expected)) {
      values.forEach((value, index) => {
        const actual = answered[name]?.[index];
        const difference = Object.is(actual, value) ? 0 : Math.abs(Number(actual) - Number(value));
        if (tolerance > 0) expect(difference, `${name}[${index}]`).toBeLessThanOrEqual(tolerance);
      });
    }
  }
  const state = asked.model.planState();
  asked.model.dispose();
  return { refusals: asked.refusals, state };
}

/** What becomes of a model that is answered by a plan for one shape. */
export const PLANNED = { refusals: [], state: { kind: 'planned', shapes: 1 } };
/** What becomes of one that is not. */
export const refused = (reason: string) => ({ refusals: [reason], state: { kind: 'not planned', reason } });

/** Requests of one shape with other values each, as many as it takes until a plan answers, and more. */
export const requests = (shape: readonly number[], count = 4) =>
  Array.from({ length: count }, (_, seed) => ({ x: varied(shape, seed) }));

export const dense: TestGraph = {
  inputs: { x: 'float32' },
  weights: { matrix: weight([4, 3]), bias: weight([3]) },
  nodes: [
    { name: 'product', op: 'MatMul', input: ['x', 'matrix'] },
    { name: 'sum', op: 'BiasAdd', input: ['product', 'bias'] },
    { name: 'relu', op: 'Relu', input: ['sum'] },
    { name: 'y', op: 'Softmax', input: ['relu'] },
  ],
};

/** A graph of one float32 input x and these nodes. */
export const graph = (nodes: TestGraph['nodes'], weights: TestGraph['weights'] = {}): TestGraph => ({
  inputs: { x: 'float32' },
  weights,
  nodes,
});
export const shapeOf = (...sizes: number[]) => ({
  dtype: 'int32' as const,
  shape: [sizes.length],
  values: sizes,
});
