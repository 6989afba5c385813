import type { GraphNode, NodeAttribute } from '../graph/graph.ts';

/** The texts of a list attribute; none where it is absent. They are base64 in JSON. */
export function textsAttribute({ attr }: GraphNode, name: string): string[] {
  return (attr[name]?.list?.s ?? []).map((text) => Buffer.from(text, 'base64').toString('latin1'));
}

export function textAttribute({ attr }: GraphNode, name: string): string | undefined {
  const text = attr[name]?.s;
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('latin1');
}

export function textsValue(texts: readonly string[]): NodeAttribute {
  return { list: { s: texts.map((text) => Buffer.from(text, 'latin1').toString('base64')) } };
}

export function integersAttribute({ attr }: GraphNode, name: string): number[] | undefined {
  const list = attr[name]?.list;
  return list === undefined ? undefined : (list.i ?? []).map(Number);
}

const FLOATS: ReadonlySet<unknown> = new Set(['DT_FLOAT', 'DT_HALF', 'DT_DOUBLE', 'DT_BFLOAT16', undefined]);

/** Whether a node computes with floats, by its attribute `T`. */
export function computesFloats({ attr }: GraphNode): boolean {
  return FLOATS.has(attr.T?.type);
}

/** Whether the channels come last, which is what tfjs computes with. */
export function hasChannelsLast(node: GraphNode): boolean {
  const format = textAttribute(node, 'data_format');
  return format === undefined || format.toUpperCase() === 'NHWC';
}

/** Inputs without those that stand for mere order. */
export function tensorInputs({ input }: GraphNode): string[] {
  return input.filter((tensor) => !tensor.startsWith('^'));
}

export function hasControlInputs({ input }: GraphNode): boolean {
  return input.some((tensor) => tensor.startsWith('^'));
}
