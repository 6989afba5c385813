import type { Signature } from '../../worker/model/signature.ts';
import type { Computation, ComputedTensor } from './computation.ts';

/** The difference of a changed model's output from the original's, over all examples. */
export interface OutputDifference {
  readonly signature: string;
  readonly output: string;
  readonly largestAbsolute: number;
  /** Relative to the largest value of the original's output in the same example. */
  readonly largestRelative: number;
  /** The number of examples on which an answer had numbers that are not finite, which are not compared. Absent if it is 0. */
  readonly notFinite?: number;
  /** True if no two numbers could be compared, so that the differences of 0 mean nothing. Absent otherwise. */
  readonly nothingCompared?: true;
  /** The number of rows of finite numbers whose largest value is at another position. Undefined for outputs that are not classes. */
  readonly changedClasses?: { readonly changed: number; readonly of: number };
}

interface Example {
  readonly signature_name?: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Computes the same examples with two forms of a model and compares the outputs.
 *
 * @param signatures those of the changed model
 * @param examples golden examples. Only their inputs are used
 * @param before the signatures of the original, if its tensors have other names
 * @throws if an example does not fit its signature, or a model cannot compute it
 */
export async function compareAnswers(
  original: Computation,
  changed: Computation,
  signatures: Readonly<Record<string, Signature>>,
  examples: Iterable<Example>,
  before: Readonly<Record<string, Signature>> = signatures,
): Promise<OutputDifference[]> {
  const differences = new Map<string, OutputDifference>();
  for (const { signature_name: name = 'serving_default', inputs } of examples) {
    const expected = await original.run(signatureOf(before, name), inputs);
    const found = await changed.run(signatureOf(signatures, name), inputs);
    for (const [output, tensor] of expected) {
      const other = found.get(output);
      if (other === undefined) throw new Error(`the changed model gave no output "${output}"`);
      const key = JSON.stringify([name, output]);
      differences.set(
        key,
        merge(differences.get(key), { signature: name, output, ...compare(tensor, other) }),
      );
    }
  }
  return [...differences.values()];
}

/**
 * Returns the signature of an example.
 *
 * @throws if the model has no signature of this name
 */
export function signatureOf(signatures: Readonly<Record<string, Signature>>, name: string): Signature {
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature === undefined) throw new Error(`there is no signature "${name}"`);
  return signature;
}

/** Describes the difference of each output in one line. */
export function describeDifferences(differences: readonly OutputDifference[]): string[] {
  return differences.map(
    ({
      signature,
      output,
      largestAbsolute,
      largestRelative,
      changedClasses,
      notFinite = 0,
      nothingCompared,
    }) => {
      if (nothingCompared)
        return `${signature} ${output}: not measured, since no answer has finite numbers on ${plural(notFinite)}`;
      const classes =
        changedClasses === undefined
          ? ''
          : `, ${changedClasses.changed} of ${changedClasses.of} classes changed`;
      const share = Number.isFinite(largestRelative)
        ? `${(100 * largestRelative).toPrecision(2)} % of the largest value`
        : 'the original has only zeros';
      const unmeasured =
        notFinite === 0
          ? ''
          : `; numbers that are not finite were not compared, in the answers on ${plural(notFinite)}`;
      return `${signature} ${output}: off by at most ${largestAbsolute.toPrecision(2)} (${share})${classes}${unmeasured}`;
    },
  );
}

function plural(examples: number): string {
  return `${examples} ${examples === 1 ? 'example' : 'examples'}`;
}

type Compared = Omit<OutputDifference, 'signature' | 'output'>;

function compare(expected: ComputedTensor, found: ComputedTensor): Compared {
  if (String(expected.shape) !== String(found.shape)) {
    throw new Error(`the shape of an output changed from [${expected.shape}] to [${found.shape}]`);
  }
  let [largest, scale, compared] = [0, 0, 0];
  for (let index = 0; index < expected.values.length; index++) {
    const [left, right] = [expected.values[index] ?? Number.NaN, found.values[index] ?? Number.NaN];
    if (Number.isFinite(left) && Number.isFinite(right)) {
      largest = Math.max(largest, Math.abs(left - right));
      scale = Math.max(scale, Math.abs(left));
      compared++;
    }
  }
  return {
    largestAbsolute: largest,
    largestRelative: largest === 0 ? 0 : largest / scale,
    ...(compared === expected.values.length ? {} : { notFinite: 1 }),
    ...(compared === 0 && expected.values.length > 0 ? { nothingCompared: true } : {}),
    ...countChangedClasses(expected, found),
  };
}

function countChangedClasses(
  expected: ComputedTensor,
  found: ComputedTensor,
): Pick<Compared, 'changedClasses'> {
  const width = expected.shape.at(-1) ?? 1;
  if (expected.shape.length < 2 || width < 2) return {};
  let [changed, rows] = [0, 0];
  for (let start = 0; start < expected.values.length; start += width) {
    const before = largestAt(expected.values, start, width);
    const after = largestAt(found.values, start, width);
    if (before === undefined || after === undefined) continue;
    rows++;
    if (before !== after) changed++;
  }
  return { changedClasses: { changed, of: rows } };
}

/** Returns the position of the largest of a row's numbers; undefined if one of them is not finite. */
function largestAt(values: ArrayLike<number>, start: number, width: number): number | undefined {
  let [best, largest] = [0, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < width; index++) {
    const value = values[start + index] ?? Number.NaN;
    if (!Number.isFinite(value)) return undefined;
    if (value > largest) [best, largest] = [index, value];
  }
  return best;
}

function merge(before: OutputDifference | undefined, now: OutputDifference): OutputDifference {
  if (before === undefined) return now;
  const notFinite = (before.notFinite ?? 0) + (now.notFinite ?? 0);
  const [first, second] = [before.changedClasses, now.changedClasses];
  const { nothingCompared: neither, ...counted } = now;
  return {
    ...counted,
    ...(neither && before.nothingCompared ? { nothingCompared: true } : {}),
    largestAbsolute: Math.max(before.largestAbsolute, now.largestAbsolute),
    largestRelative: Math.max(before.largestRelative, now.largestRelative),
    ...(notFinite === 0 ? {} : { notFinite }),
    ...(first === undefined || second === undefined
      ? {}
      : { changedClasses: { changed: first.changed + second.changed, of: first.of + second.of } }),
  };
}
