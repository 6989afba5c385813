import { add, multiply } from '../../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { biased } from '../../../../builder/products.ts';
import { at, type Cell } from '../../../../builder/recurrence/cell.ts';
import { dimension, reshape, split, transpose } from '../../../../builder/shaping.ts';
import { channelsFirst, channelsLast } from '../../../../builder/spatial/channels.ts';
import { convolve } from '../../../../builder/spatial/convolve.ts';
import { type Window, windowed } from '../../../../builder/spatial/windows.ts';
import { rank, type SymbolicTensor, sizeOf, withMask } from '../../../../builder/symbolic_tensor.ts';
import { choice, count, dataFormat, flag, optionalSizes, sizes } from '../../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  onlyInput,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { TRAINED } from './cells.ts';
import { recur, SEQUENCE } from './recurrent.ts';

const convolutional = (dimensions: number): LayerDefinition =>
  defineLayer(
    {
      filters: count,
      kernel_size: sizes(dimensions),
      strides: sizes(dimensions, 1),
      padding: choice(['valid', 'same'], 'valid'),
      data_format: dataFormat,
      dilation_rate: optionalSizes(dimensions),
      use_bias: flag(true),
      ...SEQUENCE,
    },
    (call, config): Built => {
      const input = onlyInput(call);
      if (rank(input) !== dimensions + 3) {
        return `layer ${call.layer.className} of a tensor of ${rank(input)} dimensions`;
      }
      const isFirst = config.data_format === 'channels_first';
      const x = isFirst ? withMask(lastOfSequence(call.g, input), input.mask) : input;
      const window: Window = {
        size: config.kernel_size,
        strides: config.strides,
        dilations: config.dilation_rate ?? config.strides.map(() => 1),
        padding: config.padding,
      };
      const channels = sizeOf(x, -1);
      const space = windowed(x.shape.slice(2, -1), window)?.filter((size) => size !== null);
      if (channels === null || space?.length !== dimensions) return openSize(call);
      const cell = cellOf(call, {
        filters: config.filters,
        channels,
        space,
        window,
        hasBias: config.use_bias,
      });
      const states = call.inputs.slice(1).map((state) => (isFirst ? channelsLast(call.g, state) : state));
      const built = recur({ ...call, inputs: [x, ...states] }, cell, config);
      if (!isFirst || typeof built === 'string') return built;
      const outputs = 'length' in built ? built : [built];
      return outputs.map((output, index) =>
        index === 0 && config.return_sequences
          ? withMask(firstOfSequence(call.g, output), output.mask)
          : channelsFirst(call.g, output),
      );
    },
    { activations: ['activation', 'recurrent_activation'], ignores: [...TRAINED, 'unroll'] },
  );

function lastOfSequence(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return transpose(g, x, [0, 1, ...[...x.shape.keys()].slice(3), 2]);
}

function firstOfSequence(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return transpose(g, x, [0, 1, rank(x) - 1, ...[...x.shape.keys()].slice(2, -1)]);
}

interface Parts {
  readonly filters: number;
  readonly channels: number;
  readonly space: readonly number[];
  readonly window: Window;
  readonly hasBias: boolean;
}

/** As an LSTM's cell, with convolutions in the place of products. */
function cellOf(call: LayerCall, { filters, channels, space, window, hasBias }: Parts): Cell {
  const { activations } = call;
  const weights = call.weights.in('cell', String(call.layer.config.name ?? ''));
  const kernel = weights.get('kernel', [...window.size, channels, 4 * filters]);
  const recurrent = weights.get('recurrent_kernel', [...window.size, filters, 4 * filters]);
  const bias = hasBias ? weights.get('bias', [4 * filters]) : undefined;
  const ones = window.size.map(() => 1);
  const inner: Window = { size: window.size, strides: ones, dilations: ones, padding: 'same' };
  const sizes = [...space, filters];
  const activate = (g: NodeBuilder, x: SymbolicTensor) => activations.activation?.(g, x) ?? x;
  const gate = (g: NodeBuilder, x: SymbolicTensor) => activations.recurrent_activation?.(g, x) ?? x;
  return {
    states: [sizes, sizes],
    outputSizes: sizes,
    project: (g, x) => {
      const [batch, steps] = [dimension(g, x, 0), dimension(g, x, 1)];
      const open = typeof batch === 'number' ? steps : batch;
      const rows = typeof batch === 'number' && typeof steps === 'number' ? batch * steps : open;
      const frames = reshape(g, x, [rows, ...x.shape.slice(2).map((size) => size ?? 1)]);
      const y = biased(g, fitting(convolve(g, frames, kernel, window)), bias);
      return reshape(g, y, [batch, steps, ...space, 4 * filters]);
    },
    constants: [recurrent],
    step: (g, x, states, constants) => {
      const turned = fitting(convolve(g, at(states, 0), at(constants, 0), inner));
      const z = split(g, add(g, x, turned), rank(x) - 1, 4);
      const kept = multiply(g, gate(g, at(z, 1)), at(states, 1));
      const c = add(g, kept, multiply(g, gate(g, at(z, 0)), activate(g, at(z, 2))));
      const h = multiply(g, gate(g, at(z, 3)), activate(g, c));
      return { output: h, states: [h, c] };
    },
  };
}

function fitting(x: SymbolicTensor | undefined): SymbolicTensor {
  if (x === undefined) throw new Error('the window was known to fit');
  return x;
}

export const CONVOLUTIONAL_RECURRENT: Readonly<Record<string, LayerDefinition>> = {
  ConvLSTM1D: convolutional(1),
  ConvLSTM2D: convolutional(2),
  ConvLSTM3D: convolutional(3),
};
