import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelCall } from '../../kernel_call.ts';
import { gives, givesEvenOfEmpty, type Rule, type Rules } from '../../rule.ts';
import { isEmpty, isSameShape } from '../../shapes.ts';
import { expectFused } from './fused.ts';
import { expectChannelsLast, expectReach, perDimension, type Window, windowPositions } from './windows.ts';

interface Factors {
  readonly image: TensorInfo;
  readonly filter: TensorInfo;
}

function factors(call: KernelCall, image: string, dimensions: 2 | 3): Factors {
  const tensors = { image: call.tensor(image), filter: call.tensor('filter') };
  for (const [tensor, name] of [[tensors.image, image] as const, [tensors.filter, 'filter'] as const]) {
    call.expectDtype(tensor, name, 'float32');
    call.expectRank(tensor, name, dimensions + 2);
  }
  expectChannelsLast(call);
  if (isEmpty(tensors.filter.shape.slice(0, dimensions)))
    call.refuse(`a filter of shape [${tensors.filter.shape}] has no extent`);
  return tensors;
}

function expectChannels(call: KernelCall, { image, filter }: Factors, ofFilter: number): void {
  if (image.shape.at(-1) !== filter.shape[ofFilter])
    call.refuse(
      `x of shape [${image.shape}] and a filter of shape [${filter.shape}] have different numbers of channels`,
    );
}

function windowOf(call: KernelCall, dimensions: number, filter: TensorInfo): Window {
  return {
    sizes: filter.shape.slice(0, dimensions),
    strides: perDimension(call, 'strides', dimensions),
    dilations: perDimension(call, 'dilations', dimensions, 1),
  };
}

function positions(call: KernelCall, image: readonly number[], filter: TensorInfo): readonly number[] {
  const window = windowOf(call, image.length, filter);
  expectReach(call, image, window);
  return windowPositions(call, image, window);
}

/**
 * For an image without pixels or channels, only the bias and the activation remain: see
 * javascript/products/empty_products.ts.
 */
function convolution(dimensions: 2 | 3): Rule {
  return (call) => {
    const { image, filter } = factors(call, 'x', dimensions);
    expectChannels(call, { image, filter }, dimensions);
    const outChannels = filter.shape[dimensions + 1] ?? 0;
    const shape = [image.shape[0] ?? 0, ...positions(call, image.shape.slice(1, -1), filter), outChannels];
    expectFused(call, shape, true);
    if (dimensions === 3 && isEmpty(image.shape)) return { ...gives(shape, 'float32'), fill: 0 };
    return givesEvenOfEmpty(shape, 'float32');
  };
}

const depthwise: Rule = (call) => {
  const { image, filter } = factors(call, 'x', 2);
  expectChannels(call, { image, filter }, 2);
  const [, , channels = 0, multiplier = 0] = filter.shape;
  const spatial = positions(call, image.shape.slice(1, -1), filter);
  const shape = [image.shape[0] ?? 0, ...spatial, channels * multiplier];
  const isOurs = channels === 1 || multiplier === 1;
  expectFused(call, shape, isOurs);
  return givesEvenOfEmpty(shape, 'float32');
};

/** The rule of a transposed convolution: `dy` must be a result of the convolution of an image of `inputShape`. */
function transposed(dimensions: 2 | 3): Rule {
  return (call) => {
    const { image: dy, filter } = factors(call, 'dy', dimensions);
    const shape = call.sizes('inputShape');
    if (shape.length !== dimensions + 2)
      call.refuse(`inputShape [${shape}] does not have ${dimensions + 2} sizes`);
    if (shape.at(-1) !== filter.shape[dimensions])
      call.refuse(`a filter of shape [${filter.shape}] does not give [${shape}]`);
    const outChannels = filter.shape[dimensions + 1] ?? 0;
    const wanted = [shape[0] ?? 0, ...positions(call, shape.slice(1, -1), filter), outChannels];
    if (!isSameShape(dy.shape, wanted))
      call.refuse(`dy of shape [${dy.shape}] does not come from [${shape}], which gives [${wanted}]`);
    return isEmpty(dy.shape) ? { ...gives(shape, 'float32'), fill: 0 } : gives(shape, 'float32');
  };
}

const dilation: Rule = (call) => {
  const x = call.tensor('x');
  const filter = call.tensor('filter');
  call.expectDtype(x, 'x', 'float32');
  call.expectDtype(filter, 'filter', 'float32');
  call.expectRank(x, 'x', 4);
  call.expectRank(filter, 'filter', 3);
  if (isEmpty(filter.shape.slice(0, 2))) call.refuse(`a filter of shape [${filter.shape}] has no extent`);
  if (x.shape[3] !== filter.shape[2])
    call.refuse(
      `x of shape [${x.shape}] and a filter of shape [${filter.shape}] have different numbers of channels`,
    );
  // JavaScript computes it, without a limit of 32 bits.
  const spatial = windowPositions(call, x.shape.slice(1, 3), windowOf(call, 2, filter));
  return gives([x.shape[0] ?? 0, ...spatial, x.shape[3] ?? 0], 'float32');
};

export const CONVOLUTION_RULES: Rules = {
  Conv2D: convolution(2),
  Conv2DBackpropInput: transposed(2),
  Conv3D: convolution(3),
  Conv3DBackpropInputV2: transposed(3),
  DepthwiseConv2dNative: depthwise,
  Dilation2D: dilation,
  FusedConv2D: convolution(2),
  FusedDepthwiseConv2D: depthwise,
};
