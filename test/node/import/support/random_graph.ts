import * as fc from 'fast-check';
import type { Graph, GraphNode, NodeAttribute, Weight } from '../../../../import/graph/graph.ts';
import { float32Weight, int32Weight } from './memory_weight.ts';

export const FLOAT: NodeAttribute = { type: 'DT_FLOAT' };
const text = (value: string): NodeAttribute => ({ s: btoa(value) });
const integers = (values: readonly number[]): NodeAttribute => ({ list: { i: values.map(String) } });

/** A graph under construction. Values come from a seed, so that a failing case can be had again. */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  readonly #weights = new Map<string, Weight>();
  readonly #outputs: string[] = [];
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  input(shape: readonly number[]): string {
    const dim = shape.map((size) => ({ size: String(size) }));
    return this.node('Placeholder', [], { dtype: FLOAT, shape: { shape: { dim } } }, 'x');
  }

  node(
    op: string,
    input: readonly string[],
    attr: Readonly<Record<string, NodeAttribute>> = { T: FLOAT },
    name = `${op}_${this.#nodes.length}`,
  ): string {
    this.#nodes.push({ name, op, input, attr });
    return name;
  }

  constant(weight: Weight): string {
    const name = this.node('Const', [], {
      dtype: { type: weight.dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' },
    });
    this.#weights.set(name, weight);
    return name;
  }

  integers(values: readonly number[]): string {
    return this.constant(int32Weight([values.length], values));
  }

  /** Random values about a centre, never further from it than 1. */
  floats(shape: readonly number[], centre = 0): string {
    const count = shape.reduce((product, size) => product * size, 1);
    return this.constant(
      float32Weight(
        shape,
        Array.from({ length: count }, () => centre + 2 * this.#random() - 1),
      ),
    );
  }

  output(name: string): void {
    this.#outputs.push(name);
  }

  graph(rank: number): Graph {
    return {
      nodes: this.#nodes,
      functions: [],
      weights: this.#weights,
      signatures: {
        serving_default: {
          method: 'tensorflow/serving/predict',
          inputs: { x: { name: 'x:0', dtype: 'float32', shape: Array.from({ length: rank }, () => -1) } },
          outputs: Object.fromEntries(
            this.#outputs.map((name, index) => [
              `y${index}`,
              { name: `${name}:0`, dtype: 'float32' as const, shape: null },
            ]),
          ),
        },
      },
      producer: 1,
    };
  }

  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

/** What a graph does next with the tensor that it has, on two or four dimensions. */
const STEPS = [
  'linear',
  'linear',
  'linear',
  'depthwise',
  'biasAdd',
  'biasAdd',
  'add',
  'addReversed',
  'addWide',
  'multiply',
  'multiplyScalar',
  'subtract',
  'subtractFrom',
  'divide',
  'batchNorm',
  'decomposedBatchNorm',
  'relu',
  'relu6',
  'elu',
  'leakyRelu',
  'prelu',
  'sigmoid',
  'tanh',
  'identity',
  'stopGradient',
  'controlled',
  'residual',
  'shared',
  'reshapeTwice',
  'output',
  'unused',
  'defaulted',
] as const;
type Step = (typeof STEPS)[number];

interface Recipe {
  readonly seed: number;
  readonly rank: 2 | 4;
  readonly channels: number;
  readonly steps: readonly { readonly step: Step; readonly channels: number; readonly flag: boolean }[];
}

const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(),
  rank: fc.constantFrom(2, 4),
  channels: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(
    fc.record({
      step: fc.constantFrom(...STEPS),
      channels: fc.integer({ min: 1, max: 4 }),
      flag: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  ),
});

/** A graph and the shape of its one input. */
export const randomGraphs = recipes.map((recipe) => ({ ...build(recipe), steps: recipe.steps }));

const SIZE = 5;

function build({ seed, rank, channels, steps }: Recipe): { graph: Graph; shape: number[] } {
  const builder = new GraphBuilder(seed);
  const shape = rank === 2 ? [2, channels] : [2, SIZE, SIZE, channels];
  let tensor = builder.input([-1, ...shape.slice(1)]);
  let current = channels;
  let [sharedFilter, sharedChannels] = ['', 0];
  for (const { step, channels: wanted, flag } of steps) {
    const unary = (op: string, attr: Record<string, NodeAttribute> = {}) =>
      builder.node(op, [tensor], { T: FLOAT, ...attr });
    const binary = (op: string, left: string, right: string) => builder.node(op, [left, right]);
    const vector = (centre = 0) => builder.floats([current], centre);
    switch (step) {
      case 'linear': {
        const transposed = rank === 2 && flag;
        const filter = builder.floats(
          rank === 4
            ? [flag ? 3 : 1, 2, current, wanted]
            : transposed
              ? [wanted, current]
              : [current, wanted],
        );
        tensor = linear(builder, rank, tensor, filter, flag);
        if (!transposed && current === wanted) [sharedFilter, sharedChannels] = [filter, current];
        current = wanted;
        break;
      }
      case 'shared':
        if (sharedChannels === current) tensor = linear(builder, rank, tensor, sharedFilter, false);
        break;
      case 'depthwise':
        if (rank === 4) {
          const filter = builder.floats([2, 3, current, wanted === 4 ? 2 : 1]);
          tensor = builder.node('DepthwiseConv2dNative', [tensor, filter], convolution(flag));
          if (wanted === 4) current *= 2;
        }
        break;
      case 'biasAdd':
        tensor = binary('BiasAdd', tensor, vector());
        break;
      case 'add':
        tensor = binary('AddV2', tensor, vector());
        break;
      case 'addReversed':
        tensor = binary('Add', vector(), tensor);
        break;
      case 'addWide':
        tensor = binary(
          'AddV2',
          tensor,
          builder.floats(rank === 4 ? [1, 1, 1, flag ? current : 1] : [1, current]),
        );
        break;
      case 'multiply':
        tensor = flag ? binary('Mul', tensor, vector()) : binary('Mul', vector(), tensor);
        break;
      case 'multiplyScalar':
        tensor = binary('Mul', tensor, builder.floats(flag ? [] : [1]));
        break;
      case 'subtract':
        tensor = binary('Sub', tensor, vector());
        break;
      case 'subtractFrom':
        tensor = binary('Sub', vector(), tensor);
        break;
      case 'divide':
        tensor = binary('RealDiv', tensor, vector(3));
        break;
      case 'batchNorm':
        if (rank === 4) {
          tensor = builder.node(
            wanted === 1 ? 'FusedBatchNorm' : 'FusedBatchNormV3',
            [tensor, vector(), vector(), vector(), vector(2)],
            { T: FLOAT, epsilon: { f: 0.001 }, is_training: { b: false }, data_format: text('NHWC') },
          );
        }
        break;
      case 'decomposedBatchNorm': {
        const spread = builder.node('Rsqrt', [binary('AddV2', vector(2), builder.floats([], 1.1))]);
        const scale = flag ? binary('Mul', spread, vector()) : spread;
        const centre = binary('Mul', vector(), scale);
        tensor = binary('AddV2', binary('Mul', tensor, scale), binary('Sub', vector(), centre));
        break;
      }
      case 'relu':
        tensor = unary('Relu');
        break;
      case 'relu6':
        tensor = unary('Relu6');
        break;
      case 'elu':
        tensor = unary('Elu');
        break;
      case 'leakyRelu':
        tensor = unary('LeakyRelu', flag ? { alpha: { f: 0.3 } } : {});
        break;
      case 'prelu':
        tensor = binary('Prelu', tensor, builder.floats(rank === 4 && flag ? [1, 1, current] : [current]));
        break;
      case 'sigmoid':
        tensor = unary('Sigmoid');
        break;
      case 'tanh':
        tensor = unary('Tanh');
        break;
      case 'identity':
        tensor = unary('Identity');
        break;
      case 'stopGradient':
        tensor = unary('StopGradient');
        break;
      case 'controlled':
        tensor = builder.node('Identity', [tensor, `^${builder.node('NoOp', [`^${tensor}`], {})}`]);
        break;
      case 'residual':
        tensor = binary('AddV2', tensor, unary('Tanh'));
        break;
      case 'reshapeTwice': {
        const flat = builder.node('Reshape', [tensor, builder.integers([-1])]);
        const target = rank === 4 ? [-1, SIZE, SIZE, current] : [-1, current];
        tensor = builder.node('Reshape', [flat, builder.integers(target)]);
        break;
      }
      case 'output':
        builder.output(tensor);
        break;
      case 'unused':
        binary('Mul', tensor, vector());
        break;
      case 'defaulted':
        tensor = binary(
          'AddV2',
          tensor,
          builder.node('PlaceholderWithDefault', [vector()], { dtype: FLOAT }),
        );
        break;
    }
  }
  builder.output(builder.node('Identity', [tensor]));
  return { graph: builder.graph(rank), shape };
}

function linear(builder: GraphBuilder, rank: number, tensor: string, filter: string, flag: boolean): string {
  return rank === 4
    ? builder.node('Conv2D', [tensor, filter], convolution(flag))
    : builder.node('MatMul', [tensor, filter], {
        T: FLOAT,
        transpose_a: { b: false },
        transpose_b: { b: flag },
      });
}

/** Of a size that stays. */
export function convolution(explicit: boolean): Record<string, NodeAttribute> {
  return {
    T: FLOAT,
    strides: integers([1, 1, 1, 1]),
    dilations: integers(explicit ? [1, 2, 1, 1] : [1, 1, 1, 1]),
    padding: text('SAME'),
    data_format: text('NHWC'),
  };
}

export { integers, text };
