import type { DataType } from '../../worker/model/dtype.ts';
import { elementCount } from '../../worker/model/tensor.ts';
import type { GraphFunction, GraphNode, NodeAttribute, Weight } from '../graph/graph.ts';
import type { Shape, SymbolicTensor } from './symbolic_tensor.ts';

const TYPES: Readonly<Record<DataType, string>> = {
  float32: 'DT_FLOAT',
  int32: 'DT_INT32',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
};

export function typeValue(dtype: DataType): NodeAttribute {
  return { type: TYPES[dtype] };
}

export function textValue(text: string): NodeAttribute {
  return { s: Buffer.from(text, 'utf8').toString('base64') };
}

export function integersValue(values: readonly number[]): NodeAttribute {
  return { list: { i: values.map(String) } };
}

/** Operations whose nodes have no attribute `T`: they take strings, or name their types by other attributes. */
const WITHOUT_TYPE: ReadonlySet<string> = new Set([
  'LookupTableFindV2',
  '_ConstantTableFind',
  'SparseCross',
  'StaticRegexFullMatch',
  'StaticRegexReplace',
  'StringJoin',
  'StringNGrams',
  'StringLower',
  'StringSplitV2',
  'StringToHashBucketFast',
  'StringToHashBucketStrong',
  'StringToNumber',
  'StringUpper',
]);

type Attributes = Readonly<Record<string, NodeAttribute>>;

/** What a node gives: the attribute `T` comes from its first input. */
export interface Given {
  readonly shape: Shape;
  /** That of the first input unless it is said. */
  readonly dtype?: DataType;
}

/** What all builders of one graph write to: names and constants are those of the graph and of its functions. */
interface Shared {
  readonly names: Map<string, number>;
  readonly weights: Map<string, Weight>;
  readonly functions: GraphFunction[];
  readonly tables: LookupTable[];
}

/** A table that is filled before the first request. */
export interface LookupTable {
  readonly name: string;
  readonly keys: SymbolicTensor;
  readonly values: SymbolicTensor;
}

/** Collects the nodes of a graph, or of a function of it. */
export class NodeBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #shared: Shared;
  #scope = '';

  constructor(shared?: Shared) {
    this.#shared = shared ?? { names: new Map(), weights: new Map(), functions: [], tables: [] };
  }

  /** Constants whose values are known while the graph is made. */
  get weights(): ReadonlyMap<string, Weight> {
    return this.#shared.weights;
  }

  get functions(): readonly GraphFunction[] {
    return this.#shared.functions;
  }

  get tables(): readonly LookupTable[] {
    return this.#shared.tables;
  }

  /** A table of constants that are not among the nodes of the graph. */
  table(fill: (builder: NodeBuilder) => Omit<LookupTable, 'name'>): LookupTable {
    const builder = new NodeBuilder(this.#shared);
    builder.#scope = this.#scope;
    const table = { ...fill(builder), name: this.#unique(`${this.#scope}HashTableV2`) };
    const attr = { key_dtype: typeValue(table.keys.dtype), value_dtype: typeValue(table.values.dtype) };
    this.nodes.push({ name: table.name, op: 'HashTableV2', input: [], attr });
    this.#shared.tables.push(table);
    return table;
  }

  /** Lets the names of the nodes that an action adds begin with a layer's name. */
  within<T>(name: string, action: () => T): T {
    const before = this.#scope;
    this.#scope = `${before}${safeName(name)}/`;
    try {
      return action();
    } finally {
      this.#scope = before;
    }
  }

  /** A builder of a function's nodes, and what takes the function into the graph. */
  function(name: string): { readonly builder: NodeBuilder; readonly name: string } {
    const builder = new NodeBuilder(this.#shared);
    const unique = this.#unique(`${this.#scope}${name}`);
    builder.#scope = `${unique}/`;
    return { builder, name: unique };
  }

  addFunction(called: GraphFunction): void {
    this.#shared.functions.push(called);
  }

  /** A node with one output. */
  node(
    op: string,
    inputs: readonly SymbolicTensor[],
    given: Given,
    attributes: Attributes = {},
  ): SymbolicTensor {
    const [output] = this.nodeWith(op, inputs, [given], attributes);
    if (output === undefined) throw new Error(`${op} gives nothing`);
    return output;
  }

  /** A node with several outputs. */
  nodeWith(
    op: string,
    inputs: readonly SymbolicTensor[],
    given: readonly Given[],
    attributes: Attributes = {},
  ): SymbolicTensor[] {
    const name = this.#unique(`${this.#scope}${op}`);
    const [first] = inputs;
    const T = first === undefined || WITHOUT_TYPE.has(op) ? {} : { T: typeValue(first.dtype) };
    this.nodes.push({ name, op, input: inputs.map(({ ref }) => ref), attr: { ...T, ...attributes } });
    return given.map(({ shape, dtype }, index) => ({
      ref: index === 0 ? name : `${name}:${index}`,
      dtype: dtype ?? first?.dtype ?? 'float32',
      shape,
    }));
  }

  /** What a request gives. @returns the tensor, whose name is as close to this one as can be */
  placeholder(name: string, dtype: DataType, shape: Shape): SymbolicTensor {
    const unique = this.#unique(safeName(name));
    const dim = shape.map((size) => ({ size: String(size ?? -1) }));
    this.nodes.push({
      name: unique,
      op: 'Placeholder',
      input: [],
      attr: { dtype: typeValue(dtype), shape: { shape: { dim } } },
    });
    return { ref: unique, dtype, shape };
  }

  /** A constant whose values are in the file of the model. */
  parameter(name: string, dtype: DataType, shape: readonly number[]): SymbolicTensor {
    const unique = this.#unique(`${this.#scope}${safeName(name)}`);
    this.nodes.push({ name: unique, op: 'Const', input: [], attr: { dtype: typeValue(dtype) } });
    return { ref: unique, dtype, shape };
  }

  /** A constant whose values are read on demand. */
  constant(name: string, weight: Weight): SymbolicTensor {
    const tensor = this.parameter(name, weight.dtype, weight.shape);
    this.#shared.weights.set(tensor.ref, weight);
    return tensor;
  }

  /** float32 values in row-major order. */
  floats(values: readonly number[], shape: readonly number[] = [values.length]): SymbolicTensor {
    return this.#numbers('float32', shape, new Float32Array(values));
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): SymbolicTensor {
    return this.#numbers('int32', shape, new Int32Array(values));
  }

  string(value: string): SymbolicTensor {
    return this.strings([value], []);
  }

  strings(values: readonly string[], shape: readonly number[] = [values.length]): SymbolicTensor {
    const parts = values.map((value) => Buffer.from(value, 'utf8'));
    const bytes = Buffer.concat(
      parts.flatMap((part) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(part.length);
        return [length, part];
      }),
    );
    return this.#bytes('string', shape, new Uint8Array(bytes));
  }

  /** One number, of the type of what it is computed with. */
  scalar(value: number, dtype: DataType): SymbolicTensor {
    return dtype === 'int32' ? this.integers([value], []) : this.floats([value], []);
  }

  #numbers(
    dtype: DataType,
    shape: readonly number[],
    values: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
  ): SymbolicTensor {
    if (values.length !== elementCount(shape)) {
      throw new Error(`${values.length} values do not fill [${shape}]`);
    }
    return this.#bytes(dtype, shape, new Uint8Array(values.buffer));
  }

  #bytes(dtype: DataType, shape: readonly number[], bytes: Uint8Array): SymbolicTensor {
    return this.constant('constant', { dtype, shape, byteLength: bytes.length, read: async () => bytes });
  }

  #unique(name: string): string {
    const { names } = this.#shared;
    let unique = name;
    for (let count = names.get(name) ?? 0; names.has(unique); count++) {
      unique = `${name}_${count + 1}`;
      names.set(name, count + 1);
    }
    names.set(unique, 0);
    return unique;
  }
}

/** A colon or a caret in a name would mean something else. */
function safeName(name: string): string {
  const safe = name.replaceAll(/[^\w./-]/g, '_');
  return safe === '' ? 'node' : safe;
}
