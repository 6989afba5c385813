import { add, clip, divide, maximum, multiply, subtract, unary } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import { dense, product } from '../../../builder/products.ts';
import { centered, quantized } from '../../../builder/quantized.ts';
import { at, type Cell } from '../../../builder/recurrence/cell.ts';
import { moments } from '../../../builder/reductions.ts';
import { concatenate, split } from '../../../builder/shaping.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { arranged } from '../../tensors/arranged.ts';
import { oneScale } from '../../tensors/quantization.ts';
import type { TensorDescription, TfliteTensor } from '../../tensors/tflite_tensor.ts';
import type { LstmOptions } from './float_lstm.ts';
import { type Gate, gatesOf, type LstmTensors } from './lstm_tensors.ts';

/** The integers of sixteen bits, with which cells and gates are computed. */
const WORD = { zero: 0, range: [-32768, 32767] } as const;
const BYTE = [-128, 127] as const;
/** What a gate stands for before its activation and after it. */
const [BEFORE, AFTER] = [2 ** -12, 2 ** -15];
/** The bits of the fraction with which a layer normalization is computed. */
const NORM = 2 ** 10;

interface Quantization {
  readonly input: TfliteTensor;
  /** What an output is in the next step. */
  readonly outputState: TfliteTensor;
  readonly cellState: TfliteTensor;
  /** Of the gates in the order input, forget, cell and output, and of what a cell gives before it is projected. */
  readonly intermediates: readonly TensorDescription[];
}

/**
 * An LSTM of integers: eight bits for weights and what goes in and out, sixteen for cells and gates. All that is computed is
 * rounded as TensorFlow Lite's kernel does (lstm_eval.cc, LstmStepInteger8x8_16), and the scales are made as there
 * (lstm.cc, PopulateQuantizedLstmParams8x8_16). Zeros are added to what a cell gives, as the kernel does since pull request 56493.
 */
export function integerLstmCell(
  g: NodeBuilder,
  tensors: LstmTensors,
  options: LstmOptions,
  { input, outputState, cellState, intermediates }: Quantization,
): Cell {
  if (intermediates.length !== 5)
    return refuse(`has ${intermediates.length} intermediate tensors, of which 5 are read`);
  if (options.fused_activation_function !== 'TANH')
    refuse(`has the activation ${options.fused_activation_function} of quantized numbers`);
  const hidden = oneScale(intermediates[4] ?? refuseMalformed('lacks an intermediate tensor'));
  const [from, state, cell] = [oneScale(input), oneScale(outputState), oneScale(cellState)];
  const gates = gatesOf(tensors);
  const scaleOf = (index: number): number => {
    if (tensors.forget.norm === undefined) return BEFORE;
    return oneScale(intermediates[index] ?? refuseMalformed('lacks an intermediate tensor')).scale;
  };
  const gateScales = gates.map((_, index) => scaleOf(index + 4 - gates.length));
  const effective = (matrix: (gate: Gate) => TfliteTensor, scale: number) =>
    g.floats(
      gates.flatMap((gate, index) => {
        const own = (oneScale(matrix(gate)).scale * scale) / at(gateScales, index);
        return Array.from({ length: tensors.cells }, () => own);
      }),
    );
  const matrices = (matrix: (gate: Gate) => TfliteTensor) =>
    concatenate(
      g,
      gates.map((gate) => arranged(g, matrix(gate), { order: [1, 0] })),
      1,
    );
  const kernel = matrices(({ weights }) => weights);
  const inputScales = effective(({ weights }) => weights, from.scale);
  const bias = tensors.forget.norm === undefined ? biasesOf(g, gates) : undefined;
  const constants: SymbolicTensor[] = [];
  const keep = (tensor: SymbolicTensor): number => constants.push(tensor) - 1;
  const recurrent = keep(matrices((gate) => gate.recurrent));
  const recurrentScales = keep(effective((gate) => gate.recurrent, state.scale));
  const finish = gates.map((gate, index) => finisher(g, gate, keep, cell.scale, at(gateScales, index)));
  const projection = tensors.projection && projector(g, tensors, hidden, state, options, keep);
  const clipped = (builder: NodeBuilder, x: SymbolicTensor) => {
    if (options.cell_clip <= 0) return x;
    const limit = Math.min(Math.trunc(options.cell_clip / cell.scale), 32767);
    return clip(builder, x, -limit, limit);
  };
  return {
    states: [[tensors.outputs], [tensors.cells]],
    outputSizes: [tensors.outputs],
    project: (builder, x) =>
      quantized(builder, dense(builder, centered(builder, x, from.zero), kernel, bias), inputScales, WORD),
    constants,
    step: (builder, x, [h, before], given) => {
      if (h === undefined || before === undefined) throw new Error('an LSTM has two states');
      const sums = product(builder, centered(builder, h, state.zero), at(given, recurrent));
      const ofState = unary(builder, 'Round', multiply(builder, sums, at(given, recurrentScales)));
      const parts = split(builder, within(builder, add(builder, x, ofState)), 1, gates.length);
      const value = (fromEnd: number, current: SymbolicTensor) =>
        at(finish, gates.length - fromEnd)(builder, at(parts, gates.length - fromEnd), current, given);
      const stays = activated(builder, 'Sigmoid', value(3, before), BEFORE);
      const enters =
        gates.length === 4
          ? activated(builder, 'Sigmoid', value(4, before), BEFORE)
          : subtract(builder, 32767, stays);
      const fresh = activated(builder, 'Tanh', value(2, before), BEFORE);
      const kept = unary(builder, 'Round', multiply(builder, multiply(builder, stays, before), AFTER));
      const entering = multiply(builder, multiply(builder, enters, fresh), AFTER ** 2 / cell.scale);
      const sum = within(builder, add(builder, kept, within(builder, unary(builder, 'Round', entering))));
      const next = clipped(builder, sum);
      const opens = activated(builder, 'Sigmoid', value(1, next), BEFORE);
      const shown = multiply(builder, opens, activated(builder, 'Tanh', next, cell.scale));
      const made = quantized(builder, shown, AFTER ** 2 / hidden.scale, { zero: hidden.zero, range: BYTE });
      const result = projection === undefined ? made : projection(builder, made, given);
      return { output: result, states: [result, next] };
    },
  };
}

const within = (g: NodeBuilder, x: SymbolicTensor): SymbolicTensor => clip(g, x, ...WORD.range);

/** A function of what integers stand for, as integers. */
function activated(g: NodeBuilder, op: 'Sigmoid' | 'Tanh', x: SymbolicTensor, scale: number): SymbolicTensor {
  return quantized(g, unary(g, op, multiply(g, x, scale)), 1 / AFTER, WORD);
}

function biasesOf(g: NodeBuilder, gates: readonly Gate[]): SymbolicTensor | undefined {
  const biases = gates.flatMap(({ bias }) => (bias === undefined ? [] : [arranged(g, bias)]));
  return biases.length === gates.length ? concatenate(g, biases, 0) : undefined;
}

type Keep = (tensor: SymbolicTensor) => number;

type Finish = (
  g: NodeBuilder,
  sums: SymbolicTensor,
  cell: SymbolicTensor,
  given: readonly SymbolicTensor[],
) => SymbolicTensor;

/** What is done with the sums of a gate: the peephole, then the normalization. */
function finisher(
  g: NodeBuilder,
  { peephole, norm, bias }: Gate,
  keep: Keep,
  cellScale: number,
  gateScale: number,
): Finish {
  const [hole, coefficients, offset] = [peephole, norm, norm && bias].map(
    (tensor) => tensor && keep(arranged(g, tensor)),
  );
  const holeScale = peephole === undefined ? 1 : (oneScale(peephole).scale * cellScale) / gateScale;
  const normScale = norm === undefined ? 1 : oneScale(norm).scale;
  const least = Math.max(1, Math.trunc(10000 * normScale));
  return (builder, sums, cell, given) => {
    const seen =
      hole === undefined
        ? sums
        : within(
            builder,
            add(
              builder,
              sums,
              unary(builder, 'Round', multiply(builder, multiply(builder, cell, at(given, hole)), holeScale)),
            ),
          );
    if (coefficients === undefined) return seen;
    const { centered: rest, variance } = moments(builder, seen, [1]);
    const deviation = unary(builder, 'Sqrt', maximum(builder, variance, least));
    const normal = unary(builder, 'Round', multiply(builder, divide(builder, rest, deviation), NORM));
    const scaled = multiply(builder, normal, at(given, coefficients));
    const moved = offset === undefined ? scaled : add(builder, scaled, at(given, offset));
    return quantized(builder, moved, normScale / NORM / BEFORE, WORD);
  };
}

type Project = (g: NodeBuilder, made: SymbolicTensor, given: readonly SymbolicTensor[]) => SymbolicTensor;

interface OneScale {
  readonly scale: number;
  readonly zero: number;
}

/** Fewer outputs than there are cells. */
function projector(
  g: NodeBuilder,
  { projection, projectionBias }: LstmTensors,
  hidden: OneScale,
  state: OneScale,
  { proj_clip }: LstmOptions,
  keep: Keep,
): Project | undefined {
  if (projection === undefined) return undefined;
  const matrix = keep(arranged(g, projection, { order: [1, 0] }));
  const bias = projectionBias && keep(arranged(g, projectionBias));
  const scale = (oneScale(projection).scale * hidden.scale) / state.scale;
  const limit = proj_clip > 0 ? Math.min(Math.trunc(proj_clip / state.scale), 127) : 128;
  return (builder, made, given) => {
    const sums = product(builder, centered(builder, made, hidden.zero), at(given, matrix));
    const all = bias === undefined ? sums : add(builder, sums, at(given, bias));
    const codes = quantized(builder, all, scale, { zero: state.zero, range: BYTE });
    return limit < 128 ? clip(builder, codes, -limit, limit) : codes;
  };
}
