import { DEFAULT_SIGNATURE } from '../../model/default_signature.ts';
import type { DataType } from '../../model/dtype.ts';
import type { ImageInput } from '../../model/image_input.ts';
import type { Signature, TensorInfo } from '../../model/signature.ts';
import { MAX_RANK } from '../../model/tensor.ts';

/** A request that the model answers, to be copied. */
export type ExampleRequest =
  | { readonly kind: 'json'; readonly path: string; readonly body: string }
  /** The body is the file of an image. */
  | { readonly kind: 'image'; readonly path: string };

/** A longer body is no example that anybody reads. Elements. */
const MOST_ELEMENTS = 256;

/** A value of each dtype. */
export const VALUES = { float32: 0, int32: 0, bool: false, string: 'text' } as const satisfies Record<
  DataType,
  unknown
>;

/**
 * Makes a request to predict with one instance, of zeros or of the word "text". A size that may vary is 1.
 *
 * @returns undefined if it would be too long, or if the model needs the file of an image whose bytes are strings
 */
export function exampleRequest(
  model: string,
  signatures: Readonly<Record<string, Signature>>,
  image: ImageInput | undefined,
): ExampleRequest | undefined {
  const path = `/v1/models/${encodeURIComponent(model)}:predict`;
  if (image?.signature === DEFAULT_SIGNATURE) return { kind: 'image', path };
  const [name, signature] = exampleSignature(signatures) ?? [];
  const inputs = Object.entries(signature?.inputs ?? {});
  const count = inputs.reduce((sum, [, { shape }]) => sum + exampleSize(concrete(shape)), 0);
  if (inputs.length === 0 || count > MOST_ELEMENTS) return undefined;
  if (inputs.some(([, { holdsExamples }]) => holdsExamples === true)) return undefined;
  const named = name === DEFAULT_SIGNATURE ? {} : { signature_name: name };
  const isRow = inputs.every(([, { shape }]) => shape?.[0] === -1);
  const tensors = inputs.map(([input, info]): [string, unknown] => [
    input,
    nested(info.dtype, concrete(info.shape).slice(isRow ? 1 : 0)),
  ]);
  const [only] = tensors;
  const value = tensors.length === 1 && only !== undefined ? only[1] : Object.fromEntries(tensors);
  const body = JSON.stringify(isRow ? { ...named, instances: [value] } : { ...named, inputs: value });
  return { kind: 'json', path, body };
}

/** Returns the default signature, or else the first one, with its name. */
export function exampleSignature<Described>(
  signatures: Readonly<Record<string, Described>>,
): readonly [name: string, signature: Described] | undefined {
  const all = Object.entries(signatures);
  return all.find(([name]) => name === DEFAULT_SIGNATURE) ?? all[0];
}

/** Returns a shape in which each size that may vary is 1. */
export function concrete(shape: TensorInfo['shape']): number[] {
  return (shape ?? [1]).map((size) => (size === -1 ? 1 : size));
}

/**
 * Returns the size of the JSON of an example of a shape. A list of empty lists has a size too: a model states its shapes
 * itself, and they say nothing about its files.
 */
export function exampleSize(shape: readonly number[]): number {
  if (shape.length > MAX_RANK) return Number.POSITIVE_INFINITY;
  return shape.reduce((product, size) => product * Math.max(size, 1), 1);
}

function nested(dtype: DataType, [size, ...inner]: readonly number[]): unknown {
  return size === undefined ? VALUES[dtype] : Array.from({ length: size }, () => nested(dtype, inner));
}
