import { add, clip, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { biased, dense, product } from '../../../builder/products.ts';
import { at, type Cell } from '../../../builder/recurrence/cell.ts';
import { moments } from '../../../builder/reductions.ts';
import { concatenate, split, transpose } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { FusedActivation } from '../../file/option_tables.ts';
import { dequantize } from '../../tensors/quantization.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';
import { activate } from '../elementwise/fused_activation.ts';
import { type Gate, gatesOf, type LstmTensors } from './lstm_tensors.ts';

export interface LstmOptions {
  readonly fused_activation_function: FusedActivation;
  /** The largest state of a cell; 0 for any. */
  readonly cell_clip: number;
  /** The same for what is projected. */
  readonly proj_clip: number;
}

/** Lets the variance of a normalization be above zero. Source: NormalizationConstant of TensorFlow Lite. */
const EPSILON = 1e-8;

/** [outputs, inputs] as floats and transposed. */
export const turned = (g: NodeBuilder, matrix: TfliteTensor): SymbolicTensor =>
  transpose(g, dequantize(g, matrix), [1, 0]);

/** The weights of gates beside each other: [inputs, gates * cells]. */
const beside = (g: NodeBuilder, matrices: readonly TfliteTensor[]): SymbolicTensor =>
  concatenate(
    g,
    matrices.map((matrix) => turned(g, matrix)),
    1,
  );

/** @param extra weights of a second input, which is beside the first one, in the order of the gates */
export function floatLstmCell(
  g: NodeBuilder,
  tensors: LstmTensors,
  options: LstmOptions,
  extra: readonly TfliteTensor[] = [],
): Cell {
  const gates = gatesOf(tensors);
  const isNormalized = tensors.forget.norm !== undefined;
  const own = beside(
    g,
    gates.map(({ weights }) => weights),
  );
  const kernel = extra.length === 0 ? own : concatenate(g, [own, beside(g, extra)], 0);
  const bias = isNormalized ? undefined : biasOf(g, gates);
  const constants = new Constants();
  const recurrent = constants.add(
    beside(
      g,
      gates.map((gate) => gate.recurrent),
    ),
  );
  const finish = gates.map((gate) => finisher(g, gate, constants));
  const projection = tensors.projection && constants.add(turned(g, tensors.projection));
  const projectionBias = tensors.projectionBias && constants.add(dequantize(g, tensors.projectionBias));
  const limited = (builder: NodeBuilder, x: SymbolicTensor, limit: number) =>
    limit > 0 ? clip(builder, x, -limit, limit) : x;
  const { fused_activation_function: activation, cell_clip, proj_clip } = options;
  return {
    states: [[tensors.outputs], [tensors.cells]],
    outputSizes: [tensors.outputs],
    project: (builder, x) => dense(builder, x, kernel, bias),
    constants: constants.all,
    step: (builder, x, [h, before], given) => {
      if (h === undefined || before === undefined) throw new Error('an LSTM has two states');
      const sums = add(builder, x, product(builder, h, at(given, recurrent)));
      const parts = split(builder, sums, 1, gates.length);
      const value = (fromEnd: number, state: SymbolicTensor) =>
        at(finish, gates.length - fromEnd)(builder, at(parts, gates.length - fromEnd), state, given);
      const stays = unary(builder, 'Sigmoid', value(3, before));
      const enters =
        gates.length === 4 ? unary(builder, 'Sigmoid', value(4, before)) : subtract(builder, 1, stays);
      const fresh = activate(builder, value(2, before), activation);
      const sum = add(builder, multiply(builder, stays, before), multiply(builder, enters, fresh));
      const next = limited(builder, sum, cell_clip);
      const opens = unary(builder, 'Sigmoid', value(1, next));
      const made = multiply(builder, opens, activate(builder, next, activation));
      if (projection === undefined) return { output: made, states: [made, next] };
      const offset = projectionBias === undefined ? undefined : at(given, projectionBias);
      const projected = biased(builder, product(builder, made, at(given, projection)), offset);
      const result = limited(builder, projected, proj_clip);
      return { output: result, states: [result, next] };
    },
  };
}

function biasOf(g: NodeBuilder, gates: readonly Gate[]): SymbolicTensor | undefined {
  const biases = gates.flatMap(({ bias }) => (bias === undefined ? [] : [dequantize(g, bias)]));
  return biases.length === gates.length ? concatenate(g, biases, 0) : undefined;
}

/** What a cell reads in every step, by its place. */
class Constants {
  readonly all: SymbolicTensor[] = [];

  add(tensor: SymbolicTensor): number {
    return this.all.push(tensor) - 1;
  }
}

type Finish = (
  g: NodeBuilder,
  sums: SymbolicTensor,
  state: SymbolicTensor,
  given: readonly SymbolicTensor[],
) => SymbolicTensor;

/** What is done with the sums of a gate: the peephole, then the normalization, whose bias comes last. */
function finisher(g: NodeBuilder, { peephole, norm, bias }: Gate, constants: Constants): Finish {
  const [hole, coefficients, offset] = [peephole, norm, norm && bias].map(
    (tensor) => tensor && constants.add(dequantize(g, tensor)),
  );
  return (builder, sums, state, given) => {
    const seen = hole === undefined ? sums : add(builder, sums, multiply(builder, state, at(given, hole)));
    if (coefficients === undefined) return seen;
    const { centered, variance } = moments(builder, seen, [1]);
    const normalized = multiply(builder, centered, unary(builder, 'Rsqrt', add(builder, variance, EPSILON)));
    const scaled = multiply(builder, normalized, at(given, coefficients));
    return biased(builder, scaled, offset === undefined ? undefined : at(given, offset));
  };
}
