import type { DataType } from '../model/dtype.ts';
import type { Signature } from '../model/signature.ts';

/** Values in row-major order. One value is a tensor of rank 0, or a batch of one where the model has a batch. */
type Values =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly (number | bigint)[]
  | readonly boolean[]
  /** Strings are sent as UTF-8. */
  | readonly (string | Uint8Array)[]
  | number
  | bigint
  | boolean
  | string;

/**
 * The input of a model: its values, or with a shape. The shape is not needed if the signature knows all sizes except
 * one. For an input of strings, a Uint8Array is one string, such as the bytes of a JPEG file.
 */
export type InputTensor = Values | { readonly values: Values; readonly shape: readonly number[] };

/** An output of a model. A bool is one byte, 0 or 1. A string is its bytes. */
export type OutputTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly dtype: 'int32'; readonly shape: readonly number[]; readonly values: Int32Array }
  | { readonly dtype: 'bool'; readonly shape: readonly number[]; readonly values: Uint8Array }
  | { readonly dtype: 'string'; readonly shape: readonly number[]; readonly values: readonly Uint8Array[] };

/** Selects a version. Without it, the pointer does. */
export interface VersionOptions {
  readonly version?: string | undefined;
  readonly label?: string | undefined;
  /** The generation of an earlier answer. No older one answers. */
  readonly minimumGeneration?: number | undefined;
}

export interface PredictOptions extends VersionOptions {
  /** The signature; by default `serving_default`, or the only one. */
  readonly signature?: string | undefined;
  /** The outputs to return; by default all. */
  readonly outputs?: readonly string[] | undefined;
  /** Assigns a client to one version while a canary has a share of the requests. */
  readonly routingKey?: string | undefined;
}

/** The version that answered. */
export interface Answered {
  readonly ok: true;
  readonly version: string;
  readonly generation: number;
  /** The version that the pointer names could not be served, for this reason. Another version answered. */
  readonly fallback?: { readonly wanted: string; readonly reason: string };
  /** The pointer could not be read, for this reason. The last known one was used. */
  readonly stalePointer?: { readonly reason: string };
}

/** The request was not answered. */
export interface Refused {
  readonly ok: false;
  /** The status that the same request has over HTTP: 400, 403, 404, 413, 500 or 503. */
  readonly status: number;
  readonly message: string;
}

export type Predicted = (Answered & { readonly outputs: Readonly<Record<string, OutputTensor>> }) | Refused;

export interface Metadata extends Answered {
  readonly signatures: Readonly<Record<string, SignatureMetadata>>;
}

interface SignatureMetadata {
  readonly method: Signature['method'];
  readonly inputs: Readonly<Record<string, TensorMetadata>>;
  readonly outputs: Readonly<Record<string, TensorMetadata>>;
}

interface TensorMetadata {
  readonly dtype: DataType;
  /** -1 for a size that differs from request to request; null if even the rank does. */
  readonly shape: readonly number[] | null;
  /** The names of the last dimension's positions, for a classifier. */
  readonly classes?: readonly string[];
}

/** The names of the published models, in alphabetical order. */
export type ModelList = { readonly ok: true; readonly models: readonly string[] } | Refused;
