import {
  type Asked,
  answered,
  type GateCase,
  int,
  operation,
  refused,
  strings,
  text,
} from '../../../gate/gate_cases/case.ts';

const substr = (unit: string, asked: readonly Asked[]): GateCase =>
  operation(
    `Substr of ${unit}`,
    'Substr',
    { x: 'BYTES', pos: 'INT32', len: 'INT32' },
    { T: { type: 'DT_INT32' }, unit: text(unit) },
    'BYTES',
    asked,
  );

/** The values are those of the documentation of tf.strings.substr. */
export const SUBSTRING_CASES: readonly GateCase[] = [
  substr('BYTE', [
    answered(
      'one place for all',
      { x: strings([2], ['Hello', 'World']), pos: int([], [1]), len: int([], [3]) },
      strings([2], ['ell', 'orl']),
    ),
    answered(
      'a place for each',
      {
        x: strings(
          [3, 3],
          ['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'],
        ),
        pos: int([3, 3], [1, 2, 3, 1, 2, 3, 1, 2, 3]),
        len: int([3, 3], [2, 3, 4, 4, 3, 2, 5, 5, 5]),
      },
      strings([3, 3], ['en', 'eve', 'lve', 'hirt', 'urt', 'te', 'ixtee', 'vente', 'hteen']),
    ),
    answered(
      'places for the columns',
      {
        x: strings(
          [4, 3],
          [
            'ten',
            'eleven',
            'twelve',
            'thirteen',
            'fourteen',
            'fifteen',
            'sixteen',
            'seventeen',
            'eighteen',
            'nineteen',
            'twenty',
            'twentyone',
          ],
        ),
        pos: int([3], [1, 2, 3]),
        len: int([3], [1, 2, 3]),
      },
      strings([4, 3], ['e', 'ev', 'lve', 'h', 'ur', 'tee', 'i', 've', 'hte', 'i', 'en', 'nty']),
    ),
    answered(
      'one string at many places',
      { x: strings([], ['thirteen']), pos: int([3], [1, 5, 7]), len: int([3], [3, 2, 1]) },
      strings([3], ['hir', 'ee', 'n']),
    ),
    answered(
      'from the end, and past it',
      { x: strings([2], ['Hello', 'World']), pos: int([], [-3]), len: int([], [10]) },
      strings([2], ['llo', 'rld']),
    ),
    answered(
      'at the end',
      { x: strings([1], ['ab']), pos: int([], [2]), len: int([], [1]) },
      strings([1], ['']),
    ),
    refused(
      'behind the end',
      { x: strings([1], ['ab']), pos: int([], [3]), len: int([], [1]) },
      /Substr: the position 3 is outside of a string of 2/,
    ),
  ]),
  substr('UTF8_CHAR', [
    answered(
      'characters',
      { x: strings([2], ['déjà vu', '🙂🙃🙂']), pos: int([], [1]), len: int([], [2]) },
      strings([2], ['éj', '🙃🙂']),
    ),
    answered(
      'from the end',
      { x: strings([1], ['déjà']), pos: int([], [-2]), len: int([], [1]) },
      strings([1], ['j']),
    ),
  ]),
];
