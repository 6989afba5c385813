import { tensor } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Graph, NodeAttribute } from '../../../import/graph/graph.ts';
import { findUnsupportedOperations } from '../../../import/operations/unsupported_operations.ts';
import { simplify } from '../../../import/simplify/simplify.ts';
import { largestDifference } from '../../fixtures/graphs/compare_graphs.ts';
import { FLOAT, GraphBuilder, integers, text } from '../../fixtures/graphs/graph_builder.ts';
import { float32Weight, int32Weight } from '../../fixtures/graphs/memory_weight.ts';

type Format = 'NCHW' | 'NHWC';
const TO_LAST = [0, 2, 3, 1];
const TO_FIRST = [0, 3, 1, 2];

/** Numbers for the dimensions of an image, in either order. */
class Network extends GraphBuilder {
  readonly #format: Format;

  constructor(format: Format) {
    super(7);
    this.#format = format;
  }

  get isFirst(): boolean {
    return this.#format === 'NCHW';
  }

  /** Numbers that are given for a batch, channels, a height and a width. */
  ordered<Value>(values: readonly Value[]): Value[] {
    return this.#format === 'NCHW' ? [...values] : TO_LAST.map((axis) => values[axis] as Value);
  }

  axis(axis: number): number {
    return this.#format === 'NCHW' ? axis : TO_LAST.indexOf(axis);
  }

  window(size: number, stride: number, padding = 'VALID'): Record<string, NodeAttribute> {
    return {
      ...this.format(),
      ksize: integers(this.ordered([1, 1, size, size])),
      strides: integers(this.ordered([1, 1, stride, stride])),
      dilations: integers([1, 1, 1, 1]),
      padding: text(padding),
    };
  }

  format(): Record<string, NodeAttribute> {
    return { T: FLOAT, data_format: text(this.#format) };
  }

  convolution(input: string, from: number, to: number, size = 3): string {
    return this.node('Conv2D', [input, this.floats([size, size, from, to])], this.window(size, 1, 'SAME'));
  }

  biased(input: string, channels: number): string {
    return this.node('BiasAdd', [input, this.floats([channels])], this.format());
  }

  normalized(input: string, channels: number): string {
    const vectors = [1, 0, 0, 2].map((center) => this.floats([channels], center * 1.5));
    return this.node('FusedBatchNormV3', [input, ...vectors], {
      ...this.format(),
      epsilon: { f: 0.001 },
      is_training: { b: false },
    });
  }

  perChannel(op: string, input: string, channels: number): string {
    const shape = this.#format === 'NCHW' ? [channels, 1, 1] : [channels];
    return this.node(op, [input, this.floats(shape, 2)]);
  }

  /** The images of a request have channels first in both. */
  images(): string {
    const x = this.input([-1, 3, 8, 7]);
    return this.#format === 'NCHW' ? x : this.transposed(x, TO_LAST);
  }

  transposed(input: string, permutation: readonly number[]): string {
    return this.node('Transpose', [input, this.integers(permutation)]);
  }

  /** What a request gets has channels first in both. */
  result(image: string): Graph {
    return this.named(this.#format === 'NCHW' ? image : this.transposed(image, TO_FIRST));
  }

  /** Outputs are compared by their names. */
  named(output: string): Graph {
    this.output(this.node('Identity', [output], { T: FLOAT }, 'y'));
    return this.graph(4);
  }
}

type Build = (network: Network) => Graph;

const NETWORKS: readonly (readonly [name: string, transposes: number, build: Build])[] = [
  [
    'a residual network',
    1,
    (network) => {
      const padded = network.node('Pad', [
        network.images(),
        network.constant(
          int32Weight([4, 2], network.ordered([0, 0, 1, 2].map((size) => [size, size])).flat()),
        ),
      ]);
      const first = network.node('Relu', [network.normalized(network.convolution(padded, 3, 4), 4)]);
      const pooled = network.node('MaxPool', [first], network.window(3, 2, 'SAME'));
      const second = network.biased(network.convolution(pooled, 4, 4), 4);
      const sum = network.node('AddV2', [second, pooled]);
      const joined = network.node('ConcatV2', [
        sum,
        network.node('Sigmoid', [sum]),
        network.constant(int32Weight([], [network.axis(1)])),
      ]);
      const scaled = network.perChannel('Mul', joined, 8);
      const mean = network.node('Mean', [scaled, network.integers([network.axis(2), network.axis(3)])], {
        T: FLOAT,
        keep_dims: { b: false },
      });
      return network.named(mean);
    },
  ],
  [
    'squeeze and excitation',
    2,
    (network) => {
      const image = network.convolution(network.images(), 3, 4);
      const mean = network.node('Mean', [image, network.integers([network.axis(2), network.axis(3)])], {
        T: FLOAT,
        keep_dims: { b: true },
      });
      const gate = network.node('Sigmoid', [network.biased(network.convolution(mean, 4, 4, 1), 4)]);
      return network.result(network.node('Mul', [image, gate]));
    },
  ],
  [
    'a depthwise convolution and an average',
    1,
    (network) => {
      const filter = network.floats([3, 3, 3, 2]);
      const image = network.node(
        'DepthwiseConv2dNative',
        [network.images(), filter],
        network.window(3, 1, 'SAME'),
      );
      const pooled = network.node('AvgPool', [network.node('Relu6', [image])], network.window(7, 7));
      const squeezed = network.node('Squeeze', [pooled], {
        T: FLOAT,
        squeeze_dims: integers([network.axis(2), network.axis(3)]),
      });
      return network.named(squeezed);
    },
  ],
  ['one convolution alone', 2, (network) => network.result(network.convolution(network.images(), 3, 2))],
  [
    'two convolutions of the images, and a sum with them',
    2,
    (network) => {
      const images = network.images();
      const one = network.convolution(images, 3, 3);
      const other = network.convolution(images, 3, 3);
      return network.result(network.node('AddV2', [network.node('Mul', [one, other]), images]));
    },
  ],
  [
    'a transposed convolution',
    2,
    (network) => {
      const sizes = network.integers(network.ordered([2, 5, 16, 14]));
      const filter = network.floats([2, 2, 5, 3]);
      return network.result(
        network.node('Conv2DBackpropInput', [sizes, filter, network.images()], network.window(2, 2)),
      );
    },
  ],
];

/** A pool within a function that a condition calls. */
function conditional(): Graph {
  const type = { type: 'DT_FLOAT' };
  const shape = (...sizes: number[]) => ({ shape: { dim: sizes.map((size) => ({ size: String(size) })) } });
  return {
    nodes: [
      { name: 'x', op: 'Placeholder', input: [], attr: { dtype: type, shape: shape(1, 1, 2, 2) } },
      { name: 'c', op: 'Placeholder', input: [], attr: { dtype: { type: 'DT_BOOL' }, shape: shape() } },
      {
        name: 'y',
        op: 'StatelessIf',
        input: ['c', 'x'],
        attr: { then_branch: { func: { name: 'pool' } }, else_branch: { func: { name: 'pool' } } },
      },
    ],
    functions: [
      {
        name: 'pool',
        inputs: [{ name: 'image', type: 'DT_FLOAT' }],
        outputs: [{ name: 'result', type: 'DT_FLOAT' }],
        nodes: [{ name: 'pooled', op: 'MaxPool', input: ['image'], attr: new Network('NCHW').window(2, 2) }],
        results: { result: 'pooled' },
      },
    ],
    weights: new Map(),
    signatures: {
      serving_default: {
        method: 'tensorflow/serving/predict',
        inputs: {
          x: { name: 'x:0', dtype: 'float32', shape: [1, 1, 2, 2] },
          c: { name: 'c:0', dtype: 'bool', shape: [] },
        },
        outputs: { y: { name: 'y:0', dtype: 'float32', shape: null } },
      },
    },
    producer: 1,
  };
}

const count = 2 * 3 * 8 * 7;
const x = tensor(
  Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898)),
  [2, 3, 8, 7],
);

/** Layers of a network of four channels, each of which keeps them. */
const LAYERS: Readonly<Record<string, (network: Network, input: string) => string>> = {
  bias: (network, input) => network.biased(input, 4),
  convolution: (network, input) => network.convolution(input, 4, 4),
  divided: (network, input) => network.perChannel('RealDiv', input, 4),
  gated: (network, input) => {
    const axes = network.integers([network.axis(2), network.axis(3)]);
    const mean = network.node('Mean', [input, axes], { T: FLOAT, keep_dims: { b: true } });
    return network.node('Mul', [network.node('Sigmoid', [mean]), input]);
  },
  joined: (network, input) => {
    const axis = network.constant(int32Weight([], [network.axis(1)]));
    const joined = network.node('ConcatV2', [input, network.node('Relu', [input]), axis]);
    return network.convolution(joined, 8, 4, 1);
  },
  normalized: (network, input) => network.normalized(input, 4),
  padded: (network, input) => {
    const sizes = network.ordered([0, 0, 1, 0].map((size) => [size, 0]));
    return network.node('Pad', [input, network.constant(int32Weight([4, 2], sizes.flat()))]);
  },
  pooled: (network, input) => network.node('AvgPool', [input], network.window(2, 1, 'SAME')),
  residual: (network, input) => network.node('AddV2', [network.convolution(input, 4, 4), input]),
  scalar: (network, input) => network.node('Maximum', [input, network.constant(float32Weight([], [-0.5]))]),
  /** The other order for one operation, as an export has it that resizes in between. */
  turned: (network, input) => {
    const [there, back] = network.isFirst ? [TO_LAST, TO_FIRST] : [TO_FIRST, TO_LAST];
    return network.transposed(network.node('Tanh', [network.transposed(input, there)]), back);
  },
};
const NAMES = Object.keys(LAYERS);

describe('channels first', () => {
  test('are computed last in any network', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 8 }), async (names) => {
        const build = (network: Network): Graph => {
          const first = network.convolution(network.images(), 3, 4);
          return network.result(
            names.reduce((input, name) => LAYERS[name]?.(network, input) ?? input, first),
          );
        };
        const { graph } = await simplify(build(new Network('NCHW')));
        expect(graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(2);
        expect(await largestDifference(build(new Network('NHWC')), graph, { x })).toBeLessThan(2e-5);
      }),
      { numRuns: 40 },
    ));

  test('are computed last within functions', async () => {
    const { graph } = await simplify(conditional());
    expect(findUnsupportedOperations(graph)).toEqual([]);
    const [pool] = graph.functions;
    expect(pool?.nodes.map(({ op }) => op).sort()).toEqual([
      'Const',
      'Const',
      'MaxPool',
      'Transpose',
      'Transpose',
    ]);
    expect(pool?.nodes.find(({ name }) => name === 'pooled')?.op).toBe('Transpose');
    const constants = pool?.nodes.filter(({ op }) => op === 'Const').map(({ name }) => name);
    expect([...graph.weights.keys()]).toEqual(constants);
  });

  test.each(NETWORKS)('are computed last: %s', async (_name, transposes, build) => {
    const { graph } = await simplify(build(new Network('NCHW')));
    expect(graph.nodes.filter(({ op }) => op === 'Transpose')).toHaveLength(transposes);
    expect(await largestDifference(build(new Network('NHWC')), graph, { x })).toBeLessThan(2e-5);
  });
});
