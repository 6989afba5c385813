import type { GraphNode } from '@tensorflow/tfjs-converter';
import { tensor } from '@tensorflow/tfjs-core';
import {
  bytesAttribute,
  flagAttribute,
  inputOf,
  type Operation,
  type Operations,
  refuse,
} from '../operation.ts';
import { TooManySteps } from '../regex/machine.ts';
import { parseRewrite, RegularExpression } from '../regex/regular_expression.ts';
import { PatternError } from '../regex/syntax.ts';
import { type Bytes, decode, EMPTY, mapStrings, stringsOf } from './string_values.ts';

/** The most steps for all strings of one call, which take some seconds. */
const MOST_STEPS = 50_000_000;

type Given = (node: GraphNode, index: number) => Bytes;

const attribute =
  (name: string): Given =>
  (node) =>
    bytesAttribute(node, name) ?? EMPTY;

const input: Given = (node, index) => {
  const [value, ...more] = stringsOf(inputOf(node, index));
  if (value === undefined || more.length > 0) return refuse(node, `the input ${index} is not one string`);
  return value;
};

function replacing(pattern: Given, rewrite: Given): Operation {
  return (node) =>
    withPattern(node, pattern(node, 1), (expression) => {
      const parts = parseRewrite(rewrite(node, 2), expression.groups);
      const isGlobal = flagAttribute(node, 'replace_global', true);
      const budget = { steps: MOST_STEPS };
      return mapStrings('RegexReplace', inputOf(node, 0), (value) =>
        expression.replace(value, parts, isGlobal, budget),
      );
    });
}

function matching(pattern: Given): Operation {
  return (node) =>
    withPattern(node, pattern(node, 1), (expression) => {
      const budget = { steps: MOST_STEPS };
      const x = inputOf(node, 0);
      const truths = Uint8Array.from(stringsOf(x), (value) => Number(expression.matchesWhole(value, budget)));
      return tensor(truths, x.shape, 'bool');
    });
}

function withPattern<Result>(
  node: GraphNode,
  pattern: Bytes,
  compute: (expression: RegularExpression) => Result,
): Result {
  try {
    return compute(RegularExpression.of(decode(pattern)));
  } catch (error) {
    if (error instanceof PatternError)
      return refuse(node, `"${decode(pattern).slice(0, 100)}" is no pattern: ${error.message}`);
    if (error instanceof TooManySteps)
      return refuse(
        node,
        'the texts are too long for the pattern: it would take more steps than a request may',
      );
    throw error;
  }
}

export const PATTERNS: Operations = {
  RegexFullMatch: matching(input),
  RegexReplace: replacing(input, input),
  StaticRegexFullMatch: matching(attribute('pattern')),
  StaticRegexReplace: replacing(attribute('pattern'), attribute('rewrite')),
};
