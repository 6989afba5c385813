import { elementCount } from '../../../worker/model/tensor.ts';
import { WeightError } from '../../graph/weight_error.ts';
import { type Imported, malformed, read, unsupported } from '../../import_result.ts';
import { toWeightBytes } from '../../tensor_values/element_type.ts';
import type { StoredWeight } from '../../tensor_values/stored_weight.ts';
import { packStrings } from '../../tensor_values/string_values.ts';
import { readLengths } from '../graph_def/constants/string_list.ts';
import { type Bundle, type BundleEntry, readEntry } from './bundle.ts';
import { createChecksum, maskedChecksum } from './checksum.ts';
import { copyRegion, overlap, parseShapeAndSlice, type Region, sliceRegion } from './slice.ts';
import { sliceKey } from './slice_key.ts';

/** A tensor in one piece, with the part of the whole that it contains. */
interface Piece {
  readonly entry: BundleEntry;
  readonly part: Region;
  readonly place: string;
}

/**
 * Returns a tensor of a bundle as a weight. On demand, it reads the bytes, verifies their checksums, and assembles the
 * slices of partitioned variables.
 *
 * @param name the tensor's key
 * @param shapeAndSlice the wanted part in RestoreV2's form, empty for the whole
 */
export async function bundleWeight(
  bundle: Bundle,
  name: string,
  shapeAndSlice: string,
): Promise<Imported<StoredWeight>> {
  const key = Buffer.from(name).toString('latin1');
  const place = `${bundle.place}: "${name}"`;
  const entry = await bundle.find(key);
  if (entry.kind !== 'read') return entry;
  const { type, shape } = entry.value;
  const wanted = parseShapeAndSlice(shapeAndSlice, place);
  if (wanted.kind !== 'read') return wanted;
  const region = sliceRegion(wanted.value?.slice ?? shape.map(() => ({ start: 0 })), shape);
  if (region === undefined)
    return malformed(`${place}: the part ${shapeAndSlice} is not in its shape [${shape}]`);
  const pieces = await findPieces(bundle, key, entry.value, region, place);
  if (pieces.kind !== 'read') return pieces;
  const isWhole = pieces.value.length === 1 && region.lengths.every((length, axis) => length === shape[axis]);
  const [first] = pieces.value;
  if (type.weight === 'string') {
    if (!isWhole || first === undefined) return unsupported(`${place}: strings in slices`);
    if (bundle.bigEndian) return unsupported(`${place}: strings in a bundle of a big-endian machine`);
    const packed = await readStrings(first);
    if (packed.kind !== 'read') return packed;
    const { value } = packed;
    return read({
      dtype: 'string',
      shape,
      storedType: type.name,
      byteLength: value.length,
      read: async () => value,
    });
  }
  return read({
    dtype: type.weight,
    shape: region.lengths,
    storedType: type.name,
    byteLength: elementCount(region.lengths) * type.weightBytes,
    read: async () => {
      if (isWhole && first !== undefined) {
        return toWeightBytes(type, await readPiece(first, bundle.bigEndian), place);
      }
      const bytes = new Uint8Array(elementCount(region.lengths) * type.bytes);
      for (const piece of pieces.value) {
        const common = overlap(piece.part, region);
        if (common === undefined) continue;
        const source = { bytes: await readPiece(piece, bundle.bigEndian), part: piece.part };
        copyRegion(common, source, { bytes, part: region }, type.bytes);
      }
      return toWeightBytes(type, bytes, place);
    },
  });
}

/** Finds the pieces of a region, which must cover it completely. */
async function findPieces(
  bundle: Bundle,
  key: string,
  entry: BundleEntry,
  region: Region,
  place: string,
): Promise<Imported<Piece[]>> {
  const whole = { starts: entry.shape.map(() => 0), lengths: entry.shape };
  if (entry.slices.length === 0) return read([{ entry, part: whole, place }]);
  const pieces: Piece[] = [];
  let covered = 0;
  for (const slice of entry.slices) {
    const part = sliceRegion(slice, entry.shape);
    if (part === undefined) return malformed(`${place}: a slice lies outside of its shape [${entry.shape}]`);
    const common = overlap(part, region);
    if (common === undefined) continue;
    if (pieces.some((piece) => overlap(piece.part, part) !== undefined)) {
      return malformed(`${place}: its slices overlap`);
    }
    const found = await bundle.find(sliceKey(key, slice));
    if (found.kind !== 'read') return { ...found, message: `${place}: a slice: ${found.message}` };
    const { value } = found;
    if (
      value.type !== entry.type ||
      String(value.shape) !== String(part.lengths) ||
      value.slices.length > 0
    ) {
      return malformed(`${place}: a slice is not of the type and shape that it should be`);
    }
    pieces.push({ entry: value, part, place: `${place}, slice [${part.starts}]` });
    covered += elementCount(common.lengths);
  }
  return covered === elementCount(region.lengths)
    ? read(pieces)
    : malformed(`${place}: its slices leave a part of it out`);
}

async function readPiece({ entry, place }: Piece, bigEndian: boolean): Promise<Uint8Array> {
  const bytes = await readEntry(entry);
  if ((await maskedChecksum(bytes)) !== entry.checksum) {
    throw new WeightError(malformed(`${entry.shard.path}: the checksum of ${place} is wrong`));
  }
  return bigEndian ? reversed(bytes, entry.type.bytes) : bytes;
}

/** Reverses the bytes of every element. */
function reversed(bytes: Uint8Array, elementBytes: number): Uint8Array {
  for (let offset = 0; offset < bytes.length; offset += elementBytes) {
    bytes.subarray(offset, offset + elementBytes).reverse();
  }
  return bytes;
}

/** Reads strings: the lengths of all, a checksum of the lengths, and all strings. */
async function readStrings({ entry, place }: Piece): Promise<Imported<Uint8Array>> {
  const bytes = await readEntry(entry);
  const lengths = readLengths(bytes, elementCount(entry.shape));
  const total = lengths?.values.reduce((sum, length) => sum + length, 0);
  if (lengths === undefined || total !== bytes.length - lengths.end - 4) {
    return malformed(`${place}: its strings and their lengths do not agree`);
  }
  const checksum = await createChecksum();
  checksum.update(new Uint8Array(Uint32Array.from(lengths.values).buffer));
  const lengthsChecksum = bytes.subarray(lengths.end, lengths.end + 4);
  const stored = new DataView(lengthsChecksum.buffer, lengthsChecksum.byteOffset, 4).getUint32(0, true);
  if (checksum.masked() !== stored)
    return malformed(`${place}: the checksum of its strings' lengths is wrong`);
  checksum.update(bytes.subarray(lengths.end));
  if (checksum.masked() !== entry.checksum) {
    return malformed(`${entry.shard.path}: the checksum of ${place} is wrong`);
  }
  let offset = lengths.end + 4;
  const strings = lengths.values.map((length) => {
    offset += length;
    return bytes.subarray(offset - length, offset);
  });
  return read(packStrings(strings));
}
