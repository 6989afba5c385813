import * as v from 'valibot';

/** Members of configurations as Keras writes them: what is absent or null has Keras's default. */

export const flag = (otherwise: boolean) => v.nullish(v.boolean(), otherwise);

export const number = (otherwise: number) => v.nullish(v.number('is no number'), otherwise);

/** A number, which some files have as an array of none or one dimension. */
export const parameter = (otherwise: number) =>
  v.pipe(
    v.nullish(v.union([v.number(), v.pipe(v.array(v.number()), v.length(1))], 'is no number'), otherwise),
    v.transform((value) => (typeof value === 'number' ? value : (value[0] ?? otherwise))),
  );

export const optionalNumber = v.nullish(v.number('is no number'), null);

/** More than any layer has of anything. */
const MOST = 2 ** 28;

export const count = v.pipe(
  v.number('is no number'),
  v.safeInteger('is no integer'),
  v.minValue(1, 'is less than 1'),
  v.maxValue(MOST, 'is too large'),
);

const size = v.pipe(
  v.number('is no number'),
  v.safeInteger('is no integer'),
  v.minValue(0, 'is negative'),
  v.maxValue(MOST, 'is too large'),
);

const integer = v.pipe(v.number('is no number'), v.safeInteger('is no integer'));

export const choice = <const Options extends readonly string[]>(
  options: Options,
  otherwise: Options[number],
) => v.nullish(v.picklist(options, `is none of ${options.join(', ')}`), otherwise);

/** One number for all dimensions, or one for each. */
export const sizes = (dimensions: number, otherwise?: number) =>
  v.pipe(
    otherwise === undefined
      ? v.union([count, v.array(count)], 'is no size')
      : v.nullish(v.union([count, v.array(count)], 'is no size'), otherwise),
    v.transform((value) => (typeof value === 'number' ? Array<number>(dimensions).fill(value) : value)),
    v.check((value) => value.length === dimensions, `has not ${dimensions} sizes`),
  );

/** As `sizes`, or null if the configuration has no value. */
export const optionalSizes = (dimensions: number, least: 0 | 1 = 1) => {
  const each = least === 1 ? count : size;
  return v.pipe(
    v.nullish(v.union([each, v.array(each)], 'is no size'), null),
    v.transform((value) =>
      value === null ? null : typeof value === 'number' ? Array<number>(dimensions).fill(value) : value,
    ),
    v.check((value) => value === null || value.length === dimensions, `has not ${dimensions} sizes`),
  );
};

/** Widths before and after each dimension, in any of Keras's forms. */
export const widths = (dimensions: number) =>
  v.pipe(
    v.union([size, v.array(v.union([size, v.pipe(v.array(size), v.length(2))]))], 'is no width'),
    v.transform((value): (readonly [number, number])[] => {
      if (typeof value === 'number') return Array.from({ length: dimensions }, () => [value, value] as const);
      // Of one dimension the two widths have no list of lists around them.
      const [first, second] = value;
      if (dimensions === 1 && typeof first === 'number') {
        return [[first, typeof second === 'number' ? second : first]];
      }
      return value.map((each) => (typeof each === 'number' ? [each, each] : [each[0] ?? 0, each[1] ?? 0]));
    }),
    v.check((value) => value.length === dimensions, `has not ${dimensions} widths`),
  );

/** An axis or a list of axes. */
export const axes = (otherwise: number) =>
  v.pipe(
    v.nullish(v.union([integer, v.array(integer)], 'is no axis'), otherwise),
    v.transform((value) => (typeof value === 'number' ? [value] : value)),
  );

/** One axis, which old files have in a list. */
export const axis = (otherwise: number) =>
  v.pipe(
    axes(otherwise),
    v.check((value) => value.length === 1, 'has several axes'),
    v.transform(([only = otherwise]) => only),
  );

export const dataFormat = choice(['channels_last', 'channels_first'], 'channels_last');

export const integers = v.array(integer);

export { integer };
