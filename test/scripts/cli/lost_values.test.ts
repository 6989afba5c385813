import { Command, InvalidArgumentError, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { findLostValues } from '../../../scripts/cli/parse/lost_values.ts';

function number(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number.');
}

function version(text: string): string {
  if (/^\d+(\.\d+)*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be a version.');
}

const command = new Command('change')
  .argument('<model>', 'a name')
  .argument('[version]', 'a version', version);
const count = new Option('--count <number>', 'a number').argParser(number);
const reason = new Option('--reason <text>', 'a text');
const by = new Option('--by <name>', 'a text');

describe('values of options among the arguments', () => {
  test.each<[string, readonly Option[], readonly string[], readonly string[], readonly string[]]>([
    ['at the end', [count], ['m', '1.2', '7'], ['m', '1.2'], ['7']],
    ['at the beginning', [count], ['7', 'm', '1.2'], ['m', '1.2'], ['7']],
    ['that are texts, at the end', [reason], ['m', 'why not'], ['m'], ['why not']],
    ['that are texts, behind a version', [reason], ['m', '1.2', '2.0'], ['m', '1.2'], ['2.0']],
    ['of two options in any order', [reason, count], ['m', '7', 'why'], ['m'], ['why', '7']],
    ['before options with theirs', [count], ['m', '7', '--by', 'ann'], ['m', '--by', 'ann'], ['7']],
  ])('%s are found', (_, options, typed, words, values) => {
    expect(findLostValues(command, options, typed)).toEqual({
      words,
      values: new Map(options.map((option, index) => [option, values[index]])),
    });
  });

  test.each<[string, readonly Option[], readonly string[]]>([
    ['may be those of either option', [reason, by], ['m', 'why', 'ann']],
    ['may be before or behind the model', [reason], ['why', 'm', '1.2']],
    ['fit nowhere', [count], ['m', '1.2', 'why']],
    ['are missing', [reason], ['m']],
    ['are too many to be tried', [count], ['m', ...'12345678']],
  ])('that %s are not', (_, options, typed) => {
    expect(findLostValues(command, options, typed)).toBeUndefined();
  });
});
