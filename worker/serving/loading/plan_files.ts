import { errorMessage } from '../../registry/storage/error_message.ts';
import { within } from '../../registry/storage/waiting.ts';
import type { Manifest } from '../../registry/version/manifest.ts';
import { type PlanBlob, planBlobs, proofsOf } from '../../registry/version/version_blobs.ts';
import { runtimeDigest } from '../../runtime/kernels/runtime_digest.ts';
import { BlobReader, type BlobSource } from './blob_reader.ts';
import { IntegrityError } from './verified_stream.ts';

/** A load waits no longer for a plan, which the isolate can also make itself. Milliseconds. */
const LIMIT_MS = 2000;

export interface PlanFiles {
  /** The files of the prepared plans by the positions of their proofs. A file that cannot be read is left out. */
  readonly files: Promise<readonly (Uint8Array | undefined)[]>;
  /** Stores files in the cache that it did not have. */
  keepMissed(): Promise<void>;
}

/**
 * Starts to read the prepared plans of a version, each with its digest checked, unless they are of another runtime. No fault
 * makes the load fail.
 *
 * @param onFault receives the reason why a plan could not be read
 */
export function openPlanFiles(
  source: BlobSource,
  manifest: Manifest,
  onFault: (reason: string) => void,
): PlanFiles {
  const proofs = proofsOf(manifest);
  const blobs = proofs?.runtime === runtimeDigest() ? planBlobs(manifest) : [];
  const readers: BlobReader[] = [];
  const read = async (blob: PlanBlob, from: BlobSource): Promise<Uint8Array> => {
    const reader = new BlobReader(from, [blob]);
    readers.push(reader);
    try {
      return await wholeOf(reader, blob);
    } catch (error) {
      if (reader.wasMisled) return await wholeOf(new BlobReader({ store: source.store }, [blob]), blob);
      throw error;
    }
  };
  const files = async (): Promise<readonly (Uint8Array | undefined)[]> => {
    const found: (Uint8Array | undefined)[] = [];
    const late = () => new Error(`it took more than ${LIMIT_MS / 1000} seconds to read`);
    const reads = blobs.map(async (blob) => {
      try {
        found[blob.proof] = await within(LIMIT_MS, read(blob, source), late);
      } catch (error) {
        onFault(errorMessage(error));
      }
    });
    await Promise.all(reads);
    return found;
  };
  return {
    files: files(),
    keepMissed: async () => {
      for (const reader of readers) await reader.keepMissed();
    },
  };
}

async function wholeOf(reader: BlobReader, { path, bytes }: PlanBlob): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for await (const piece of reader.read(path)) {
    whole.set(piece, at);
    at += piece.length;
  }
  if (at !== bytes) throw new IntegrityError(`${path} has ${at} bytes`);
  return whole;
}
