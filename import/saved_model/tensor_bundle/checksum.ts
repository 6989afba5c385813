import { createCRC32 } from 'hash-wasm';

/** The CRC-32C of bytes in pieces, masked as in LevelDB's tables and TensorFlow's bundles. */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** Returns the checksum of all bytes so far. More may follow. */
  masked(): number;
}

/** The constant of LevelDB's mask, without which checksums of checksums are weak. */
const MASK = 0xa282ead8;
/** Castagnoli's polynomial, which defines CRC-32C. */
const POLYNOMIAL = 0x82f63b78;

export async function createChecksum(): Promise<Checksum> {
  const hasher = await createCRC32(POLYNOMIAL);
  hasher.init();
  return {
    update: (bytes) => {
      hasher.update(bytes);
    },
    masked: () => {
      const state = hasher.save();
      const crc = Number.parseInt(hasher.digest('hex'), 16);
      hasher.load(state);
      return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
    },
  };
}

export async function maskedChecksum(bytes: Uint8Array): Promise<number> {
  const checksum = await createChecksum();
  checksum.update(bytes);
  return checksum.masked();
}
