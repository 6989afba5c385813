import { answered, flag, float, type GateCase, int, operation, refused } from '../../gate/gate_cases/case.ts';

const { fround } = Math;
const T = { T: { type: 'DT_FLOAT' }, T_threshold: { type: 'DT_FLOAT' } };

/** Two heaps of boxes and one that is apart. Within a heap, boxes share at least 0.8 of what they cover. */
const boxes = float(
  [6, 4],
  [
    [0, 0, 1, 1],
    [0, 0.1, 1, 1.1],
    [0, -0.1, 1, 0.9],
    [0, 10, 1, 11],
    [0, 10.1, 1, 11.1],
    [0, 100, 1, 101],
  ]
    .flat()
    .map(fround),
);
const given = [0.9, 0.75, 0.6, 0.95, 0.5, 0.3].map(fround);
const [best = 0, , , first = 0, , last = 0] = given;
const scores = float([6], given);
const scalar = (value: number) => float([], [fround(value)]);
const most = (count: number) => ({ most: int([], [count]) });
const heaps = { boxes, scores, ...most(3), overlap: scalar(0.5) };
const all = { ...heaps, least: scalar(0) };

const OVERLAP = { boxes: 'FP32', scores: 'FP32', most: 'INT32', overlap: 'FP32' } as const;
const LEAST = { ...OVERLAP, least: 'FP32' } as const;
const SOFT = { ...LEAST, sigma: 'FP32' } as const;

const padded = (index: number, isPadded: boolean, asked: GateCase['asked']): GateCase =>
  operation(
    `NonMaxSuppressionV4, output ${index}, ${isPadded ? '' : 'not '}padded`,
    'NonMaxSuppressionV4',
    LEAST,
    { ...T, pad_to_max_output_size: flag(isPadded) },
    'INT32',
    asked,
    index,
  );
const soft = (index: number, isPadded: boolean, asked: GateCase['asked']): GateCase =>
  operation(
    `NonMaxSuppressionV5, output ${index}, ${isPadded ? '' : 'not '}padded`,
    'NonMaxSuppressionV5',
    SOFT,
    { ...T, pad_to_max_output_size: flag(isPadded) },
    index === 1 ? 'FP32' : 'INT32',
    asked,
    index,
  );

const combined = (
  index: number,
  attr: Readonly<Record<string, unknown>>,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `CombinedNonMaxSuppression, output ${index}, ${Object.keys(attr).join()}`,
    'CombinedNonMaxSuppression',
    { boxes: 'FP32', scores: 'FP32', most: 'INT32', total: 'INT32', overlap: 'FP32', least: 'FP32' },
    attr,
    index === 3 ? 'INT32' : 'FP32',
    asked,
    index,
  );

/** Two boxes that are one on the other for the first class, and one that reaches out of the image for both. */
const detections = {
  boxes: float([1, 3, 1, 4], [0, 0, 0.5, 0.5, 0, 0, 0.5, 0.5, 0.5, 0.5, 2, 2]),
  scores: float([1, 3, 2], [0.75, 0.125, 0.5, 0.25, 0.625, 0]),
  ...most(2),
  total: int([], [4]),
  overlap: scalar(0.5),
  least: scalar(0.0625),
};

/** The boxes and most answers are those of TensorFlow's own tests of the operations. */
export const SUPPRESSION_CASES: readonly GateCase[] = [
  operation(
    'NonMaxSuppression',
    'NonMaxSuppression',
    { boxes: 'FP32', scores: 'FP32', most: 'INT32' },
    { iou_threshold: { f: 0.5 } },
    'INT32',
    [
      answered('of each heap the best', { boxes, scores, ...most(3) }, int([3], [3, 0, 5])),
      answered('at most two', { boxes, scores, ...most(2) }, int([2], [3, 0])),
      answered('none of none', { boxes: float([0, 4]), scores: float([0]), ...most(3) }, int([0])),
    ],
  ),
  operation('NonMaxSuppressionV2', 'NonMaxSuppressionV2', OVERLAP, T, 'INT32', [
    answered('of each heap the best', heaps, int([3], [3, 0, 5])),
    answered(
      'a score of minus infinity is never chosen',
      { ...heaps, scores: float([6], given.with(5, Number.NEGATIVE_INFINITY)) },
      int([2], [3, 0]),
    ),
  ]),
  operation('NonMaxSuppressionV3', 'NonMaxSuppressionV3', LEAST, T, 'INT32', [
    answered('of each heap the best', { ...all, ...most(30) }, int([3], [3, 0, 5])),
    answered('those above a score', { ...all, least: scalar(0.4) }, int([2], [3, 0])),
    answered('at most none', { ...all, ...most(0) }, int([0])),
    answered(
      'corners in any order',
      {
        ...all,
        boxes: float(
          [6, 4],
          boxes.data.map((_, place) => Number(boxes.data[place ^ 2])),
        ),
      },
      int([3], [3, 0, 5]),
    ),
    answered(
      'of equal scores the first box',
      { ...all, scores: float([6], [1, 1, 1, 1, 1, 1]) },
      int([3], [0, 3, 5]),
    ),
    answered(
      'all that overlap no more than wholly',
      { ...all, ...most(6), overlap: scalar(1) },
      int([6], [3, 0, 1, 2, 4, 5]),
    ),
    answered('none of none', { ...all, boxes: float([0, 4]), scores: float([0]) }, int([0])),
    answered(
      'NaN scores are left out',
      { ...all, scores: float([6], given.with(3, Number.NaN)) },
      int([3], [0, 4, 5]),
    ),
    refused(
      'more may be shared than there is',
      { ...all, overlap: scalar(1.5) },
      /iou_threshold of 1.5 is not in/,
    ),
    refused('fewer scores than boxes', { ...all, scores: float([1], [1]) }, /not one for each of 6 boxes/),
    refused('a negative number of boxes', { ...all, ...most(-1) }, /-1 boxes/),
  ]),
  padded(0, true, [
    answered('to five places', { ...all, ...most(5) }, int([5], [3, 0, 5, 0, 0])),
    answered('none of none', { ...all, boxes: float([0, 4]), scores: float([0]) }, int([3], [0, 0, 0])),
  ]),
  padded(0, false, [answered('three', { ...all, ...most(5) }, int([3], [3, 0, 5]))]),
  padded(1, true, [
    answered('how many are chosen', { ...all, ...most(5) }, int([], [3])),
    answered('none of none', { ...all, boxes: float([0, 4]), scores: float([0]) }, int([], [0])),
  ]),
  soft(0, false, [
    answered('without a sigma', { ...all, sigma: scalar(0) }, int([3], [3, 0, 5])),
    answered(
      'scores that fall',
      // Overlaps of 0.81 let the scores of the second and third box of a heap fall, below the one that is apart.
      { ...all, ...most(6), overlap: scalar(1), least: scalar(0.25), sigma: scalar(0.25) },
      int([3], [3, 0, 5]),
    ),
  ]),
  soft(1, false, [
    answered('without a sigma', { ...all, sigma: scalar(0) }, float([3], [first, best, last])),
  ]),
  soft(1, true, [
    answered(
      'to five places',
      { ...all, ...most(5), sigma: scalar(0) },
      float([5], [first, best, last, 0, 0]),
    ),
  ]),
  combined(0, {}, [
    answered(
      'boxes within the image, and zeros behind the last one',
      detections,
      float([1, 4, 4], [0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 0, 0, 0.5, 0.5, 0, 0, 0, 0]),
    ),
    answered(
      'no images',
      { ...detections, boxes: float([0, 3, 1, 4]), scores: float([0, 3, 2]) },
      float([0, 4, 4]),
    ),
    refused(
      'boxes of other classes',
      { ...detections, boxes: float([1, 1, 3, 4], Array(12).fill(0)) },
      /do not fit scores/,
    ),
    refused('no boxes in all', { ...detections, total: int([], [0]) }, /0 in all is not positive/),
  ]),
  combined(0, { clip_boxes: flag(false) }, [
    answered(
      'the best, as it is',
      { ...detections, ...most(1), total: int([], [1]), scores: float([1, 3, 2], [0, 0, 0, 0, 1, 0]) },
      float([1, 1, 4], [0.5, 0.5, 2, 2]),
    ),
  ]),
  combined(1, {}, [answered('scores', detections, float([1, 4], [0.75, 0.625, 0.25, 0]))]),
  combined(1, { pad_per_class: flag(true) }, [
    answered(
      'as many as there can be',
      { ...detections, ...most(1), total: int([], [9]) },
      float([1, 2], [0.75, 0.25]),
    ),
  ]),
  combined(2, {}, [answered('classes', detections, float([1, 4], [0, 0, 1, 0]))]),
  combined(3, {}, [answered('how many', detections, int([1], [3]))]),
  soft(2, true, [answered('how many are chosen', { ...all, ...most(5), sigma: scalar(0) }, int([], [3]))]),
];
