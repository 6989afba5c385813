import fc from 'fast-check';
import type { Dtype } from '../oracle/tensor.ts';
import type { CallSpec, InputSpec } from './kernel_call.ts';

/** A change of one part of a call: an input's shape, dtype or values, or an attribute. */
type Change =
  | { readonly kind: 'size'; readonly which: number; readonly axis: number; readonly to: number }
  | { readonly kind: 'rank'; readonly which: number; readonly axis: number; readonly isLonger: boolean }
  | { readonly kind: 'dtype'; readonly which: number; readonly to: Dtype }
  | { readonly kind: 'values'; readonly which: number; readonly low: number; readonly high: number }
  | { readonly kind: 'remove'; readonly which: number }
  | {
      readonly kind: 'attribute';
      readonly which: number;
      readonly place: number;
      readonly to: number | undefined;
    };

const which = fc.nat(7);
const axis = fc.nat(4);
const range = fc.constantFrom<[number, number]>(
  [-1, -1],
  [-3, 3],
  [0, 9000],
  [2 ** 31 - 1, 2 ** 31 - 1],
  [0, 1],
  [-9, 99],
);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('size' as const), which, axis, to: fc.constantFrom(0, 0, 1, 2, 3, 8) }),
  fc.record({ kind: fc.constant('rank' as const), which, axis, isLonger: fc.boolean() }),
  fc.record({
    kind: fc.constant('dtype' as const),
    which,
    to: fc.constantFrom<Dtype>('float32', 'int32', 'bool', 'string'),
  }),
  range.chain(([low, high]) =>
    fc.record({
      kind: fc.constant('values' as const),
      which,
      low: fc.constant(low),
      high: fc.constant(high),
    }),
  ),
  fc.record({ kind: fc.constant('remove' as const), which }),
  fc.record({
    kind: fc.constant('attribute' as const),
    which,
    place: fc.nat(5),
    to: fc.constantFrom(
      0,
      1,
      -1,
      2,
      3,
      -2,
      7,
      100,
      -100,
      2 ** 31 - 1,
      -(2 ** 31),
      0.5,
      Number.NaN,
      undefined,
    ),
  }),
);

/** Changes that make most calls invalid. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.array(change, { minLength: 1, maxLength: 2 });

export function applied(spec: CallSpec, all: readonly Change[]): CallSpec {
  return all.reduce(apply, spec);
}

function apply(spec: CallSpec, change: Change): CallSpec {
  if (change.kind === 'attribute') {
    const attributes = changeAttribute(spec.attributes ?? {}, change.which, change.place, change.to);
    return { ...spec, attributes };
  }
  const names = Object.keys(spec.inputs);
  const name = names[change.which % Math.max(1, names.length)];
  const input = name === undefined ? undefined : spec.inputs[name];
  if (name === undefined || input === undefined) return spec;
  if (change.kind === 'remove') {
    const inputs = Object.entries(spec.inputs).filter(([each]) => each !== name);
    return { ...spec, inputs: Object.fromEntries(inputs) };
  }
  return { ...spec, inputs: { ...spec.inputs, [name]: changeInput(input, change) } };
}

function changeInput(
  input: InputSpec,
  change: Exclude<Change, { readonly kind: 'attribute' } | { readonly kind: 'remove' }>,
): InputSpec {
  const { shape } = input;
  switch (change.kind) {
    case 'size':
      return shape.length === 0
        ? input
        : { ...input, shape: shape.with(change.axis % shape.length, change.to) };
    case 'rank':
      return {
        ...input,
        shape: change.isLonger ? shape.toSpliced(change.axis % (shape.length + 1), 0, 1) : shape.slice(1),
      };
    case 'dtype':
      return { dtype: change.to, shape };
    case 'values': {
      if (input.dtype !== 'int32') return input;
      return { dtype: input.dtype, shape, range: [change.low, change.high] };
    }
  }
}

/** Changes one number or flag of the attributes, or the length of a list. */
function changeAttribute(
  attributes: Readonly<Record<string, unknown>>,
  chosen: number,
  place: number,
  to: number | undefined,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(attributes);
  const name = names[chosen % Math.max(1, names.length)];
  return name === undefined ? attributes : { ...attributes, [name]: changed(attributes[name], place, to) };
}

function changed(value: unknown, place: number, to: number | undefined): unknown {
  if (typeof value === 'boolean') return !value;
  if (!Array.isArray(value)) return typeof value === 'number' ? to : value;
  const list: unknown[] = value;
  if (to === undefined) return list.slice(1);
  if (list.length === 0) return [to];
  const index = place % list.length;
  return list.with(index, changed(list[index], place, to));
}
