import type { GraphNode, NodeAttribute } from '../../graph/graph.ts';

/** Types that only hold floats in less room, and what their operations are computed in: tfjs knows no word for them. */
const WIDENED: Readonly<Record<string, string>> = { DT_BFLOAT16: 'DT_FLOAT' };

export function widenedType(type: string): string {
  return WIDENED[type] ?? type;
}

/** A node with the types that it is computed in. */
export function widened<Node extends Pick<GraphNode, 'attr'>>(node: Node): Node {
  const isWide = Object.values(node.attr).every(
    ({ type, list }) => isSame(type) && (list?.type ?? []).every(isSame),
  );
  if (isWide) return node;
  const attr = Object.entries(node.attr).map(([name, value]) => [name, widenedAttribute(value)]);
  return { ...node, attr: Object.fromEntries(attr) };
}

const isSame = (type: string | undefined): boolean => type === undefined || widenedType(type) === type;

function widenedAttribute(value: NodeAttribute): NodeAttribute {
  const { type, list } = value;
  if (type !== undefined) return { ...value, type: widenedType(type) };
  return list?.type === undefined ? value : { ...value, list: { ...list, type: list.type.map(widenedType) } };
}
