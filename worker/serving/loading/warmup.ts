import type { Warmup, WarmupTensor } from '../../model/content.ts';
import type { DataType } from '../../model/dtype.ts';
import { elementCount, type TensorValue } from '../../model/tensor.ts';
import type { Pause } from '../../runtime/loaded_model.ts';
import type { Servable } from '../servables/servable.ts';

/** True for a request of zeros, which the import made. The model need not accept it. */
const isGuess = ({ inputs }: Warmup): boolean => Object.values(inputs).some(({ kind }) => kind === 'zeros');

/**
 * Computes a warmup request with a servable. One that was guessed is not computed if a stored proof takes its place.
 *
 * @param pause called between the parts of the work, where there are several
 * @returns why a request that was guessed could not be computed: zeros need not make sense to a model
 * @throws if a request that was written fails. As in TensorFlow Serving, that fails the load.
 */
export async function warmUp(
  servable: Pick<Servable, 'signatures' | 'execute' | 'prepare'>,
  warmup: Warmup,
  pause?: Pause,
): Promise<string | undefined> {
  const signature = servable.signatures[warmup.signature];
  if (signature === undefined) throw new Error(`warmup: the signature ${warmup.signature} does not exist`);
  const inputs = new Map<string, TensorValue>();
  for (const [name, tensor] of Object.entries(warmup.inputs)) {
    const dtype = signature.inputs[name]?.dtype;
    if (dtype === undefined)
      throw new Error(`warmup of ${warmup.signature}: the input ${name} does not exist`);
    inputs.set(name, createTensor(dtype, tensor));
  }
  const result = isGuess(warmup)
    ? await servable.prepare(signature, inputs, pause)
    : await servable.execute(signature, inputs, undefined, pause);
  if (result === undefined || result.kind === 'computed') return undefined;
  const reason = `warmup of ${warmup.signature}: ${result.reason}`;
  if (!isGuess(warmup) || result.isFatal) throw new Error(reason);
  return reason;
}

type WarmupValue = Extract<WarmupTensor, { readonly kind: 'values' }>['values'][number];

/** A larger warmup tensor could itself exceed the isolate's memory. Elements. */
const LARGEST_TENSOR = 8_000_000;

function createTensor(dtype: DataType, tensor: WarmupTensor): TensorValue {
  const { shape } = tensor;
  const count = elementCount(shape);
  if (count > LARGEST_TENSOR) {
    throw new Error(`warmup: [${shape}] has more than ${LARGEST_TENSOR} elements`);
  }
  const given = tensor.kind === 'values' ? tensor.values : undefined;
  if (given !== undefined && given.length !== count) {
    throw new Error(`warmup: ${given.length} values for shape [${shape}]`);
  }
  switch (dtype) {
    case 'float32':
      return { dtype, shape, values: given ? Float32Array.from(given, Number) : new Float32Array(count) };
    case 'int32':
      return { dtype, shape, values: given ? Int32Array.from(given, Number) : new Int32Array(count) };
    case 'bool':
      return { dtype, shape, values: given ? Uint8Array.from(given, Number) : new Uint8Array(count) };
    case 'string': {
      const values = Array.from({ length: count }, (_, index) => stringBytes(given?.[index] ?? ''));
      return { dtype, shape, values };
    }
  }
}

const ENCODER = new TextEncoder();

function stringBytes(value: WarmupValue): Uint8Array {
  if (typeof value !== 'object') return ENCODER.encode(String(value));
  return Uint8Array.from(atob(value.b64), (character) => character.charCodeAt(0));
}
