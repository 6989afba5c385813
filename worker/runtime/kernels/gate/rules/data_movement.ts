import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../../../model/tensor.ts';
import type { KernelCall } from '../kernel_call.ts';
import { gives, givesEvenOfEmpty, type Rule, type Rules } from '../rule.ts';
import { isEmpty, isSameShape } from '../shapes.ts';

/** The most parts of a split whose number a request determines. */
const MOST_PARTS = 16_384;

const same: Rule = (call) => {
  const x = call.tensor('x');
  return gives(x.shape, x.dtype);
};

const concatenation: Rule = (call) => {
  const tensors = call.list();
  const first = expectFirst(call, tensors);
  const axis = call.axis('axis', first.shape.length);
  const shape = [...first.shape];
  shape[axis] = 0;
  for (const tensor of tensors) {
    const { shape: other } = tensor;
    if (other.length !== shape.length || other.some((size, index) => index !== axis && size !== shape[index]))
      call.refuse(`tensors of shapes [${first.shape}] and [${other}] cannot be joined at dimension ${axis}`);
    expectSameDtype(call, first, tensor);
    shape[axis] += other[axis] ?? 0;
  }
  return givesEvenOfEmpty(shape, first.dtype);
};

const pack: Rule = (call) => {
  const tensors = call.list();
  const first = expectFirst(call, tensors);
  for (const tensor of tensors) {
    if (!isSameShape(tensor.shape, first.shape))
      call.refuse(`tensors of shapes [${first.shape}] and [${tensor.shape}] cannot be stacked`);
    expectSameDtype(call, first, tensor);
  }
  const axis = call.axis('axis', first.shape.length + 1);
  return gives(first.shape.toSpliced(axis, 0, tensors.length), first.dtype);
};

function expectFirst(call: KernelCall, [first]: readonly TensorInfo[]): TensorInfo {
  return first ?? call.refuse('there is nothing to join');
}

function expectSameDtype(call: KernelCall, first: TensorInfo, { dtype }: TensorInfo): void {
  if (dtype !== first.dtype) call.refuse(`tensors of ${first.dtype} and ${dtype} cannot be joined`);
}

const unpack: Rule = (call) => {
  const { shape, dtype } = call.tensor('value');
  const axis = call.axis('axis', shape.length);
  const part = { shape: shape.toSpliced(axis, 1), dtype };
  return { outputs: parts(call, shape[axis] ?? 0, () => part), isList: true };
};

const split: Rule = (call) => {
  const { shape, dtype } = call.tensor('x');
  const axis = call.axis('axis', shape.length);
  const size = shape[axis] ?? 0;
  const given = call.attribute('numOrSizeSplits');
  const sizes = typeof given === 'number' ? evenParts(call, size, given) : unevenParts(call, size);
  const outputs = parts(call, sizes.length, (index) => ({
    shape: shape.with(axis, sizes[index] ?? 0),
    dtype,
  }));
  return { outputs, isList: true };
};

function evenParts(call: KernelCall, size: number, count: number): readonly number[] {
  if (!(Number.isInteger(count) && count > 0) || size % count !== 0 || count > MOST_PARTS)
    call.refuse(`a dimension of ${size} cannot be split into ${count} parts`);
  return Array.from({ length: count }, () => size / count);
}

/** Returns the sizes of the parts. One of them may be -1: the rest. */
function unevenParts(call: KernelCall, size: number): readonly number[] {
  const sizes = call.integers('numOrSizeSplits');
  const rest = sizes.reduce((left, part) => (part === -1 ? left : left - part), size);
  const whole = sizes.map((part) => (part === -1 ? rest : part));
  const sum = whole.reduce((total, part) => total + part, 0);
  if (whole.some((part) => part < 0) || sum !== size)
    call.refuse(`a dimension of ${size} cannot be split into [${sizes}]`);
  return whole;
}

function parts<Part>(call: KernelCall, count: number, make: (index: number) => Part): Part[] {
  if (count > MOST_PARTS) call.refuse(`${count} parts are more than ${MOST_PARTS}`);
  return Array.from({ length: count }, (_, index) => make(index));
}

const reshape: Rule = (call) => {
  const x = call.tensor('x');
  const count = elementCount(x.shape);
  const wanted = call.integers('shape');
  let open = -1;
  let known = 1;
  for (let axis = 0; axis < wanted.length; axis++) {
    const size = wanted[axis] ?? 0;
    if (size >= 0) known *= size;
    else if (size < -1 || open !== -1) return cannotReshape(call, x, wanted);
    else open = axis;
  }
  if (open === -1) return known === count ? gives(wanted, x.dtype) : cannotReshape(call, x, wanted);
  // Without elements, an open size beside a size of 0 cannot be determined.
  if (known === 0 || count % known !== 0) return cannotReshape(call, x, wanted);
  return gives(wanted.with(open, count / known), x.dtype);
};

function cannotReshape(call: KernelCall, { shape }: TensorInfo, wanted: readonly number[]): never {
  return call.refuse(`a tensor of shape [${shape}] cannot have the shape [${wanted}]`);
}

const expandDims: Rule = (call) => {
  const input = call.tensor('input');
  const axis = call.axis('dim', input.shape.length + 1);
  return gives(input.shape.toSpliced(axis, 0, 1), input.dtype);
};

const tile: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const reps = call.sizes('reps');
  if (reps.length !== x.shape.length)
    call.refuse(`[${reps}] are not ${x.shape.length} numbers of repetitions`);
  return gives(
    x.shape.map((size, axis) => size * (reps[axis] ?? 1)),
    x.dtype,
  );
};

const transpose: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const perm = call.integers('perm');
  const axes = new Set(perm);
  if (
    perm.length !== x.shape.length ||
    axes.size !== perm.length ||
    perm.some((axis) => axis < 0 || axis >= perm.length)
  )
    call.refuse(`[${perm}] is not an order of the dimensions of [${x.shape}]`);
  return gives(
    perm.map((axis) => x.shape[axis] ?? 0),
    x.dtype,
  );
};

const reverse: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  call.axes('dims', x.shape.length);
  return gives(x.shape, x.dtype);
};

const pad: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const pairs = call.pairs('paddings', x.shape.length);
  const shape = x.shape.map((size, axis) => size + (pairs[axis]?.[0] ?? 0) + (pairs[axis]?.[1] ?? 0));
  const value = call.number('constantValue');
  // The kernel converts the value to float32.
  if (x.dtype === 'int32' && Math.fround(value) !== value)
    call.refuse(`padding with ${value} is not computed`);
  return isEmpty(x.shape) ? { ...gives(shape, x.dtype), fill: value } : gives(shape, x.dtype);
};

const mirrorPad: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32', 'bool');
  const mode = call.text('mode');
  if (mode !== 'reflect' && mode !== 'symmetric') call.refuse(`the mode ${String(mode)} is not known`);
  if (x.shape.length === 0) call.refuse('a scalar has no dimensions to pad');
  const pairs = call.pairs('paddings', x.shape.length);
  const shape = x.shape.map((size, axis) => {
    const [before, after] = pairs[axis] ?? [0, 0];
    const most = mode === 'reflect' ? size - 1 : size;
    if (before > most || after > most)
      call.refuse(`a dimension of ${size} cannot be mirrored over ${Math.max(before, after)} elements`);
    return size + before + after;
  });
  return gives(shape, x.dtype);
};

export const DATA_MOVEMENT_RULES: Rules = {
  Concat: concatenation,
  ExpandDims: expandDims,
  Identity: same,
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
