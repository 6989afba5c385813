import {
  BFLOAT16,
  BOOL,
  constant,
  FLOAT,
  floats,
  func,
  INT32,
  INT64,
  integer,
  integers,
  node,
  RESOURCE,
  STRING,
  shape,
  strings,
  text,
  type,
  types,
} from './messages.ts';
import { type BundleTensor, float32 } from './write_bundle.ts';
import type { SavedModelDefinition } from './write_saved_model.ts';

const x = (sizes: number[]) =>
  node('x', 'Placeholder', [], { dtype: type(FLOAT), shape: { shape: shape(...sizes) } });

const restore = (names: readonly string[], slices: readonly string[]) => [
  strings('save/names', [names.length], ...names),
  strings('save/slices', [names.length], ...slices),
  strings('save/path', [], 'model'),
  node('save/RestoreV2', 'RestoreV2', ['save/path', 'save/names', 'save/slices']),
];

const variable = (name: string, ...sizes: number[]) =>
  node(name, 'VariableV2', [], { dtype: type(FLOAT), shape: { shape: shape(...sizes) } });

const assign = (name: string, index: number) =>
  node(`save/Assign_${name}`, 'Assign', [name, `save/RestoreV2:${index}`], { T: type(FLOAT) });

/** Of TensorFlow 1: y = x w + b, where w is in two parts of the checkpoint and two variables of the graph. */
export const PARTITIONED: SavedModelDefinition = {
  nodes: [
    x([-1, 2]),
    variable('w/part_0', 2, 1),
    variable('w/part_1', 2, 2),
    node('w/part_0/read', 'Identity', ['w/part_0'], { T: type(FLOAT) }),
    node('w/part_1/read', 'Identity', ['w/part_1'], { T: type(FLOAT) }),
    integers('w/axis', [], 1),
    node('w', 'ConcatV2', ['w/part_0/read', 'w/part_1/read', 'w/axis'], {
      T: type(FLOAT),
      N: integer(2),
      Tidx: type(INT32),
    }),
    node('product', 'MatMul', ['x', 'w'], { T: type(FLOAT) }),
    variable('b', 3),
    node('b/read', 'Identity', ['b'], { T: type(FLOAT) }),
    node('y', 'Add', ['product', 'b/read'], { T: type(FLOAT) }),
    ...restore(['w', 'w', 'bias'], ['2 3 0,2:0,1', '2 3 -:1,2', '']),
    assign('w/part_0', 0),
    assign('w/part_1', 1),
    assign('b', 2),
    node('save/restore_all', 'NoOp', ['^save/Assign_w/part_0', '^save/Assign_w/part_1', '^save/Assign_b']),
  ],
  signatures: {
    serving_default: {
      inputs: { x: { name: 'x:0', dtype: FLOAT, shape: [-1, 2] } },
      outputs: { y: { name: 'y:0', dtype: FLOAT, shape: [-1, 3] } },
    },
  },
  defaults: { MatMul: { transpose_a: { b: false }, transpose_b: { b: false } } },
  restore: 'save/restore_all',
  variables: [
    { key: 'bias', dtype: FLOAT, shape: [3], shard: 1, bytes: float32(0.5, 0.25, 0.125) },
    { key: 'unused', dtype: FLOAT, shape: [1], bytes: float32(1) },
    {
      key: 'w',
      dtype: FLOAT,
      shape: [2, 3],
      slices: [
        { starts: [0, 0], lengths: [2, 2], bytes: float32(1, 2, 4, 5) },
        { starts: [0, 2], lengths: [2, 1], shard: 1, bytes: float32(3, 6) },
      ],
    },
  ],
  bundle: { shards: 2 },
};

/** Of TensorFlow 2: a call within a call, a loop and a condition around variables that functions capture. */
export const FUNCTIONS: SavedModelDefinition = {
  nodes: [
    x([]),
    node('factor', 'VarHandleOp', [], { dtype: type(FLOAT), shared_name: text('factor') }),
    node('StatefulPartitionedCall', 'StatefulPartitionedCall', ['x', 'factor'], {
      f: func('signature'),
      Tin: types(FLOAT, RESOURCE),
      Tout: types(FLOAT, FLOAT),
    }),
    node('saver_filename', 'Placeholder', [], { dtype: type(STRING) }),
    node('restore', 'StatefulPartitionedCall', ['saver_filename', 'factor'], { f: func('restore') }),
  ],
  functions: [
    {
      name: 'signature',
      inputs: { x: FLOAT, resource: RESOURCE },
      outputs: { grown: FLOAT, chosen: FLOAT },
      nodes: [
        node('inner', 'PartitionedCall', ['x', 'resource'], { f: func('inner') }),
        node('Identity', 'Identity', ['inner:output:0', '^inner'], { T: type(FLOAT) }),
        node('Identity_1', 'Identity', ['inner:output:1'], { T: type(FLOAT) }),
      ],
      results: { grown: 'Identity:output:0', chosen: 'Identity_1:output:0' },
    },
    {
      name: 'inner',
      inputs: { x: FLOAT, resource: RESOURCE },
      outputs: { grown: FLOAT, chosen: FLOAT },
      nodes: [
        integers('zero', [], 0),
        node('while', 'While', ['zero:output:0', 'x', 'resource'], {
          cond: func('fewer'),
          body: func('grow'),
          T: types(INT32, FLOAT, RESOURCE),
        }),
        floats('limit', [], 100),
        node('Less', 'Less', ['while:output:1', 'limit:output:0'], { T: type(FLOAT) }),
        node('choice', 'StatelessIf', ['Less:z:0', 'while:output:1', 'resource'], {
          then_branch: func('twice'),
          else_branch: func('same'),
          Tcond: type(BOOL),
          Tin: types(FLOAT, RESOURCE),
          Tout: types(FLOAT),
        }),
      ],
      results: { grown: 'while:output:1', chosen: 'choice:output:0' },
    },
    {
      name: 'fewer',
      inputs: { step: INT32, value: FLOAT, resource: RESOURCE },
      outputs: { less: BOOL },
      nodes: [integers('last', [], 3), node('Less', 'Less', ['step', 'last:output:0'], { T: type(INT32) })],
      results: { less: 'Less:z:0' },
    },
    {
      name: 'grow',
      inputs: { step: INT32, value: FLOAT, resource: RESOURCE },
      outputs: { step: INT32, value: FLOAT, resource: RESOURCE },
      nodes: [
        // The same name as in the function above: constants are known by name alone.
        integers('last', [], 1),
        node('next', 'AddV2', ['step', 'last:output:0'], { T: type(INT32) }),
        node('multiplied', 'PartitionedCall', ['value', 'resource'], { f: func('multiply') }),
      ],
      results: { step: 'next:z:0', value: 'multiplied:output:0', resource: 'resource' },
    },
    {
      name: 'multiply',
      inputs: { value: FLOAT, resource: RESOURCE },
      outputs: { product: FLOAT },
      nodes: [
        node('read', 'ReadVariableOp', ['resource'], { dtype: type(FLOAT) }),
        node('Mul', 'Mul', ['value', 'read:value:0'], { T: type(FLOAT) }),
      ],
      results: { product: 'Mul:z:0' },
    },
    {
      name: 'twice',
      inputs: { value: FLOAT, resource: RESOURCE },
      outputs: { result: FLOAT },
      nodes: [node('Add', 'AddV2', ['value', 'value'], { T: type(FLOAT) })],
      results: { result: 'Add:z:0' },
    },
    {
      name: 'same',
      inputs: { value: FLOAT, resource: RESOURCE },
      outputs: { result: FLOAT },
      nodes: [node('Identity', 'Identity', ['value'], { T: type(FLOAT) })],
      results: { result: 'Identity:output:0' },
    },
    {
      name: 'restore',
      inputs: { file: STRING, resource: RESOURCE },
      outputs: {},
      nodes: [
        strings('names', [1], 'layer/factor/.ATTRIBUTES/VARIABLE_VALUE'),
        strings('slices', [1], ''),
        node('RestoreV2', 'RestoreV2', ['file', 'names:output:0', 'slices:output:0']),
        node('Identity', 'Identity', ['RestoreV2:tensors:0'], { T: type(FLOAT) }),
        node('Assign', 'AssignVariableOp', ['resource', 'Identity:output:0'], { dtype: type(FLOAT) }),
      ],
      results: {},
    },
  ],
  signatures: {
    serving_default: {
      inputs: { x: { name: 'x:0', dtype: FLOAT, shape: [] } },
      outputs: {
        grown: { name: 'StatefulPartitionedCall:0', dtype: FLOAT, shape: [] },
        chosen: { name: 'StatefulPartitionedCall:1', dtype: FLOAT, shape: [] },
      },
    },
  },
  restore: 'restore',
  variables: [{ key: 'layer/factor/.ATTRIBUTES/VARIABLE_VALUE', dtype: FLOAT, shape: [], bytes: float32(3) }],
};

const table = (name: string, key: number, value: number) =>
  node(name, 'HashTableV2', [], {
    key_dtype: type(key),
    value_dtype: type(value),
    shared_name: text(name),
  });

const words = (sizes: number[]) =>
  node('words', 'Placeholder', [], { dtype: type(STRING), shape: { shape: shape(...sizes) } });

/** Words to numbers by a list in the graph, and to their lines in a file of assets. */
export const TABLES: SavedModelDefinition = {
  nodes: [
    words([-1, 2]),
    table('listed', STRING, FLOAT),
    strings('keys', [2], 'one', 'two'),
    floats('values', [2], 1, 2),
    node('fill', 'LookupTableImportV2', ['listed', 'keys', 'values'], {
      Tin: type(STRING),
      Tout: type(FLOAT),
    }),
    floats('none', [], -1),
    node('find', 'LookupTableFindV2', ['listed', 'words', 'none'], { Tin: type(STRING), Tout: type(FLOAT) }),
    table('vocabulary', STRING, INT64),
    strings('path', [], '/training/machine/words.txt'),
    node('read', 'InitializeTableFromTextFileV2', ['vocabulary', 'path'], {
      key_index: integer(-2),
      value_index: integer(-1),
      vocab_size: integer(-1),
      delimiter: text('\t'),
    }),
    constant('unknown', INT64, [], { int64Val: [-1] }),
    node('line', 'LookupTableFindV2', ['vocabulary', 'words', 'unknown'], {
      Tin: type(STRING),
      Tout: type(INT64),
    }),
    node('init', 'NoOp', ['^fill', '^read']),
  ],
  signatures: {
    serving_default: {
      inputs: { words: { name: 'words:0', dtype: STRING, shape: [-1, 2] } },
      outputs: {
        values: { name: 'find:0', dtype: FLOAT, shape: [-1, 2] },
        lines: { name: 'line:0', dtype: INT64, shape: [-1, 2] },
      },
    },
  },
  initialise: 'init',
  assets: { 'words.txt': { node: 'path', text: 'three\r\ntwo\n' } },
};

/** A condition of TensorFlow 1 whose branches are constants, and a loop that adds 30 until there are 100. */
export const SWITCHES: SavedModelDefinition = {
  nodes: [
    x([]),
    floats('ten', [], 10),
    node('pred', 'Less', ['x', 'ten'], { T: type(FLOAT) }),
    node('cond/Switch', 'Switch', ['pred', 'pred'], { T: type(BOOL) }),
    node('cond/switch_f', 'Identity', ['cond/Switch'], { T: type(BOOL) }),
    node('cond/switch_t', 'Identity', ['cond/Switch:1'], { T: type(BOOL) }),
    { ...floats('cond/small', [], 1), input: ['^cond/switch_t'] },
    { ...floats('cond/large', [], 2), input: ['^cond/switch_f'] },
    node('cond/Merge', 'Merge', ['cond/large', 'cond/small'], { T: type(FLOAT), N: integer(2) }),
    node('loop/Enter', 'Enter', ['x'], {
      T: type(FLOAT),
      frame_name: text('loop'),
      is_constant: { b: false },
    }),
    node('loop/Merge', 'Merge', ['loop/Enter', 'loop/Next'], { T: type(FLOAT), N: integer(2) }),
    { ...floats('loop/limit', [], 100), input: ['^loop/Merge'] },
    node('loop/Less', 'Less', ['loop/Merge', 'loop/limit'], { T: type(FLOAT) }),
    node('loop/Cond', 'LoopCond', ['loop/Less']),
    node('loop/Switch', 'Switch', ['loop/Merge', 'loop/Cond'], { T: type(FLOAT) }),
    node('loop/Body', 'Identity', ['loop/Switch:1'], { T: type(FLOAT) }),
    { ...floats('loop/thirty', [], 30), input: ['^loop/Body'] },
    node('loop/Add', 'Add', ['loop/Body', 'loop/thirty'], { T: type(FLOAT) }),
    node('loop/Next', 'NextIteration', ['loop/Add'], { T: type(FLOAT) }),
    node('loop/Exit', 'Exit', ['loop/Switch'], { T: type(FLOAT) }),
  ],
  signatures: {
    serving_default: {
      inputs: { x: { name: 'x:0', dtype: FLOAT, shape: [] } },
      outputs: {
        branch: { name: 'cond/Merge:0', dtype: FLOAT, shape: [] },
        raised: { name: 'loop/Exit:0', dtype: FLOAT, shape: [] },
      },
    },
  },
};

const SERIALIZED = { inputs: { name: 'examples:0', dtype: STRING, shape: [-1] } };

/** Signatures whose inputs are serialized examples, one that feeds what others parse, one of a sparse feature. */
export const EXAMPLES: SavedModelDefinition = {
  nodes: [
    node('examples', 'Placeholder', [], { dtype: type(STRING), shape: { shape: shape(-1) } }),
    strings('names', [0]),
    strings('sparse_key', [], 'tags'),
    strings('key_a', [], 'a'),
    strings('key_b', [], 'b'),
    floats('no_default', [0]),
    floats('default', [2], 7, 8),
    node(
      'Parse',
      'ParseExample',
      ['examples', 'names', 'sparse_key', 'key_a', 'key_b', 'no_default', 'default'],
      {
        Nsparse: integer(1),
        Ndense: integer(2),
        Tdense: types(FLOAT, FLOAT),
        dense_shapes: { list: { shape: [shape(2), shape(2)] } },
        sparse_types: types(STRING),
      },
    ),
    node('a', 'Identity', ['Parse:3'], { T: type(FLOAT) }),
    node('sum', 'AddV2', ['a', 'Parse:4'], { T: type(FLOAT) }),
    node('twice', 'AddV2', ['a', 'a'], { T: type(FLOAT) }),
    node('tags', 'Identity', ['Parse:1'], { T: type(STRING) }),
  ],
  signatures: {
    regress: {
      inputs: SERIALIZED,
      outputs: { outputs: { name: 'sum:0', dtype: FLOAT, shape: [-1, 2] } },
      method: 'tensorflow/serving/regress',
    },
    classify: {
      inputs: SERIALIZED,
      outputs: { scores: { name: 'twice:0', dtype: FLOAT, shape: [-1, 2] } },
      method: 'tensorflow/serving/classify',
    },
    serving_default: {
      inputs: { a: { name: 'a:0', dtype: FLOAT, shape: [-1, 2] } },
      outputs: { twice: { name: 'twice:0', dtype: FLOAT, shape: [-1, 2] } },
    },
    tags: { inputs: SERIALIZED, outputs: { tags: { name: 'tags:0', dtype: STRING, shape: [-1] } } },
  },
};

/** A variable of any type, as it is; of bfloat16, which no signature can have, as if it were cast. */
export function variableModel(tensor: BundleTensor, bigEndian = false): SavedModelDefinition {
  return {
    nodes: [
      node('v', 'VarHandleOp', [], { dtype: type(tensor.dtype), shared_name: text('v') }),
      node('y', 'ReadVariableOp', ['v'], { dtype: type(tensor.dtype) }),
      ...restore([tensor.key], ['']),
      node('restore', 'AssignVariableOp', ['v', 'save/RestoreV2'], { dtype: type(tensor.dtype) }),
    ],
    signatures: {
      serving_default: {
        inputs: {},
        outputs: {
          y: { name: 'y:0', dtype: tensor.dtype === BFLOAT16 ? FLOAT : tensor.dtype, shape: tensor.shape },
        },
      },
    },
    restore: 'restore',
    variables: [tensor],
    bundle: { bigEndian },
  };
}

export const doubles = (...values: number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer);
export const longs = (...values: bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer);
