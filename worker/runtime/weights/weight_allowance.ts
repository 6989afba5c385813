import { BYTES_PER_ELEMENT } from '../../model/dtype.ts';
import type { WeightGroup, WeightSpec } from '../../model/model_json.ts';
import { elementCount } from '../../model/tensor.ts';

/** What the memory budget was told of a model's weights. Bytes. */
export interface DeclaredWeights {
  /** Of all weights as they are dequantized: what model.json has to describe. */
  readonly bytes: number;
  /** What they may take in memory. */
  readonly most: number;
}

/**
 * Holds what model.json describes against what the manifest declares, before anything is allocated.
 *
 * @param isKept whether a weight is loaded
 * @throws if they differ
 */
export function checkDeclared(
  { bytes }: DeclaredWeights,
  groups: readonly WeightGroup[],
  isKept: (spec: WeightSpec) => boolean,
): void {
  const specs = groups.flatMap(({ weights }) => weights).filter(isKept);
  const described = specs.reduce((sum, spec) => sum + dequantizedBytes(spec), 0);
  // How long strings are is not described: they make it more.
  const isOpen = specs.some(({ dtype }) => dtype === 'string');
  if (isOpen ? described <= bytes : described === bytes) return;
  throw new Error(
    `its manifest declares ${bytes} bytes of weights (weightBytes), and model.json describes ` +
      `${isOpen ? 'at least ' : ''}${described}; publish it anew with npm run publish`,
  );
}

/** Counts what weights take and refuses what was not admitted, before it is allocated. */
export class WeightAllowance {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws if that is more than was admitted */
  take(name: string, bytes: number): void {
    this.#taken += bytes;
    if (this.#taken <= this.#most) return;
    throw new Error(
      `with weight ${name} its weights take ${this.#taken} bytes, and its manifest says that ${this.#most} are enough`,
    );
  }
}

/** What a weight takes as it is loaded, where it does not stay as small as it is stored. Strings are not counted. */
export function dequantizedBytes({ dtype, shape }: WeightSpec): number {
  return dtype === 'string' ? 0 : elementCount(shape) * BYTES_PER_ELEMENT[dtype];
}
