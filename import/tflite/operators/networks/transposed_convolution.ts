import { integersValue, textValue } from '../../../builder/node_builder.ts';
import { shapeTensor } from '../../../builder/shaping.ts';
import { rank } from '../../../builder/symbolic_tensor.ts';
import {
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';
import type { FusedActivation } from '../../file/option_tables.ts';
import type { Arrangement } from '../../tensors/arranged.ts';
import { weighted } from './weighted.ts';
import { windowOf } from './window_options.ts';

interface Transposed {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: 'SAME' | 'VALID';
  readonly activation: FusedActivation;
  /** The axis of the filters among those of the weights. */
  readonly axis: number;
  readonly arrangement: Arrangement;
}

/** The gradient of a convolution; its inputs are the shape of the output, the weights, the tensor, and perhaps a bias. */
function transposed(call: OperatorCall, { strides, dilations, padding, ...more }: Transposed) {
  const { g } = call;
  const [sizes, weights, x, bias] = [input(call, 0), input(call, 1), input(call, 2), call.inputs[3]];
  const dimensions = strides.length + 2;
  if (rank(x) !== dimensions || rank(weights) !== dimensions)
    refuseMalformed(`takes ${rank(x)} dimensions, weights of ${rank(weights)}, and needs ${dimensions}`);
  const filters = knownSize(weights, more.axis, 'a known number of filters');
  windowOf(strides, strides, dilations, padding);
  const elements = sizes.elements?.map((size) => (typeof size === 'number' ? size : null));
  const isSolid = strides.length === 3;
  return weighted(call, {
    x,
    weights,
    bias,
    axis: more.axis,
    arrangement: more.arrangement,
    activation: more.activation,
    product: (tensor, kernel) =>
      g.node(
        isSolid ? 'Conv3DBackpropInputV2' : 'Conv2DBackpropInput',
        [sizes.elements === undefined ? sizes : shapeTensor(g, sizes.elements), kernel, tensor],
        {
          shape: elements ?? [...x.shape.slice(0, 1), ...strides.map(() => null), filters],
          dtype: 'float32',
        },
        {
          T: { type: 'DT_FLOAT' },
          strides: integersValue([1, ...strides, 1]),
          dilations: integersValue([1, ...dilations, 1]),
          padding: textValue(padding),
          data_format: textValue(isSolid ? 'NDHWC' : 'NHWC'),
        },
      ),
  });
}

/** Filters [filters, height, width, channels]. */
const planar: Operator = (call) => {
  const options = call.options.read('TransposeConvOptions');
  return transposed(call, {
    strides: [options.stride_h, options.stride_w],
    dilations: [1, 1],
    padding: options.padding,
    activation: options.fused_activation_function,
    axis: 0,
    arrangement: { order: [1, 2, 0, 3] },
  });
};

/** Filters [depth, height, width, filters, channels]. */
const solid: Operator = (call) => {
  const options = call.options.read('Conv3DOptions');
  return transposed(call, {
    strides: [options.stride_d, options.stride_h, options.stride_w],
    dilations: [options.dilation_d_factor, options.dilation_h_factor, options.dilation_w_factor],
    padding: options.padding,
    activation: options.fused_activation_function,
    axis: 3,
    arrangement: {},
  });
};

export const TRANSPOSED_CONVOLUTION: OperatorTable = {
  CONV_3D_TRANSPOSE: { convert: solid, quantized: 'itself' },
  TRANSPOSE_CONV: { convert: planar, quantized: 'itself' },
};
