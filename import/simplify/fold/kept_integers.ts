import { BYTES_PER_ELEMENT } from '../../../worker/model/dtype.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import { float32Values } from '../../graph/float32_values.ts';
import type { GraphNode, Weight } from '../../graph/graph.ts';
import { type Evaluated, evaluateNode } from './evaluate.ts';

type QuantizedForm = NonNullable<Weight['quantized']>;

/** They move elements of their first input. */
const MOVING: ReadonlySet<string> = new Set([
  'ExpandDims',
  'Reshape',
  'Slice',
  'Squeeze',
  'StridedSlice',
  'Transpose',
]);

/** True for a constant of integers that its file stores in fewer bits. */
function isOfIntegers({ quantized }: Weight): boolean {
  const { quantization } = quantized ?? {};
  if (quantization === undefined || !('min' in quantization)) return false;
  return quantization.scale === 1 && Number.isInteger(quantization.min);
}

/** True for a node that makes the floats for which integers stand: their zeros and scales have no narrower form. */
export function becomesFloats({ op }: GraphNode, input: Weight): boolean {
  return isOfIntegers(input) && (input.dtype === 'int32' || op === 'Mul' || op === 'Sub');
}

/**
 * Computes a node whose first input is a quantized constant so that the result is stored in as many bits: one that moves
 * elements, that makes floats of integers, or that adds an integer to all of them.
 *
 * @returns undefined for other nodes
 */
export async function keepQuantized(node: GraphNode, inputs: readonly Weight[]): Promise<Weight | undefined> {
  const [source, ...others] = inputs;
  const form = source?.quantized;
  if (source === undefined || form === undefined) return undefined;
  if (others.some(({ quantized }) => quantized !== undefined)) return undefined;
  if (MOVING.has(node.op)) return moved(node, source, form, others);
  if (!isOfIntegers(source)) return undefined;
  if (node.op === 'Cast') return node.attr.DstT?.type === 'DT_FLOAT' ? asFloats(source) : undefined;
  const [other] = others;
  const sign = node.op === 'Sub' ? -1 : node.op === 'Add' || node.op === 'AddV2' ? 1 : undefined;
  return other && sign && shifted(source, form, other, sign);
}

/** The elements in other places, which is the same for the numbers that are stored for them. */
async function moved(
  node: GraphNode,
  source: Weight,
  form: QuantizedForm,
  others: readonly Weight[],
): Promise<Weight | undefined> {
  const width = BYTES_PER_ELEMENT[form.quantization.dtype];
  const levels: Weight = { ...source, dtype: 'int32', read: async () => widened(await form.read(), width) };
  const result = await evaluateNode(node, [levels, ...others]);
  if (result === undefined) return undefined;
  const { shape } = result;
  const evaluated = async (first: Weight): Promise<Uint8Array> => {
    const again = await evaluateNode(node, [first, ...others]);
    if (again === undefined) throw new Error(`"${node.name}" could be computed before and cannot be now`);
    return again.bytes;
  };
  return {
    dtype: source.dtype,
    shape,
    byteLength: elementCount(shape) * 4,
    read: () => evaluated(source),
    quantized: {
      quantization: form.quantization,
      byteLength: elementCount(shape) * width,
      read: async () => narrowed(await evaluated(levels), width),
    },
  };
}

/** Stored numbers of one or two bytes as integers of four. */
function widened(bytes: Uint8Array, width: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const integers = Int32Array.from({ length: bytes.length / width }, (_, index) =>
    width === 1 ? view.getUint8(index) : view.getUint16(2 * index, true),
  );
  return new Uint8Array(integers.buffer);
}

function narrowed(bytes: Uint8Array, width: number): Uint8Array {
  const integers = integersOf(bytes);
  return width === 1 ? Uint8Array.from(integers) : new Uint8Array(Uint16Array.from(integers).buffer);
}

/** A copy lies where integers of 32 bits may begin. */
function integersOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(bytes).buffer);
}

function asFloats(source: Weight): Weight {
  if (source.dtype === 'float32') return source;
  return {
    ...source,
    dtype: 'float32',
    read: async () => new Uint8Array(Float32Array.from(integersOf(await source.read())).buffer),
  };
}

/** The least integers of bytes. */
const LEAST = [-128, 0] as const;
const BYTES = 256;

/**
 * The narrower form of a matrix or a filter that was rounded to integers of a byte, as tools leave it that simulate
 * quantization. The last step of that is the upper bound.
 */
export function narrowForm(
  { op }: GraphNode,
  { dtype, shape, bytes }: Evaluated,
  read: Weight['read'],
): Pick<Weight, 'quantized'> {
  if (op !== 'Minimum' || dtype !== 'float32' || shape.length < 2) return {};
  const values = float32Values(bytes);
  const min = LEAST.find((least) =>
    values.every((value) => Number.isInteger(value) && value >= least && value < least + BYTES),
  );
  if (min === undefined) return {};
  return {
    quantized: {
      quantization: { dtype: 'uint8', scale: 1, min },
      byteLength: values.length,
      read: async () => Uint8Array.from(float32Values(await read()), (value) => value - min),
    },
  };
}

async function shifted(
  source: Weight,
  form: QuantizedForm,
  other: Weight,
  sign: 1 | -1,
): Promise<Weight | undefined> {
  const { quantization } = form;
  const isOne = elementCount(other.shape) === 1 && other.shape.length <= source.shape.length;
  if (!isOne || source.dtype !== 'float32' || other.dtype !== 'float32' || !('min' in quantization))
    return undefined;
  const by = sign * (float32Values(await other.read())[0] ?? 0);
  if (!Number.isInteger(by)) return undefined;
  return {
    ...source,
    read: async () => {
      const values = float32Values(await source.read()).map((value) => value + by);
      return new Uint8Array(values.buffer);
    },
    quantized: { ...form, quantization: { ...quantization, min: quantization.min + by } },
  };
}
