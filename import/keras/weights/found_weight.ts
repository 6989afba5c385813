import { type Imported, malformed, read } from '../../import_result.ts';
import type { Hdf5Dataset } from '../hdf5/messages.ts';
import type { ExpectedWeight } from './expected_weights.ts';

/** A tensor in a file of Keras. */
export interface StoredWeight {
  /** The path in the HDF5 file. */
  readonly path: string;
  /** Keras's name of the variable, or its path in files without names. */
  readonly name: string;
  readonly dataset: Hdf5Dataset;
}

/** A weight of tfjs and the tensor with its values. */
export interface FoundWeight {
  readonly name: string;
  readonly stored: StoredWeight;
}

/**
 * Finds the tensor of each weight that tfjs needs: by name if all have Keras's names, or else in order. Shapes must
 * agree.
 *
 * @param place the owner of the weights, for messages
 * @param kerasNames Keras's names of layers that have other names in tfjs
 */
export function pairWeights(
  expected: readonly ExpectedWeight[],
  stored: readonly StoredWeight[],
  place: string,
  kerasNames: ReadonlyMap<string, string> = new Map(),
): Imported<FoundWeight[]> {
  if (expected.length !== stored.length) {
    return malformed(
      `${place} has ${expected.length} weights${listNames(expected)}, and the file has ${stored.length}${listNames(stored)}`,
    );
  }
  const ordered = byName(expected, stored, kerasNames) ?? stored;
  const found: FoundWeight[] = [];
  for (const [index, { name, shape }] of expected.entries()) {
    const candidate = ordered[index];
    if (candidate === undefined) throw new Error('lists of equal length');
    if (candidate.dataset.shape.join() !== shape.join()) {
      return malformed(
        `${candidate.path} has shape [${candidate.dataset.shape}], and ${name} of ${place} needs [${shape}]`,
      );
    }
    found.push({ name, stored: candidate });
  }
  return read(found);
}

function listNames(weights: readonly { readonly name: string }[]): string {
  return weights.length === 0 ? '' : ` (${weights.map(({ name }) => name).join(', ')})`;
}

/**
 * Returns the tensors in the order of the weights if every weight's name identifies exactly one: the last part must be
 * equal, and the tensor's name must contain the layer's name.
 */
function byName(
  expected: readonly ExpectedWeight[],
  stored: readonly StoredWeight[],
  kerasNames: ReadonlyMap<string, string>,
): StoredWeight[] | undefined {
  const parts = stored.map((weight) => ({ weight, words: weight.name.replace(/:\d+$/, '').split('/') }));
  const ordered: StoredWeight[] = [];
  for (const { name } of expected) {
    const words = name.split('/').map((word) => kerasNames.get(word) ?? word);
    const [match, ...others] = parts.filter(
      (candidate) =>
        candidate.words.at(-1) === words.at(-1) &&
        words.slice(0, -1).every((word) => candidate.words.slice(0, -1).includes(word)),
    );
    if (match === undefined || others.length > 0 || ordered.includes(match.weight)) return undefined;
    ordered.push(match.weight);
  }
  return ordered;
}
