import { dataInputs, type SourceNode } from './source_graph.ts';

const TABLES: ReadonlySet<string> = new Set([
  'HashTable',
  'HashTableV2',
  'MutableDenseHashTable',
  'MutableDenseHashTableV2',
  'MutableHashTable',
  'MutableHashTableV2',
]);

/** True for operations that make a table. One that is mutable changes no more once the model is served. */
export const isTable = (op: string): boolean => TABLES.has(op);

/** Gives the results of table lookups the shape of their keys, as in TensorFlow. tfjs returns a list for any shape. */
export function shapeLookups(nodes: readonly SourceNode[]): SourceNode[] {
  return nodes.flatMap((node) => {
    if (node.op !== 'LookupTableFind' && node.op !== 'LookupTableFindV2') return [node];
    const [, keys = ''] = dataInputs(node);
    const found = `${node.name}/values`;
    const shape = `${node.name}/shape`;
    return [
      { ...node, name: found },
      {
        name: shape,
        op: 'Shape',
        input: [keys],
        attr: { T: node.attr.Tin ?? {}, out_type: { type: 'DT_INT32' } },
      },
      {
        name: node.name,
        op: 'Reshape',
        input: [found, shape],
        attr: { T: node.attr.Tout ?? {}, Tshape: { type: 'DT_INT32' } },
      },
    ];
  });
}
