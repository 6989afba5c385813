import { countUp } from '../../../builder/creation.ts';
import { add, multiply } from '../../../builder/elementwise.ts';
import { typeValue } from '../../../builder/node_builder.ts';
import {
  crop,
  type Dimension,
  dimension,
  gather,
  reshape,
  scaledDimension,
  transpose,
} from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { lengthOf, productOf, quotientOf, scalarOf } from '../shapes/sizes.ts';

/** One dimension of space. */
interface Axis {
  readonly block: Dimension;
  /** With what is put around the image. */
  readonly padded: Dimension;
  /** How many blocks there are. */
  readonly count: Dimension;
  readonly stride: number;
  readonly dilation: number;
}

/** Sums blocks where they overlap: [batch, channels * block, blocks] as [batch, channels, ...image]. */
const col2im: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const image = sizesOf(call, input(call, 1));
  const pads = attributes.integers('pads') ?? image.flatMap(() => [0, 0]);
  const axes = axesOf(call, image, sizesOf(call, input(call, 2)), pads);
  const inBlock = productOf(
    g,
    axes.map(({ block }) => block),
  );
  const [batch, rows, blocks] = [0, 1, 2].map((axis) => dimension(g, x, axis));
  const channels = quotientOf(g, rows ?? 1, inBlock);
  const images = productOf(g, [batch ?? 1, channels]);
  const elements = productOf(g, [inBlock, blocks ?? 1]);
  const columns = transpose(g, reshape(g, x, [images, elements]), [1, 0]);
  const whole = productOf(
    g,
    axes.map(({ padded }) => padded),
  );
  const sums = g.node(
    'UnsortedSegmentSum',
    [columns, reshape(g, placesOf(call, axes), [elements]), scalarOf(g, whole)],
    { shape: [typeof whole === 'number' ? whole : null, columns.shape[1] ?? null] },
    { Tindices: typeValue('int32'), Tnumsegments: typeValue('int32') },
  );
  const apart = reshape(g, transpose(g, sums, [1, 0]), [
    batch ?? 1,
    channels,
    ...axes.map(({ padded }) => padded),
  ]);
  const result = axes.reduce<SymbolicTensor>(
    (rest, _, index) => crop(g, rest, index + 2, [pads[index] ?? 0, pads[index + axes.length] ?? 0]),
    apart,
  );
  return typed(result, x.type);
};

function sizesOf({ g }: OperatorCall, x: OnnxTensor): Dimension[] {
  const count = lengthOf(x, 'sizes');
  return Array.from(
    { length: count },
    (_, index) => x.elements?.[index] ?? gather(g, x, g.integers([index], []), 0),
  );
}

function axesOf(
  { g, attributes }: OperatorCall,
  image: readonly Dimension[],
  block: readonly Dimension[],
  pads: readonly number[],
): Axis[] {
  const [strides, dilations] = [attributes.integers('strides'), attributes.integers('dilations')];
  return image.map((size, index) => {
    const [stride, dilation] = [strides?.[index] ?? 1, dilations?.[index] ?? 1];
    const own = block[index] ?? 1;
    const padded = scaledDimension(g, size, 1, (pads[index] ?? 0) + (pads[index + image.length] ?? 0));
    // Where the last block begins.
    const room =
      typeof padded === 'number' && typeof own === 'number'
        ? padded - (own - 1) * dilation - 1
        : add(g, padded, scaledDimension(g, own, -dilation, dilation - 1));
    return {
      block: own,
      padded,
      count: scaledDimension(g, quotientOf(g, room, stride), 1, 1),
      stride,
      dilation,
    };
  });
}

/** The place in the padded image of each element of each block, [...block, ...counts]. */
function placesOf({ g }: OperatorCall, axes: readonly Axis[]): SymbolicTensor {
  const ones = axes.flatMap(() => [1, 1]);
  const lines = axes.map(({ block, count, stride, dilation }, index) => {
    const inside = reshape(g, multiply(g, countUp(g, block), dilation), withSize(ones, index, block));
    const starts = reshape(
      g,
      multiply(g, countUp(g, count), stride),
      withSize(ones, index + axes.length, count),
    );
    return add(g, inside, starts);
  });
  return lines.reduce((places, line, index) => add(g, multiply(g, places, axes[index]?.padded ?? 1), line));
}

const withSize = (ones: readonly number[], axis: number, size: Dimension): Dimension[] =>
  ones.map((one, index) => (index === axis ? size : one));

export const COL2IM: OperatorTable = { Col2Im: col2im };
