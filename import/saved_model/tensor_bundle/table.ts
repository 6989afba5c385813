import { type Imported, malformed, read, unsupported } from '../../import_result.ts';
import { VarintReader } from '../protobuf/varint.ts';
import { maskedChecksum } from './checksum.ts';
import { uncompressSnappy } from './snappy.ts';

/** The bytes at the end of a table: the padded positions of two blocks, and LevelDB's magic number. */
const FOOTER_BYTES = 48;
const MAGIC = 0xdb4775248b80fb57n;
/** The bytes after every block: its compression and its checksum. */
const TRAILER_BYTES = 5;
/** The code of a block's compression. */
const SNAPPY = 1;

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

type Entry = readonly [key: string, value: Uint8Array];

/**
 * Reads the entries of a sorted table in LevelDB's format, which is the index of a bundle of variables. Keys are bytes,
 * each a character from 0 to 255.
 */
export async function readTable(
  bytes: Uint8Array,
  place: string,
): Promise<Imported<Map<string, Uint8Array>>> {
  const index = indexHandle(bytes);
  if (index === undefined) return malformed(`${place}: it is not a table: its end is invalid`);
  const blocks = await readBlock(bytes, index, `${place}: the index block`);
  if (blocks.kind !== 'read') return blocks;
  const table = new Map<string, Uint8Array>();
  let previous: string | undefined;
  let end = 0;
  for (const [position, [, value]] of blocks.value.entries()) {
    const where = `${place}: block ${position}`;
    const handle = readHandle(new VarintReader(value));
    // Overlapping blocks could make more entries than the file has bytes.
    if (handle === undefined || handle.offset < end) return malformed(`${where} is not where it should be`);
    end = handle.offset + handle.size + TRAILER_BYTES;
    const entries = await readBlock(bytes, handle, where);
    if (entries.kind !== 'read') return entries;
    for (const [key, content] of entries.value) {
      if (previous !== undefined && key <= previous) return malformed(`${where}: its keys are not in order`);
      previous = key;
      table.set(key, content);
    }
  }
  return read(table);
}

function indexHandle(bytes: Uint8Array): BlockHandle | undefined {
  if (bytes.length < FOOTER_BYTES) return undefined;
  const footer = bytes.subarray(bytes.length - FOOTER_BYTES);
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength);
  if (view.getBigUint64(FOOTER_BYTES - 8, true) !== MAGIC) return undefined;
  const reader = new VarintReader(footer);
  return readHandle(reader) === undefined ? undefined : readHandle(reader);
}

function readHandle(reader: VarintReader): BlockHandle | undefined {
  const offset = reader.next();
  const size = reader.next();
  return offset === undefined || size === undefined ? undefined : { offset, size };
}

async function readBlock(
  bytes: Uint8Array,
  { offset, size }: BlockHandle,
  place: string,
): Promise<Imported<Entry[]>> {
  if (offset + size + TRAILER_BYTES > bytes.length - FOOTER_BYTES) {
    return malformed(`${place} reaches beyond the file's end`);
  }
  const content = bytes.subarray(offset, offset + size);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + offset + size, TRAILER_BYTES);
  const checksum = await maskedChecksum(bytes.subarray(offset, offset + size + 1));
  if (checksum !== trailer.getUint32(1, true)) return malformed(`${place}: its checksum is wrong`);
  const compression = trailer.getUint8(0);
  if (compression === 0) return readEntries(content, place);
  if (compression !== SNAPPY) return unsupported(`${place} is compressed in another way than Snappy's`);
  const uncompressed = uncompressSnappy(content);
  return uncompressed === undefined
    ? malformed(`${place}: its compression is malformed`)
    : readEntries(uncompressed, place);
}

/** Reads the entries of a block. Each key states how many bytes it shares with the key before it. */
function readEntries(content: Uint8Array, place: string): Imported<Entry[]> {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const restarts = content.length < 4 ? -1 : view.getUint32(content.length - 4, true);
  const end = content.length - 4 * (restarts + 1);
  if (restarts < 0 || end < 0) return malformed(`${place}: is too short for its ${restarts} restarts`);
  const reader = new VarintReader(content.subarray(0, end));
  const entries: Entry[] = [];
  let key = '';
  while (reader.offset < end) {
    const shared = reader.next();
    const own = reader.next();
    const length = reader.next();
    if (shared === undefined || own === undefined || length === undefined || shared > key.length) {
      return malformed(`${place}: entry ${entries.length} is malformed`);
    }
    const start = reader.offset;
    if (start + own + length > end) {
      return malformed(`${place}: entry ${entries.length} is longer than the block`);
    }
    key = key.slice(0, shared) + Buffer.from(content.subarray(start, start + own)).toString('latin1');
    if (key.length > MOST_KEY_BYTES) return malformed(`${place}: entry ${entries.length} has too long a key`);
    entries.push([key, content.subarray(start + own, start + own + length)]);
    reader.offset = start + own + length;
  }
  return read(entries);
}

/**
 * The most bytes of a key: otherwise keys that share everything with the one before could grow with the square of the
 * file's size.
 */
const MOST_KEY_BYTES = 8192;
