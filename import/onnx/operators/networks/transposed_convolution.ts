import { add } from '../../../builder/elementwise.ts';
import { integersValue, type NodeBuilder, textValue } from '../../../builder/node_builder.ts';
import {
  concatenate,
  crop,
  dimension,
  expandDimension,
  pad,
  scaledDimension,
  shapeTensor,
  slice,
  split,
  squeeze,
  transpose,
} from '../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../builder/spatial/channels.ts';
import { zerosBetween } from '../../../builder/spatial/zeros_between.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';

/** One dimension of space. */
interface Axis {
  readonly size: number;
  readonly stride: number;
  /** What is left out of the whole result before and after; less than zero where zeros are put there. */
  readonly cut: readonly [before: number, after: number];
}

/** The gradient of a convolution: [batch, channels, ...space] and a kernel [channels, filters / groups, ...size]. */
const convTranspose: Operator = (call) => {
  const { g, attributes } = call;
  const [x, given, bias] = [input(call, 0), input(call, 1), call.inputs[2]];
  const dimensions = rank(x) - 2;
  if (dimensions < 1 || dimensions > 3)
    refuse(`is over ${dimensions} dimensions of space, which is not computed`);
  attributes.ignore('kernel_shape');
  const size = given.shape.slice(2).map((_, axis) => knownSize(given, axis + 2, 'a kernel of known sizes'));
  const dilations = attributes.integers('dilations') ?? size.map(() => 1);
  const axes = axesOf(call, x, size, dilations);
  const kernel = dilations.reduce<SymbolicTensor>(
    (each, step, index) => zerosBetween(g, each, index + 2, step),
    given,
  );
  const groups = attributes.integer('group', 1);
  const order = [...size.map((_, axis) => axis + 2), 1, 0];
  const channels = knownSize(given, 0, 'a known number of channels') / groups;
  const parts = split(g, channelsLast(g, x), rank(x) - 1, groups).map((part, index) => {
    const own = groups === 1 ? kernel : slice(g, kernel, 0, index * channels, channels);
    return whole(g, part, transpose(g, own, order), axes);
  });
  const full = concatenate(g, parts, rank(x) - 1);
  const y = axes.reduce<SymbolicTensor>((rest, { cut: [before, after] }, index) => {
    const kept = crop(g, rest, index + 1, [Math.max(before, 0), Math.max(after, 0)]);
    const widths = kept.shape.map((_, axis): [number, number] =>
      axis === index + 1 ? [Math.max(-before, 0), Math.max(-after, 0)] : [0, 0],
    );
    return pad(g, kept, widths);
  }, full);
  return typed(channelsFirst(g, bias === undefined ? y : add(g, y, bias)), x.type);
};

function axesOf(
  { attributes }: OperatorCall,
  x: SymbolicTensor,
  size: readonly number[],
  dilations: readonly number[],
): Axis[] {
  const strides = attributes.integers('strides') ?? size.map(() => 1);
  const auto = attributes.choice('auto_pad', ['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'], 'NOTSET');
  const pads = attributes.integers('pads');
  const more = attributes.integers('output_padding');
  const output = attributes.integers('output_shape');
  return size.map((length, index) => {
    const stride = strides[index] ?? 1;
    const reach = (length - 1) * (dilations[index] ?? 1) + 1;
    const extra = more?.[index] ?? 0;
    const isSame = auto === 'SAME_UPPER' || auto === 'SAME_LOWER';
    const wanted = output?.slice(-size.length)[index];
    if (wanted === undefined && !isSame) {
      const [before, after] =
        auto === 'VALID' ? [0, 0] : [pads?.[index] ?? 0, pads?.[index + size.length] ?? 0];
      return { size: reach, stride, cut: [before, after - extra] };
    }
    const known = x.shape[index + 2];
    // The whole result has (length - 1) * stride + reach elements, of which length * stride are kept by default.
    const total =
      wanted === undefined
        ? reach - stride + extra
        : (known ?? refuse('has an output_shape for an input whose size the request decides')) * stride -
          stride +
          reach +
          extra -
          wanted;
    // Zeros that the result has beyond what the input reaches are at its end.
    const half = Math.floor(Math.max(total, 0) / 2);
    const [before, after] = auto === 'SAME_UPPER' || total < 0 ? [half, total - half] : [total - half, half];
    return { size: reach, stride, cut: [before, after - extra] };
  });
}

/** Everything that the input reaches, before any of it is left out. @param kernel [...size, filters, channels] */
function whole(
  g: NodeBuilder,
  x: SymbolicTensor,
  kernel: SymbolicTensor,
  axes: readonly Axis[],
): SymbolicTensor {
  if (axes.length === 1) {
    const one = { size: 1, stride: 1, cut: [0, 0] as const };
    const wide = whole(g, expandDimension(g, x, 1), expandDimension(g, kernel, 0), [one, ...axes]);
    return squeeze(g, wide, [1]);
  }
  const space = axes.map(({ size, stride }, index) =>
    scaledDimension(g, dimension(g, x, index + 1), stride, size - stride),
  );
  const filters = sizeOf(kernel, -2) ?? 1;
  const known = space.map((length) => (typeof length === 'number' ? length : null));
  const isSolid = axes.length === 3;
  return g.node(
    isSolid ? 'Conv3DBackpropInputV2' : 'Conv2DBackpropInput',
    [shapeTensor(g, [dimension(g, x, 0), ...space, filters]), kernel, x],
    { shape: [sizeOf(x, 0), ...known, filters], dtype: 'float32' },
    {
      T: { type: 'DT_FLOAT' },
      strides: integersValue([1, ...axes.map(({ stride }) => stride), 1]),
      dilations: integersValue([1, ...axes.map(() => 1), 1]),
      padding: textValue('VALID'),
      data_format: textValue(isSolid ? 'NDHWC' : 'NHWC'),
    },
  );
}

export const TRANSPOSED_CONVOLUTION: OperatorTable = { ConvTranspose: convTranspose };
