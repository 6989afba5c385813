import { elementCount } from '../../../worker/model/tensor.ts';
import type { NodeAttribute } from '../../graph/graph.ts';
import { integersAttribute, textAttribute } from '../attributes.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';
import { BROADCASTING, PADDINGS, REDUCTIONS, UNARY } from '../shapes/operation_kinds.ts';
import { integersWeight, inverseOrder, isSame, transposedConstant } from './layouts.ts';
import { moveReshape, reshapedOperand } from './move_reshape.ts';
import type { Moved, Reader } from './reader.ts';

/** Lets an operation compute on what was before a transpose; undefined if it would not compute the same. */
export async function moveTranspose(reader: Reader): Promise<Moved | undefined> {
  const { node, turned } = reader;
  if (BROADCASTING.has(node.op)) return moveOperands(reader);
  if (node.op === 'ConcatV2') return moveConcat(reader);
  const [first] = turned;
  if (first === undefined) return undefined;
  const others = node.input.slice(1);
  if (UNARY.has(node.op)) return { input: [first.source], order: reader.order };
  if (PADDINGS.has(node.op)) return movePadding(reader, first.source);
  if (REDUCTIONS.has(node.op)) return moveReduction(reader, first.source);
  switch (node.op) {
    case 'ArgMax':
    case 'ArgMin':
      return moveArgument(reader, first.source);
    case 'BiasAdd': {
      const isFirst = textAttribute(node, 'data_format')?.startsWith('NC') === true;
      const { data_format: _, ...attr } = node.attr;
      return isFirst ? { input: [first.source, ...others], attr, order: reader.order } : undefined;
    }
    case 'ClipByValue':
      return others.every((limit) => isSingle(reader, limit))
        ? { input: [first.source, ...others], order: reader.order }
        : undefined;
    case 'GatherV2':
      return moveGather(reader, first.source);
    case 'Reshape':
      return moveReshape(reader, first.source);
    case 'Slice':
    case 'Tile':
      return moveLists(reader, first.source);
    case 'Squeeze':
      return moveSqueeze(reader, first.source);
    case 'StridedSlice':
      return moveStridedSlice(reader, first.source);
    default:
      return undefined;
  }
}

function isSingle({ rewrite }: Reader, tensor: string): boolean {
  const weight = rewrite.constant(tensor);
  return weight !== undefined && elementCount(weight.shape) === 1;
}

/** All of them are turned, or can be without a transpose. */
function moveOperands({ rewrite, shapes, node, turned, order }: Reader): Moved | undefined {
  const operands = node.input.map((tensor, index) => {
    const found = turned[index];
    if (found !== undefined) return isSame(found.order, order) ? () => found.source : undefined;
    const weight = rewrite.constant(tensor);
    if (weight === undefined) return reshapedOperand({ rewrite, shapes, order }, node, tensor);
    if (!rewrite.isReplaceable(tensor, weight)) return undefined;
    if (elementCount(weight.shape) === 1 && weight.shape.length <= order.length) return () => tensor;
    const changed = transposedConstant(weight, inverseOrder(order));
    return changed && (() => rewrite.addConstant(`${tensor}/channels_last`, changed));
  });
  const found = operands.flatMap((operand) => operand ?? []);
  return found.length < operands.length ? undefined : { input: found.map((operand) => operand()), order };
}

async function moveConcat({ rewrite, node, turned, order }: Reader): Promise<Moved | undefined> {
  const sources = turned
    .slice(0, -1)
    .flatMap((each) => (each !== undefined && isSame(each.order, order) ? [each.source] : []));
  const [axis] = (await constantIntegers(rewrite, node.input.at(-1))) ?? [];
  if (axis === undefined || sources.length < node.input.length - 1) return undefined;
  const along = rewrite.addConstant(`${node.name}/axis`, integersWeight([turnedAxis(axis, order)], []));
  return { input: [...sources, along], order };
}

/** The dimension of what was before the transpose. */
function turnedAxis(axis: number, order: readonly number[]): number {
  return order[axis < 0 ? axis + order.length : axis] ?? axis;
}

/** Whether the dimensions that are left are in the same order before the transpose as after it. */
function keepsOrder(axes: readonly number[], order: readonly number[]): boolean {
  const left = order.filter((axis) => !axes.includes(axis));
  return left.every((axis, index) => axis >= (left[index - 1] ?? axis));
}

async function movePadding({ rewrite, node, order }: Reader, source: string): Promise<Moved | undefined> {
  const [, widths, ...others] = node.input;
  const values = await constantIntegers(rewrite, widths);
  if (values === undefined) return undefined;
  const rows = inverseOrder(order).flatMap((axis) => [values[2 * axis] ?? 0, values[2 * axis + 1] ?? 0]);
  const paddings = integersWeight(rows, [order.length, 2]);
  return { input: [source, rewrite.addConstant(`${node.name}/paddings`, paddings), ...others], order };
}

async function moveReduction({ rewrite, node, order }: Reader, source: string): Promise<Moved | undefined> {
  const given = await constantIntegers(rewrite, node.input[1]);
  const axes = given?.map((axis) => turnedAxis(axis, order));
  const keepsDims = node.attr.keep_dims?.b === true;
  if (axes === undefined || (!keepsDims && !keepsOrder(axes, order))) return undefined;
  const input = [source, rewrite.addConstant(`${node.name}/axes`, integersWeight(axes))];
  return { input, order: keepsDims ? order : 'kept' };
}

async function moveArgument({ rewrite, node, order }: Reader, source: string): Promise<Moved | undefined> {
  const [axis] = (await constantIntegers(rewrite, node.input[1])) ?? [];
  if (axis === undefined) return undefined;
  const turned = turnedAxis(axis, order);
  if (!keepsOrder([turned], order)) return undefined;
  const along = rewrite.addConstant(`${node.name}/axis`, integersWeight([turned], []));
  return { input: [source, along], order: 'kept' };
}

async function moveGather(
  { rewrite, shapes, node, order }: Reader,
  source: string,
): Promise<Moved | undefined> {
  const [, indices, given] = node.input;
  const [axis] = (await constantIntegers(rewrite, given)) ?? [];
  const isPlain = Number(node.attr.batch_dims?.i ?? 0) === 0 && shapes.get(indices)?.length === 1;
  if (axis === undefined || indices === undefined || !isPlain) return undefined;
  const along = rewrite.addConstant(`${node.name}/axis`, integersWeight([turnedAxis(axis, order)], []));
  return { input: [source, indices, along], order };
}

/** Inputs with a number for each dimension. */
async function moveLists({ rewrite, node, order }: Reader, source: string): Promise<Moved | undefined> {
  const input = [source];
  for (const tensor of node.input.slice(1)) {
    const values = await constantIntegers(rewrite, tensor);
    if (values?.length !== order.length) return undefined;
    const moved = inverseOrder(order).map((axis) => values[axis] ?? 0);
    input.push(rewrite.addConstant(`${tensor}/channels_last`, integersWeight(moved)));
  }
  return { input, order };
}

const OTHER_MASKS = ['ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'];

async function moveStridedSlice(reader: Reader, source: string): Promise<Moved | undefined> {
  const { node, order } = reader;
  if (OTHER_MASKS.some((mask) => Number(node.attr[mask]?.i ?? 0) !== 0)) return undefined;
  const moved = await moveLists(reader, source);
  const maskOf = (name: string): NodeAttribute => {
    const given = Number(node.attr[name]?.i ?? 0);
    const mask = inverseOrder(order).reduce(
      (bits, axis, place) => bits | ((given >> axis) & 1 ? 1 << place : 0),
      0,
    );
    return { i: String(mask) };
  };
  const attr = { ...node.attr, begin_mask: maskOf('begin_mask'), end_mask: maskOf('end_mask') };
  return moved && { ...moved, attr };
}

function moveSqueeze({ node, order }: Reader, source: string): Moved | undefined {
  const given = integersAttribute(node, 'squeeze_dims') ?? [];
  const axes = given.map((axis) => turnedAxis(axis, order));
  if (axes.length === 0 || !keepsOrder(axes, order)) return undefined;
  const attr = { ...node.attr, squeeze_dims: { list: { i: axes.map(String) } } };
  return { input: [source], attr, order: 'kept' };
}
