import { type Imported, malformed, read } from '../../import_result.ts';
import type { Hdf5Dataset } from '../hdf5/messages.ts';
import type { ExpectedWeight } from './expected_weights.ts';

/** A tensor in a file of Keras's. */
export interface StoredWeight {
  /** In the HDF5 file. */
  readonly path: string;
  /** What Keras called the variable; its path in files that have no names. */
  readonly name: string;
  readonly dataset: Hdf5Dataset;
}

/** A weight that was waited for, and the tensor that holds its values. */
export interface FoundWeight {
  readonly name: string;
  readonly stored: StoredWeight;
}

/**
 * Finds for each weight that is waited for the tensor with its values: by name where all have the names that
 * Keras gives them, else in order. Shapes have to agree.
 *
 * @param place what the weights are of, for the message
 * @param kerasNames of layers that tfjs knows by other names
 */
export function pairWeights(
  expected: readonly ExpectedWeight[],
  stored: readonly StoredWeight[],
  place: string,
  kerasNames: ReadonlyMap<string, string> = new Map(),
): Imported<FoundWeight[]> {
  const needed = expected.filter(({ optional }) => !optional);
  if (stored.length > expected.length || stored.length < needed.length) {
    return malformed(
      `${place} has ${expected.length} weights${listNames(expected)}, and the file has ${stored.length}${listNames(stored)}`,
    );
  }
  const wanted = stored.length === expected.length ? expected : needed;
  const ordered = byName(wanted, stored, kerasNames) ?? stored;
  const found: FoundWeight[] = [];
  for (const [index, { name, shape }] of wanted.entries()) {
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
 * The tensors in the order of the weights, if every weight's name tells exactly one: the last part must be the same,
 * and the layer's name in front of it must stand somewhere in the tensor's.
 */
function byName(
  expected: readonly ExpectedWeight[],
  stored: readonly StoredWeight[],
  kerasNames: ReadonlyMap<string, string>,
): StoredWeight[] | undefined {
  const parts = stored.map((weight) => ({ weight, words: weight.name.replace(/:\d+$/, '').split('/') }));
  const ordered: StoredWeight[] = [];
  for (const { name, words: given } of expected) {
    const words = given ?? name.split('/').map((word) => kerasNames.get(word) ?? word);
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
