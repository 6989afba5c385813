import {
  at,
  build,
  type Call,
  count,
  flag,
  input,
  integer,
  number,
  type Operation,
  ofRank,
  predictable,
  refuse,
  require,
  shapeOnly,
  sizes,
  type Tensor,
  value,
} from './tensor.ts';

/** The position of a resized image's pixel in the original: legacy, aligned corners, or half pixels. */
function scaled(call: Call, place: number, from: number, to: number): number {
  if (flag(call, 'halfPixelCenters')) return ((place + 0.5) * from) / to - 0.5;
  const isAligned = flag(call, 'alignCorners') && to > 1;
  return place * (isAligned ? (from - 1) / (to - 1) : from / to);
}

function resized(call: Call): {
  readonly image: Tensor;
  readonly size: readonly [number, number];
  shape: number[];
} {
  const image = input(call, 'images', 'float32', 'int32');
  ofRank(image, 4);
  const size = sizes(call, 'size');
  require(size.length === 2, `a size of [${size}]`);
  require(!(flag(call, 'alignCorners') && flag(call, 'halfPixelCenters')), 'two ways at once');
  const [height, width] = [at(size, 0), at(size, 1)];
  require(height > 0 && width > 0, 'output dimensions must be positive');
  require(at(image.shape, 1) > 0 && at(image.shape, 2) > 0, 'input image must be of non-zero size');
  const shape = [at(image.shape, 0), height, width, at(image.shape, 3)];
  predictable(count(shape));
  return { image, size: [height, width], shape };
}

const bilinear: Operation = (call) => {
  const { image, size, shape } = resized(call);
  const sides = (place: number, axis: 0 | 1) => {
    const length = at(image.shape, axis + 1);
    const where = scaled(call, place, length, size[axis]);
    const below = Math.floor(where);
    return {
      low: Math.max(below, 0),
      high: Math.min(Math.ceil(where), length - 1),
      weight: where - below,
    };
  };
  return [
    build(
      'float32',
      shape,
      ([n = 0, y = 0, x = 0, c = 0]) => {
        const [vertical, horizontal] = [sides(y, 0), sides(x, 1)];
        const row = (line: number): number => {
          const left = value(image, [n, line, horizontal.low, c]);
          return left + (value(image, [n, line, Math.max(horizontal.high, 0), c]) - left) * horizontal.weight;
        };
        const top = row(vertical.low);
        return top + (row(Math.max(vertical.high, 0)) - top) * vertical.weight;
      },
      'ordinary',
    ),
  ];
};

const nearest: Operation = (call) => {
  const { image, size, shape } = resized(call);
  const pick = (place: number, axis: 0 | 1): number => {
    const length = at(image.shape, axis + 1);
    const where = flag(call, 'halfPixelCenters')
      ? ((place + 0.5) * length) / size[axis]
      : scaled(call, place, length, size[axis]);
    return Math.max(
      0,
      Math.min(length - 1, flag(call, 'alignCorners') ? Math.round(where) : Math.floor(where)),
    );
  };
  return [
    build(
      image.dtype,
      shape,
      ([n = 0, y = 0, x = 0, c = 0]) => value(image, [n, pick(y, 0), pick(x, 1), c]),
      'ordinary',
    ),
  ];
};

const cropAndResize: Operation = (call) => {
  const image = input(call, 'image', 'float32', 'int32');
  const boxes = input(call, 'boxes', 'float32');
  const owner = input(call, 'boxInd', 'int32');
  ofRank(image, 4);
  ofRank(boxes, 2);
  ofRank(owner, 1);
  const size = sizes(call, 'cropSize');
  require(size.length === 2 && size.every((each) => each > 0), `crops of [${size}]`);
  const [boxCount, height, width] = [at(boxes.shape, 0), at(image.shape, 1), at(image.shape, 2)];
  require(at(boxes.shape, 1) === 4 && at(owner.shape, 0) === boxCount, 'boxes and their images differ');
  require(height > 0 && width > 0, 'image dimensions must be positive');
  require(owner.values.every((each) => each >= 0 && each < at(image.shape, 0)), 'a box of no image');
  const method = call.attributes.method;
  require(method === 'bilinear' || method === 'nearest', `the method ${String(method)}`);
  const otherwise = number(call, 'extrapolationValue');
  const where = (from: number, to: number, place: number, crop: number, length: number): number =>
    crop > 1
      ? from * (length - 1) + place * (((to - from) * (length - 1)) / (crop - 1))
      : 0.5 * (from + to) * (length - 1);
  return [
    build(
      'float32',
      [boxCount, at(size, 0), at(size, 1), at(image.shape, 3)],
      ([box = 0, y = 0, x = 0, c = 0]) => {
        const corner = (each: number): number => value(boxes, [box, each]);
        const vertical = where(corner(0), corner(2), y, at(size, 0), height);
        const horizontal = where(corner(1), corner(3), x, at(size, 1), width);
        const isInside =
          vertical >= 0 && vertical <= height - 1 && horizontal >= 0 && horizontal <= width - 1;
        if (!isInside) return otherwise;
        const pixel = (row: number, column: number): number =>
          value(image, [at(owner.values, box), row, column, c]);
        if (method === 'nearest') return pixel(Math.round(vertical), Math.round(horizontal));
        const [top, bottom] = [Math.floor(vertical), Math.ceil(vertical)];
        const [left, right] = [Math.floor(horizontal), Math.ceil(horizontal)];
        const line = (row: number): number =>
          pixel(row, left) + (pixel(row, right) - pixel(row, left)) * (horizontal - left);
        return line(top) + (line(bottom) - line(top)) * (vertical - top);
      },
      'ordinary',
    ),
  ];
};

const flip: Operation = (call) => {
  const image = input(call, 'image');
  ofRank(image, 4);
  return [
    build(image.dtype, image.shape, (index) =>
      value(image, index.with(2, at(image.shape, 2) - 1 - at(index, 2))),
    ),
  ];
};

const rotate: Operation = (call) => {
  const image = input(call, 'image', 'float32');
  ofRank(image, 4);
  number(call, 'radians');
  return [shapeOnly(image.dtype, image.shape)];
};

const transform: Operation = (call) => {
  const image = input(call, 'image', 'float32');
  const transforms = input(call, 'transforms', 'float32');
  ofRank(image, 4);
  ofRank(transforms, 2);
  const given = call.attributes.outputShape;
  const [height, width] =
    given === undefined || given === null ? image.shape.slice(1, 3) : sizes(call, 'outputShape');
  if (height === undefined || width === undefined) return refuse('no size');
  const rows = at(transforms.shape, 0);
  require(at(transforms.shape, 1) === 8 &&
    (rows === 1 || rows === at(image.shape, 0)), 'transforms do not fit');
  return [shapeOnly(image.dtype, [at(image.shape, 0), height, width, at(image.shape, 3)])];
};

/** The chosen boxes, best first. The overlap of each with every earlier one is below the threshold. */
interface Suppression {
  readonly chosen: number[];
  readonly scores: number[];
  readonly limit: number;
  /** Not of Soft-NMS, nor where a side of a box is NaN: what overlaps it depends on the order of C++'s comparisons. */
  readonly isKnown: boolean;
}

function suppression(call: Call): Suppression {
  const boxes = input(call, 'boxes', 'float32');
  const scores = input(call, 'scores', 'float32');
  ofRank(boxes, 2);
  ofRank(scores, 1);
  require(at(boxes.shape, 1) === 4 && boxes.shape[0] === scores.shape[0], 'boxes and scores differ');
  const limit = integer(call, 'most');
  const iou = number(call, 'overlap');
  const threshold = number(call, 'least');
  const sigma = number(call, 'sigma');
  require(limit >= 0 && iou >= 0 && iou <= 1 && sigma >= 0, 'a threshold');
  const box = (each: number): number[] => Array.from({ length: 4 }, (_, side) => value(boxes, [each, side]));
  const candidates = scores.values
    .flatMap((score, each) => (score > threshold ? [each] : []))
    .sort((a, b) => at(scores.values, b) - at(scores.values, a) || a - b);
  const chosen: number[] = [];
  for (const each of candidates)
    if (chosen.length < limit && chosen.every((other) => overlap(box(each), box(other)) <= iou))
      chosen.push(each);
  return {
    chosen,
    scores: chosen.map((each) => at(scores.values, each)),
    limit,
    isKnown: sigma === 0 && !boxes.values.some(Number.isNaN),
  };
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const side = (box: readonly number[], one: number, other: number) =>
    [Math.min(at(box, one), at(box, other)), Math.max(at(box, one), at(box, other))] as const;
  const [[aTop, aBottom], [aLeft, aRight]] = [side(a, 0, 2), side(a, 1, 3)];
  const [[bTop, bBottom], [bLeft, bRight]] = [side(b, 0, 2), side(b, 1, 3)];
  const [aArea, bArea] = [(aBottom - aTop) * (aRight - aLeft), (bBottom - bTop) * (bRight - bLeft)];
  if (aArea <= 0 || bArea <= 0) return 0;
  const height = Math.max(0, Math.min(aBottom, bBottom) - Math.max(aTop, bTop));
  const width = Math.max(0, Math.min(aRight, bRight) - Math.max(aLeft, bLeft));
  return (height * width) / (aArea + bArea - height * width);
}

export const IMAGES: Readonly<Record<string, Operation>> = {
  CropAndResize: cropAndResize,
  FlipLeftRight: flip,
  NonMaxSuppression: (call) => {
    const { chosen, scores, limit, isKnown } = suppression(call);
    if (flag(call, 'isPadded')) predictable(limit);
    const size = flag(call, 'isPadded') ? limit : chosen.length;
    if (!isKnown)
      return [
        shapeOnly('int32', [flag(call, 'isPadded') ? limit : -1]),
        shapeOnly('float32', [flag(call, 'isPadded') ? limit : -1]),
        shapeOnly('int32', []),
      ];
    const padding = Array.from({ length: size - chosen.length }, () => 0);
    return [
      { dtype: 'int32', shape: [size], values: [...chosen, ...padding], compared: 'ordinary' },
      { dtype: 'float32', shape: [size], values: [...scores, ...padding], compared: 'ordinary' },
      { dtype: 'int32', shape: [], values: [chosen.length], compared: 'ordinary' },
    ];
  },
  ResizeBilinear: bilinear,
  ResizeNearestNeighbor: nearest,
  RotateWithOffset: rotate,
  Transform: transform,
};
