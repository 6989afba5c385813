import type { Metadata } from 'h5wasm';
import { BYTES_PER_ELEMENT } from '../../../worker/model/dtype.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import type { Hdf5Dataset, Hdf5DataType } from './messages.ts';

/** The storage of a dataset, and the type as which it is read. */
export interface StoredDataset {
  readonly dataset: Hdf5Dataset;
  readonly elementBytes: number;
  readonly stored: StoredType;
}

type StoredType = 'float' | 'bfloat16' | 'integer' | 'unsigned integer';

const INTEGER = 0;
const FLOAT = 1;
const OPAQUE = 5;
const ENUMERATION = 8;

/** The filters that HDF5 itself can reverse: deflate, shuffle and Fletcher's checksum. */
const FILTERS: ReadonlySet<number> = new Set([1, 2, 3]);
/** The largest ratio by which Deflate can compress. */
const MOST_DEFLATED = 1032;
/** The most bytes of a chunk, which the library unpacks as a whole. */
const LARGEST_CHUNK = 64 * 1024 * 1024;
/** The most bytes of a tensor. An isolate could only hold a fraction of it. */
const LARGEST_TENSOR = 2 ** 31;
const HIGHEST_RANK = 8;

/**
 * Checks that a dataset is a tensor that the file can contain.
 *
 * @param attribute a text that the dataset has by a name
 * @throws an error that names the dataset
 */
export function describeStorage(
  path: string,
  metadata: Metadata,
  attribute: (name: string) => unknown,
  filters: readonly { readonly id: number; readonly name: string }[],
  fileBytes: number,
): StoredDataset {
  const { shape, size, chunks, virtual_sources: sources } = metadata;
  if (sources !== undefined) throw new Error(`${path} lies in other files, which are not followed`);
  const type = storedType(path, metadata, attribute);
  if (shape === null) throw new Error(`${path} is an empty dataset`);
  if (shape.length > HIGHEST_RANK) throw new Error(`${path} has more than ${HIGHEST_RANK} dimensions`);
  const count = elementCount(shape);
  const unknown = filters.find(({ id }) => !FILTERS.has(id));
  if (unknown !== undefined)
    throw new Error(`${path} is compressed by ${unknown.name}, which cannot be undone here`);
  const deflated = filters.some(({ id }) => id === 1);
  if (!(count * size <= fileBytes * (deflated ? MOST_DEFLATED : 1)) || !(count * size <= LARGEST_TENSOR)) {
    throw new Error(
      `${path} says it holds ${count * size} bytes, shape [${shape}], which the file of ${fileBytes} bytes cannot`,
    );
  }
  const chunk = (chunks ?? []).reduce((product, dimension) => product * dimension, size);
  if (chunks !== null && !(chunk <= LARGEST_CHUNK)) throw new Error(`${path} has chunks of ${chunk} bytes`);
  return {
    dataset: { dtype: type.dtype, shape: [...shape], byteLength: count * BYTES_PER_ELEMENT[type.dtype] },
    elementBytes: size,
    stored: type.stored,
  };
}

function storedType(
  path: string,
  { type, size, signed, enum_type: enumeration }: Metadata,
  attribute: (name: string) => unknown,
): { dtype: Hdf5DataType; stored: StoredType } {
  if (type === FLOAT && [2, 4, 8].includes(size)) return { dtype: 'float32', stored: 'float' };
  // HDF5 has no such type: Keras says beside the bytes what they are.
  if (type === OPAQUE && size === 2 && attribute('dtype') === 'bfloat16') {
    return { dtype: 'float32', stored: 'bfloat16' };
  }
  const integer = signed ? 'integer' : 'unsigned integer';
  if (type === INTEGER && [1, 2, 4, 8].includes(size)) return { dtype: 'int32', stored: integer };
  // h5py writes booleans as this enumeration.
  const names = Object.keys(enumeration?.members ?? {}).sort();
  if (type === ENUMERATION && size === 1 && names.join() === 'FALSE,TRUE') {
    return { dtype: 'bool', stored: integer };
  }
  throw new Error(`${path} is no tensor of numbers`);
}
