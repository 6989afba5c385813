import { BYTES_PER_ELEMENT } from '../../model/dtype.ts';
import type { WeightGroup, WeightSpec } from '../../model/model_json.ts';
import { elementCount } from '../../model/tensor.ts';

/** The bytes of a model's weights as the memory budget counts them. */
export interface DeclaredWeights {
  /** The bytes of all dequantized weights. model.json must describe the same number. */
  readonly bytes: number;
  /** The most bytes that they may take in memory. */
  readonly most: number;
}

/**
 * Compares the weights in model.json with the manifest's declaration before anything is allocated.
 *
 * @param isKept returns true if a weight is loaded
 * @throws if they differ
 */
export function checkDeclared(
  { bytes }: DeclaredWeights,
  groups: readonly WeightGroup[],
  isKept: (spec: WeightSpec) => boolean,
): void {
  const specs = groups.flatMap(({ weights }) => weights).filter(isKept);
  const described = specs.reduce((sum, spec) => sum + dequantizedBytes(spec), 0);
  // model.json does not state the length of strings, which add to the number.
  const isOpen = specs.some(({ dtype }) => dtype === 'string');
  if (isOpen ? described <= bytes : described === bytes) return;
  throw new Error(
    `its manifest declares ${bytes} bytes of weights (weightBytes), and model.json describes ` +
      `${isOpen ? 'at least ' : ''}${described}; publish it anew with npm run publish`,
  );
}

/** Counts the memory of weights and refuses more than was admitted, before it is allocated. */
export class WeightAllowance {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws if the weights take more than was admitted */
  take(name: string, bytes: number): void {
    this.#taken += bytes;
    if (this.#taken <= this.#most) return;
    throw new Error(
      `with weight ${name} its weights take ${this.#taken} bytes, and its manifest says that ${this.#most} are enough`,
    );
  }
}

/** Returns the bytes of a dequantized weight. Strings count as 0. */
export function dequantizedBytes({ dtype, shape }: WeightSpec): number {
  return dtype === 'string' ? 0 : elementCount(shape) * BYTES_PER_ELEMENT[dtype];
}
