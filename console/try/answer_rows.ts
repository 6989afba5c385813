import type { Signature } from '../../worker/model/signature.ts';

/** One output of one instance of an answer. */
export interface AnswerOutput {
  /** From 0, by the order of the request. */
  readonly instance: number;
  readonly output: string;
  readonly rows: readonly AnswerRow[];
  /** The number of further values, which are only in the raw answer. */
  readonly more: number;
}

interface AnswerRow {
  readonly label: string;
  readonly value: string;
  /** The length of its bar, from 0 to 1. Undefined if the values are no shares. */
  readonly share: number | undefined;
}

/** A reader compares no more. The raw answer has all. */
const MOST_INSTANCES = 20;
const MOST_ROWS = 20;

/**
 * Reads an answer to predict, classify or regress as rows: with the names of classes, and with bars where the values are
 * shares.
 *
 * @returns undefined if the answer has another form
 */
export function answerOutputs(answer: unknown, { outputs }: Signature): AnswerOutput[] | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const names = Object.keys(outputs);
  const [first = 'output'] = names;
  const classesOf = (output: string) =>
    Object.hasOwn(outputs, output) ? outputs[output]?.classes : undefined;
  if ('predictions' in answer && Array.isArray(answer.predictions)) {
    return answer.predictions.slice(0, MOST_INSTANCES).flatMap((instance: unknown, index) =>
      byName(instance, first, names).map(([output, value]) => ({
        ...valueRows(value, classesOf(output)),
        instance: index,
        output,
      })),
    );
  }
  if ('outputs' in answer) {
    return byName(answer.outputs, first, names).flatMap(([output, value]) => {
      const instances = isBatch(value, outputs[output]?.shape) ? value : [value];
      return instances
        .slice(0, MOST_INSTANCES)
        .map((each: unknown, index) => ({ ...valueRows(each, classesOf(output)), instance: index, output }));
    });
  }
  if ('results' in answer && Array.isArray(answer.results)) {
    return answer.results
      .slice(0, MOST_INSTANCES)
      .map((result: unknown, index) => ({ ...resultRows(result), instance: index, output: first }));
  }
  return undefined;
}

/** A single output stands without its name. */
function byName(value: unknown, only: string, names: readonly string[]): [string, unknown][] {
  const isNamed = typeof value === 'object' && value !== null && !Array.isArray(value) && names.length > 1;
  return isNamed ? Object.entries(value) : [[only, value]];
}

function isBatch(value: unknown, shape: readonly number[] | null | undefined): value is unknown[] {
  return Array.isArray(value) && shape?.[0] === -1;
}

/** A result to classify is pairs of a class and its score, one to regress is a number. */
function resultRows(result: unknown): Pick<AnswerOutput, 'rows' | 'more'> {
  const pairs = Array.isArray(result) ? result : [];
  const isPairs = pairs.length > 0 && pairs.every((pair) => Array.isArray(pair) && pair.length === 2);
  return isPairs
    ? namedRows(pairs.map((pair): [string, unknown] => [String(pair[0]), pair[1]]))
    : valueRows(result, undefined);
}

function valueRows(
  value: unknown,
  classes: readonly string[] | undefined,
): Pick<AnswerOutput, 'rows' | 'more'> {
  if (!Array.isArray(value) || value.some((each) => typeof each === 'object')) {
    return { rows: [{ label: '', value: textOf(value), share: undefined }], more: 0 };
  }
  const names = classes?.length === value.length ? classes : undefined;
  const entries = value.map((each: unknown, index): [string, unknown] => [
    names?.[index] ?? `[${index}]`,
    each,
  ]);
  return namedRows(entries, names !== undefined);
}

/** Makes rows of named values. Those of classes are sorted, the most likely first. */
function namedRows(entries: readonly (readonly [string, unknown])[], isSorted = true) {
  const numbers = entries.map(([, value]) => value).filter((value) => typeof value === 'number');
  const areShares = numbers.length === entries.length && numbers.every((value) => value >= 0 && value <= 1);
  const ordered =
    isSorted && numbers.length === entries.length
      ? entries.toSorted((left, right) => Number(right[1]) - Number(left[1]))
      : entries;
  const rows = ordered.slice(0, MOST_ROWS).map(([label, value]) => ({
    label,
    value: textOf(value),
    share: areShares ? Number(value) : undefined,
  }));
  return { rows, more: entries.length - rows.length };
}

const LONGEST_TEXT = 300;

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
