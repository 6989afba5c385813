import { typeValue } from '../../../builder/node_builder.ts';
import { crop, gather, pad, reshape, transpose } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import {
  axesIn,
  constantNumbers,
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { dataTypeOf } from '../../values/element_types.ts';
import { numbersOf, type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse } from '../../values/refusal.ts';
import { onlyElement } from './sizes.ts';

type Widths = readonly (readonly [before: number, after: number])[];

const MODES = ['constant', 'reflect', 'edge', 'wrap'] as const;

/** The widths are an attribute before operator set 11, and an input since; negative ones crop. */
const padOperator: Operator = (call) => {
  const { g, attributes } = call;
  const x = input(call, 0);
  const mode = attributes.choice('mode', MODES, 'constant');
  const old = attributes.integers('pads') ?? attributes.integers('paddings');
  const given = call.inputs[1];
  const numbers = old ?? (given && numbersOf(given));
  const axesInput = call.inputs[3];
  if (numbers === undefined) return padByTensor(call, x, input(call, 1), mode);
  const axes =
    axesInput === undefined ? [...x.shape.keys()] : axesIn(rank(x), constantNumbers(axesInput, 'axes'));
  const widths: Widths = x.shape.map((_, axis) => {
    const index = axes.indexOf(axis);
    return index < 0 ? [0, 0] : [numbers[index] ?? 0, numbers[index + axes.length] ?? 0];
  });
  const outer: Widths = widths.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)]);
  const padded = typed(
    mode === 'constant' ? constantPad(call, x, outer) : repeatedPad(call, x, outer, mode),
    x.type,
  );
  const cut = widths.reduce<SymbolicTensor>(
    (rest, [before, after], axis) => crop(g, rest, axis, [Math.max(-before, 0), Math.max(-after, 0)]),
    padded,
  );
  return typed(cut, x.type);
};

function constantPad(call: OperatorCall, x: OnnxTensor, widths: Widths): SymbolicTensor {
  const { g, attributes, inputs } = call;
  const value = attributes.float('value');
  const given = inputs[2];
  const known = value ?? (given === undefined ? 0 : numbersOf(given)?.[0]);
  if (known !== undefined && x.type !== 'BOOL') return pad(g, x, widths, known);
  if (given === undefined || x.type === 'BOOL') return refuse('puts truth values around a tensor');
  const shape = x.shape.map((size, axis) => {
    const [before, after] = widths[axis] ?? [0, 0];
    return size === null ? null : size + before + after;
  });
  const paddings = g.integers(widths.flat(), [widths.length, 2]);
  return g.node('PadV2', [x, paddings, onlyElement(g, given)], { shape }, { Tpaddings: typeValue('int32') });
}

/** Each row along an axis is one of the tensor's own: mirrored, the outermost, or those of the other end. */
function repeatedPad(
  { g }: OperatorCall,
  x: OnnxTensor,
  widths: Widths,
  mode: 'reflect' | 'edge' | 'wrap',
): SymbolicTensor {
  let result: SymbolicTensor = x;
  for (const [axis, [before, after]] of widths.entries()) {
    if (before === 0 && after === 0) continue;
    const size = knownSize(x, axis, `the size of axis ${axis}`);
    const places = Array.from({ length: before + size + after }, (_, index) =>
      placeOf(index - before, size, mode),
    );
    result = gather(g, result, g.integers(places), axis);
  }
  return result;
}

function placeOf(index: number, size: number, mode: 'reflect' | 'edge' | 'wrap'): number {
  if (mode === 'edge') return Math.max(0, Math.min(size - 1, index));
  if (mode === 'wrap') return ((index % size) + size) % size;
  const period = Math.max(2 * (size - 1), 1);
  const within = ((index % period) + period) % period;
  return size === 1 ? 0 : within < size ? within : period - within;
}

/** Widths that the request decides: [2 * rank] as [rank, 2]. */
function padByTensor(
  call: OperatorCall,
  x: OnnxTensor,
  pads: OnnxTensor,
  mode: (typeof MODES)[number],
): OnnxTensor {
  const { g, inputs } = call;
  if (mode !== 'constant' && mode !== 'reflect')
    refuse(`pads by ${mode} with widths that the request decides`);
  const all = inputs[3] === undefined ? pads : refuse('pads some axes with widths that the request decides');
  const widths = transpose(g, reshape(g, all, [2, rank(x)]), [1, 0]);
  const shape = x.shape.map(() => null);
  const attributes = { Tpaddings: typeValue('int32') };
  if (mode === 'reflect') {
    const mirrored = g.node('MirrorPad', [x, widths], { shape }, { ...attributes, mode: { s: REFLECT } });
    return typed(mirrored, x.type);
  }
  const value = inputs[2] === undefined ? g.scalar(0, dataTypeOf(x.type)) : onlyElement(g, inputs[2]);
  return typed(g.node('PadV2', [x, widths, value], { shape }, attributes), x.type);
}

const REFLECT = Buffer.from('REFLECT').toString('base64');

export const PADDING: OperatorTable = { Pad: padOperator };
