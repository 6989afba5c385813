import {
  at,
  axes,
  axis,
  build,
  count,
  input,
  inputs,
  integer,
  integerList,
  integers,
  isSame,
  number,
  type Operation,
  pairs,
  predictable,
  refuse,
  require,
  sizes,
  type Tensor,
  Unpredicted,
  value,
} from './tensor.ts';

const withShape = (x: Tensor, shape: readonly number[]) => [{ dtype: x.dtype, shape, values: x.values }];

const concat: Operation = (call) => {
  const list = inputs(call);
  const [first] = list;
  if (first === undefined) return refuse('nothing to join');
  const along = axis(call, 'axis', first.shape.length);
  for (const { shape, dtype } of list) {
    require(dtype === first.dtype && shape.length === first.shape.length, 'the tensors differ');
    require(isSame(shape.toSpliced(along, 1), first.shape.toSpliced(along, 1)), 'the shapes differ');
  }
  const total = list.reduce((sum, { shape }) => sum + at(shape, along), 0);
  return [
    build(first.dtype, first.shape.with(along, total), (index) => {
      let place = at(index, along);
      for (const each of list) {
        const size = at(each.shape, along);
        if (place < size) return value(each, index.with(along, place));
        place -= size;
      }
      return refuse('behind the last tensor');
    }),
  ];
};

const pack: Operation = (call) => {
  const list = inputs(call);
  const [first] = list;
  if (first === undefined) return refuse('nothing to pack');
  const along = axis(call, 'axis', first.shape.length + 1);
  require(list.every(
    ({ shape, dtype }) => dtype === first.dtype && isSame(shape, first.shape),
  ), 'the tensors differ');
  const shape = first.shape.toSpliced(along, 0, list.length);
  return [build(first.dtype, shape, (index) => value(at(list, at(index, along)), index.toSpliced(along, 1)))];
};

const unpack: Operation = (call) => {
  const tensor = input(call, 'value');
  const along = axis(call, 'axis', tensor.shape.length);
  const shape = tensor.shape.toSpliced(along, 1);
  return Array.from({ length: at(tensor.shape, along) }, (_, place) =>
    build(tensor.dtype, shape, (index) => value(tensor, index.toSpliced(along, 0, place))),
  );
};

const split: Operation = (call) => {
  const x = input(call, 'x');
  const along = axis(call, 'axis', x.shape.length);
  const size = at(x.shape, along);
  const given = call.attributes.numOrSizeSplits;
  let parts: number[];
  if (Array.isArray(given)) {
    const list = integerList(given, 'numOrSizeSplits');
    require(list.filter((each) => each === -1).length <= 1, 'two open sizes');
    const known = list.reduce((sum, each) => sum + (each === -1 ? 0 : each), 0);
    parts = list.map((each) => (each === -1 ? size - known : each));
  } else {
    const number = integer(call, 'numOrSizeSplits');
    require(number > 0 && size % number === 0, `${size} in ${number} parts`);
    predictable(number);
    parts = Array.from({ length: number }, () => size / number);
  }
  require(parts.every((each) => each >= 0) &&
    parts.reduce((a, b) => a + b, 0) === size, `${size} as [${parts}]`);
  let from = 0;
  return parts.map((part) => {
    const start = from;
    from += part;
    return build(x.dtype, x.shape.with(along, part), (index) =>
      value(x, index.with(along, start + at(index, along))),
    );
  });
};

const pad: Operation = (call) => {
  const x = input(call, 'x');
  const around = pairs(call, 'paddings', x.shape.length);
  const constant = number(call, 'constantValue');
  if (x.dtype === 'bool' && constant !== 0 && constant !== 1) throw new Unpredicted();
  const shape = x.shape.map((size, dimension) => size + at(around, dimension)[0] + at(around, dimension)[1]);
  return [
    build(x.dtype, shape, (index) => {
      const place = index.map((each, dimension) => each - at(around, dimension)[0]);
      return place.every((each, dimension) => each >= 0 && each < at(x.shape, dimension))
        ? value(x, place)
        : constant;
    }),
  ];
};

const mirrorPad: Operation = (call) => {
  const x = input(call, 'x');
  const around = pairs(call, 'paddings', x.shape.length);
  const offset =
    call.attributes.mode === 'symmetric' ? 0 : call.attributes.mode === 'reflect' ? 1 : refuse('mode');
  around.forEach(([before, after], dimension) => {
    const most = at(x.shape, dimension) - offset;
    // TensorFlow refuses this even without padding.
    if (before + after === 0 && most < 0) throw new Unpredicted();
    require(before <= most && after <= most, 'more than there is to mirror');
  });
  const shape = x.shape.map((size, dimension) => size + at(around, dimension)[0] + at(around, dimension)[1]);
  return [
    build(x.dtype, shape, (index) => {
      const place = index.map((each, dimension) => {
        const size = at(x.shape, dimension);
        const own = each - at(around, dimension)[0];
        if (own < 0) return -own - 1 + offset;
        return own >= size ? 2 * size - own - 1 - offset : own;
      });
      return value(x, place);
    }),
  ];
};

const tile: Operation = (call) => {
  const x = input(call, 'x');
  const times = sizes(call, 'reps');
  require(times.length === x.shape.length, 'another rank');
  const shape = x.shape.map((size, dimension) => size * at(times, dimension));
  return [
    build(x.dtype, shape, (index) =>
      value(
        x,
        index.map((each, dimension) => each % at(x.shape, dimension)),
      ),
    ),
  ];
};

const transpose: Operation = (call) => {
  const x = input(call, 'x');
  const order = integers(call, 'perm');
  const isOrder = isSame(
    [...order].sort((a, b) => a - b),
    x.shape.map((_, dimension) => dimension),
  );
  require(isOrder, `[${order}] is no order of ${x.shape.length} dimensions`);
  const shape = order.map((from) => at(x.shape, from));
  return [
    build(x.dtype, shape, (index) =>
      value(
        x,
        x.shape.map((_, dimension) => at(index, order.indexOf(dimension))),
      ),
    ),
  ];
};

const reverse: Operation = (call) => {
  const x = input(call, 'x');
  const reversed = axes(call, 'dims', x.shape.length);
  return [
    build(x.dtype, x.shape, (index) =>
      value(
        x,
        index.map((each, dimension) =>
          reversed.includes(dimension) ? at(x.shape, dimension) - 1 - each : each,
        ),
      ),
    ),
  ];
};

const reshape: Operation = (call) => {
  const x = input(call, 'x');
  const wanted = integers(call, 'shape');
  require(wanted.every((size) => size >= -1) &&
    wanted.filter((size) => size === -1).length <= 1, `[${wanted}]`);
  const known = count(wanted.filter((size) => size !== -1));
  if (wanted.includes(-1)) require(known > 0 && x.values.length % known === 0, `[${wanted}]`);
  const shape = wanted.map((size) => (size === -1 ? x.values.length / known : size));
  require(count(shape) === x.values.length, `[${x.shape}] as [${wanted}]`);
  return withShape(x, shape);
};

const expandDims: Operation = (call) => {
  const tensor = input(call, 'input');
  const rank = tensor.shape.length;
  const dim = axis({ ...call, attributes: { dim: call.attributes.dim } }, 'dim', rank + 1);
  return withShape(tensor, tensor.shape.toSpliced(dim, 0, 1));
};

const diag: Operation = (call) => {
  const x = input(call, 'x');
  return [
    build(x.dtype, [...x.shape, ...x.shape], (index) => {
      const [row, column] = [index.slice(0, x.shape.length), index.slice(x.shape.length)];
      return isSame(row, column) ? value(x, row) : 0;
    }),
  ];
};

export const ARRANGEMENTS: Readonly<Record<string, Operation>> = {
  Concat: concat,
  Diag: diag,
  ExpandDims: expandDims,
  MirrorPad: mirrorPad,
  Pack: pack,
  PadV2: pad,
  Reshape: reshape,
  Reverse: reverse,
  SplitV: split,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
};
