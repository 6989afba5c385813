import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Output, type Rule, type Rules } from '../../rule.ts';
import { expectChannelsLast, expectReach, perDimension, type Window, windowPositions } from './windows.ts';

function pooled(call: KernelCall, dimensions: 2 | 3): Output {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  call.expectRank(x, 'x', dimensions + 2);
  expectChannelsLast(call);
  const pad = call.attribute('pad');
  // With an explicit padding, a window could be entirely in the padding, where neither a maximum nor a mean exists.
  if (pad !== 'same' && pad !== 'valid' && pad !== 0)
    call.refuse(`a padding of ${String(pad)} is not computed`);
  const image = x.shape.slice(1, -1);
  const window: Window = {
    sizes: perDimension(call, 'filterSize', dimensions),
    strides: perDimension(call, 'strides', dimensions),
    dilations: Array.from({ length: dimensions }, () => 1),
  };
  expectReach(call, image, window);
  const positions = windowPositions(call, image, window);
  return { shape: [x.shape[0] ?? 0, ...positions, x.shape.at(-1) ?? 0], dtype: 'float32' };
}

function pooling(dimensions: 2 | 3): Rule {
  return (call) => {
    const { shape, dtype } = pooled(call, dimensions);
    return gives(shape, dtype);
  };
}

const withPositions: Rule = (call) => {
  const output = pooled(call, 2);
  return { outputs: [output, { ...output, dtype: 'int32' }] };
};

/** The rule of the normalization over neighboring channels. */
const localResponse: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32');
  call.expectRank(x, 'x', 4);
  const depthRadius = call.integer('depthRadius');
  if (depthRadius < 0) call.refuse('depthRadius is negative');
  for (const name of ['bias', 'alpha', 'beta']) call.number(name);
  // No channel is farther away, and the kernel would iterate over the whole radius.
  const attributes = { depthRadius: Math.min(depthRadius, x.shape[3] ?? 0) };
  return { ...gives(x.shape, 'float32'), attributes };
};

export const POOLING_RULES: Rules = {
  AvgPool: pooling(2),
  AvgPool3D: pooling(3),
  LRN: localResponse,
  MaxPool: pooling(2),
  MaxPool3D: pooling(3),
  MaxPoolWithArgmax: withPositions,
};
