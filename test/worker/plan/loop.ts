import type { TestGraph } from './graph.ts';

const FLOAT = { T: { type: 'DT_FLOAT' } };
const INTEGER = { T: { type: 'DT_INT32' } };

/** Doubles `value` as long as `count` is below `limit`. */
export function loop(limit: 'a weight' | 'an input'): TestGraph {
  const argument = (name: string, type: string) => ({ name, type });
  const arguments_ = [
    argument('count', 'DT_INT32'),
    argument('limit', 'DT_INT32'),
    argument('value', 'DT_FLOAT'),
    argument('one', 'DT_INT32'),
  ];
  const list = { list: { type: ['DT_INT32', 'DT_INT32', 'DT_FLOAT', 'DT_INT32'] } };
  const scalar = (value: number) => ({ dtype: 'int32' as const, shape: [], values: [value] });
  return {
    inputs: { x: 'float32', ...(limit === 'an input' ? { limit: 'int32' as const } : {}) },
    weights: { zero: scalar(0), one: scalar(1), ...(limit === 'a weight' ? { limit: scalar(3) } : {}) },
    nodes: [
      {
        name: 'loop',
        op: 'StatelessWhile',
        input: ['zero', 'limit', 'x', 'one'],
        attr: { cond: { func: { name: 'isBelow' } }, body: { func: { name: 'double' } }, T: list },
      },
      { name: 'y', op: 'Identity', input: ['loop:2'] },
    ],
    functions: [
      {
        signature: { name: 'isBelow', inputArg: arguments_, outputArg: [argument('below', 'DT_BOOL')] },
        nodeDef: [{ name: 'less', op: 'Less', input: ['count', 'limit'], attr: INTEGER }],
        ret: { below: 'less:z:0' },
      },
      {
        signature: {
          name: 'double',
          inputArg: arguments_,
          outputArg: [
            argument('nextCount', 'DT_INT32'),
            argument('sameLimit', 'DT_INT32'),
            argument('doubled', 'DT_FLOAT'),
            argument('sameOne', 'DT_INT32'),
          ],
        },
        nodeDef: [
          { name: 'next', op: 'AddV2', input: ['count', 'one'], attr: INTEGER },
          { name: 'keptLimit', op: 'Identity', input: ['limit'], attr: INTEGER },
          { name: 'twice', op: 'AddV2', input: ['value', 'value'], attr: FLOAT },
          { name: 'keptOne', op: 'Identity', input: ['one'], attr: INTEGER },
        ],
        ret: {
          nextCount: 'next:z:0',
          sameLimit: 'keptLimit:output:0',
          doubled: 'twice:z:0',
          sameOne: 'keptOne:output:0',
        },
      },
    ],
  };
}
