import * as v from 'valibot';
import type { Signature, TensorInfo } from '../model/signature.ts';
import { elementCount, type NamedTensors, type TensorValue } from '../model/tensor.ts';
import { isOneValue, toValues } from './values.ts';

export type DecodeOutcome =
  | { readonly kind: 'decoded'; readonly inputs: NamedTensors }
  | { readonly kind: 'invalid'; readonly message: string };

/** The runtime has no kernels for higher ranks. */
const MAX_RANK = 6;

const ShapeSchema = v.pipe(
  v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  v.maxLength(MAX_RANK),
);
const ShapedSchema = v.strictObject({ values: v.unknown(), shape: ShapeSchema });

/** Makes the tensors of a caller's arguments and checks them against a signature: each of its inputs once. */
export function decodeInputs(
  given: Readonly<Record<string, unknown>>,
  { inputs }: Signature,
  model: string,
): DecodeOutcome {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(inputs, name));
  if (unknown !== undefined) return invalid(`model ${model} has no input "${unknown}"`, inputs);
  const decoded = new Map<string, TensorValue>();
  for (const [name, info] of Object.entries(inputs)) {
    if (!Object.hasOwn(given, name)) return invalid(`input "${name}" of model ${model} is missing`, inputs);
    const tensor = toTensor(given[name], info);
    if ('fault' in tensor) return invalid(`input "${name}" of model ${model} ${tensor.fault}`, inputs);
    decoded.set(name, tensor);
  }
  return { kind: 'decoded', inputs: decoded };
}

interface Fault {
  readonly fault: string;
}

function toTensor(given: unknown, info: TensorInfo): TensorValue | Fault {
  const shaped = v.safeParse(ShapedSchema, given);
  const source = shaped.success ? shaped.output.values : given;
  const values = toValues(source, info.dtype);
  if ('fault' in values) return values;
  const shape = shaped.success
    ? checkedShape(shaped.output.shape, values.length, info)
    : deducedShape(values.length, info.shape, isOneValue(given));
  return 'fault' in shape ? shape : tensorOf(info.dtype, shape, values);
}

function tensorOf(
  dtype: TensorInfo['dtype'],
  shape: readonly number[],
  values: TensorValue['values'],
): TensorValue {
  if (dtype === 'float32' && values instanceof Float32Array) return { dtype, shape, values };
  if (dtype === 'int32' && values instanceof Int32Array) return { dtype, shape, values };
  if (dtype === 'bool' && values instanceof Uint8Array) return { dtype, shape, values };
  if (dtype === 'string' && Array.isArray(values)) return { dtype, shape, values };
  throw new Error(`values of another dtype than ${dtype}`);
}

function checkedShape(
  shape: readonly number[],
  count: number,
  { shape: expected, anyShape = false }: TensorInfo,
): readonly number[] | Fault {
  if (elementCount(shape) !== count) return { fault: `has ${count} values for shape [${shape}]` };
  const fits =
    expected === null ||
    anyShape ||
    (expected.length === shape.length && expected.every((size, axis) => size === -1 || size === shape[axis]));
  return fits ? shape : { fault: `has shape [${shape}], but the model expects [${expected}]` };
}

/** Returns the shape that the values have if the signature knows all sizes except one. */
function deducedShape(
  count: number,
  expected: TensorInfo['shape'],
  isOne: boolean,
): readonly number[] | Fault {
  if (expected === null) return isOne ? [] : [count];
  const unknown = expected.filter((size) => size === -1).length;
  const known = elementCount(expected.filter((size) => size !== -1));
  const wanted = `[${expected}]`;
  if (unknown > 1) return { fault: `needs its shape, { values, shape }, since the model expects ${wanted}` };
  const free = unknown === 1 ? count / known : undefined;
  const fits = free === undefined ? count === known : Number.isInteger(free);
  if (!fits) return { fault: `has ${count} values, but the model expects ${wanted}` };
  return expected.map((size) => (size === -1 ? (free ?? size) : size));
}

function invalid(message: string, inputs: Signature['inputs']): DecodeOutcome {
  const expected = Object.entries(inputs).map(
    ([name, { dtype, shape }]) => `"${name}" (${dtype}, ${shape === null ? 'any shape' : `[${shape}]`})`,
  );
  return { kind: 'invalid', message: `${message}; its inputs are ${expected.join(', ')}` };
}
