import type { DataType } from '@tensorflow/tfjs-core';
import { LARGEST_FLOAT32 } from '../../../../../model/dtype.ts';
import { elementCount } from '../../../../../model/tensor.ts';
import type { KernelCall } from '../../kernel_call.ts';
import { gives, type Rule, type Rules } from '../../rule.ts';
import { isSameShape } from '../../shapes.ts';

export type SegmentReduction = 'max' | 'mean' | 'min' | 'prod' | 'sqrtn' | 'sum';

/** What a segment without rows has where their number is given; where it comes of the rows, it is 0 but for products. */
const OF_NOTHING: Readonly<Record<SegmentReduction, Partial<Record<DataType, number>>>> = {
  max: { float32: -LARGEST_FLOAT32, int32: -(2 ** 31) },
  mean: { float32: 0 },
  min: { float32: LARGEST_FLOAT32, int32: 2 ** 31 - 1 },
  prod: { float32: 1, int32: 1 },
  sqrtn: { float32: 0 },
  sum: { float32: 0, int32: 0 },
};

function isReduction(name: string | undefined): name is SegmentReduction {
  return name !== undefined && name in OF_NOTHING;
}

export function segmentReduction(call: KernelCall): SegmentReduction {
  const name = call.text('reduction');
  return isReduction(name) ? name : call.refuse(`the reduction ${String(name)} is not known`);
}

/** The value of a segment without rows. */
export function ofNoRows(call: KernelCall): number {
  const reduction = segmentReduction(call);
  const { dtype } = call.tensor('data');
  const value = OF_NOTHING[reduction][dtype];
  if (value === undefined) return call.refuse(`data is ${dtype}, which is not computed`);
  // An integer of fewer bits has another least value than those that it is held in.
  if (call.attribute('ofNothing') !== undefined) return call.integer('ofNothing');
  return call.attribute('count') === undefined && (reduction === 'max' || reduction === 'min') ? 0 : value;
}

/** How many segments there are: `count`, where that is given, or one more than the last of ids that never fall. */
function segmentCount(call: KernelCall): number {
  const ids = call.tensor('ids');
  const values = call.values(ids);
  if (call.attribute('count') === undefined) {
    call.expectRank(ids, 'ids', 1);
    let last = 0;
    for (const id of values) {
      if (id < last) call.refuse(`the segment ${id} follows ${last}, and segments never fall`);
      last = id;
    }
    return values.length === 0 ? 0 : last + 1;
  }
  const count = call.integer('count');
  if (count < 0) call.refuse(`${count} segments are less than none`);
  const outside = values.find((id) => id >= count);
  if (outside !== undefined) call.refuse(`the segment ${outside} is not below ${count}`);
  return count;
}

/** Rows of `data` put together by the segments that they are of. A row of a negative segment is left out. */
const segment: Rule = (call) => {
  const data = call.tensor('data');
  const ids = call.tensor('ids');
  call.expectDtype(ids, 'ids', 'int32');
  const fill = ofNoRows(call);
  const rank = ids.shape.length;
  if (!isSameShape(data.shape.slice(0, rank), ids.shape))
    call.refuse(`ids of shape [${ids.shape}] do not fit data of shape [${data.shape}]`);
  const verdict = gives([segmentCount(call), ...data.shape.slice(rank)], data.dtype);
  return elementCount(ids.shape) === 0 ? { ...verdict, fill } : verdict;
};

export const SEGMENT_RULES: Rules = { Segment: segment };
