import { add } from '../../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { concatenate, reshape, slice, split, transpose } from '../../../../builder/shaping.ts';
import { rank, type SymbolicTensor, sizeOf } from '../../../../builder/symbolic_tensor.ts';
import { activationNamed } from '../../activation_functions.ts';
import { count, flag } from '../../config_entries.ts';
import { defineLayer, type LayerDefinition, onlyInput } from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import { type GivenWeights, gruCell, lstmCell } from './cells.ts';
import { recur } from './recurrent.ts';

/** Kernels of gates next to each other, each with its elements in the order of the other layer. */
function gatewise(
  g: NodeBuilder,
  kernels: SymbolicTensor,
  gates: number,
  change: (kernel: SymbolicTensor) => SymbolicTensor,
): SymbolicTensor {
  return concatenate(g, split(g, kernels, 1, gates).map(change), 1);
}

const functionNamed = (name: string) => {
  const found = activationNamed(name, { number: () => undefined, value: () => undefined }, 2);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return found;
};
const FUNCTIONS = { activation: functionNamed('tanh'), recurrent_activation: functionNamed('sigmoid') };

/** The layers of Keras 2 for Nvidia's processors keep their matrices as cuDNN takes them, and two biases. */
const cudnn = (kind: 'GRU' | 'LSTM'): LayerDefinition =>
  defineLayer(
    { units: count, return_sequences: flag(false), return_state: flag(false), go_backwards: flag(false) },
    (call, config) => {
      const { g, weights, kerasMajor, layer } = call;
      const x = onlyInput(call);
      const size = sizeOf(x, -1);
      if (rank(x) !== 3) return `layer ${layer.className} of a tensor of ${rank(x)} dimensions`;
      if (size === null) return openSize(call);
      const { units } = config;
      const gates = kind === 'LSTM' ? 4 : 3;
      const stored = weights.get('kernel', [size, gates * units]);
      const kernel = gatewise(g, stored, gates, (each) =>
        transpose(g, reshape(g, each, [units, size]), [1, 0]),
      );
      const storedRecurrent = weights.get('recurrent_kernel', [units, gates * units]);
      const recurrent = gatewise(g, storedRecurrent, gates, (each) => transpose(g, each, [1, 0]));
      const biases = weights.get('bias', [2 * gates * units]);
      const half = (index: number) => slice(g, biases, 0, index * gates * units, gates * units);
      const bias = kind === 'LSTM' ? add(g, half(0), half(1)) : reshape(g, biases, [2, gates * units]);
      const given: GivenWeights = [kernel, recurrent, bias];
      const parts = { g, kerasMajor, weights, inputSize: size, activations: FUNCTIONS, given };
      const configured = { units, use_bias: true, reset_after: true };
      const cell = kind === 'LSTM' ? lstmCell(parts, configured) : gruCell(parts, configured);
      return recur(call, cell, { ...config, zero_output_for_mask: false });
    },
  );

export const CUDNN: Readonly<Record<string, LayerDefinition>> = {
  CuDNNGRU: cudnn('GRU'),
  CuDNNLSTM: cudnn('LSTM'),
};
