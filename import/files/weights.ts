import { elementCount } from '../element_count.ts';
import { type Imported, malformed, read, unsupported } from '../import_result.ts';
import type { WeightGroup, WeightSpec } from '../tfjs/model_json.ts';

/** Bytes of one element in memory, and in a file of weights that are not quantised. Strings have none. */
const ELEMENT_BYTES = new Map([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
]);
const QUANTIZED_BYTES = { uint8: 1, uint16: 2, float16: 2 } as const;

/** A string lies in a file behind its length. */
const STRING_LENGTH_BYTES = 4;

interface WeightSize {
  /** Bytes in the files; for strings the least that they can take. */
  readonly stored: number;
  /** Bytes in memory, dequantised; undefined for strings. */
  readonly memory: number | undefined;
}

/**
 * Checks a group of weights against the length of its files and tells the bytes that its weights take in
 * memory. What training left behind, the optimizer's group, is not loaded and does not count.
 * Sizes as tfjs-core's decodeWeights has them.
 *
 * @param fileBytes the bytes of the group's files together
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
  // Nobody knows how long the strings are without reading them; in memory they take what they take here.
  return read(memory + (strings ? fileBytes - (stored - stringBytes(group)) : 0));
}

/** The name of a weight that stands twice in the manifest, if one does: which of the two is meant? */
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
  if (dtype === 'string') {
    if (quantization !== undefined) return malformed('strings cannot be quantised');
    return read({ stored: STRING_LENGTH_BYTES * count, memory: undefined });
  }
  const elementBytes = ELEMENT_BYTES.get(dtype);
  if (elementBytes === undefined) {
    return unsupported(`dtype ${dtype} is none of ${[...ELEMENT_BYTES.keys()].join(', ')}, string`);
  }
  if (quantization === undefined) return read({ stored: elementBytes * count, memory: elementBytes * count });
  if (dtype === 'bool' || (dtype === 'int32' && quantization.dtype === 'float16')) {
    return malformed(`${dtype} cannot be quantised as ${quantization.dtype}`);
  }
  return read({ stored: QUANTIZED_BYTES[quantization.dtype] * count, memory: elementBytes * count });
}
