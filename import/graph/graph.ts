import type { LeftOut } from '../../worker/model/content.ts';
import type { DataType } from '../../worker/model/dtype.ts';
import type { Quantization } from '../../worker/model/quantization.ts';
import type { Signature } from '../../worker/model/signature.ts';

/**
 * A TensorFlow graph on its way into tfjs's form, whatever file it was read from. Readers of formats make one,
 * the simplifier makes another of it, the writer puts it on disk. Values are asked for one tensor at a time.
 */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Functions that control flow calls. Those that could be inlined have been. */
  readonly functions: readonly GraphFunction[];
  /** The value of every `Const` node, of the graph and of its functions, by the name of the node. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** By name; a graph without any cannot be asked. */
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Signatures that the model had besides, with the reason why each cannot be computed. */
  readonly leftOut?: LeftOut;
  /** Fills hash tables before the first request; its constants are among the weights. */
  readonly initializer?: GraphInitializer;
  /** GraphDef's `versions.producer`. */
  readonly producer: number;
}

/** A NodeDef as protocol buffers' JSON mapping writes it, which is what tfjs reads. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** `name`, `name:index`, or `^name` for a control dependency. */
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, NodeAttribute>>;
}

/** An AttrValue in JSON: 64-bit integers as strings, bytes as base64, enumerations by name. */
export interface NodeAttribute {
  readonly b?: boolean;
  readonly i?: string;
  readonly f?: number;
  readonly s?: string;
  readonly type?: string;
  readonly shape?: AttributeShape;
  readonly func?: { readonly name: string };
  readonly list?: {
    readonly b?: readonly boolean[];
    readonly i?: readonly string[];
    readonly f?: readonly number[];
    readonly s?: readonly string[];
    readonly type?: readonly string[];
    readonly shape?: readonly AttributeShape[];
    readonly func?: readonly { readonly name: string }[];
  };
}

/** A TensorShapeProto in JSON; sizes are -1 where any is taken. */
export interface AttributeShape {
  readonly dim?: readonly { readonly size: string }[];
  readonly unknownRank?: boolean;
}

/** A FunctionDef: nodes that see their arguments by name. */
export interface GraphFunction {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly nodes: readonly GraphNode[];
  /** Which tensor each output is: `node:output:index`, as in FunctionDef's `ret`. */
  readonly results: Readonly<Record<string, string>>;
}

/** A constant whose bytes lie elsewhere until they are asked for. */
export interface Weight {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Of what `read` gives. */
  readonly byteLength: number;
  /**
   * The values in row-major order, little-endian, as tfjs's files of weights hold them: strings each after
   * their length in four bytes. Read anew at every call, so that nobody holds more than they work on.
   */
  read(): Promise<Uint8Array>;
  /** The form that it was found in, where that is smaller: a writer keeps it as it is. */
  readonly quantized?: QuantizedWeight;
}

interface QuantizedWeight {
  readonly quantization: Quantization;
  /** Of what `read` gives: the quantized values. */
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
}

export interface GraphInitializer {
  readonly nodes: readonly GraphNode[];
  /** tfjs's `initializerSignature`: the tables it fills, by the input of the graph that stands for each. */
  readonly outputs: Readonly<Record<string, { readonly name: string; readonly resourceId: string }>>;
}
