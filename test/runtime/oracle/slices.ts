import { at, build, indices, input, integer, integers, type Operation, require, value } from './tensor.ts';

const slice: Operation = (call) => {
  const x = input(call, 'x');
  const [given, wanted] = [integers(call, 'begin'), integers(call, 'size')];
  const rank = x.shape.length;
  require(given.length <= rank && wanted.length <= rank, 'another rank');
  // TensorFlow requires all dimensions. tfjs's own operations may omit the last ones, which are then complete.
  const begin = x.shape.map((_, dimension) => given[dimension] ?? 0);
  const shape = x.shape.map((dimensionSize, dimension) => {
    const each = wanted[dimension] ?? -1;
    return each === -1 ? dimensionSize - at(begin, dimension) : each;
  });
  const inside = shape.every(
    (each, dimension) =>
      each >= 0 && at(begin, dimension) >= 0 && at(begin, dimension) + each <= at(x.shape, dimension),
  );
  require(inside, `[${given}] and [${wanted}] of [${x.shape}]`);
  return [
    build(x.dtype, shape, (index) =>
      value(
        x,
        index.map((each, dimension) => each + at(begin, dimension)),
      ),
    ),
  ];
};

/** ValidateStridedSliceOp of TensorFlow, step by step. */
const stridedSlice: Operation = (call) => {
  const x = input(call, 'x');
  const [begin, end, steps] = [integers(call, 'begin'), integers(call, 'end'), integers(call, 'strides')];
  require(begin.length === end.length && begin.length === steps.length, 'begin, end and strides differ');
  require(begin.length < 32, 'too many dimensions');
  const bit = (name: string, each: number): boolean => ((integer(call, name) >> each) & 1) === 1;
  require(begin.filter((_, each) => bit('ellipsisMask', each)).length <= 1, 'two ellipses');
  const ellipsis = begin.findIndex((_, each) => bit('ellipsisMask', each));
  const real = begin.filter((_, each) => each !== ellipsis && !bit('newAxisMask', each)).length;
  require(real <= x.shape.length, 'more dimensions than there are');
  const open = x.shape.length - real;
  interface Dimension {
    readonly first: number;
    readonly step: number;
    readonly size: number;
    readonly kept: boolean;
  }
  const dimensions: Dimension[] = [];
  const shape: number[] = [];
  const whole = (): void => {
    const size = at(x.shape, dimensions.length);
    dimensions.push({ first: 0, step: 1, size, kept: true });
    shape.push(size);
  };
  begin.forEach((_, each) => {
    if (each === ellipsis) {
      for (let more = 0; more < open; more++) whole();
      return;
    }
    if (bit('newAxisMask', each)) {
      shape.push(1);
      return;
    }
    const size = at(x.shape, dimensions.length);
    const step = at(steps, each);
    require(step !== 0, 'a stride of 0');
    if (bit('shrinkAxisMask', each)) {
      require(step > 0, 'a negative stride of one element');
      const first = at(begin, each) < 0 ? at(begin, each) + size : at(begin, each);
      require(first >= 0 && first < size, `${first} of ${size}`);
      dimensions.push({ first, step: 1, size: 1, kept: false });
      return;
    }
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const clamp = (given: number): number => Math.min(Math.max(given < 0 ? given + size : given, low), high);
    const first = bit('beginMask', each) ? (step > 0 ? low : high) : clamp(at(begin, each));
    const last = bit('endMask', each) ? (step > 0 ? high : low) : clamp(at(end, each));
    const length = Math.max(0, Math.ceil((last - first) / step));
    dimensions.push({ first, step, size: length, kept: true });
    shape.push(length);
  });
  while (dimensions.length < x.shape.length) whole();
  const taken = indices(dimensions.map(({ size }) => size)).map((index) =>
    value(
      x,
      index.map((each, dimension) => at(dimensions, dimension).first + each * at(dimensions, dimension).step),
    ),
  );
  return [{ dtype: x.dtype, shape, values: taken }];
};

export const SLICES: Readonly<Record<string, Operation>> = { Slice: slice, StridedSlice: stridedSlice };
