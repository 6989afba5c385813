import type { ActivationFunction } from '../../../builder/activations.ts';
import { add, clip, multiply, subtract } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { dense, product } from '../../../builder/products.ts';
import { at, type Cell } from '../../../builder/recurrence/cell.ts';
import { slice, split, transpose } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';

/** The weights of one direction. */
interface Direction {
  /** [gates * hidden, input] */
  readonly weights: SymbolicTensor;
  /** [gates * hidden, hidden] */
  readonly recurrent: SymbolicTensor;
  /** Those of the input before those of the state: [2 * gates * hidden] */
  readonly bias: SymbolicTensor | undefined;
  /** [3 * hidden] */
  readonly peepholes: SymbolicTensor | undefined;
  readonly hidden: number;
  readonly activations: readonly ActivationFunction[];
  /** Bounds what the activations of gates and of what enters the state are given. */
  readonly limit: number | undefined;
}

interface CellOptions {
  readonly coupled?: boolean;
  readonly linearBeforeReset?: boolean;
}

export type MakeCell = (g: NodeBuilder, direction: Direction, options: CellOptions) => Cell;

const turned = (g: NodeBuilder, matrix: SymbolicTensor) => transpose(g, matrix, [1, 0]);

function activated({ activations, limit }: Direction, index: number): ActivationFunction {
  const activation = at(activations, index);
  return limit === undefined ? activation : (g, x) => activation(g, clip(g, x, -limit, limit));
}

/** The biases of the input and of the state, and their sum. */
function biases(g: NodeBuilder, { bias, hidden }: Direction, gates: number) {
  if (bias === undefined) return undefined;
  const own = slice(g, bias, 0, 0, gates * hidden);
  const states = slice(g, bias, 0, gates * hidden, gates * hidden);
  return { own, states, sum: add(g, own, states) };
}

/** h = f(x W + h R + b) */
export const simpleCell: MakeCell = (g, direction) => {
  const { weights, recurrent, hidden } = direction;
  const kernel = turned(g, weights);
  const sum = biases(g, direction, 1)?.sum;
  const f = activated(direction, 0);
  return {
    states: [[hidden]],
    outputSizes: [hidden],
    project: (builder, x) => dense(builder, x, kernel, sum),
    constants: [turned(g, recurrent)],
    step: (builder, x, states, constants) => {
      const h = f(builder, add(builder, x, product(builder, at(states, 0), at(constants, 0))));
      return { output: h, states: [h] };
    },
  };
};

/** Gates in the order input, output, forget, cell. */
export const lstmCell: MakeCell = (g, direction, { coupled = false }) => {
  const { weights, recurrent, hidden, peepholes } = direction;
  const kernel = turned(g, weights);
  const sum = biases(g, direction, 4)?.sum;
  // As in other engines, the state itself is not bounded.
  const unbounded = { ...direction, limit: undefined };
  const [gate, cell, output] = [activated(direction, 0), activated(direction, 1), activated(unbounded, 2)];
  const holes = peepholes === undefined ? [] : split(g, peepholes, 0, 3);
  return {
    states: [[hidden], [hidden]],
    outputSizes: [hidden],
    project: (builder, x) => dense(builder, x, kernel, sum),
    constants: [turned(g, recurrent), ...holes],
    step: (builder, x, states, constants) => {
      const before = at(states, 1);
      const gates = split(builder, add(builder, x, product(builder, at(states, 0), at(constants, 0))), 1, 4);
      // A peephole lets a gate see the cell.
      const seeing = (index: number, state: SymbolicTensor, hole: number) => {
        const weight = constants[hole];
        return weight === undefined
          ? at(gates, index)
          : add(builder, at(gates, index), multiply(builder, state, weight));
      };
      const enters = gate(builder, seeing(0, before, 1));
      const stays = coupled ? subtract(builder, 1, enters) : gate(builder, seeing(2, before, 3));
      const fresh = cell(builder, at(gates, 3));
      const next = add(builder, multiply(builder, stays, before), multiply(builder, enters, fresh));
      const h = multiply(builder, gate(builder, seeing(1, next, 2)), output(builder, next));
      return { output: h, states: [h, next] };
    },
  };
};

/** Gates in the order update, reset, hidden. The reset comes after the product with the state, or before it. */
export const gruCell: MakeCell = (g, direction, { linearBeforeReset = false }) => {
  const { weights, recurrent, hidden } = direction;
  const kernel = turned(g, weights);
  const matrix = turned(g, recurrent);
  const both = biases(g, direction, 3);
  const [gate, fresh] = [activated(direction, 0), activated(direction, 1)];
  const mixed = (builder: NodeBuilder, z: SymbolicTensor, h: SymbolicTensor, made: SymbolicTensor) => {
    const next = add(builder, multiply(builder, subtract(builder, 1, z), made), multiply(builder, z, h));
    return { output: next, states: [next] };
  };
  const shape = { states: [[hidden]], outputSizes: [hidden] };
  if (linearBeforeReset) {
    return {
      ...shape,
      project: (builder, x) => dense(builder, x, kernel, both?.own),
      constants: both === undefined ? [matrix] : [matrix, both.states],
      step: (builder, x, states, constants) => {
        const h = at(states, 0);
        const turnedState = product(builder, h, at(constants, 0));
        const offset = constants[1];
        const hs = split(
          builder,
          offset === undefined ? turnedState : add(builder, turnedState, offset),
          1,
          3,
        );
        const xs = split(builder, x, 1, 3);
        const z = gate(builder, add(builder, at(xs, 0), at(hs, 0)));
        const r = gate(builder, add(builder, at(xs, 1), at(hs, 1)));
        return mixed(builder, z, h, fresh(builder, add(builder, at(xs, 2), multiply(builder, r, at(hs, 2)))));
      },
    };
  }
  return {
    ...shape,
    project: (builder, x) => dense(builder, x, kernel, both?.sum),
    constants: [slice(g, matrix, 1, 0, 2 * hidden), slice(g, matrix, 1, 2 * hidden, hidden)],
    step: (builder, x, states, constants) => {
      const h = at(states, 0);
      const xs = split(builder, x, 1, 3);
      const hs = split(builder, product(builder, h, at(constants, 0)), 1, 2);
      const z = gate(builder, add(builder, at(xs, 0), at(hs, 0)));
      const r = gate(builder, add(builder, at(xs, 1), at(hs, 1)));
      const inner = product(builder, multiply(builder, r, h), at(constants, 1));
      return mixed(builder, z, h, fresh(builder, add(builder, at(xs, 2), inner)));
    },
  };
};
