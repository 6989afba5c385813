import {
  answered,
  bool,
  flag,
  float,
  type GateCase,
  int,
  operation,
  refused,
  strings,
} from '../../../gate/gate_cases/case.ts';

const { NaN: nan } = Number;

/** Values by the documentation of tf.broadcast_to, tf.ensure_shape and tf.zeros_like. */
export const BROADCAST_CASES: readonly GateCase[] = [
  operation(
    'BroadcastArgs',
    'BroadcastArgs',
    { a: 'INT32', b: 'INT32' },
    { T: { type: 'DT_INT32' } },
    'INT32',
    [
      answered('more dimensions', { a: int([2], [2, 3]), b: int([1], [3]) }, int([2], [2, 3])),
      answered('ones', { a: int([2], [1, 3]), b: int([2], [2, 1]) }, int([2], [2, 3])),
      answered('scalars', { a: int([0]), b: int([0]) }, int([0])),
      answered('nothing', { a: int([2], [0, 1]), b: int([2], [1, 5]) }, int([2], [0, 5])),
      refused('sizes that differ', { a: int([1], [2]), b: int([1], [3]) }, /broadcast/),
    ],
  ),
  operation(
    'BroadcastTo of float',
    'BroadcastTo',
    { x: 'FP32', shape: 'INT32' },
    { T: { type: 'DT_FLOAT' }, Tidx: { type: 'DT_INT32' } },
    'FP32',
    [
      answered(
        'columns',
        { x: float([2, 1], [1, nan]), shape: int([2], [2, 2]) },
        float([2, 2], [1, 1, nan, nan]),
      ),
      answered(
        'more dimensions',
        { x: float([2, 1], [1, nan]), shape: int([3], [2, 2, 1]) },
        float([2, 2, 1], [1, nan, 1, nan]),
      ),
      answered('a scalar to nothing', { x: float([], [3]), shape: int([2], [2, 0]) }, float([2, 0])),
      answered(
        'six dimensions',
        { x: float([2, 1], [1, nan]), shape: int([6], [1, 1, 2, 1, 2, 1]) },
        float([1, 1, 2, 1, 2, 1], [1, nan, 1, nan]),
      ),
      refused(
        'a size that does not fit',
        { x: float([2, 1], [1, nan]), shape: int([2], [3, 1]) },
        /broadcast/,
      ),
    ],
  ),
  operation(
    'BroadcastTo of int32',
    'BroadcastTo',
    { x: 'INT32', shape: 'INT32' },
    { T: { type: 'DT_INT32' }, Tidx: { type: 'DT_INT32' } },
    'INT32',
    [
      answered(
        'columns',
        { x: int([2, 1], [2147483647, 16777217]), shape: int([2], [2, 2]) },
        int([2, 2], [2147483647, 2147483647, 16777217, 16777217]),
      ),
      answered(
        'more dimensions',
        { x: int([2, 1], [2147483647, 16777217]), shape: int([3], [2, 2, 1]) },
        int([2, 2, 1], [2147483647, 16777217, 2147483647, 16777217]),
      ),
    ],
  ),
  operation(
    'BroadcastTo of bool',
    'BroadcastTo',
    { x: 'BOOL', shape: 'INT32' },
    { T: { type: 'DT_BOOL' }, Tidx: { type: 'DT_INT32' } },
    'BOOL',
    [
      answered('columns', { x: bool([2, 1], [1, 0]), shape: int([2], [2, 2]) }, bool([2, 2], [1, 1, 0, 0])),
      answered(
        'more dimensions',
        { x: bool([2, 1], [1, 0]), shape: int([3], [2, 2, 1]) },
        bool([2, 2, 1], [1, 0, 1, 0]),
      ),
    ],
  ),
  operation(
    'BroadcastTo of string',
    'BroadcastTo',
    { x: 'BYTES', shape: 'INT32' },
    { T: { type: 'DT_STRING' }, Tidx: { type: 'DT_INT32' } },
    'BYTES',
    [
      answered(
        'columns',
        { x: strings([2, 1], ['a', '']), shape: int([2], [2, 2]) },
        strings([2, 2], ['a', 'a', '', '']),
      ),
      answered(
        'more dimensions',
        { x: strings([2, 1], ['a', '']), shape: int([3], [2, 2, 1]) },
        strings([2, 2, 1], ['a', '', 'a', '']),
      ),
    ],
  ),
  operation(
    'EnsureShape',
    'EnsureShape',
    { x: 'FP32' },
    { T: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '-1' }, { size: '2' }] } } },
    'FP32',
    [
      answered('a size that may be any', { x: float([1, 2], [1, 2]) }, float([1, 2], [1, 2])),
      answered('no rows', { x: float([0, 2]) }, float([0, 2])),
      refused('another size', { x: float([1, 1], [1]) }, /is not one of \[-1,2\]/),
      refused('another rank', { x: float([2], [1, 2]) }, /is not one of \[-1,2\]/),
    ],
  ),
  operation(
    'EnsureShape of any rank',
    'EnsureShape',
    { x: 'BYTES' },
    { T: { type: 'DT_STRING' }, shape: { shape: { unknownRank: true } } },
    'BYTES',
    [answered('strings', { x: strings([1], ['a']) }, strings([1], ['a']))],
  ),
  operation(
    'Empty of integers',
    'Empty',
    { shape: 'INT32' },
    { dtype: { type: 'DT_INT32' }, init: flag(true) },
    'INT32',
    [
      answered('zeros', { shape: int([1], [2]) }, int([2], [0, 0])),
      answered('nothing', { shape: int([2], [2, 0]) }, int([2, 0])),
    ],
  ),
  operation('OnesLike of float', 'OnesLike', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered('a row', { x: float([1, 2], [5, 0]) }, float([1, 2], [1, 1])),
    answered('a scalar', { x: float([], [5]) }, float([], [1])),
    answered('nothing', { x: float([0, 2]) }, float([0, 2])),
  ]),
  operation('OnesLike of int32', 'OnesLike', { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered('a row', { x: int([1, 2], [5, 0]) }, int([1, 2], [1, 1])),
    answered('a scalar', { x: int([], [5]) }, int([], [1])),
    answered('nothing', { x: int([0, 2]) }, int([0, 2])),
  ]),
  operation('OnesLike of bool', 'OnesLike', { x: 'BOOL' }, { T: { type: 'DT_BOOL' } }, 'BOOL', [
    answered('a row', { x: bool([1, 2], [1, 0]) }, bool([1, 2], [1, 1])),
    answered('a scalar', { x: bool([], [1]) }, bool([], [1])),
    answered('nothing', { x: bool([0, 2]) }, bool([0, 2])),
  ]),
  operation('ZerosLike of float', 'ZerosLike', { x: 'FP32' }, { T: { type: 'DT_FLOAT' } }, 'FP32', [
    answered('a row', { x: float([1, 2], [5, 0]) }, float([1, 2], [0, 0])),
    answered('a scalar', { x: float([], [5]) }, float([], [0])),
    answered('nothing', { x: float([0, 2]) }, float([0, 2])),
  ]),
  operation('ZerosLike of int32', 'ZerosLike', { x: 'INT32' }, { T: { type: 'DT_INT32' } }, 'INT32', [
    answered('a row', { x: int([1, 2], [5, 0]) }, int([1, 2], [0, 0])),
    answered('a scalar', { x: int([], [5]) }, int([], [0])),
    answered('nothing', { x: int([0, 2]) }, int([0, 2])),
  ]),
  operation('ZerosLike of bool', 'ZerosLike', { x: 'BOOL' }, { T: { type: 'DT_BOOL' } }, 'BOOL', [
    answered('a row', { x: bool([1, 2], [1, 0]) }, bool([1, 2], [0, 0])),
    answered('a scalar', { x: bool([], [1]) }, bool([], [0])),
    answered('nothing', { x: bool([0, 2]) }, bool([0, 2])),
  ]),
];
