import type { Weight } from '../../graph/graph.ts';
import type { NamedWeight } from '../../tfjs/writer/write_weights.ts';
import type { FoundWeight } from './found_weight.ts';
import type { Adjustment, WeightSource } from './weight_source.ts';

/** What tensors are read from, by their paths. */
export interface TensorFile {
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Yields the weights to write, each read from the file on demand. The memory of one is freed when the next is
 * requested, since the garbage collector would keep that of many.
 */
export function* namedWeights(
  file: TensorFile,
  found: readonly FoundWeight[],
  sources: readonly WeightSource[],
): Iterable<NamedWeight> {
  const adjustments = new Map(adjustmentsOf(sources));
  let held: Uint8Array<ArrayBuffer> | undefined;
  for (const { name, stored } of found) {
    held?.buffer.transfer(0);
    const adjustment = adjustments.get(layerOf(name, adjustments));
    const weight: Weight = {
      ...stored.dataset,
      read: async () => {
        held = await file.read(stored.path);
        return adjusted(held, name, stored.dataset.shape, adjustment);
      },
    };
    yield { name, weight };
  }
}

function* adjustmentsOf(sources: readonly WeightSource[]): Iterable<[string, Adjustment]> {
  for (const { name, adjustment, members } of sources) {
    if (adjustment !== undefined) yield [name, adjustment];
    if (members !== undefined) yield* adjustmentsOf(members);
  }
}

/** Returns the layer of a weight, with whose name the weight's name begins. */
function layerOf(weight: string, adjustments: ReadonlyMap<string, Adjustment>): string {
  return [...adjustments.keys()].find((name) => weight.startsWith(`${name}/`)) ?? '';
}

function adjusted(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  shape: readonly number[],
  adjustment: Adjustment | undefined,
): Uint8Array<ArrayBuffer> {
  if (adjustment === undefined || !adjustment.weights.includes(name.split('/').at(-1) ?? '')) return bytes;
  const { factors } = adjustment;
  const columns = shape.at(-1) ?? 1;
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  for (let index = 0; index < values.length; index++) {
    const part = Math.floor(((index % columns) * factors.length) / columns);
    values[index] = (values[index] ?? 0) * (factors[part] ?? 1);
  }
  return bytes;
}
