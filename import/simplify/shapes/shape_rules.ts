import { windowed } from '../../builder/spatial/windows.ts';
import { broadcastShape, knownCount, type Shape } from '../../builder/symbolic_tensor.ts';
import type { GraphNode } from '../../graph/graph.ts';
import { hasChannelsLast, integersAttribute, textAttribute } from '../attributes.ts';
import { BROADCASTING, hasShapeOfFirst, PADDINGS, REDUCTIONS } from './operation_kinds.ts';

/** What a rule may ask about the inputs of a node. */
export interface KnownInputs {
  readonly shapes: readonly (Shape | undefined)[];
  /** The values of a small constant of integers. */
  readonly integers: (index: number) => Promise<readonly number[] | undefined>;
  /** The sizes in a shape that is an input. */
  readonly sizes: (index: number) => Promise<Shape | undefined>;
}

type Rule = (node: GraphNode, inputs: KnownInputs) => Shape | undefined | Promise<Shape | undefined>;

/** Returns the shape of an operation's first result, or undefined if it is not known. */
export async function shapeOfResult(node: GraphNode, inputs: KnownInputs): Promise<Shape | undefined> {
  const [first] = inputs.shapes;
  if (BROADCASTING.has(node.op)) return broadcast(inputs.shapes);
  if (REDUCTIONS.has(node.op)) return reduced(node, inputs);
  if (PADDINGS.has(node.op)) return padded(node, inputs);
  if (hasShapeOfFirst(node.op)) return first;
  return RULES[node.op]?.(node, inputs);
}

function broadcast(shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape = [];
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    result = broadcastShape(result, shape);
  }
  return result;
}

const fromStart = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

async function reduced(
  { attr }: GraphNode,
  { shapes: [x], integers }: KnownInputs,
): Promise<Shape | undefined> {
  const given = await integers(1);
  if (x === undefined || given === undefined) return undefined;
  const axes = given.map((axis) => fromStart(axis, x.length));
  const keeps = attr.keep_dims?.b === true;
  return x.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keeps ? [1] : []));
}

const padded: Rule = async (_, { shapes: [x], integers }) => {
  const widths = await integers(1);
  if (widths === undefined) return undefined;
  return x?.map((size, axis) =>
    size === null ? null : size + (widths[2 * axis] ?? 0) + (widths[2 * axis + 1] ?? 0),
  );
};

/** The sizes in space after a window of [rows, columns]. */
function space(node: GraphNode, x: Shape, size: readonly number[]): Shape | undefined {
  const padding = textAttribute(node, 'padding')?.toLowerCase();
  if (x.length !== 4 || !hasChannelsLast(node) || (padding !== 'same' && padding !== 'valid'))
    return undefined;
  const [strides, dilations] = ['strides', 'dilations'].map(
    (name) => integersAttribute(node, name)?.slice(1, 3) ?? [1, 1],
  );
  return windowed(x.slice(1, 3), { size, strides: strides ?? [], dilations: dilations ?? [], padding });
}

const convolution =
  (channels: (filter: readonly number[]) => number): Rule =>
  (node, { shapes: [x, filter] }) => {
    const known = filter?.filter((size) => size !== null) ?? [];
    if (x === undefined || known.length !== 4) return undefined;
    const places = space(node, x, known.slice(0, 2));
    return places && [x[0] ?? null, ...places, channels(known)];
  };

const convolved = convolution((filter) => filter[3] ?? 1);
const depthwise = convolution((filter) => (filter[2] ?? 1) * (filter[3] ?? 1));

const pooled: Rule = (node, { shapes: [x] }) => {
  const size = integersAttribute(node, 'ksize')?.slice(1, 3);
  const places = x && size && space(node, x, size);
  return x && places && [x[0] ?? null, ...places, x[3] ?? null];
};

const resized: Rule = async (_, { shapes: [x], integers }) => {
  const [rows, columns] = (await integers(1)) ?? [];
  return x && [x[0] ?? null, rows ?? null, columns ?? null, x[3] ?? null];
};

const product: Rule = ({ attr }, { shapes: [one, other] }) => {
  if (one?.length !== 2 || other?.length !== 2) return undefined;
  const rows = one[attr.transpose_a?.b === true ? 1 : 0] ?? null;
  return [rows, other[attr.transpose_b?.b === true ? 0 : 1] ?? null];
};

const batchProduct: Rule = ({ attr }, { shapes: [one, other] }) => {
  if (one === undefined || other === undefined) return undefined;
  const outer = broadcastShape(one.slice(0, -2), other.slice(0, -2));
  const rows = one.at(attr.adj_x?.b === true ? -1 : -2) ?? null;
  return [...outer, rows, other.at(attr.adj_y?.b === true ? -2 : -1) ?? null];
};

const concatenated: Rule = async ({ input }, { shapes, integers }) => {
  const [axis] = (await integers(input.length - 1)) ?? [];
  const tensors = shapes.slice(0, -1);
  const [first] = tensors;
  if (first === undefined || axis === undefined) return undefined;
  const along = fromStart(axis, first.length);
  return first.map((size, each) => {
    const sizes = tensors.map((shape) => shape?.[each] ?? null);
    if (each !== along) return size ?? sizes.find((one) => one !== null) ?? null;
    return sizes.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
  });
};

const transposed: Rule = async (_, { shapes: [x], integers }) => {
  const order = await integers(1);
  return x && order?.map((axis) => x[fromStart(axis, x.length)] ?? null);
};

/** One size that is not known is what the others leave of the whole. */
const reshaped: Rule = async (_, { shapes: [x], sizes }) => {
  const target = await sizes(1);
  const whole = x && knownCount(x);
  if (target === undefined || whole === undefined) return target;
  const others = target.filter((size) => size !== null);
  if (others.length !== target.length - 1) return target;
  const known = others.reduce((count, size) => count * size, 1);
  return known === 0 ? target : target.map((size) => size ?? whole / known);
};

const expanded: Rule = async (_, { shapes: [x], integers }) => {
  const [axis] = (await integers(1)) ?? [];
  if (x === undefined || axis === undefined) return undefined;
  const place = fromStart(axis, x.length + 1);
  return [...x.slice(0, place), 1, ...x.slice(place)];
};

const squeezed: Rule = (node, { shapes: [x] }) => {
  const axes = integersAttribute(node, 'squeeze_dims') ?? integersAttribute(node, 'axis') ?? [];
  if (x === undefined || axes.length === 0) return undefined;
  const left = axes.map((axis) => fromStart(axis, x.length));
  return x.filter((_, axis) => !left.includes(axis));
};

/** A range of each axis: its start, and how many elements it has, -1 for all that follow. */
const sliced: Rule = async (_, { shapes: [x], integers }) => {
  const [begin, count] = [await integers(1), await integers(2)];
  if (x === undefined || begin === undefined || count === undefined) return undefined;
  return x.map((size, axis) => {
    const taken = count[axis] ?? -1;
    return taken >= 0 ? taken : size === null ? null : size - (begin[axis] ?? 0);
  });
};

const MASKS = ['ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];

const stridedSliced: Rule = async ({ attr }, { shapes: [x], integers }) => {
  const [begin, end, steps] = [await integers(1), await integers(2), await integers(3)];
  if (x === undefined || begin === undefined || end === undefined || steps === undefined) return undefined;
  if (MASKS.some((mask) => Number(attr[mask]?.i ?? 0) !== 0)) return undefined;
  const [open, openEnd] = [Number(attr.begin_mask?.i ?? 0), Number(attr.end_mask?.i ?? 0)];
  return x.map((size, axis) => {
    const bit = 1 << axis;
    const step = steps[axis] ?? 1;
    if ((open & bit) !== 0 && (openEnd & bit) !== 0 && step === 1) return size;
    if (size === null || step < 1) return null;
    const at = (value: number) => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
    const from = (open & bit) === 0 ? at(begin[axis] ?? 0) : 0;
    const to = (openEnd & bit) === 0 ? at(end[axis] ?? size) : size;
    return Math.max(Math.ceil((to - from) / step), 0);
  });
};

/** Every part has the same size. */
const split: Rule = async ({ attr }, { shapes: [, x], integers }) => {
  const [axis] = (await integers(0)) ?? [];
  if (x === undefined || axis === undefined) return undefined;
  const along = fromStart(axis, x.length);
  const count = Number(attr.num_split?.i ?? 1);
  return x.map((size, each) => (each === along && size !== null ? size / count : size));
};

const gathered: Rule = async ({ attr }, { shapes: [x, indices], integers }) => {
  const [axis] = (await integers(2)) ?? [];
  if (x === undefined || indices === undefined || axis === undefined) return undefined;
  if (Number(attr.batch_dims?.i ?? 0) !== 0) return undefined;
  const along = fromStart(axis, x.length);
  return [...x.slice(0, along), ...indices, ...x.slice(along + 1)];
};

const RULES: Readonly<Record<string, Rule>> = {
  AvgPool: pooled,
  BatchMatMulV2: batchProduct,
  ConcatV2: concatenated,
  Conv2D: convolved,
  DepthwiseConv2dNative: depthwise,
  ExpandDims: expanded,
  Fill: (_, { sizes }) => sizes(0),
  FusedDepthwiseConv2dNative: depthwise,
  GatherV2: gathered,
  MatMul: product,
  MaxPool: pooled,
  Reshape: reshaped,
  ResizeBilinear: resized,
  ResizeNearestNeighbor: resized,
  Slice: sliced,
  Split: split,
  Squeeze: squeezed,
  StridedSlice: stridedSliced,
  Transpose: transposed,
  _FusedConv2D: convolved,
  _FusedMatMul: product,
};
