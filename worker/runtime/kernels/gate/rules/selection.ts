import type { KernelCall } from '../kernel_call.ts';
import { ANY, gives, type Output, type Rule, type Rules } from '../rule.ts';
import { isEmpty } from '../shapes.ts';

const topK: Rule = (call) => {
  const x = call.tensor('x');
  call.expectDtype(x, 'x', 'float32', 'int32');
  const size = x.shape.at(-1);
  if (size === undefined) return call.refuse('a scalar has no largest elements');
  const k = call.integer('k');
  if (k < 0 || k > size) call.refuse(`of ${size} elements ${k} cannot be chosen`);
  const shape = x.shape.with(-1, k);
  return {
    outputs: [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ],
  };
};

const unique: Rule = (call) => {
  const x = call.tensor('x');
  const axis = call.axis('axis', x.shape.length);
  const size = x.shape[axis] ?? 0;
  const outputs: Output[] = [
    { shape: x.shape.with(axis, size === 0 ? 0 : ANY), dtype: x.dtype },
    { shape: [size], dtype: 'int32' },
  ];
  if (size > 0 && isEmpty(x.shape)) call.refuse(`a tensor of shape [${x.shape}] has no elements to compare`);
  return { outputs };
};

/** The positions at which values can be inserted into a sorted row. In a row without elements all are 0. */
const searchSorted: Rule = (call) => {
  const sequence = call.tensor('sortedSequence');
  const values = call.tensor('values');
  call.expectDtype(sequence, 'sortedSequence', 'float32', 'int32');
  if (values.dtype !== sequence.dtype)
    call.refuse(`the sequence is ${sequence.dtype}, the values ${values.dtype}`);
  call.expectRank(sequence, 'sortedSequence', 2);
  call.expectRank(values, 'values', 2);
  if (values.shape[0] !== sequence.shape[0])
    call.refuse(`[${sequence.shape}] and [${values.shape}] do not have the same rows`);
  const verdict = gives(values.shape, 'int32');
  return isEmpty(sequence.shape) ? { ...verdict, fill: 0 } : verdict;
};

function expectBoxes(call: KernelCall): number {
  const boxes = call.tensor('boxes');
  const scores = call.tensor('scores');
  call.expectDtype(boxes, 'boxes', 'float32');
  call.expectDtype(scores, 'scores', 'float32');
  const [count = 0] = boxes.shape;
  if (boxes.shape.length !== 2 || boxes.shape[1] !== 4)
    call.refuse(`boxes of shape [${boxes.shape}] are not four numbers each`);
  if (scores.shape.length !== 1 || scores.shape[0] !== count)
    call.refuse(`scores of shape [${scores.shape}] are not one for each of ${count} boxes`);
  if (call.integer('maxOutputSize') < 0) call.refuse('maxOutputSize is negative');
  const threshold = call.number('iouThreshold');
  if (!(threshold >= 0 && threshold <= 1)) call.refuse(`an iouThreshold of ${threshold} is not in [0, 1]`);
  call.number('scoreThreshold');
  return count;
}

const chosen = (size: number): Output => ({ shape: [size], dtype: 'int32' });

const suppression: Rule = (call) => ({ outputs: [chosen(expectBoxes(call) === 0 ? 0 : ANY)] });

const paddedSuppression: Rule = (call) => {
  const count = expectBoxes(call);
  const isPadded = call.flag('padToMaxOutputSize');
  const size = isPadded ? call.integer('maxOutputSize') : ANY;
  const valid: Output = { shape: [], dtype: 'int32' };
  return count === 0
    ? { outputs: [chosen(isPadded ? size : 0), valid], fill: 0 }
    : { outputs: [chosen(size), valid] };
};

const softSuppression: Rule = (call) => {
  const size = expectBoxes(call) === 0 ? 0 : ANY;
  const sigma = call.number('softNmsSigma');
  if (!(sigma >= 0)) call.refuse(`a softNmsSigma of ${sigma} is negative`);
  return { outputs: [chosen(size), { shape: [size], dtype: 'float32' }] };
};

export const SELECTION_RULES: Rules = {
  NonMaxSuppressionV3: suppression,
  NonMaxSuppressionV4: paddedSuppression,
  NonMaxSuppressionV5: softSuppression,
  SearchSorted: searchSorted,
  TopK: topK,
  Unique: unique,
};
