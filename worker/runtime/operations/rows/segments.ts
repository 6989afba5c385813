import { engine, gather, type Tensor } from '@tensorflow/tfjs-core';
import type { SegmentReduction } from '../../kernels/gate/rules/rows/segments.ts';
import { computeIntegers, extremesOf, type IntegerType, integerType } from '../integer_types.ts';
import { inputOf, numberInput, type Operation, type Operations } from '../operation.ts';

interface Counted {
  readonly count: number;
  /** What a segment without rows has, where that is not what its dtype says. */
  readonly ofNothing?: number;
}

const reduced = (reduction: SegmentReduction, data: Tensor, ids: Tensor, counted?: Counted): Tensor =>
  engine().runKernel('Segment', { data, ids }, { reduction, ...counted });

/** The least or the largest integer of 8 or 16 bits, which a maximum or a minimum of nothing is. */
function extremeOf(reduction: SegmentReduction, type: IntegerType | undefined): number | undefined {
  if (type?.kind !== 'narrow' || (reduction !== 'max' && reduction !== 'min')) return undefined;
  const [least, most] = extremesOf(type);
  return reduction === 'max' ? least : most;
}

/** Segments that are sorted: there are as many as the last one's number says. */
function sorted(reduction: SegmentReduction): Operation {
  return (node) =>
    computeIntegers(integerType(node, 'T'), [inputOf(node, 0)], ([data = inputOf(node, 0)]) =>
      reduced(reduction, data, inputOf(node, 1)),
    );
}

/** Segments in any order, whose number is an input. */
function unsorted(reduction: SegmentReduction): Operation {
  return (node) => {
    const count = numberInput(node, 2);
    const type = integerType(node, 'T');
    const ofNothing = extremeOf(reduction, type);
    return computeIntegers(type, [inputOf(node, 0)], ([data = inputOf(node, 0)]) =>
      reduced(reduction, data, inputOf(node, 1), {
        count,
        ...(ofNothing === undefined ? {} : { ofNothing }),
      }),
    );
  };
}

/** The same of chosen rows. Those with a number of segments are sorted too, and tfjs has none of them. */
function ofChosenRows(reduction: SegmentReduction, hasCount: boolean): Operation {
  return (node) =>
    computeIntegers(integerType(node, 'T'), [inputOf(node, 0)], ([data = inputOf(node, 0)]) =>
      reduced(
        reduction,
        gather(data, inputOf(node, 1)),
        inputOf(node, 2),
        hasCount ? { count: numberInput(node, 3) } : undefined,
      ),
    );
}

export const SEGMENTS: Operations = {
  SegmentMax: sorted('max'),
  SegmentMean: sorted('mean'),
  SegmentMin: sorted('min'),
  SegmentProd: sorted('prod'),
  SegmentSum: sorted('sum'),
  SparseSegmentMeanWithNumSegments: ofChosenRows('mean', true),
  SparseSegmentSqrtN: ofChosenRows('sqrtn', false),
  SparseSegmentSqrtNWithNumSegments: ofChosenRows('sqrtn', true),
  SparseSegmentSum: ofChosenRows('sum', false),
  SparseSegmentSumWithNumSegments: ofChosenRows('sum', true),
  UnsortedSegmentMax: unsorted('max'),
  UnsortedSegmentMin: unsorted('min'),
  UnsortedSegmentProd: unsorted('prod'),
  UnsortedSegmentSum: unsorted('sum'),
};
