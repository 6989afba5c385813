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

/** How many boxes are chosen depends on their values. TensorFlow gives no more than there are, unless it pads. */
const suppression: Rule = (call) => {
  const boxes = call.tensor('boxes');
  const scores = call.tensor('scores');
  call.expectDtype(boxes, 'boxes', 'float32');
  call.expectDtype(scores, 'scores', 'float32');
  const [count = 0] = boxes.shape;
  if (boxes.shape.length !== 2 || boxes.shape[1] !== 4)
    call.refuse(`boxes of shape [${boxes.shape}] are not four numbers each`);
  if (scores.shape.length !== 1 || scores.shape[0] !== count)
    call.refuse(`scores of shape [${scores.shape}] are not one for each of ${count} boxes`);
  const most = call.integer('most');
  if (most < 0) call.refuse(`a number of ${most} boxes is negative`);
  const overlap = call.number('overlap');
  if (!(overlap >= 0 && overlap <= 1)) call.refuse(`an iou_threshold of ${overlap} is not in [0, 1]`);
  const sigma = call.number('sigma');
  if (!(sigma >= 0)) call.refuse(`a soft_nms_sigma of ${sigma} is negative`);
  call.number('least');
  const size = call.flag('isPadded') ? most : ANY;
  const largest = [call.flag('isPadded') ? most : Math.min(most, count)];
  return {
    outputs: [
      { shape: [size], dtype: 'int32', largest },
      { shape: [size], dtype: 'float32', largest },
      { shape: [], dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

/** Detections of images, class by class. */
const suppressionByClass: Rule = (call) => {
  const boxes = call.tensor('boxes');
  const scores = call.tensor('scores');
  call.expectDtype(boxes, 'boxes', 'float32');
  call.expectDtype(scores, 'scores', 'float32');
  call.expectRank(boxes, 'boxes', 4);
  call.expectRank(scores, 'scores', 3);
  const [batch = 0, count = 0, classes = 0] = scores.shape;
  const [, , sets = 0, corners] = boxes.shape;
  if (
    boxes.shape[0] !== batch ||
    boxes.shape[1] !== count ||
    (sets !== 1 && sets !== classes) ||
    corners !== 4
  )
    call.refuse(`boxes of shape [${boxes.shape}] do not fit scores of shape [${scores.shape}]`);
  const [most, total] = [call.integer('most'), call.integer('total')];
  if (most < 1 || total < 1)
    call.refuse(`a number of ${most} boxes for each class or ${total} in all is not positive`);
  const overlap = call.number('overlap');
  if (!(overlap >= 0 && overlap <= 1)) call.refuse(`an iou_threshold of ${overlap} is not in [0, 1]`);
  call.number('least');
  const size = call.flag('isPerClass') ? Math.min(total, most * classes) : total;
  return {
    outputs: [
      { shape: [batch, size, 4], dtype: 'float32' },
      { shape: [batch, size], dtype: 'float32' },
      { shape: [batch, size], dtype: 'float32' },
      { shape: [batch], dtype: 'int32' },
    ],
    takesEmpty: true,
  };
};

const inTopK: Rule = (call) => {
  const predictions = call.tensor('predictions');
  const targets = call.tensor('targets');
  call.expectDtype(predictions, 'predictions', 'float32');
  call.expectDtype(targets, 'targets', 'int32');
  call.expectRank(predictions, 'predictions', 2);
  if (targets.shape.length !== 1 || targets.shape[0] !== predictions.shape[0])
    call.refuse(`targets of shape [${targets.shape}] are not one for each of ${predictions.shape[0]} rows`);
  call.integer('k');
  const verdict = gives(targets.shape, 'bool');
  return predictions.shape[1] === 0 ? { ...verdict, fill: 0 } : verdict;
};

/** Connectionist temporal classification: as many labels of each row as its values say. */
const decoding: Rule = (call) => {
  const inputs = call.tensor('inputs');
  const lengths = call.tensor('lengths');
  call.expectDtype(inputs, 'inputs', 'float32');
  call.expectDtype(lengths, 'lengths', 'int32');
  call.expectRank(inputs, 'inputs', 3);
  const [time = 0, batch = 0, classes = 0] = inputs.shape;
  if (lengths.shape.length !== 1 || lengths.shape[0] !== batch)
    call.refuse(`lengths of shape [${lengths.shape}] are not one for each of ${batch} rows`);
  if (classes === 0) call.refuse('there are no classes');
  const outside = call.values(lengths).find((length) => length < 0 || length > time);
  if (outside !== undefined) call.refuse(`a length of ${outside} is not in [0, ${time}]`);
  const blank = call.integer('blank');
  if (blank < 0 || blank >= classes) call.refuse(`the blank ${blank} is none of ${classes} classes`);
  return {
    outputs: [
      { shape: [ANY, 2], dtype: 'int32', largest: [time * batch, 2] },
      { shape: [ANY], dtype: 'int32', largest: [time * batch] },
      { shape: [2], dtype: 'int32' },
      { shape: [batch, 1], dtype: 'float32' },
    ],
    takesEmpty: true,
  };
};

export const SELECTION_RULES: Rules = {
  CTCGreedyDecoder: decoding,
  CombinedNonMaxSuppression: suppressionByClass,
  InTopK: inTopK,
  NonMaxSuppression: suppression,
  SearchSorted: searchSorted,
  TopK: topK,
  Unique: unique,
};
