import { elementCount } from '../../../worker/model/tensor.ts';
import type { Graph, GraphNode } from '../../graph/graph.ts';
import { hasControlInputs, integersAttribute, textAttribute } from '../attributes.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import {
  constantIntegers,
  constantWithChannelsLast,
  integersWeight,
  isSame,
  LAYOUTS,
  type Layout,
  transposeNode,
} from './layouts.ts';

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** They compute each element from one. */
const UNARY = names(
  'Abs Cast Ceil Cos Elu Erf Exp Expm1 Floor Identity LeakyRelu Log Log1p Neg Reciprocal Relu Relu6 Round Rsqrt ' +
    'Selu Sigmoid Sign Sin Softplus Softsign Sqrt Square Tan Tanh',
);
/** They compute each element from one of each input, over shapes that broadcast. */
const BROADCASTING = names(
  'Add AddN AddV2 Div DivNoNan Maximum Minimum Mul Pow RealDiv SquaredDifference Sub',
);
const REDUCTIONS = names('All Any Max Mean Min Prod Sum');
const PADDINGS = names('MirrorPad Pad PadV2');

/** What a transpose turns into channels first. */
interface Turned {
  readonly source: string;
  readonly layout: Layout;
}

/** An operation on what was before the transpose, and whether its result has to be transposed instead. */
interface Moved {
  readonly input: readonly string[];
  readonly attr?: GraphNode['attr'];
  readonly isTurned?: false;
}

/**
 * Moves transposes to channels first behind the operations that follow, as far as these compute the same with channels
 * last, so that they meet the transposes of the next convolution.
 */
export async function sinkTransposes(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  const known = await turnedElsewhere(rewrite);
  for (const { name } of rewrite.nodes()) {
    const node = rewrite.current(name);
    if (node === undefined || hasControlInputs(node) || rewrite.isReadBeyondFirst(name)) continue;
    const turned: (Turned | undefined)[] = [];
    for (const tensor of node.input) turned.push(await findTurned(rewrite, tensor));
    const layout = turned.find((each) => each !== undefined)?.layout;
    if (layout === undefined) continue;
    for (const [index, tensor] of node.input.entries()) turned[index] ??= known.get(keyOf(layout, tensor));
    const moved = await move(rewrite, node, turned, layout);
    if (moved === undefined) continue;
    const inner = { op: node.op, input: moved.input, attr: moved.attr ?? node.attr };
    if (moved.isTurned === false) rewrite.replace({ name, ...inner });
    else {
      const added = rewrite.addNode({ name: `${name}/channels_last`, ...inner });
      rewrite.replace(transposeNode(rewrite, name, added, layout.toFirst, resultOf(node)));
    }
  }
  return rewrite.finish();
}

/** What a convolution reads with channels last already: what else reads it may take that. */
async function turnedElsewhere(rewrite: GraphRewrite): Promise<Map<string, Turned>> {
  const known = new Map<string, Turned>();
  for (const { name, op, input } of rewrite.nodes()) {
    const [source, permutation] = input;
    const values = op === 'Transpose' ? await constantIntegers(rewrite, permutation) : undefined;
    const layout = values && Object.values(LAYOUTS).find(({ toLast }) => isSame(toLast, values));
    if (layout !== undefined && source !== undefined)
      known.set(keyOf(layout, source), { source: name, layout });
  }
  return known;
}

function keyOf({ toLast }: Layout, tensor: string): string {
  return `${toLast.length} ${tensor.replace(/:0$/, '')}`;
}

/** A cast gives another type than it takes. */
function resultOf(node: GraphNode): GraphNode {
  const { DstT } = node.attr;
  return DstT === undefined ? node : { ...node, attr: { T: DstT } };
}

async function findTurned(rewrite: GraphRewrite, tensor: string): Promise<Turned | undefined> {
  const node = rewrite.producer(tensor);
  if (node?.op !== 'Transpose') return undefined;
  const permutation = await constantIntegers(rewrite, node.input[1]);
  const layout = permutation && Object.values(LAYOUTS).find(({ toFirst }) => isSame(toFirst, permutation));
  const [source] = node.input;
  return layout === undefined || source === undefined ? undefined : { source, layout };
}

async function move(
  rewrite: GraphRewrite,
  node: GraphNode,
  turned: readonly (Turned | undefined)[],
  layout: Layout,
): Promise<Moved | undefined> {
  const [first] = turned;
  if (BROADCASTING.has(node.op)) return moveOperands(rewrite, node, turned, layout);
  if (node.op === 'ConcatV2') return moveConcat(rewrite, node, turned, layout);
  if (first === undefined) return undefined;
  const [, second, ...others] = node.input;
  if (UNARY.has(node.op)) return { input: [first.source] };
  if (node.op === 'BiasAdd') {
    const isFirst = textAttribute(node, 'data_format')?.startsWith('NC') === true;
    if (!isFirst || second === undefined) return undefined;
    const { data_format: _, ...attr } = node.attr;
    return { input: [first.source, second], attr };
  }
  if (node.op === 'Squeeze') return squeezed(node, first, layout);
  const values = await constantIntegers(rewrite, second);
  if (values === undefined) return undefined;
  if (PADDINGS.has(node.op)) {
    const rows = layout.toLast.map((axis) => [values[2 * axis] ?? 0, values[2 * axis + 1] ?? 0]);
    const paddings = integersWeight(rows.flat(), [rows.length, 2]);
    return { input: [first.source, rewrite.addConstant(`${node.name}/paddings`, paddings), ...others] };
  }
  return REDUCTIONS.has(node.op) ? reduced(rewrite, node, first, values, layout) : undefined;
}

/** All of them are turned, or constants that can be. */
function moveOperands(
  rewrite: GraphRewrite,
  node: GraphNode,
  turned: readonly (Turned | undefined)[],
  layout: Layout,
): Moved | undefined {
  const operands = node.input.map((tensor, index) => {
    const found = turned[index];
    if (found !== undefined)
      return found.layout === layout ? { kind: 'turned' as const, tensor: found.source } : undefined;
    const weight = rewrite.constant(tensor);
    if (weight === undefined || !rewrite.isReplaceable(tensor, weight)) return undefined;
    if (elementCount(weight.shape) === 1 && weight.shape.length <= layout.toLast.length)
      return { kind: 'turned' as const, tensor };
    const changed = constantWithChannelsLast(weight, layout);
    return changed && { kind: 'constant' as const, tensor, weight: changed };
  });
  const input: string[] = [];
  if (operands.includes(undefined)) return undefined;
  for (const operand of operands)
    if (operand !== undefined)
      input.push(
        operand.kind === 'turned'
          ? operand.tensor
          : rewrite.addConstant(`${operand.tensor}/channels_last`, operand.weight),
      );
  return { input };
}

async function moveConcat(
  rewrite: GraphRewrite,
  node: GraphNode,
  turned: readonly (Turned | undefined)[],
  layout: Layout,
): Promise<Moved | undefined> {
  const sources = turned.slice(0, -1).map((each) => (each?.layout === layout ? each.source : undefined));
  const [axis] = (await constantIntegers(rewrite, node.input.at(-1))) ?? [];
  if (axis === undefined || sources.some((source) => source === undefined)) return undefined;
  const along = rewrite.addConstant(`${node.name}/axis`, integersWeight([turnedAxis(axis, layout)], []));
  return { input: [...sources.filter((source) => source !== undefined), along] };
}

/** The dimension of what was before the transpose. */
function turnedAxis(axis: number, { toFirst }: Layout): number {
  return toFirst[axis < 0 ? axis + toFirst.length : axis] ?? axis;
}

/** Whether the dimensions that are left are in the same order before the transpose as after it. */
function keepsOrder(axes: readonly number[], { toFirst }: Layout): boolean {
  const left = toFirst.filter((axis) => !axes.includes(axis));
  return left.every((axis, index) => axis >= (left[index - 1] ?? axis));
}

function reduced(
  rewrite: GraphRewrite,
  node: GraphNode,
  { source }: Turned,
  given: readonly number[],
  layout: Layout,
): Moved | undefined {
  const axes = given.map((axis) => turnedAxis(axis, layout));
  const keepsDims = node.attr.keep_dims?.b === true;
  if (!keepsDims && !keepsOrder(axes, layout)) return undefined;
  const input = [source, rewrite.addConstant(`${node.name}/axes`, integersWeight(axes))];
  return keepsDims ? { input } : { input, isTurned: false };
}

function squeezed(node: GraphNode, { source }: Turned, layout: Layout): Moved | undefined {
  const given = integersAttribute(node, 'squeeze_dims') ?? [];
  const axes = given.map((axis) => turnedAxis(axis, layout));
  if (axes.length === 0 || !keepsOrder(axes, layout)) return undefined;
  return {
    input: [source],
    attr: { ...node.attr, squeeze_dims: { list: { i: axes.map(String) } } },
    isTurned: false,
  };
}
