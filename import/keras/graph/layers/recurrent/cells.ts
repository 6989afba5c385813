import type { JsonObject } from '../../../../../worker/model/json_object.ts';
import type { ActivationFunction } from '../../../../builder/activations.ts';
import { add, multiply, subtract } from '../../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../../builder/node_builder.ts';
import { dense, product } from '../../../../builder/products.ts';
import { at, type Cell } from '../../../../builder/recurrence/cell.ts';
import { reshape, slice, split } from '../../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../../builder/symbolic_tensor.ts';
import type { KerasObject } from '../../../keras_object.ts';
import { count, flag } from '../../config_entries.ts';
import { configReader } from '../../layer_definition.ts';
import type { LayerWeights } from '../../layer_weights.ts';
import { joinedGates } from '../keras1_weights.ts';

/** Members of a cell that only training uses. */
export const TRAINED = [
  'consume_less',
  'dropout',
  'recurrent_dropout',
  'implementation',
  'unit_forget_bias',
  'use_cudnn',
  'input_dim',
  'input_length',
];

export const UNITS = { units: count, use_bias: flag(true) };
export const RESET = { reset_after: flag(false) };

interface Configured {
  readonly units: number;
  readonly use_bias: boolean;
  readonly reset_after?: boolean;
}

export interface CellParts {
  readonly g: NodeBuilder;
  /** Keras 1 keeps the weights of each gate by themselves. */
  readonly kerasMajor: number;
  readonly weights: LayerWeights;
  /** How many numbers a step has. */
  readonly inputSize: number;
  readonly activations: Readonly<Record<string, ActivationFunction>>;
  /** Weights in the place of those that a cell asks for. */
  readonly given?: GivenWeights;
}

export type GivenWeights = readonly [
  kernel: SymbolicTensor,
  recurrent: SymbolicTensor,
  bias: SymbolicTensor | undefined,
];

const same: ActivationFunction = (_, x) => x;

function functions({
  activations,
}: CellParts): readonly [own: ActivationFunction, gates: ActivationFunction] {
  return [activations.activation ?? same, activations.recurrent_activation ?? same];
}

/** h = f(x K + h U + b) */
export function simpleCell(parts: CellParts, { units, use_bias: hasBias }: Configured): Cell {
  const { weights, inputSize } = parts;
  const [activate] = functions(parts);
  const kernel = weights.get('kernel', [inputSize, units]);
  const recurrent = weights.get('recurrent_kernel', [units, units]);
  const bias = hasBias ? weights.get('bias', [units]) : undefined;
  return {
    states: [[units]],
    outputSizes: [units],
    project: (g, x) => dense(g, x, kernel, bias),
    constants: [recurrent],
    step: (g, x, states, constants) => {
      const h = activate(g, add(g, x, product(g, at(states, 0), at(constants, 0))));
      return { output: h, states: [h] };
    },
  };
}

/** Gates in the order input, forget, cell, output. */
export function lstmCell(parts: CellParts, { units, use_bias: hasBias }: Configured): Cell {
  const { weights, inputSize } = parts;
  const [activate, gate] = functions(parts);
  const gates = { stored: ['i', 'c', 'f', 'o'], order: ['i', 'f', 'c', 'o'] };
  const [kernel, recurrent, bias] =
    parts.given ??
    (parts.kerasMajor === 1
      ? joinedGates(parts.g, weights, gates, [inputSize, units])
      : [
          weights.get('kernel', [inputSize, 4 * units]),
          weights.get('recurrent_kernel', [units, 4 * units]),
          hasBias ? weights.get('bias', [4 * units]) : undefined,
        ]);
  return {
    states: [[units], [units]],
    outputSizes: [units],
    project: (g, x) => dense(g, x, kernel, bias),
    constants: [recurrent],
    step: (g, x, states, constants) => {
      const z = split(g, add(g, x, product(g, at(states, 0), at(constants, 0))), 1, 4);
      const kept = multiply(g, gate(g, at(z, 1)), at(states, 1));
      const c = add(g, kept, multiply(g, gate(g, at(z, 0)), activate(g, at(z, 2))));
      const h = multiply(g, gate(g, at(z, 3)), activate(g, c));
      return { output: h, states: [h, c] };
    },
  };
}

/** Gates in the order update, reset, new. The reset comes before the product with the state, or after it. */
export function gruCell(parts: CellParts, config: Configured): Cell {
  const { g: graph, weights, inputSize } = parts;
  const { units, use_bias: hasBias, reset_after: isAfter = false } = config;
  const [activate, gate] = functions(parts);
  const stored = { stored: ['z', 'r', 'h'], order: ['z', 'r', 'h'] };
  const [kernel, recurrent, bias] =
    parts.given ??
    (parts.kerasMajor === 1
      ? joinedGates(graph, weights, stored, [inputSize, units])
      : [
          weights.get('kernel', [inputSize, 3 * units]),
          weights.get('recurrent_kernel', [units, 3 * units]),
          hasBias ? weights.get('bias', isAfter ? [2, 3 * units] : [3 * units]) : undefined,
        ]);
  const row = (index: number) =>
    bias && (isAfter ? reshape(graph, slice(graph, bias, 0, index, 1), [3 * units]) : bias);
  const inputBias = row(0);
  const recurrentBias = isAfter ? row(1) : undefined;
  const gates = (g: NodeBuilder, x: Cell['constants'][number]) => split(g, x, 1, 3);
  const mixed = (
    g: NodeBuilder,
    z: Cell['constants'][number],
    h: Cell['constants'][number],
    fresh: Cell['constants'][number],
  ) => {
    const next = add(g, multiply(g, z, h), multiply(g, subtract(g, 1, z), fresh));
    return { output: next, states: [next] };
  };
  const shape = { states: [[units]], outputSizes: [units] };
  if (isAfter) {
    return {
      ...shape,
      project: (g, x) => dense(g, x, kernel, inputBias),
      constants: recurrentBias === undefined ? [recurrent] : [recurrent, recurrentBias],
      step: (g, x, states, [matrix = recurrent, offset]) => {
        const h = at(states, 0);
        const turned = product(g, h, matrix);
        const [xs, hs] = [gates(g, x), gates(g, offset === undefined ? turned : add(g, turned, offset))];
        const z = gate(g, add(g, at(xs, 0), at(hs, 0)));
        const r = gate(g, add(g, at(xs, 1), at(hs, 1)));
        return mixed(g, z, h, activate(g, add(g, at(xs, 2), multiply(g, r, at(hs, 2)))));
      },
    };
  }
  return {
    ...shape,
    project: (g, x) => dense(g, x, kernel, inputBias),
    constants: [slice(graph, recurrent, 1, 0, 2 * units), slice(graph, recurrent, 1, 2 * units, units)],
    step: (g, x, states, constants) => {
      const h = at(states, 0);
      const xs = gates(g, x);
      const hs = split(g, product(g, h, at(constants, 0)), 1, 2);
      const z = gate(g, add(g, at(xs, 0), at(hs, 0)));
      const r = gate(g, add(g, at(xs, 1), at(hs, 1)));
      const fresh = activate(g, add(g, at(xs, 2), product(g, multiply(g, r, h), at(constants, 1))));
      return mixed(g, z, h, fresh);
    },
  };
}

type MakeCell = (parts: CellParts, config: Configured) => Cell;

const READERS: Readonly<Record<string, readonly [read: ReturnType<typeof plainReader>, make: MakeCell]>> = {
  GRUCell: [plainReader(['activation', 'recurrent_activation']), gruCell],
  LSTMCell: [plainReader(['activation', 'recurrent_activation']), lstmCell],
  SimpleRNNCell: [plainReader(['activation']), simpleCell],
};

function plainReader(activations: readonly string[]) {
  return configReader({ ...UNITS, ...RESET }, { activations, ignores: TRAINED });
}

/** A cell that stands in a configuration by itself. */
export function configuredCell(
  layer: KerasObject,
  config: JsonObject,
  kerasMajor: number,
  parts: Omit<CellParts, 'activations' | 'kerasMajor'>,
): Cell | string {
  const known = READERS[layer.className];
  if (known === undefined) return `cell ${layer.className}, which is not known`;
  const [read, make] = known;
  const configured = read(layer, config, kerasMajor);
  if (typeof configured === 'string') return configured;
  return make({ ...parts, kerasMajor, activations: configured.activations }, configured.config);
}

/** Cells one on top of the other. */
export function stackedCells(cells: readonly Cell[]): Cell {
  const [first] = cells;
  const last = cells.at(-1);
  if (first === undefined || last === undefined) throw new Error('there is no cell');
  return {
    states: cells.flatMap(({ states }) => states),
    outputSizes: last.outputSizes,
    project: (g, x) => first.project(g, x),
    constants: cells.flatMap(({ constants }) => constants),
    step: (g, x, states, constants) => {
      let [fromState, fromConstant] = [0, 0];
      let output = x;
      const next: (typeof states)[number][] = [];
      for (const [index, cell] of cells.entries()) {
        const own = states.slice(fromState, fromState + cell.states.length);
        const weights = constants.slice(fromConstant, fromConstant + cell.constants.length);
        const step = cell.step(g, index === 0 ? output : cell.project(g, output), own, weights);
        output = step.output;
        next.push(...step.states);
        fromState += cell.states.length;
        fromConstant += cell.constants.length;
      }
      return { output, states: next };
    },
  };
}
