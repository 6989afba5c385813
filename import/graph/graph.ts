import type { LeftOut } from '../../worker/model/content.ts';
import type { DataType } from '../../worker/model/dtype.ts';
import type { Quantization } from '../../worker/model/quantization.ts';
import type { Signature } from '../../worker/model/signature.ts';

/**
 * A TensorFlow graph during its conversion to tfjs's format. Readers of formats create it, the simplifier transforms
 * it, and the writer stores it. Values are read one tensor at a time.
 */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** Functions that control flow calls. All other calls were inlined. */
  readonly functions: readonly GraphFunction[];
  /** The value of every `Const` node, of the graph and of its functions, by the name of the node. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** By name. A graph without signatures cannot be served. */
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Other signatures of the model, with the reason why each cannot be computed. */
  readonly leftOut?: LeftOut;
  /** Fills hash tables before the first request. `weights` includes its constants. */
  readonly initializer?: GraphInitializer;
  /** GraphDef's `versions.producer`. */
  readonly producer: number;
}

/** A NodeDef in the JSON mapping of protocol buffers, which tfjs reads. */
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

/** A TensorShapeProto in JSON. A size of -1 means any size. */
export interface AttributeShape {
  readonly dim?: readonly { readonly size: string }[];
  readonly unknownRank?: boolean;
}

/** A FunctionDef, whose nodes refer to its arguments by name. */
export interface GraphFunction {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
  readonly outputs: readonly { readonly name: string; readonly type: string }[];
  readonly nodes: readonly GraphNode[];
  /** The tensor of each output: `node:output:index`, as in FunctionDef's `ret`. */
  readonly results: Readonly<Record<string, string>>;
}

/** A constant whose bytes are read on demand. */
export interface Weight {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** The length of the result of `read`. */
  readonly byteLength: number;
  /**
   * Reads the values in row-major order, little-endian, as in tfjs's files of weights: each string follows its length
   * in four bytes. Every call reads again, so that no unused values stay in memory.
   */
  read(): Promise<Uint8Array>;
  /** The quantized form of the source, if it is quantized. A writer keeps it unchanged. */
  readonly quantized?: QuantizedWeight;
}

interface QuantizedWeight {
  readonly quantization: Quantization;
  /** The length of the quantized values that `read` returns. */
  readonly byteLength: number;
  read(): Promise<Uint8Array>;
}

export interface GraphInitializer {
  readonly nodes: readonly GraphNode[];
  /** tfjs's `initializerSignature`: the filled tables by the graph's input that represents each. */
  readonly outputs: Readonly<Record<string, { readonly name: string; readonly resourceId: string }>>;
}
