import { BYTES_PER_ELEMENT, type DataType } from '../../../worker/model/dtype.ts';
import type { Quantization } from '../../../worker/model/quantization.ts';
import { elementCount } from '../../../worker/model/tensor.ts';
import type { Weight } from '../../graph/graph.ts';
import { isQuantizable, type QuantizationMode, quantize, type StoredWeight } from './quantize.ts';
import { ShardWriter } from './shard_writer.ts';

export interface WriteWeightsOptions {
  /** Reduces the files to a half or a quarter, at the cost of accuracy. Small tensors are not quantized. */
  readonly quantize?: QuantizationMode;
  /** The largest file in bytes; 4 MB by default. */
  readonly shardBytes?: number;
  /** Called after every weight. */
  readonly onProgress?: (progress: WriteProgress) => void;
}

interface WriteProgress {
  readonly weight: string;
  /** Weights and bytes written so far. */
  readonly weights: number;
  readonly bytes: number;
}

export interface NamedWeight {
  readonly name: string;
  readonly weight: Weight;
}

/** A group of tfjs's `weightsManifest`. */
export interface WeightGroupJson {
  readonly paths: readonly string[];
  readonly weights: readonly WeightJson[];
}

interface WeightJson {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly quantization?: Quantization;
}

/** The written group for the manifest, and its bytes. */
export interface WrittenWeights {
  readonly group: WeightGroupJson;
  readonly bytes: number;
}

/**
 * Writes weights one after the other to the shards of one group. One tensor is in memory at a time: the next one is
 * read after the file system has accepted the last.
 *
 * @throws if a weight cannot be read or differs from its description, after removing all files
 */
export async function writeWeights(
  weights: Iterable<NamedWeight> | AsyncIterable<NamedWeight>,
  directory: string,
  options: WriteWeightsOptions = {},
): Promise<WrittenWeights> {
  const shards = new ShardWriter(directory, options.shardBytes);
  const specs: WeightJson[] = [];
  const names = new Set<string>();
  let written = 0;
  try {
    for await (const { name, weight } of weights) {
      if (names.has(name)) throw new Error(`there are two weights "${name}"`);
      names.add(name);
      const { bytes, quantization } = await readStored(name, weight, options.quantize);
      await shards.write(bytes);
      written += bytes.length;
      const { shape, dtype } = weight;
      specs.push({ name, shape, dtype, ...(quantization === undefined ? {} : { quantization }) });
      options.onProgress?.({ weight: name, weights: specs.length, bytes: written });
    }
    return { group: { paths: await shards.finish(), weights: specs }, bytes: written };
  } catch (error) {
    await shards.abandon();
    throw error;
  }
}

async function readStored(
  name: string,
  weight: Weight,
  mode: QuantizationMode | undefined,
): Promise<StoredWeight> {
  if (weight.quantized !== undefined) {
    const { quantization, byteLength, read } = weight.quantized;
    return { bytes: checkLength(name, await read(), byteLength), quantization };
  }
  if (weight.dtype !== 'string') {
    const expected = elementCount(weight.shape) * BYTES_PER_ELEMENT[weight.dtype];
    if (weight.byteLength !== expected) {
      throw new Error(
        `weight "${name}": [${weight.shape}] takes ${expected} bytes, not ${weight.byteLength}`,
      );
    }
  }
  const bytes = checkLength(name, await weight.read(), weight.byteLength);
  return mode !== undefined && isQuantizable(weight) ? quantize(bytes, mode) : { bytes };
}

function checkLength(name: string, bytes: Uint8Array, expected: number): Uint8Array {
  if (bytes.length === expected) return bytes;
  throw new Error(`weight "${name}" has ${bytes.length} bytes in place of ${expected}`);
}
