import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { maskedChecksum } from '../../../import/saved_model/tensor_bundle/checksum.ts';
import { sliceKey } from '../../../import/saved_model/tensor_bundle/slice_key.ts';
import { encode, STRING, shape } from './messages.ts';

/** A tensor of a bundle: bytes as they lie in a shard, or strings. */
export interface BundleTensor {
  readonly key: string;
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly shard?: number;
  readonly bytes?: Uint8Array;
  readonly strings?: readonly string[];
  /** Of a partitioned variable, instead of bytes of its own. */
  readonly slices?: readonly {
    readonly starts: readonly number[];
    readonly lengths: readonly number[];
    readonly bytes: Uint8Array;
    readonly shard?: number;
  }[];
}

export const float32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

export interface BundleOptions {
  readonly shards?: number;
  readonly bigEndian?: boolean;
}

/** Writes a bundle in TensorFlow's format: `variables/variables` and so on. */
export async function writeBundle(
  directory: string,
  tensors: readonly BundleTensor[],
  { shards = 1, bigEndian = false }: BundleOptions = {},
): Promise<void> {
  const data: number[][] = Array.from({ length: shards }, () => []);
  const entries = new Map<string, Uint8Array>();
  const add = async (
    key: string,
    tensor: { dtype: number; shape: readonly number[]; shard?: number },
    bytes: Uint8Array,
    checksum: number,
  ) => {
    const shard = data[tensor.shard ?? 0] ?? [];
    entries.set(
      key,
      encode('BundleEntryProto', {
        dtype: tensor.dtype,
        shape: shape(...tensor.shape),
        shardId: tensor.shard ?? 0,
        offset: shard.length,
        size: bytes.length,
        crc32c: checksum,
      }),
    );
    shard.push(...bytes);
  };
  for (const tensor of tensors) {
    const { key, dtype, slices, strings, bytes = new Uint8Array(0) } = tensor;
    if (strings !== undefined) {
      const packed = await packStrings(strings);
      await add(key, { ...tensor, dtype: STRING }, packed.bytes, packed.checksum);
    } else if (slices === undefined) {
      await add(key, tensor, bytes, await maskedChecksum(bytes));
    } else {
      const extents = slices.map(({ starts, lengths }) =>
        starts.map((start, axis) => ({ start, length: lengths[axis] ?? 0 })),
      );
      entries.set(
        key,
        encode('BundleEntryProto', {
          dtype,
          shape: shape(...tensor.shape),
          slices: extents.map((extent) => ({ extent })),
        }),
      );
      for (const [index, slice] of slices.entries()) {
        const part = { dtype, shape: slice.lengths, shard: slice.shard ?? 0 };
        await add(sliceKey(key, extents[index] ?? []), part, slice.bytes, await maskedChecksum(slice.bytes));
      }
    }
  }
  entries.set('', encode('BundleHeaderProto', { numShards: shards, endianness: bigEndian ? 1 : 0 }));
  await mkdir(path.join(directory, 'variables'), { recursive: true });
  await writeFile(path.join(directory, 'variables/variables.index'), await writeTable(entries));
  for (const [index, bytes] of data.entries()) {
    const five = (number: number) => String(number).padStart(5, '0');
    const file = `variables/variables.data-${five(index)}-of-${five(shards)}`;
    await writeFile(path.join(directory, file), Uint8Array.from(bytes));
  }
}

async function packStrings(strings: readonly string[]): Promise<{ bytes: Uint8Array; checksum: number }> {
  const texts = strings.map((string) => Buffer.from(string));
  const lengths = Buffer.from(Uint32Array.from(texts.map(({ length }) => length)).buffer);
  const lengthsChecksum = Buffer.alloc(4);
  lengthsChecksum.writeUInt32LE(await maskedChecksum(lengths));
  const checksum = await maskedChecksum(Buffer.concat([lengths, lengthsChecksum, ...texts]));
  const varints = Buffer.from(texts.flatMap(({ length }) => varint(length)));
  return { bytes: Buffer.concat([varints, lengthsChecksum, ...texts]), checksum };
}

/** Entries in a block of a table; the next restart of prefix compression comes after so many. */
const BLOCK_ENTRIES = 3;
const RESTART_INTERVAL = 2;

/** A table in LevelDB's format. */
export async function writeTable(entries: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const file: Uint8Array[] = [];
  let offset = 0;
  const append = async (content: Uint8Array): Promise<Uint8Array> => {
    const typed = Buffer.concat([content, Buffer.of(0)]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(await maskedChecksum(typed));
    const handle = Buffer.from([...varint(offset), ...varint(content.length)]);
    file.push(typed, checksum);
    offset += typed.length + 4;
    return handle;
  };
  const index: [string, Uint8Array][] = [];
  for (let start = 0; start < sorted.length; start += BLOCK_ENTRIES) {
    const part = sorted.slice(start, start + BLOCK_ENTRIES);
    index.push([part.at(-1)?.[0] ?? '', await append(block(part))]);
  }
  const metaindex = await append(block([]));
  const handles = Buffer.concat([metaindex, await append(block(index))]);
  const magic = Buffer.alloc(8);
  magic.writeBigUInt64LE(0xdb4775248b80fb57n);
  return Buffer.concat([...file, handles, Buffer.alloc(40 - handles.length), magic]);
}

function block(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const restarts: number[] = [];
  let size = 0;
  let previous = '';
  for (const [index, [key, value]] of entries.entries()) {
    const restart = index % RESTART_INTERVAL === 0;
    if (restart) restarts.push(size);
    let shared = 0;
    while (!restart && shared < key.length && key[shared] === previous[shared]) shared += 1;
    const own = Buffer.from(key.slice(shared), 'latin1');
    const part = Buffer.concat([
      Buffer.from([...varint(shared), ...varint(own.length), ...varint(value.length)]),
      own,
      value,
    ]);
    parts.push(part);
    size += part.length;
    previous = key;
  }
  if (restarts.length === 0) restarts.push(0);
  const trailer = Buffer.from(Uint32Array.from([...restarts, restarts.length]).buffer);
  return Buffer.concat([...parts, trailer]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
