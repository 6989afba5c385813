import { countUp } from '../../../builder/creation.ts';
import { add, cast, multiply } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { product } from '../../../builder/products.ts';
import {
  concatenate,
  type Dimension,
  dimension,
  dimensions,
  expandDimension,
  gather,
  reshape,
  split,
  transpose,
} from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { productOf } from '../shapes/sizes.ts';
import { sampleImage } from './grid_sample.ts';

/** One dimension of space. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/**
 * A convolution of [batch, channels, ...space] whose kernel looks at places that are moved by offsets
 * [batch, groups * kernel * dimensions, ...out], each element times a mask.
 */
const deformConv: Operator = (call) => {
  const { g, attributes, inputs } = call;
  const [x, kernel, offsets, bias, mask] = [
    input(call, 0),
    input(call, 1),
    input(call, 2),
    inputs[3],
    inputs[4],
  ];
  attributes.ignore('kernel_shape');
  const axes = axesOf(call, x, kernel);
  const count = axes.reduce((all, { kernel: length }) => all * length, 1);
  const groups = attributes.integer('offset_group', 1);
  const out = dimensions(g, offsets).slice(2);
  const batch = dimension(g, x, 0);
  const sizes = axes.map(({ size }) => size);
  // Channels last, so that one place has all channels of an image.
  const last = transpose(g, x, [0, ...axes.map((_, index) => index + 2), 1]);
  const images = split(g, last, rank(x) - 1, groups);
  const moved = split(g, offsets, 1, groups);
  const masks = mask === undefined ? [] : split(g, mask, 1, groups);
  // [batch, kernel, ...out, channels]
  const parts = images.map((image, group) => {
    const own = reshape(g, moved[group] ?? offsets, [batch, count, axes.length, ...out]);
    const places = axes.map((axis, index) => {
      const offset = gather(g, own, g.integers([index], []), 2);
      return add(g, offset, placesOf(g, axes, axis, index, out));
    });
    const sampled = sampleImage(g, image, places, sizes, {
      mode: 'linear',
      padding: 'zeros',
      isAligned: true,
    });
    const weight = masks[group];
    return weight === undefined ? sampled : multiply(g, sampled, expandDimension(g, weight, rank(weight)));
  });
  const columns = concatenate(g, parts, rank(x));
  const y = products(call, columns, kernel, count, [batch, ...out]);
  return typed(
    bias === undefined ? y : add(g, y, reshape(g, bias, [dimension(g, bias, 0), ...out.map(() => 1)])),
    x.type,
  );
};

function axesOf({ attributes }: OperatorCall, x: SymbolicTensor, kernel: SymbolicTensor): Axis[] {
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map((name) =>
    attributes.integers(name),
  );
  return kernel.shape.slice(2).map((_, index) => ({
    size: knownSize(x, index + 2, 'known sizes in space'),
    kernel: knownSize(kernel, index + 2, 'a kernel of known sizes'),
    stride: strides?.[index] ?? 1,
    dilation: dilations?.[index] ?? 1,
    before: pads?.[index] ?? 0,
  }));
}

/** Where each element of the kernel looks along one dimension without an offset, [kernel, ...out]. */
function placesOf(
  g: NodeBuilder,
  axes: readonly Axis[],
  { stride, dilation, before }: Axis,
  index: number,
  out: readonly Dimension[],
): SymbolicTensor {
  const inner = axes.slice(index + 1).reduce((all, { kernel }) => all * kernel, 1);
  const count = axes.reduce((all, { kernel }) => all * kernel, 1);
  const own = axes[index]?.kernel ?? 1;
  const inKernel = Array.from(
    { length: count },
    (_, place) => (Math.floor(place / inner) % own) * dilation - before,
  );
  const ones = out.map(() => 1);
  const along = out.map((size, each) => (each === index ? size : 1));
  const starts = multiply(g, cast(g, countUp(g, out[index] ?? 1), 'float32'), stride);
  return add(g, g.floats(inKernel, [count, ...ones]), reshape(g, starts, [1, ...along]));
}

/** @param columns [batch, kernel, ...out, channels] @param kernel [filters, channels / groups, ...size] */
function products(
  { g, attributes }: OperatorCall,
  columns: SymbolicTensor,
  kernel: SymbolicTensor,
  count: number,
  sizes: readonly Dimension[],
): SymbolicTensor {
  const groups = attributes.integer('group', 1);
  const last = rank(columns) - 1;
  const space = Array.from({ length: last - 2 }, (_, index) => index + 2);
  const rows = productOf(g, sizes);
  const filters = split(g, kernel, 0, groups);
  const results = split(g, columns, last, groups).map((part, group) => {
    const own = filters[group] ?? kernel;
    const [outputs, channels] = [
      knownSize(own, 0, 'a known number of filters'),
      knownSize(own, 1, 'a known number of channels'),
    ];
    // [batch, ...out, channels, kernel]
    const flat = reshape(g, transpose(g, part, [0, ...space, last, 1]), [rows, channels * count]);
    const matrix = transpose(g, reshape(g, own, [outputs, channels * count]), [1, 0]);
    return reshape(g, product(g, flat, matrix), [...sizes, outputs]);
  });
  const joined = concatenate(g, results, sizes.length);
  return transpose(g, joined, [0, sizes.length, ...space.map((axis) => axis - 1)]);
}

export const DEFORMABLE: OperatorTable = { DeformConv: deformConv };
