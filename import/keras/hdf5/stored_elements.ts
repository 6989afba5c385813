import { float16ToNumber } from '../../../worker/model/float16.ts';
import type { StoredDataset } from './stored_dataset.ts';

/**
 * Converts stored little-endian elements of a dataset to the type as which it is read.
 *
 * @param target the memory of the converted elements, of exactly their size
 * @throws if an integer does not fit into 32 bits
 */
export function convertElements(
  piece: Uint8Array,
  { dataset, elementBytes, stored }: StoredDataset,
  target: Uint8Array,
  path: string,
): void {
  const sameForm = dataset.dtype === 'bool' || (elementBytes === 4 && stored !== 'unsigned integer');
  if (sameForm) {
    target.set(piece);
    return;
  }
  // The copy is aligned for elements of any size.
  const elements = typedElements(new Uint8Array(piece), elementBytes, stored);
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  for (let index = 0; index < elements.length; index++) {
    const value = Number(elements[index]);
    if (dataset.dtype === 'float32') {
      view.setFloat32(index * 4, value, true);
    } else {
      if (value !== (value | 0)) throw new Error(`${path} holds ${value}, which 32 bits do not`);
      view.setInt32(index * 4, value, true);
    }
  }
}

function typedElements(
  { buffer }: Uint8Array<ArrayBuffer>,
  elementBytes: number,
  stored: StoredDataset['stored'],
): ArrayLike<number | bigint> {
  if (stored === 'float') {
    return elementBytes === 2
      ? Float32Array.from(new Uint16Array(buffer), float16ToNumber)
      : new Float64Array(buffer);
  }
  if (stored === 'bfloat16')
    return new Float32Array(Uint32Array.from(new Uint16Array(buffer), widened).buffer);
  const signed = stored === 'integer';
  switch (elementBytes) {
    case 1:
      return signed ? new Int8Array(buffer) : new Uint8Array(buffer);
    case 2:
      return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
    case 4:
      return new Uint32Array(buffer);
    default:
      return signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
  }
}

/** The bits of the float32 whose first half are these. */
const widened = (half: number): number => half * 2 ** 16;
