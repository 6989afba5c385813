import * as v from 'valibot';
import { readDenseEquation } from '../../model/dense_equation.ts';
import type { GraphTopology, TopologyNode } from '../../model/graph_topology.ts';
import type { MatrixRole } from './matrix_role.ts';

/** The index of the input that is the packed matrix or filter of a product. */
const RIGHT_HAND_SIDE = 1;
/** The index of the input of which an operation takes rows, if its axis is the first. */
const TABLE = 0;
const TAKING_ROWS: ReadonlySet<string> = new Set(['Gather', 'GatherV2']);

/** Returns the weights of a graph that are only used as matrices of products or as tables, with their roles, by name. */
export function graphMatrices({ nodes, functions }: GraphTopology): ReadonlyMap<string, MatrixRole> {
  const roles = new Map<string, MatrixRole | undefined>();
  const note = (weight: string, role: MatrixRole | undefined): void => {
    const isNew = !roles.has(weight);
    roles.set(weight, isNew || roles.get(weight) === role ? role : undefined);
  };
  for (const each of [nodes, ...functions]) noteUses(each, note);
  return new Map([...roles].flatMap(([weight, role]) => (role === undefined ? [] : [[weight, role]])));
}

function noteUses(
  nodes: readonly TopologyNode[],
  note: (weight: string, role: MatrixRole | undefined) => void,
): void {
  const byName = new Map(nodes.map((each) => [each.name, each]));
  for (const each of nodes) {
    if (each.op === 'Identity') continue;
    each.input.forEach((input, position) => {
      const source = sourceOf(input, byName);
      if (source?.op !== 'Const') return;
      note(source.name, roleAt(position, each));
    });
  }
}

function roleAt(position: number, node: TopologyNode): MatrixRole | undefined {
  if (position === TABLE) return TAKING_ROWS.has(node.op) ? 'table' : undefined;
  return position === RIGHT_HAND_SIDE ? roleIn(node) : undefined;
}

/** Returns the node of an input's value, past nodes that only pass it on. */
function sourceOf(input: string, nodes: ReadonlyMap<string, TopologyNode>): TopologyNode | undefined {
  let found: TopologyNode | undefined;
  // A control dependency has no value.
  let name: string | undefined = input.startsWith('^') ? undefined : input;
  for (let depth = 0; name !== undefined && depth < nodes.size; depth++) {
    found = nodes.get(name.split(':', 1)[0] ?? name);
    name = found?.op === 'Identity' ? found.input[0] : undefined;
  }
  return found;
}

/** Returns the role of a node's right-hand side, or undefined if it is not the matrix of a product. */
function roleIn({ op, attr }: TopologyNode): MatrixRole | undefined {
  switch (op) {
    case 'Conv1D':
    case 'Conv2D':
    case '_FusedConv2D':
      return 'filter';
    case 'MatMul':
    case '_FusedMatMul':
      return isTrue(attr.transpose_b) ? 'transposed matrix' : 'matrix';
    case 'BatchMatMul':
    case 'BatchMatMulV2':
      return isTrue(attr.adj_y) ? 'transposed matrix' : 'matrix';
    case 'Einsum':
      return roleInEquation(attr.equation);
    default:
      return undefined;
  }
}

/** Returns the role of an Einsum's second tensor: its first dimension, or its last one, is one of the matrix. */
function roleInEquation(attribute: unknown): MatrixRole | undefined {
  if (!v.is(v.object({ s: v.string() }), attribute)) return undefined;
  const dense = readDenseEquation(atob(attribute.s));
  if (dense?.columns === 1) return 'filter';
  return dense?.contracted === 1 ? 'table' : undefined;
}

function isTrue(attribute: unknown): boolean {
  return v.is(v.object({ b: v.literal(true) }), attribute);
}
