import type { Graph, GraphNode, NodeAttribute } from '../../graph/graph.ts';
import { hasControlInputs, integersAttribute } from '../attributes.ts';
import { integersWeight } from '../channels_last/layouts.ts';
import { GraphRewrite } from '../graph_rewrite.ts';
import { constantIntegers } from '../shapes/constant_integers.ts';

type Attributes = GraphNode['attr'];

/** What is different about a node that moves numbers with one dimension more. */
interface Changed {
  readonly input?: readonly string[];
  readonly attr?: Attributes;
}

type Move = (rewrite: GraphRewrite, node: GraphNode) => Changed | undefined | Promise<Changed | undefined>;

/** Counted from the end, there is one dimension more. */
const shifted = (axis: number): number => (axis < 0 ? axis - 1 : axis);

/** The input with the numbers of dimensions. */
function withAxes(place: (node: GraphNode) => number): Move {
  return async (rewrite, node) => {
    const index = place(node);
    const axes = await constantIntegers(rewrite, node.input[index]);
    const shape = rewrite.constant(node.input[index])?.shape;
    if (axes === undefined || shape === undefined) return undefined;
    const changed = rewrite.addConstant(`${node.name}/axes`, integersWeight(axes.map(shifted), shape));
    return { input: node.input.with(index, changed) };
  };
}

/** Inputs with a number for each dimension, and what they say of the last one. */
function withLast(...last: readonly (readonly [index: number, values: readonly number[]])[]): Move {
  return (rewrite, node) => {
    const input = [...node.input];
    for (const [index, values] of last) {
      const before = input[index];
      if (before === undefined) return undefined;
      const name = `${node.name}/complex_${index}`;
      // Paddings have pairs, and everything else a number for each dimension.
      const shape = values.length === 1 ? [1] : [1, values.length];
      input[index] = rewrite.addNode({
        name,
        op: 'ConcatV2',
        input: [
          before,
          rewrite.addConstant(`${name}/last`, integersWeight(values, shape)),
          rewrite.addConstant(`${name}/axis`, integersWeight([0], [])),
        ],
        attr: { T: { type: 'DT_INT32' }, N: { i: '2' }, Tidx: { type: 'DT_INT32' } },
      });
    }
    return { input };
  };
}

const last = ({ input }: GraphNode): number => input.length - 1;
const integer = (value: number): NodeAttribute => ({ i: String(value) });

const transposed: Move = async (rewrite, node) => {
  const order = await constantIntegers(rewrite, node.input[1]);
  return order === undefined ? undefined : withLast([1, [order.length]])(rewrite, node);
};

/** The trailing dimension is taken whole by itself, unless an ellipsis stands for those before it. */
const sliced: Move = (_, { attr }) => (Number(attr.ellipsis_mask?.i ?? 0) === 0 ? {} : undefined);

const MOVES: Readonly<Record<string, Move>> = {
  ConcatV2: withAxes(last),
  ExpandDims: withAxes(() => 1),
  GatherV2: withAxes(() => 2),
  Pack: (_, { attr }) => ({ attr: { axis: integer(shifted(Number(attr.axis?.i ?? 0))) } }),
  Pad: withLast([1, [0, 0]]),
  Reshape: withLast([1, [2]]),
  ReverseV2: withAxes(() => 1),
  Slice: withLast([1, [0]], [2, [-1]]),
  Squeeze: (_, node) => {
    const axes = integersAttribute(node, 'squeeze_dims') ?? [];
    return axes.length === 0
      ? undefined
      : { attr: { squeeze_dims: { list: { i: axes.map((axis) => String(shifted(axis))) } } } };
  },
  StridedSlice: sliced,
  Sum: withAxes(() => 1),
  Tile: withLast([1, [1]]),
  Transpose: transposed,
  ZerosLike: () => ({}),
};

/** What moves or sums up complex numbers does it with numbers of one dimension more, which holds both of their parts. */
export async function splitComplexNumbers(graph: Graph): Promise<Graph> {
  const rewrite = new GraphRewrite(graph);
  for (const node of rewrite.nodes()) {
    const name = ['T', 'Tparams'].find((each) => node.attr[each]?.type === 'DT_COMPLEX64');
    const move = MOVES[node.op];
    if (name === undefined || move === undefined || hasControlInputs(node)) continue;
    const changed = await move(rewrite, node);
    if (changed === undefined) continue;
    rewrite.replace({
      ...node,
      input: changed.input ?? node.input,
      attr: { ...node.attr, ...changed.attr, [name]: { type: 'DT_FLOAT' } },
    });
  }
  return rewrite.finish();
}
