import { BYTES_PER_ELEMENT, STRING_LENGTH_BYTES } from '../../worker/model/dtype.ts';
import type { WeightGroup, WeightSpec } from '../../worker/model/model_json.ts';
import { quantizationFault, storedWidth } from '../../worker/model/quantization.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import { type Imported, malformed, read } from '../import_result.ts';

interface WeightSize {
  /** Bytes in the files. For strings, the smallest possible number. */
  readonly stored: number;
  /** Bytes in memory, dequantized; undefined for strings. */
  readonly memory: number | undefined;
}

/**
 * Checks a group of weights against the length of its files and returns the bytes of its weights in memory. The
 * optimizer's group, which only training uses, is not loaded and does not count. Sizes are those of tfjs-core's
 * decodeWeights.
 *
 * @param fileBytes the sum of the group's files in bytes
 */
export function measureWeightGroup(group: WeightGroup, fileBytes: number): Imported<number> {
  let stored = 0;
  let memory = 0;
  let strings = false;
  for (const [index, spec] of group.weights.entries()) {
    const size = measureWeight(spec);
    if (size.kind !== 'read')
      return { ...size, message: `weights[${index}] ("${spec.name}"): ${size.message}` };
    stored += size.value.stored;
    if (size.value.memory === undefined) strings = true;
    else if (spec.group !== 'optimizer') memory += size.value.memory;
  }
  if (strings ? fileBytes < stored : fileBytes !== stored) {
    const need = `${strings ? 'at least ' : ''}${stored}`;
    return malformed(`its files hold ${fileBytes} bytes and its weights need ${need}`);
  }
  // Only reading the strings would tell their lengths. They take as many bytes in memory as in the file.
  return read(memory + (strings ? fileBytes - (stored - stringBytes(group)) : 0));
}

/** Returns the name of a weight that occurs twice in the manifest, which would be ambiguous. */
export function repeatedWeight(groups: readonly WeightGroup[]): string | undefined {
  const names = new Set<string>();
  for (const { name } of groups.flatMap(({ weights }) => weights)) {
    if (names.has(name)) return name;
    names.add(name);
  }
  return undefined;
}

function stringBytes(group: WeightGroup): number {
  return group.weights
    .filter(({ dtype }) => dtype === 'string')
    .reduce((bytes, { shape }) => bytes + STRING_LENGTH_BYTES * elementCount(shape), 0);
}

function measureWeight({ dtype, quantization, shape }: WeightSpec): Imported<WeightSize> {
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count * 8)) return malformed(`shape [${shape}] is too large`);
  const fault = quantizationFault({ dtype, quantization });
  if (fault !== undefined) return malformed(fault);
  if (dtype === 'string') return read({ stored: STRING_LENGTH_BYTES * count, memory: undefined });
  return read({
    stored: storedWidth({ dtype, quantization }) * count,
    memory: BYTES_PER_ELEMENT[dtype] * count,
  });
}
