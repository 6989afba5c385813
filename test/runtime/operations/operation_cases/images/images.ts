import {
  answered,
  answeredNearly,
  flag,
  float,
  type GateCase,
  int,
  integers,
  operation,
  refused,
  text,
} from '../../../gate/gate_cases/case.ts';

const { fround } = Math;
const T = { T: { type: 'DT_FLOAT' } };
const resize = (op: string, isHalf: boolean, isAligned: boolean, asked: GateCase['asked']): GateCase =>
  operation(
    `${op}${isHalf ? ', centers at half pixels' : ''}${isAligned ? ', corners aligned' : ''}`,
    op,
    { x: 'FP32', size: 'INT32' },
    { ...T, align_corners: flag(isAligned), half_pixel_centers: flag(isHalf) },
    'FP32',
    asked,
  );
const row = (...values: number[]) => float([1, 1, values.length, 1], values);
const size = (height: number, width: number) => ({ size: int([2], [height, width]) });

const scaled = (kernel: string, isAntialiased: boolean, asked: GateCase['asked']): GateCase =>
  operation(
    `ScaleAndTranslate by ${kernel}${isAntialiased ? '' : ' without antialiasing'}`,
    'ScaleAndTranslate',
    { x: 'FP32', size: 'INT32', scales: 'FP32', moved: 'FP32' },
    { ...T, kernel_type: text(kernel), antialias: flag(isAntialiased) },
    'FP32',
    asked,
  );
/** The height stays as it is. */
const scales = (scale: number) => ({ scales: float([2], [1, scale]) });
const moved = (by: number) => ({ moved: float([2], [0, by]) });

const colors = (op: string, asked: GateCase['asked']): GateCase =>
  operation(op, op, { x: 'FP32' }, T, 'FP32', asked);
const adjusted = (op: string, asked: GateCase['asked']): GateCase =>
  operation(op, op, { x: 'FP32', amount: 'FP32' }, T, 'FP32', asked);
const amount = (value: number) => ({ amount: float([], [value]) });

const patches = (
  name: string,
  [ksize, stride, rate]: readonly [number, number, number],
  padding: string,
  asked: GateCase['asked'],
): GateCase =>
  operation(
    `ExtractImagePatches ${name}`,
    'ExtractImagePatches',
    { x: 'FP32' },
    {
      ...T,
      ksizes: integers(1, ksize, ksize, 1),
      strides: integers(1, stride, stride, 1),
      rates: integers(1, rate, rate, 1),
      padding: text(padding),
    },
    'FP32',
    asked,
  );
const nine = float([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

/**
 * Values by arithmetic. Keys's cubic is 0.8671875 at a quarter of a pixel and -0.0703125 at one and a quarter; the steeper
 * one of old graphs is 0.59375 at half a pixel and -0.09375 at one and a half.
 */
export const IMAGE_CASES: readonly GateCase[] = [
  resize('ResizeBicubic', false, false, [
    answered('two pixels to four', { x: row(0, 64), ...size(1, 4) }, row(0, 32, 64, 70)),
    answered('the same size', { x: row(1, -2, 3), ...size(1, 3) }, row(1, -2, 3)),
    answered(
      'rows',
      { x: float([1, 2, 1, 1], [0, 64]), ...size(4, 1) },
      float([1, 4, 1, 1], [0, 32, 64, 70]),
    ),
    answered('no images', { x: float([0, 2, 2, 1]), ...size(1, 1) }, float([0, 1, 1, 1])),
    refused('no pixels', { x: float([1, 0, 2, 1]), ...size(1, 1) }, /ResizeBicubic: images of shape/),
    refused('a size of 0', { x: row(1), ...size(0, 1) }, /is not a height and a width/),
  ]),
  resize('ResizeBicubic', false, true, [
    answered('two pixels to three', { x: row(0, 64), ...size(1, 3) }, row(0, 32, 64)),
  ]),
  resize('ResizeBicubic', true, false, [
    answered(
      'two pixels to four: those outside have no weight',
      { x: row(0, 1), ...size(1, 4) },
      row(
        fround(-0.0703125 / 0.796875),
        fround(0.2265625 / 1.09375),
        fround(0.8671875 / 1.09375),
        fround(0.8671875 / 0.796875),
      ),
    ),
    answered('a plane stays one', { x: row(5, 5, 5), ...size(1, 2) }, row(5, 5)),
  ]),
  operation(
    'ResizeBicubic of int32',
    'ResizeBicubic',
    { x: 'INT32', size: 'INT32' },
    { T: { type: 'DT_INT32' }, align_corners: flag(false), half_pixel_centers: flag(false) },
    'FP32',
    [answered('two pixels to four', { x: int([1, 1, 2, 1], [0, 64]), ...size(1, 4) }, row(0, 32, 64, 70))],
  ),
  resize('ResizeArea', false, false, [
    answered('four pixels to two', { x: row(1, 3, 5, 9), ...size(1, 2) }, row(2, 7)),
    answered(
      'three pixels to two, half of the middle one to each',
      { x: row(3, 6, 9), ...size(1, 2) },
      row(4, 8),
    ),
    answered('two pixels to four', { x: row(1, 3), ...size(1, 4) }, row(1, 1, 3, 3)),
    answered(
      'both dimensions and two channels',
      { x: float([1, 2, 2, 2], [1, 10, 2, 20, 3, 30, 6, 60]), ...size(1, 1) },
      float([1, 1, 1, 2], [3, 30]),
    ),
  ]),
  scaled('triangle', true, [
    answered(
      'four pixels to two: each is made of three or four, by their distance',
      // At 1 the weights are 3/4, 3/4 and 1/4 before they are divided by their sum.
      { x: row(7, 0, 0, 0), ...size(1, 2), ...scales(0.5), ...moved(0) },
      row(3, 0),
    ),
    answered(
      'two pixels to four',
      { x: row(0, 8), ...size(1, 4), ...scales(2), ...moved(0) },
      row(0, 2, 6, 8),
    ),
    answered(
      'moved by one pixel, behind which nothing is',
      { x: row(1, 2), ...size(1, 2), ...scales(1), ...moved(1) },
      row(0, 1),
    ),
    refused('a scale of 0', { x: row(1), ...size(1, 1), ...scales(0), ...moved(0) }, /is not positive/),
    refused(
      'no size',
      { x: row(1), ...size(0, 1), ...scales(1), ...moved(0) },
      /is not a height and a width/,
    ),
  ]),
  scaled('triangle', false, [
    answered(
      'four pixels to two by their nearest',
      { x: row(1, 3, 5, 9), ...size(1, 2), ...scales(0.5), ...moved(0) },
      row(2, 7),
    ),
  ]),
  scaled('box', true, [
    answered('means', { x: row(1, 3, 5, 9), ...size(1, 2), ...scales(0.5), ...moved(0) }, row(2, 7)),
  ]),
  scaled('keyscubic', true, [
    answered(
      'the same size',
      { x: row(1, 3, 5, 9), ...size(1, 4), ...scales(1), ...moved(0) },
      row(1, 3, 5, 9),
    ),
  ]),
  scaled('lanczos3', true, [
    answeredNearly(
      'the same size',
      { x: row(1, 3, 5, 9), ...size(1, 4), ...scales(1), ...moved(0) },
      row(1, 3, 5, 9),
    ),
    answeredNearly(
      'a plane stays one',
      { x: row(5, 5, 5, 5), ...size(1, 3), ...scales(0.75), ...moved(0) },
      row(5, 5, 5),
    ),
  ]),
  colors('RGBToHSV', [
    answered(
      'red, green, blue, white, black and a brown',
      { x: float([6, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0.75, 0.5, 0.25]) },
      float([6, 3], [0, 1, 1, 1 / 3, 1, 1, 2 / 3, 1, 1, 0, 0, 1, 0, 0, 0, 1 / 12, 2 / 3, 0.75].map(fround)),
    ),
    answered(
      'a hue below that of red',
      { x: float([3], [1, 0, 0.5]) },
      float([3], [11 / 12, 1, 1].map(fround)),
    ),
    answered('no colors', { x: float([0, 3]) }, float([0, 3])),
    refused('four numbers', { x: float([1, 4], [1, 2, 3, 4]) }, /does not have three numbers/),
  ]),
  colors('HSVToRGB', [
    answered(
      'red, yellow, cyan, a grey and a dark violet',
      { x: float([5, 3], [0, 1, 1, fround(1 / 6), 1, 1, 0.5, 1, 1, 0.25, 0, 0.5, 0.75, 1, 0.5]) },
      float([5, 3], [1, 0, 0, 1, 1, 0, 0, 1, 1, 0.5, 0.5, 0.5, 0.25, 0, 0.5]),
    ),
  ]),
  adjusted('AdjustHue', [
    answered('half a turn', { x: float([1, 1, 3], [1, 0, 0]), ...amount(0.5) }, float([1, 1, 3], [0, 1, 1])),
    answered(
      'back by half a turn',
      { x: float([1, 1, 3], [1, 0, 0]), ...amount(-0.5) },
      float([1, 1, 3], [0, 1, 1]),
    ),
    answered(
      'a grey stays',
      { x: float([1, 1, 3], [0.5, 0.5, 0.5]), ...amount(0.25) },
      float([1, 1, 3], [0.5, 0.5, 0.5]),
    ),
  ]),
  adjusted('AdjustSaturation', [
    answered('to grey', { x: float([1, 1, 3], [1, 0.5, 0]), ...amount(0) }, float([1, 1, 3], [1, 1, 1])),
    answered(
      'no more than wholly',
      { x: float([1, 1, 3], [1, 0.5, 0.5]), ...amount(9) },
      float([1, 1, 3], [1, 0, 0]),
    ),
  ]),
  adjusted('AdjustContrastv2', [
    answered(
      'twice as far from the mean of each channel',
      { x: float([2, 1, 2], [1, 10, 3, 30]), ...amount(2) },
      float([2, 1, 2], [0, 0, 4, 40]),
    ),
    answered(
      'each image by itself',
      { x: float([2, 1, 2, 1], [1, 3, 10, 30]), ...amount(0) },
      float([2, 1, 2, 1], [2, 2, 20, 20]),
    ),
    refused(
      'no image',
      { x: float([2, 1], [1, 2]), ...amount(1) },
      /AdjustContrastv2: a tensor of shape \[2,1\] is no image/,
    ),
  ]),
  patches('of two by two', [2, 1, 1], 'VALID', [
    answered(
      'four patches',
      { x: nine },
      float([1, 2, 2, 4], [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9]),
    ),
    answered(
      'two channels stay beside each other',
      { x: float([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
      float([1, 1, 1, 8], [1, 2, 3, 4, 5, 6, 7, 8]),
    ),
    answered('no images', { x: float([0, 2, 2, 1]) }, float([0, 1, 1, 4])),
    refused('a small image', { x: float([1, 1, 1, 1], [1]) }, /is smaller than a patch of 2/),
  ]),
  patches('at a distance', [2, 1, 2], 'VALID', [
    answered('the corners', { x: nine }, float([1, 1, 1, 4], [1, 3, 7, 9])),
  ]),
  patches('with padding', [2, 2, 1], 'SAME', [
    answered(
      'zeros behind the image',
      { x: nine },
      float([1, 2, 2, 4], [1, 2, 4, 5, 3, 0, 6, 0, 7, 8, 0, 0, 9, 0, 0, 0]),
    ),
  ]),
  patches('with padding on both sides', [3, 1, 1], 'SAME', [
    answered(
      'of one pixel',
      { x: float([1, 1, 1, 1], [5]) },
      float([1, 1, 1, 9], [0, 0, 0, 0, 5, 0, 0, 0, 0]),
    ),
  ]),
];
