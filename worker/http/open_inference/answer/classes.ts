import type { Signature, TensorInfo } from '../../../model/signature.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../../../model/tensor.ts';
import { MOST_STRINGS } from '../../json/tensors/tensor_cells.ts';
import { type Invalid, invalid } from '../outcome.ts';
import type { WantedOutput } from '../request/requested_outputs.ts';
import { fixedDecimals } from './fixed_decimals.ts';

/**
 * Makes the tensors that replace the outputs for which classes are asked, as Triton's extension for classification
 * defines them: for each row the highest values, best first, each a string "value:index", or "value:index:label".
 */
export function classTensors(
  outputs: NamedTensors,
  wanted: readonly WantedOutput[],
  { outputs: infos }: Signature,
): NamedTensors | Invalid {
  const tensors = new Map<string, TensorValue>();
  let left = MOST_STRINGS;
  for (const { name, classes } of wanted) {
    const tensor = outputs.get(name);
    if (classes === undefined || tensor === undefined) continue;
    // A request for such an output is refused before it is computed.
    if (tensor.dtype === 'string' || tensor.dtype === 'bool') continue;
    const { rows, size } = rowsOf(tensor.shape);
    const count = Math.min(classes, size);
    left -= rows * count;
    if (left < 0) return invalid(`output '${name}': an answer may have ${MOST_STRINGS} classes at most`);
    tensors.set(name, classesOf(tensor, count, labelsOf(infos[name], size)));
  }
  return tensors;
}

/** The first of several dimensions is the batch. */
function rowsOf(shape: readonly number[]): { readonly rows: number; readonly size: number } {
  const [batch = 1, ...inner] = shape;
  return shape.length < 2
    ? { rows: 1, size: elementCount(shape) }
    : { rows: batch, size: elementCount(inner) };
}

function labelsOf(info: TensorInfo | undefined, size: number): readonly string[] {
  const labels = info?.classes ?? [];
  return labels.length === size ? labels : [];
}

const ENCODER = new TextEncoder();

function classesOf(
  tensor: Extract<TensorValue, { readonly dtype: 'float32' | 'int32' }>,
  count: number,
  labels: readonly string[],
): TensorValue {
  const { rows, size } = rowsOf(tensor.shape);
  const text = tensor.dtype === 'float32' ? fixedDecimals : String;
  const values: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    const scores = tensor.values.subarray(row * size, (row + 1) * size);
    for (const index of highest(scores, count)) {
      const label = labels[index];
      const named = `${text(scores[index] ?? 0)}:${index}${label === undefined ? '' : `:${label}`}`;
      values.push(ENCODER.encode(named));
    }
  }
  const shape = tensor.shape.length < 2 ? [count] : [rows, count];
  return { dtype: 'string', shape, values };
}

/** Returns the positions of the highest values, best first, and of equal values the first ones first. NaN is the lowest. */
function highest(values: Float32Array | Int32Array, count: number): number[] {
  // Numbers without a comparison function are sorted natively. NaN is behind them.
  const sorted = values.slice().sort();
  let numbers = sorted.length;
  while (numbers > 0 && Number.isNaN(sorted[numbers - 1])) numbers -= 1;
  const least = numbers < count ? undefined : sorted[numbers - count];
  const positions: number[] = [];
  values.forEach((value, index) => {
    if (least === undefined || value >= least) positions.push(index);
  });
  return positions.sort((one, other) => compare(values[one], values[other]) || one - other).slice(0, count);
}

function compare(one = Number.NaN, other = Number.NaN): number {
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other));
  return one > other ? -1 : Number(one < other);
}
