import fc from 'fast-check';
import type { Graph, NodeAttribute } from '../../../../import/graph/graph.ts';
import { FLOAT, GraphBuilder, integers, text } from '../../../fixtures/graphs/graph_builder.ts';
import { int32Weight } from '../../../fixtures/graphs/memory_weight.ts';

const IMAGE_STEPS = [
  'conv',
  'conv',
  'fusedConv',
  'fusedConv',
  'depthwise',
  'maxPool',
  'avgPool',
  'bias',
  'relu',
  'prelu',
  'sigmoid',
  'batchNorm',
  'pad',
  'transpose',
  'twice',
  'reversed',
  'strided',
  'residual',
  'keptMean',
  'output',
] as const;
const ROW_STEPS = ['dense', 'fusedDense', 'softmax', 'tanh', 'sum', 'largest', 'squares', 'output'] as const;
const REDUCTIONS = ['Mean', 'Max', 'Sum', 'Min', 'Prod'] as const;
const ACTIVATIONS = ['Relu', 'Relu6', 'Elu', 'LeakyRelu', 'Prelu', 'none'] as const;

interface Recipe {
  readonly seed: number;
  readonly channels: number;
  readonly image: readonly { readonly step: (typeof IMAGE_STEPS)[number]; readonly choice: number }[];
  readonly reduction: (typeof REDUCTIONS)[number];
  readonly rows: readonly { readonly step: (typeof ROW_STEPS)[number]; readonly choice: number }[];
}

const choice = fc.nat(23);
const recipes: fc.Arbitrary<Recipe> = fc.record({
  seed: fc.nat(),
  channels: fc.integer({ min: 1, max: 4 }),
  image: fc.array(fc.record({ step: fc.constantFrom(...IMAGE_STEPS), choice }), {
    minLength: 1,
    maxLength: 6,
  }),
  reduction: fc.constantFrom(...REDUCTIONS),
  rows: fc.array(fc.record({ step: fc.constantFrom(...ROW_STEPS), choice }), { maxLength: 4 }),
});

export interface SmallGraph {
  readonly graph: Graph;
  readonly channels: number;
  readonly outputs: readonly string[];
  readonly steps: readonly string[];
}

/** Graphs that take images of any size, including 0. */
export const smallGraphs: fc.Arbitrary<SmallGraph> = recipes.map(build);

function build({ seed, channels, image, reduction, rows }: Recipe): SmallGraph {
  const builder = new GraphBuilder(seed);
  let tensor = builder.input([-1, -1, -1, channels]);
  let width = channels;
  const outputs: string[] = [];
  const keep = (): void => {
    outputs.push(tensor);
    builder.output(tensor);
  };
  for (const { step, choice } of image) {
    const wanted = 1 + (choice % 4);
    const filter = (): string => builder.floats([choice % 2 === 0 ? 3 : 1, 1 + (choice % 3), width, wanted]);
    switch (step) {
      case 'conv':
        tensor = builder.node('Conv2D', [tensor, filter()], windowed(choice));
        width = wanted;
        break;
      case 'fusedConv':
        tensor = fused(builder, '_FusedConv2D', [tensor, filter()], wanted, choice, windowed(choice));
        width = wanted;
        break;
      case 'depthwise':
        tensor = builder.node(
          'DepthwiseConv2dNative',
          [tensor, builder.floats([2, 3, width, 1])],
          windowed(choice),
        );
        break;
      case 'maxPool':
      case 'avgPool':
        tensor = builder.node(step === 'maxPool' ? 'MaxPool' : 'AvgPool', [tensor], {
          ...windowed(choice),
          ksize: integers([1, 2, 3, 1]),
        });
        break;
      case 'bias':
        tensor = builder.node('BiasAdd', [tensor, builder.floats([width])]);
        break;
      case 'relu':
        tensor = builder.node('Relu', [tensor]);
        break;
      case 'prelu':
        tensor = builder.node('Prelu', [tensor, builder.floats([width])]);
        break;
      case 'sigmoid':
        tensor = builder.node('Sigmoid', [tensor]);
        break;
      case 'batchNorm': {
        const [scale, offset, mean] = [
          builder.floats([width]),
          builder.floats([width]),
          builder.floats([width]),
        ];
        tensor = builder.node('FusedBatchNormV3', [tensor, scale, offset, mean, builder.floats([width], 2)], {
          T: FLOAT,
          epsilon: { f: 0.001 },
          is_training: { b: false },
          data_format: text('NHWC'),
        });
        break;
      }
      case 'pad':
        tensor = builder.node('Pad', [tensor, matrix(builder, [0, 0, choice % 2, 1, 0, choice % 3, 0, 0])]);
        break;
      case 'transpose':
        tensor = builder.node('Transpose', [tensor, builder.integers([0, 2, 1, 3])]);
        break;
      case 'twice':
        tensor = builder.node('ConcatV2', [tensor, tensor, builder.integers([choice % 2 === 0 ? 1 : 3])], {
          T: FLOAT,
          N: { i: '2' },
        });
        if (choice % 2 !== 0) width *= 2;
        break;
      case 'reversed':
        tensor = builder.node('ReverseV2', [tensor, builder.integers([1])]);
        break;
      case 'strided':
        tensor = builder.node(
          'StridedSlice',
          [
            tensor,
            builder.integers([0, choice % 2, 0]),
            builder.integers([9, 9, 9]),
            builder.integers([1, 2, 1]),
          ],
          { T: FLOAT },
        );
        break;
      case 'residual':
        tensor = builder.node('AddV2', [tensor, builder.node('Tanh', [tensor])]);
        break;
      case 'keptMean':
        tensor = builder.node('Mul', [
          tensor,
          builder.node('Mean', [tensor, builder.integers([1, 2])], { T: FLOAT, keep_dims: { b: true } }),
        ]);
        break;
      case 'output':
        keep();
        break;
    }
  }
  tensor = builder.node(reduction, [tensor, builder.integers([1, 2])], { T: FLOAT, keep_dims: { b: false } });
  for (const { step, choice } of rows) {
    const wanted = 1 + (choice % 4);
    switch (step) {
      case 'dense':
        tensor = builder.node('MatMul', [tensor, builder.floats([width, wanted])]);
        width = wanted;
        break;
      case 'fusedDense':
        tensor = fused(builder, '_FusedMatMul', [tensor, builder.floats([width, wanted])], wanted, choice, {
          T: FLOAT,
        });
        width = wanted;
        break;
      case 'softmax':
        tensor = builder.node('Softmax', [tensor]);
        break;
      case 'tanh':
        tensor = builder.node('Tanh', [tensor]);
        break;
      case 'sum':
        tensor = builder.node('Sum', [tensor, builder.integers([choice % 2])], {
          T: FLOAT,
          keep_dims: { b: true },
        });
        if (choice % 2 === 1) width = 1;
        break;
      case 'largest':
        tensor = builder.node('Max', [tensor, builder.integers([1])], { T: FLOAT, keep_dims: { b: true } });
        width = 1;
        break;
      case 'squares':
        tensor = builder.node('MatMul', [tensor, tensor], { T: FLOAT, transpose_a: { b: true } });
        break;
      case 'output':
        keep();
        break;
    }
  }
  tensor = builder.node('Identity', [tensor]);
  keep();
  const steps = [...image.map(({ step }) => step), reduction, ...rows.map(({ step }) => step)];
  return { graph: builder.graph(4), channels, outputs: [...new Set(outputs)], steps };
}

function fused(
  builder: GraphBuilder,
  op: string,
  input: readonly string[],
  channels: number,
  choice: number,
  attributes: Readonly<Record<string, NodeAttribute>>,
): string {
  const activation = ACTIVATIONS[choice % ACTIVATIONS.length] ?? 'none';
  const more = [builder.floats([channels]), ...(activation === 'Prelu' ? [builder.floats([channels])] : [])];
  const names = ['BiasAdd', ...(activation === 'none' ? [] : [activation])];
  return builder.node(op, [...input, ...more], {
    ...attributes,
    fused_ops: { list: { s: names.map((name) => btoa(name)) } },
    num_args: { i: String(more.length) },
    ...(activation === 'LeakyRelu' ? { leakyrelu_alpha: { f: 0.3 } } : {}),
  });
}

function windowed(choice: number): Record<string, NodeAttribute> {
  const stride = choice % 5 === 0 ? 2 : 1;
  return {
    T: FLOAT,
    strides: integers([1, stride, stride, 1]),
    dilations: integers([1, 1, 1, 1]),
    padding: text(choice % 3 === 0 ? 'SAME' : 'VALID'),
    data_format: text('NHWC'),
  };
}

/** Pairs of integers as a matrix. */
function matrix(builder: GraphBuilder, values: readonly number[]): string {
  return builder.constant(int32Weight([values.length / 2, 2], values));
}
