import type { DataType } from '../worker/model/dtype.ts';
import { AnswerError, member } from './binary_tensors.ts';

export interface TensorDescription {
  readonly dtype: DataType;
  /** -1 for a size that differs from request to request; null if even the rank does. */
  readonly shape: readonly number[] | null;
  /** The names of the last dimension's positions, for a classifier. */
  readonly classes?: readonly string[];
}

export interface SignatureDescription {
  readonly inputs: Readonly<Record<string, TensorDescription>>;
  readonly outputs: Readonly<Record<string, TensorDescription>>;
}

export type Signatures = Readonly<Record<string, SignatureDescription>>;

const DTYPES: Readonly<Record<string, DataType>> = {
  DT_FLOAT: 'float32',
  DT_INT32: 'int32',
  DT_BOOL: 'bool',
  DT_STRING: 'string',
};

/**
 * Reads the signatures in the metadata of TensorFlow Serving's API.
 *
 * @throws AnswerError
 */
export function readSignatures(document: unknown): Signatures {
  const metadata = member(document, 'metadata');
  const named = member(metadata, 'class_names');
  return mapped(member(member(metadata, 'signature_def'), 'signature_def'), (definition, signature) => ({
    inputs: mapped(member(definition, 'inputs'), (info) => tensorOf(info, undefined)),
    outputs: mapped(member(definition, 'outputs'), (info, output) =>
      tensorOf(info, member(member(named, signature), output)),
    ),
  }));
}

function tensorOf(info: unknown, names: unknown): TensorDescription {
  const dtype = DTYPES[String(member(info, 'dtype'))];
  if (dtype === undefined) throw new AnswerError('the metadata have an unknown dtype');
  const shape = member(info, 'tensor_shape');
  const dimensions = member(shape, 'dim');
  const sizes = Array.isArray(dimensions) ? dimensions.map((each) => Number(member(each, 'size'))) : [];
  const classes = Array.isArray(names) ? { classes: names.map(String) } : {};
  return { dtype, shape: member(shape, 'unknown_rank') === true ? null : sizes, ...classes };
}

function mapped<To>(record: unknown, change: (value: unknown, name: string) => To): Record<string, To> {
  if (typeof record !== 'object' || record === null) throw new AnswerError('the metadata have no signatures');
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
