import {
  at,
  axes,
  axis,
  build,
  type Call,
  type Dtype,
  type Expected,
  flag,
  indices,
  input,
  type Operation,
  require,
  Unpredicted,
  value,
} from './tensor.ts';

type Reduce = (values: readonly number[], dtype: Dtype) => number;

/** Reduces each group of values to one value, in the order of the result. */
function reduction(
  dtypes: readonly Dtype[],
  reduce: Reduce,
  attribute = 'axis',
  output?: Dtype,
  compared: Expected['compared'] = 'ordinary',
): Operation {
  return (call) => {
    const x = input(call, 'x', ...dtypes);
    const reduced = axes(call, attribute, x.shape.length);
    const inner = reduced.map((each) => at(x.shape, each));
    const outerAxes = x.shape.flatMap((_, each) => (reduced.includes(each) ? [] : [each]));
    const outer = outerAxes.map((each) => at(x.shape, each));
    const dtype = output ?? x.dtype;
    const values = indices(outer).map((kept) => {
      const group = indices(inner).map((taken) => {
        const index = x.shape.map((_, each) => {
          const place = reduced.indexOf(each);
          return place >= 0 ? at(taken, place) : at(kept, outerAxes.indexOf(each));
        });
        return value(x, index);
      });
      return reduce(group, x.dtype);
    });
    const shape = flag(call, 'keepDims')
      ? x.shape.map((size, each) => (reduced.includes(each) ? 1 : size))
      : outer;
    return [{ dtype, shape, values, compared }];
  };
}

/** If a product exceeds the range of its dtype, the result depends on the order of its factors. */
function times(a: number, b: number, dtype: Dtype): number {
  if (Math.abs(a * b) > (dtype === 'int32' ? 2 ** 31 - 1 : 1e30)) throw new Unpredicted();
  return a * b;
}

const sum: Reduce = (values) => values.reduce((total, each) => total + each, 0);
const mean: Reduce = (values, dtype) => {
  const result = sum(values, dtype) / values.length;
  return dtype === 'int32' ? Math.trunc(result) : result;
};

function position(isBetter: (candidate: number, best: number) => boolean): Operation {
  return (call) => {
    const x = input(call, 'x', 'float32', 'int32', 'bool');
    const along = axis(call, 'axis', x.shape.length);
    require(at(x.shape, along) > 0, 'there is nothing to choose from');
    const shape = x.shape.toSpliced(along, 1);
    return [
      build(
        'int32',
        shape,
        (index) => {
          let best = 0;
          const candidate = (place: number): number => value(x, index.toSpliced(along, 0, place));
          for (let place = 1; place < at(x.shape, along); place++)
            if (isBetter(candidate(place), candidate(best))) best = place;
          return best;
        },
        'ordinary',
      ),
    ];
  };
}

function cumulative(start: number, join: (a: number, b: number, dtype: Dtype) => number): Operation {
  return (call) => {
    const x = input(call, 'x', 'float32', 'int32');
    const along = axis(call, 'axis', x.shape.length);
    const exclusive = flag(call, 'exclusive');
    const size = at(x.shape, along);
    return [
      build(
        x.dtype,
        x.shape,
        (index) => {
          const place = at(index, along);
          const [from, to] = flag(call, 'reverse')
            ? [exclusive ? place + 1 : place, size]
            : [0, exclusive ? place : place + 1];
          let total = start;
          for (let each = from; each < to; each++)
            total = join(total, value(x, index.with(along, each)), x.dtype);
          return total;
        },
        'ordinary',
      ),
    ];
  };
}

const softmax: Operation = (call: Call) => {
  const logits = input(call, 'logits', 'float32');
  const dim = axis(call, 'dim', logits.shape.length);
  const size = at(logits.shape, dim);
  return [
    build(
      'float32',
      logits.shape,
      (index) => {
        const row = Array.from({ length: size }, (_, place) => value(logits, index.with(dim, place)));
        const largest = Math.max(...row);
        const total = row.reduce((sum, each) => sum + Math.exp(each - largest), 0);
        return Math.exp(value(logits, index) - largest) / total;
      },
      'ordinary',
    ),
  ];
};

const least = (dtype: Dtype): number => (dtype === 'int32' ? -(2 ** 31) : Number.NEGATIVE_INFINITY);
const most = (dtype: Dtype): number => (dtype === 'int32' ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY);
const NUMBERS: readonly Dtype[] = ['float32', 'int32'];

/** Without elements, the sum is 0, the product 1, the other reductions give their identities, and the mean is NaN. */
export const REDUCTIONS: Readonly<Record<string, Operation>> = {
  All: reduction(
    ['bool'],
    (values) => (values.every((each) => each !== 0) ? 1 : 0),
    'axis',
    undefined,
    'always',
  ),
  Any: reduction(
    ['bool'],
    (values) => (values.some((each) => each !== 0) ? 1 : 0),
    'axis',
    undefined,
    'always',
  ),
  ArgMax: position((candidate, best) => candidate > best),
  ArgMin: position((candidate, best) => candidate < best),
  Cumprod: cumulative(1, times),
  Cumsum: cumulative(0, (a, b) => a + b),
  Max: reduction(
    NUMBERS,
    (values, dtype) => values.reduce((a, b) => Math.max(a, b), least(dtype)),
    'reductionIndices',
  ),
  // tfjs casts integers to float first, so its kernel returns floats.
  Mean: reduction(NUMBERS, mean),
  Min: reduction(NUMBERS, (values, dtype) => values.reduce((a, b) => Math.min(a, b), most(dtype))),
  Prod: reduction(NUMBERS, (values, dtype) => values.reduce((a, b) => times(a, b, dtype), 1)),
  Softmax: softmax,
  Sum: reduction(NUMBERS, sum),
};
