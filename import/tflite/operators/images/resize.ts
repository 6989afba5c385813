import { typeValue } from '../../../builder/node_builder.ts';
import { gather } from '../../../builder/shaping.ts';
import type { Shape, SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes, inFloat } from '../../conversion/entries.ts';
import {
  constantNumbers,
  input,
  knownSize,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import { refuseMalformed } from '../../conversion/refusal.ts';

/** Images have at most so many rows or columns. */
const LARGEST = 2 ** 16;

/** The rows and columns of the result. */
function sizesOf(call: OperatorCall): readonly [rows: number, columns: number] {
  const [rows, columns] = constantNumbers(input(call, 1), 'sizes');
  if (rows === undefined || columns === undefined || !isSize(rows) || !isSize(columns))
    return refuseMalformed(`has the sizes ${rows} and ${columns}`);
  return [rows, columns];
}

const isSize = (size: number): boolean => size >= 1 && size <= LARGEST;

function resizedBy(
  { g }: OperatorCall,
  op: 'ResizeBilinear' | 'ResizeNearestNeighbor',
  x: SymbolicTensor,
  [rows, columns]: readonly [rows: number, columns: number],
  [isAligned, isCentered]: readonly [isAligned: boolean, isCentered: boolean],
): SymbolicTensor {
  const shape: Shape = [x.shape[0] ?? null, rows, columns, x.shape[3] ?? null];
  return g.node(
    op,
    [x, g.integers([rows, columns])],
    { shape, dtype: x.dtype },
    { align_corners: { b: isAligned }, half_pixel_centers: { b: isCentered }, T: typeValue(x.dtype) },
  );
}

const resizeBilinear: Operator = (call) => {
  const { align_corners, half_pixel_centers } = call.options.read('ResizeBilinearOptions');
  return resizedBy(call, 'ResizeBilinear', input(call, 0), sizesOf(call), [
    align_corners,
    half_pixel_centers,
  ]);
};

/** Rows and columns are picked: of whole multiples by the operation, else by their places. */
const resizeNearest: Operator = (call) => {
  const { g, options } = call;
  const { align_corners, half_pixel_centers } = options.read('ResizeNearestNeighborOptions');
  const x = input(call, 0);
  const sizes = sizesOf(call);
  const own = [
    knownSize(x, 1, 'a known number of rows'),
    knownSize(x, 2, 'a known number of columns'),
  ] as const;
  const isMultiple = sizes.every((size, index) => size % (own[index] ?? 1) === 0);
  if (!align_corners && (isMultiple || !half_pixel_centers))
    return resizedBy(call, 'ResizeNearestNeighbor', x, sizes, [false, false]);
  return sizes.reduce<SymbolicTensor>((result, size, index) => {
    const places = nearestPlaces(own[index] ?? 1, size, align_corners, half_pixel_centers);
    return gather(g, result, g.integers(places), index + 1);
  }, x);
};

/** Source: GetNearestNeighbor of TensorFlow Lite, which computes in float32. */
function nearestPlaces(from: number, to: number, isAligned: boolean, isCentered: boolean): number[] {
  const { fround } = Math;
  const scale = isAligned && to > 1 ? fround((from - 1) / (to - 1)) : fround(from / to);
  return Array.from({ length: to }, (_, index) => {
    const place = fround((index + (isCentered ? 0.5 : 0)) * scale);
    const near = isAligned ? Math.floor(place + 0.5) : Math.floor(place);
    return Math.max(0, Math.min(from - 1, near));
  });
}

export const RESIZING: OperatorTable = {
  RESIZE_BILINEAR: inFloat(resizeBilinear),
  RESIZE_NEAREST_NEIGHBOR: asCodes(resizeNearest),
};
