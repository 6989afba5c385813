import { formatTable } from '../cli/format.ts';
import type { Answer, Outputs } from './ask_server.ts';

/** The most classes of an instance that are shown. */
const CLASSES_SHOWN = 5;
const VALUE_LENGTH = 100;

/** One output of one instance. */
interface Cell {
  readonly instance: number;
  readonly output: string;
  readonly value: unknown;
}

/** Describes an answer as a table: the best classes with their scores where an output has classes, else its values. */
export function predictionLines(answer: Answer, outputs: Outputs): string[] {
  const cells =
    'predictions' in answer ? rowCells(answer.predictions, outputs) : columnCells(answer.outputs, outputs);
  const named = cells.map((cell) => ({ cell, scores: scoresOf(cell, outputs.get(cell.output)) }));
  const hasClasses = named.some(({ scores }) => scores !== undefined);
  const header = ['instance', 'output', ...(hasClasses ? ['class', 'score'] : ['value'])];
  const rows = named.flatMap(({ cell, scores }): string[][] => {
    if (scores === undefined) return [[String(cell.instance), cell.output, shortened(cell.value)]];
    return scores.map(([name, score], index) =>
      index === 0 ? [String(cell.instance), cell.output, name, score] : ['', '', name, score],
    );
  });
  return formatTable([header, ...rows]);
}

/** `predictions`: for each instance its only output, or an object with all of them. */
function rowCells(predictions: readonly unknown[], outputs: Outputs): Cell[] {
  return predictions.flatMap((prediction, index) =>
    byName(prediction, outputs).map(([output, value]) => ({ instance: index + 1, output, value })),
  );
}

/** `outputs`: the only output, or an object with all of them; instances are along the first dimension. */
function columnCells(answered: unknown, outputs: Outputs): Cell[] {
  return byName(answered, outputs).flatMap(([output, column]) => {
    const values: readonly unknown[] = Array.isArray(column) ? column : [column];
    return values.map((value, index) => ({ instance: index + 1, output, value }));
  });
}

function byName(value: unknown, outputs: Outputs): [string, unknown][] {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && !('b64' in value)) return Object.entries(value);
  const [only = ''] = outputs.keys();
  return [[only, value]];
}

/** Returns the best classes with their scores, or undefined if the value is not one score for each class. */
function scoresOf({ value }: Cell, classes: readonly string[] | undefined): [string, string][] | undefined {
  if (classes === undefined || !Array.isArray(value) || value.length !== classes.length) return undefined;
  const scores = value.map((score: unknown, index) => ({ name: classes[index] ?? '', score: Number(score) }));
  return scores
    .sort((one, other) => other.score - one.score)
    .slice(0, CLASSES_SHOWN)
    .map(({ name, score }) => [name, String(score)]);
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= VALUE_LENGTH ? text : `${text.slice(0, VALUE_LENGTH)}... (--json has all)`;
}
