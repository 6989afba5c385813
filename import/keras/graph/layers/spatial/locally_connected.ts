import * as v from 'valibot';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { batchProduct, biased } from '../../../../builder/products.ts';
import { concatenate, dimension, reshape, transpose } from '../../../../builder/shaping.ts';
import { windowed } from '../../../../builder/spatial/windows.ts';
import { stridedSlice } from '../../../../builder/strided_slice.ts';
import { type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, flag, sizes } from '../../config_entries.ts';
import { type Built, defineLayer, type LayerCall, type LayerDefinition } from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { spatial } from './spatial.ts';

/** A convolution whose kernel is another at every place. */
const locallyConnected = (dimensions: number): LayerDefinition =>
  defineLayer(
    {
      filters: count,
      kernel_size: sizes(dimensions),
      strides: sizes(dimensions, 1),
      padding: choice(['valid'], 'valid'),
      data_format: choice(['channels_last'], 'channels_last'),
      use_bias: flag(true),
      implementation: v.optional(v.literal(1, 'keeps its weights in another form'), 1),
    },
    (call, { filters, kernel_size: size, strides, use_bias: hasBias }) => {
      const built = spatial(call, dimensions, 'channels_last', (_, x): Built => {
        const { g, weights } = call;
        const channels = sizeOf(x, -1);
        const window = { size, strides, dilations: size.map(() => 1), padding: 'valid' } as const;
        const space = windowed(x.shape.slice(1, -1), window)?.filter((each) => each !== null);
        if (channels === null || space?.length !== dimensions) return openSize(call);
        const places = product(space);
        if (product(size) > MOST_OFFSETS)
          return `layer ${call.layer.className} with a window that is too large`;
        const inputs = product(size) * channels;
        const kernel = weights.get('kernel', [places, inputs, filters]);
        const bias = hasBias ? weights.get('bias', [...space, filters]) : undefined;
        const batch = dimension(g, x, 0);
        const patches = reshape(g, takenApart(call, x, size, strides, space), [batch, places, inputs]);
        const each = batchProduct(g, transpose(g, patches, [1, 0, 2]), kernel);
        return biased(g, reshape(g, transpose(g, each, [1, 0, 2]), [batch, ...space, filters]), bias);
      });
      if (typeof built === 'string' || 'length' in built) return built;
      return call.activations.activation?.(call.g, built) ?? built;
    },
    { activations: ['activation'] },
  );

/** Each place in the window is a node of its own. */
const MOST_OFFSETS = 1024;

const product = (sizes: readonly number[]): number => sizes.reduce((all, each) => all * each, 1);

/** What the window sees at each place, [batch, ...space, window * channels]. */
function takenApart(
  { g }: LayerCall,
  x: SymbolicTensor,
  size: readonly number[],
  strides: readonly number[],
  space: readonly number[],
): SymbolicTensor {
  const offsets = size.reduce<number[][]>(
    (all, length) => all.flatMap((offset) => Array.from({ length }, (_, index) => [...offset, index])),
    [[]],
  );
  const seen = offsets.map((offset) => strided(g, x, offset, strides, space));
  return concatenate(g, seen, size.length + 1);
}

function strided(
  g: NodeBuilder,
  x: SymbolicTensor,
  offset: readonly number[],
  strides: readonly number[],
  space: readonly number[],
): SymbolicTensor {
  const end = offset.map((start, index) => start + ((space[index] ?? 1) - 1) * (strides[index] ?? 1) + 1);
  // The batch and the channels are taken whole.
  const whole = 1 | (1 << (offset.length + 1));
  const ranges = { begin: [0, ...offset, 0], end: [0, ...end, 0], steps: [1, ...strides, 1] };
  const shape = [sizeOf(x, 0), ...space, sizeOf(x, -1)];
  return stridedSlice(g, x, ranges, shape, { begin: whole, end: whole });
}

export const LOCALLY_CONNECTED: Readonly<Record<string, LayerDefinition>> = {
  LocallyConnected1D: locallyConnected(1),
  LocallyConnected2D: locallyConnected(2),
};
