import fc from 'fast-check';
import { type KernelName, parametersOf } from '../../../../worker/runtime/kernels/kernel_functions.ts';
import { UnaryOperation } from '../../../../worker/runtime/kernels/kernel_signatures.ts';
import { shapeSize } from '../../../fixtures/kernels/comparison.ts';

/** The numbers of a call by parameter. Addresses are 0 for an absent tensor and 1 for one that is there. */
export type CallNumbers = Readonly<Record<string, number>>;

const byte = fc.integer({ min: -128, max: 127 });
/** Most results are inside of their bounds, so that they show what they depend on. */
const BOUNDS: Readonly<Record<string, fc.Arbitrary<number>>> = {
  lower: fc.constantFrom(Number.NEGATIVE_INFINITY, -100),
  upper: fc.constantFrom(Number.POSITIVE_INFINITY, 100),
  expandedLower: fc.constantFrom(Number.NEGATIVE_INFINITY, 0),
  expandedUpper: fc.constantFrom(Number.POSITIVE_INFINITY, 6),
};
const smallFactor = fc.constantFrom(0.003, 0.3, 1);
const pad = fc.nat(12);
const stride = fc.nat(20);

/** What an integer or a float parameter may be, by its name. */
const BY_NAME: Readonly<Record<string, fc.Arbitrary<number>>> = {
  batch: shapeSize(2),
  channels: shapeSize(37),
  outChannels: shapeSize(37),
  expandedChannels: shapeSize(37),
  count: shapeSize(70),
  rows: shapeSize(9),
  columns: shapeSize(20),
  width: shapeSize(20),
  outer: shapeSize(3),
  reduced: shapeSize(9),
  inner: shapeSize(40),
  m: shapeSize(20),
  k: shapeSize(40),
  n: shapeSize(40),
  filterHeight: shapeSize(5),
  filterWidth: shapeSize(5),
  period: shapeSize(5),
  ...{ strideY: shapeSize(3), strideX: shapeSize(3), dilationY: shapeSize(4), dilationX: shapeSize(4) },
  ...{ padTop: pad, padLeft: pad },
  ...{
    size0: shapeSize(3),
    size1: shapeSize(3),
    size2: shapeSize(4),
    size3: shapeSize(20),
    size4: shapeSize(20),
  },
  ...{ a0: stride, a1: stride, a2: stride, b0: stride, b1: stride, b2: stride, a3: fc.nat(1), b3: fc.nat(1) },
  shift: fc.integer({ min: -300, max: 300 }),
  zero: byte,
  weightZero: byte,
  rowFactor: byte,
  outside: byte,
  lower: fc.constantFrom(-128, -100),
  upper: fc.constantFrom(100, 127),
};

const BY_TYPE: Readonly<Record<string, fc.Arbitrary<number>>> = {
  i32: shapeSize(9),
  f32: smallFactor,
  Flag: fc.nat(1),
  ElementFormat: fc.nat(2),
  BinaryOperation: fc.nat(7),
  UnaryOperation: fc.nat(Object.keys(UnaryOperation).length - 1),
  Input: fc.constantFrom(0, 1, 1, 1),
  Output: fc.constant(1),
  Scratch: fc.constant(1),
};

const nothing = fc.constant(0);

/** Returns calls of a kernel. Some of their arguments do not fit together. */
export function randomCalls(name: KernelName): fc.Arbitrary<CallNumbers> {
  const all: Record<string, fc.Arbitrary<number>> = {};
  for (const [parameter, type] of parametersOf(name))
    all[parameter] =
      (type === 'f32' ? BOUNDS : type === 'i32' ? BY_NAME : {})[parameter] ?? BY_TYPE[type] ?? nothing;
  return fc.record(all).chain((given) => {
    if (name === 'copy' || name === 'copy_bytes') return strides(given);
    const { k, n } = given;
    if (name === 'gemm' || name === 'gemm_quantized')
      return fc.record({ lda: fc.nat(9), ldc: fc.nat(9) }).map(({ lda, ldc }) => ({
        ...given,
        lda: (k ?? 0) + lda,
        ldc: (n ?? 0) + ldc,
      }));
    return fc.constant(given);
  });
}

/** Strides of an array that is dense up to gaps, in any order and any direction. Some of those that are read are 0. */
function strides(given: CallNumbers): fc.Arbitrary<CallNumbers> {
  const dimensions = [0, 1, 2, 3, 4];
  const five = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { minLength: 5, maxLength: 5 });
  const layout = fc.record({
    order: fc.shuffledSubarray(dimensions, { minLength: 5, maxLength: 5 }),
    gaps: five(fc.constantFrom(0, 0, 1, 5)),
    signs: five(fc.constantFrom(1, 1, -1)),
    isOrdered: fc.boolean(),
  });
  return fc.tuple(layout, layout, five(fc.constantFrom(1, 1, 1, 0))).map(([from, to, isRead]) => {
    const steps: Record<string, number> = {};
    for (const [letter, { order, gaps, signs, isOrdered }] of [
      ['x', from],
      ['y', to],
    ] as const) {
      let step = 1;
      for (const dimension of isOrdered ? dimensions.toReversed() : order) {
        const isKept = letter === 'y' || isRead[dimension] === 1;
        const sign = isOrdered ? 1 : (signs[dimension] ?? 1);
        steps[`${letter}${dimension}`] = isKept ? step * sign + 0 : 0;
        step = step * (given[`size${dimension}`] ?? 1) + (isOrdered ? 0 : (gaps[dimension] ?? 0));
      }
    }
    return { ...given, ...steps };
  });
}
