import { tensor } from '@tensorflow/tfjs-core';
import { inputOf, member, type Operation, rawAttribute, refuse } from '../../operation.ts';
import { type Bytes, decode, stringsOf } from '../string_values.ts';

/** The integer types by name or by number, as in tfjs's JSON. */
const INTEGERS: ReadonlySet<unknown> = new Set(['DT_INT32', 'DT_INT64', 3, 9]);

const NUMBER = /^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf(inity)?|nan)$/i;
const INTEGER = /^[+-]?\d+$/;

/** Parses numbers as C does, with surrounding white space. */
export const stringToNumber: Operation = (node) => {
  const x = inputOf(node, 0);
  const isInteger = INTEGERS.has(member(rawAttribute(node, 'out_type'), 'type'));
  const numbers = stringsOf(x).map((value) => {
    const number = isInteger ? integerOf(value) : floatOf(value);
    return (
      number ?? refuse(node, `"${decode(value).slice(0, 100)}" is no ${isInteger ? 'integer' : 'number'}`)
    );
  });
  return isInteger
    ? tensor(Int32Array.from(numbers), x.shape, 'int32')
    : tensor(Float32Array.from(numbers), x.shape, 'float32');
};

function floatOf(value: Bytes): number | undefined {
  const text = decode(value).trim();
  if (!NUMBER.test(text)) return undefined;
  const [, sign = '', size = ''] = /^([+-]?)(.*)$/.exec(text.toLowerCase()) ?? [];
  const number =
    size === 'nan' ? Number.NaN : size.startsWith('inf') ? Number.POSITIVE_INFINITY : Number(size);
  return sign === '-' ? -number : number;
}

function integerOf(value: Bytes): number | undefined {
  const text = decode(value).trim();
  const number = INTEGER.test(text) ? Number(text) : Number.NaN;
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined;
}
