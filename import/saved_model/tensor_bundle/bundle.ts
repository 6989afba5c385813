import { open, readFile } from 'node:fs/promises';
import { elementCount } from '../../../worker/model/tensor.ts';
import { findModelFile, type ModelFile } from '../../files/model_files.ts';
import { graphTypeName } from '../../graph/dtype_mapping.ts';
import { type Imported, malformed, read, unsupported } from '../../import_result.ts';
import { type ElementType, elementType } from '../../tensor_values/element_type.ts';
import { tensorShape } from '../../tensor_values/stored_weight.ts';
import { BundleEntryMessageSchema, BundleHeaderMessageSchema } from '../protobuf/bundle_messages.ts';
import { decodeMessage } from '../protobuf/message_types.ts';
import type { Slice } from './slice.ts';
import { readTable } from './table.ts';

/** The most bytes of an index, which may be compressed. The index of a hundred thousand variables has ten million. */
const MOST_INDEX_BYTES = 2 ** 25;
const MOST_SHARDS = 99_999;
/** The most slices of one variable. */
const MOST_SLICES = 4096;

/** A tensor of a bundle, or the positions of its slices. */
export interface BundleEntry {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly shard: ModelFile;
  readonly offset: number;
  readonly bytes: number;
  /** Masked CRC-32C of those bytes. */
  readonly checksum: number;
  /** The slices, which have keys of their own. Empty if the tensor is in one piece. */
  readonly slices: readonly Slice[];
}

/** TensorFlow's format of variables: an index, and shards of data such as `variables.data-00000-of-00001`. */
export class Bundle {
  /** The beginning of messages. */
  readonly place: string;
  readonly bigEndian: boolean;
  readonly #directory: string;
  readonly #prefix: string;
  readonly #shardCount: number;
  readonly #entries: ReadonlyMap<string, Uint8Array>;

  constructor(
    directory: string,
    prefix: string,
    header: { readonly shardCount: number; readonly bigEndian: boolean },
    entries: ReadonlyMap<string, Uint8Array>,
  ) {
    this.place = `${prefix}.index`;
    this.bigEndian = header.bigEndian;
    this.#directory = directory;
    this.#prefix = prefix;
    this.#shardCount = header.shardCount;
    this.#entries = entries;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Finds the entry of a key, and checks its data's position against the length of the shard. */
  async find(key: string): Promise<Imported<BundleEntry>> {
    const bytes = this.#entries.get(key);
    const place = `${this.place}: "${printable(key)}"`;
    if (bytes === undefined) return malformed(`${this.place}: there is no tensor "${printable(key)}"`);
    const decoded = decodeMessage('BundleEntryProto', bytes, BundleEntryMessageSchema, place);
    if (decoded.kind !== 'read') return decoded;
    const { dtype, shardId, offset, size, crc32c } = decoded.value;
    const type = elementType(dtype);
    if (type === undefined)
      return unsupported(`${place}: tfjs has no values of type ${graphTypeName(dtype)}`);
    const shape = tensorShape(decoded.value.shape, place);
    if (shape.kind !== 'read') return shape;
    if (shardId < 0 || shardId >= this.#shardCount) {
      return malformed(`${place}: it lies in shard ${shardId} of ${this.#shardCount}`);
    }
    const shard = await findModelFile(this.#directory, this.#shardPath(shardId));
    if (shard.kind !== 'read') return { ...shard, message: `${place}: ${shard.message}` };
    if (decoded.value.slices.length > MOST_SLICES)
      return unsupported(`${place}: it has more than ${MOST_SLICES} slices`);
    const slices = decoded.value.slices.map(({ extent }) =>
      extent.map(({ start, length }) =>
        length === undefined ? { start: Number(start) } : { start: Number(start), length: Number(length) },
      ),
    );
    if (slices.length === 0) {
      if (offset < 0n || size < 0n || offset + size > BigInt(shard.value.bytes)) {
        return malformed(`${place}: it reaches beyond the end of ${shard.value.path}`);
      }
      const need = elementCount(shape.value) * type.bytes;
      if (type.weight !== 'string' && BigInt(need) !== size) {
        return malformed(`${place}: it has ${size} bytes and its shape needs ${need}`);
      }
    }
    return read({
      type,
      shape: shape.value,
      shard: shard.value,
      offset: Number(offset),
      bytes: Number(size),
      checksum: crc32c,
      slices,
    });
  }

  #shardPath(shard: number): string {
    const five = (number: number) => String(number).padStart(5, '0');
    return `${this.#prefix}.data-${five(shard)}-of-${five(this.#shardCount)}`;
  }
}

/**
 * Opens a bundle of variables by the common prefix of its files' names.
 *
 * @param prefix a path in the model's directory, such as `variables/variables`
 */
export async function openBundle(directory: string, prefix: string): Promise<Imported<Bundle>> {
  const file = await findModelFile(directory, `${prefix}.index`);
  if (file.kind !== 'read') return file;
  const place = file.value.path;
  if (file.value.bytes > MOST_INDEX_BYTES)
    return unsupported(`${place}: is larger than ${MOST_INDEX_BYTES} bytes`);
  const table = await readTable(await readFile(file.value.absolutePath), place);
  if (table.kind !== 'read') return table;
  const header = table.value.get('');
  if (header === undefined) return malformed(`${place}: there is no header`);
  const decoded = decodeMessage(
    'BundleHeaderProto',
    header,
    BundleHeaderMessageSchema,
    `${place}: the header`,
  );
  if (decoded.kind !== 'read') return decoded;
  const { numShards, endianness } = decoded.value;
  if (numShards < 1 || numShards > MOST_SHARDS)
    return malformed(`${place}: there cannot be ${numShards} shards`);
  return read(
    new Bundle(directory, prefix, { shardCount: numShards, bigEndian: endianness === 1 }, table.value),
  );
}

/** Reads the bytes of an entry from its file. */
export async function readEntry({ shard, offset, bytes }: BundleEntry): Promise<Uint8Array> {
  const handle = await open(shard.absolutePath);
  try {
    const buffer = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      const { bytesRead } = await handle.read(buffer, filled, bytes - filled, offset + filled);
      if (bytesRead === 0) throw new Error(`${shard.absolutePath} became shorter while it was read`);
      filled += bytesRead;
    }
    return buffer;
  } finally {
    await handle.close();
  }
}

/** Formats a key without control characters. */
function printable(key: string): string {
  return Buffer.from(key, 'latin1')
    .toString('utf8')
    .replace(/\p{Cc}/gu, '?');
}
