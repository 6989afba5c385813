import { countUp } from '../../../builder/creation.ts';
import {
  add,
  binary,
  cast,
  divide,
  multiply,
  select,
  subtract,
  unary,
} from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import {
  concatenate,
  expandDimension,
  gather,
  pad,
  reshape,
  slice,
  split,
} from '../../../builder/shaping.ts';
import { largest } from '../../../builder/sorting.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { inFloat } from '../../conversion/entries.ts';
import { input, knownSize, type Operator, type OperatorTable } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import { type FlexValue, readFlexMap } from '../../file/flexbuffer.ts';
import { justBelow } from './just_below.ts';

/** There are at most so many detections. */
const MOST_DETECTIONS = 2 ** 14;

interface DetectionOptions {
  readonly most: number;
  readonly classesPerBox: number;
  readonly boxesPerClass: number;
  readonly isPerClass: boolean;
  readonly least: number;
  readonly overlap: number;
  readonly classes: number;
  /** Of y, x, height and width. */
  readonly scales: readonly number[];
}

/** By the names and defaults of TensorFlow Lite's detection_postprocess.cc. */
function readOptions(options: ReadonlyMap<string, FlexValue>): DetectionOptions {
  const number = (name: string, absent?: number): number => {
    const value = options.get(name) ?? absent;
    return typeof value === 'number' ? value : refuseMalformed(`has no ${name}`);
  };
  const perClass = options.get('use_regular_nms') ?? false;
  return {
    most: number('max_detections'),
    classesPerBox: number('max_classes_per_detection'),
    boxesPerClass: number('detections_per_class', 100),
    isPerClass: perClass === true || perClass === 1,
    least: justBelow(number('nms_score_threshold')),
    overlap: number('nms_iou_threshold'),
    classes: number('num_classes'),
    scales: ['y_scale', 'x_scale', 'h_scale', 'w_scale'].map((name) => number(name)),
  };
}

/**
 * The detections of an object detector (SSD): boxes [1, boxes, 4 or more], scores of their classes [1, boxes, classes],
 * with those of the background first if there is one more, and anchors [boxes, 4].
 *
 * @returns boxes [1, most, 4], classes and scores [1, most], and their number [1], all as floats
 */
const detectionPostProcess: Operator = (call) => {
  const { g } = call;
  const options = readOptions(readFlexMap(call.options.custom));
  const { most, classesPerBox } = options;
  if (!(most >= 1 && classesPerBox >= 1 && most * classesPerBox <= MOST_DETECTIONS))
    return refuseMalformed(`gives ${most} detections of ${classesPerBox} classes`);
  const [encodings, predictions, anchors] = [input(call, 0), input(call, 1), input(call, 2)];
  if (knownSize(encodings, 0, 'a batch of one') !== 1)
    refuse('is of several images, which TensorFlow Lite does not take');
  const count = knownSize(encodings, 1, 'a known number of boxes');
  const given = knownSize(predictions, 2, 'a known number of classes');
  if (given < options.classes || given > options.classes + 1)
    return refuseMalformed(`has the scores of ${given} classes, and it is of ${options.classes}`);
  const boxes = decodeBoxes(
    g,
    slice(g, reshape(g, encodings, [count, encodings.shape[2] ?? 4]), 1, 0, 4),
    anchors,
    options,
  );
  const all = reshape(g, predictions, [count, given]);
  const scores = slice(g, all, 1, given - options.classes, options.classes);
  return options.isPerClass
    ? chooseByClass(g, boxes, scores, options)
    : chooseByBest(g, boxes, scores, options);
};

/** Centers and sizes relative to anchors, [boxes, 4], as corners. */
function decodeBoxes(
  g: NodeBuilder,
  encodings: SymbolicTensor,
  anchors: SymbolicTensor,
  { scales }: DetectionOptions,
): SymbolicTensor {
  const [y, x, height, width] = split(g, divide(g, encodings, g.floats(scales)), 1, 4);
  const [anchorY, anchorX, anchorHeight, anchorWidth] = split(g, anchors, 1, 4);
  if (!(y && x && height && width && anchorY && anchorX && anchorHeight && anchorWidth))
    return refuseMalformed('has boxes without four numbers');
  const centerY = add(g, multiply(g, y, anchorHeight), anchorY);
  const centerX = add(g, multiply(g, x, anchorWidth), anchorX);
  const halfHeight = multiply(g, multiply(g, unary(g, 'Exp', height), 0.5), anchorHeight);
  const halfWidth = multiply(g, multiply(g, unary(g, 'Exp', width), 0.5), anchorWidth);
  return concatenate(
    g,
    [
      subtract(g, centerY, halfHeight),
      subtract(g, centerX, halfWidth),
      add(g, centerY, halfHeight),
      add(g, centerX, halfWidth),
    ],
    1,
  );
}

/** Of each class the best boxes that do not overlap, and of these the best of all classes. */
function chooseByClass(
  g: NodeBuilder,
  boxes: SymbolicTensor,
  scores: SymbolicTensor,
  { most, boxesPerClass, overlap, least }: DetectionOptions,
): SymbolicTensor[] {
  const [chosen, best, classes, number] = g.nodeWith(
    'CombinedNonMaxSuppression',
    [
      expandDimension(g, expandDimension(g, boxes, 1), 0),
      expandDimension(g, scores, 0),
      g.integers([boxesPerClass], []),
      g.integers([most], []),
      g.floats([overlap], []),
      g.floats([least], []),
    ],
    [{ shape: [1, most, 4] }, { shape: [1, most] }, { shape: [1, most] }, { shape: [1], dtype: 'int32' }],
    { pad_per_class: { b: false }, clip_boxes: { b: false } },
  );
  if (!(chosen && best && classes && number)) throw new Error('it gives four');
  return [chosen, classes, best, cast(g, number, 'float32')];
}

/** The best boxes by the best of their scores, which do not overlap; each is given once for each of its best classes. */
function chooseByBest(
  g: NodeBuilder,
  boxes: SymbolicTensor,
  scores: SymbolicTensor,
  { most, classesPerBox, classes, overlap, least }: DetectionOptions,
): SymbolicTensor[] {
  const perBox = Math.min(classesPerBox, classes);
  const [values, labels] = largest(g, scores, perBox);
  const [places, number] = g.nodeWith(
    'NonMaxSuppressionV4',
    [
      boxes,
      reshape(g, slice(g, values, 1, 0, 1), [boxes.shape[0] ?? 1]),
      g.integers([most], []),
      g.floats([overlap], []),
      g.floats([least], []),
    ],
    [
      { shape: [most], dtype: 'int32' },
      { shape: [], dtype: 'int32' },
    ],
    { T: typeValue('float32'), pad_to_max_output_size: { b: true } },
  );
  if (!(places && number)) throw new Error('it gives two');
  const isChosen = expandDimension(g, binary(g, 'Less', countUp(g, most), number), 1);
  // [most, 4 or perBox], with zeros where nothing is chosen
  const rows = (table: SymbolicTensor) => select(g, isChosen, gather(g, table, places, 0), 0);
  const wide = (table: SymbolicTensor) =>
    pad(g, rows(table), [
      [0, 0],
      [0, classesPerBox - perBox],
    ]);
  const all = most * classesPerBox;
  const repeated = concatenate(
    g,
    Array.from({ length: classesPerBox }, () => rows(boxes)),
    1,
  );
  return [
    reshape(g, repeated, [1, all, 4]),
    reshape(g, wide(cast(g, labels, 'float32')), [1, all]),
    reshape(g, wide(values), [1, all]),
    cast(g, reshape(g, number, [1]), 'float32'),
  ];
}

/** By the names that models give them. */
export const DETECTIONS: OperatorTable = { TFLite_Detection_PostProcess: inFloat(detectionPostProcess) };
