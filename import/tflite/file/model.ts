import { unsupported } from '../../import_result.ts';
import { refuseMalformed, TfliteRefusal } from '../conversion/refusal.ts';
import type { ElementTypeName } from '../tensors/element_types.ts';
import { ELEMENT_TYPE_NAMES } from '../tensors/element_types.ts';
import type { TensorQuantization } from '../tensors/tflite_tensor.ts';
import { builtinOperator, CUSTOM } from './builtin_operators.ts';
import type { FileBytes, FileRange } from './file_bytes.ts';
import { Table } from './flatbuffer.ts';
import { optionName } from './option_names.ts';
import { Options } from './options.ts';
import { readSparsity, type Sparsity } from './sparsity.ts';

/** A file, whose indices refer to what there is. Source: schema.fbs, version 3c. */
export interface ModelMessage {
  readonly graphs: readonly GraphMessage[];
  readonly signatures: readonly SignatureMessage[];
  /** By name. */
  readonly metadata: ReadonlyMap<string, FileRange>;
}

export interface GraphMessage {
  readonly name: string;
  readonly tensors: readonly TensorMessage[];
  /** Indices of tensors, as those of operations. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly OperatorMessage[];
}

export interface TensorMessage {
  readonly name: string;
  readonly type: ElementTypeName;
  readonly shape: readonly number[];
  /** Sizes, of which those that requests decide are -1. */
  readonly signature: readonly number[];
  readonly quantization: TensorQuantization | undefined;
  /** Where the values of a constant are. */
  readonly values: FileRange | undefined;
  /** A state that an interpreter keeps from one call to the next. */
  readonly isVariable: boolean;
  readonly sparsity: Sparsity | undefined;
}

export interface OperatorMessage {
  readonly name: string;
  /** Its name is not one of TensorFlow Lite, but of the program that runs it. */
  readonly isCustom: boolean;
  readonly version: number;
  /** -1 for an optional input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly intermediates: readonly number[];
  readonly options: Options;
}

export interface SignatureMessage {
  readonly key: string;
  readonly graph: number;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
}

interface NamedTensor {
  readonly name: string;
  readonly tensor: number;
}

const SCHEMA_VERSION = 3;
/** A tensor of so many elements has at most 2 GB. */
const LARGEST = 2 ** 29;

/** Reads the structure of a file; of the values of tensors, only the places. @throws TfliteRefusal */
export function readModel(file: FileBytes): ModelMessage {
  const root = Table.root(file);
  const version = root.number(0, 'uint32', 0);
  if (version !== SCHEMA_VERSION)
    throw new TfliteRefusal(
      unsupported(`the file is of version ${version} of the format, and ${SCHEMA_VERSION} is read`),
    );
  const codes = root.tables(1).map(readOperatorCode);
  const buffers = root.tables(4).map((buffer) => readBuffer(buffer, file));
  const graphs = root.tables(2).map((graph) => readGraph(graph, { file, codes, buffers }));
  if (graphs.length === 0) refuseMalformed('the file is damaged: it has no graph');
  const metadata = new Map<string, FileRange>();
  for (const entry of root.tables(6)) {
    const range = buffers[entry.number(1, 'uint32', 0)];
    if (range !== undefined) metadata.set(entry.text(0) ?? '', range);
  }
  return {
    graphs,
    metadata,
    signatures: root.tables(7).map((signature) => readSignature(signature, graphs)),
  };
}

interface Context {
  readonly file: FileBytes;
  readonly codes: readonly OperatorCode[];
  readonly buffers: readonly (FileRange | undefined)[];
}

type OperatorCode = Pick<OperatorMessage, 'name' | 'isCustom' | 'version'>;

function readOperatorCode(table: Table): OperatorCode {
  const { code, name } = builtinOperator(table.number(0, 'int8', 0), table.number(3, 'int32', 0));
  const isCustom = code === CUSTOM;
  return { name: isCustom ? (table.text(1) ?? '') : name, isCustom, version: table.number(2, 'int32', 1) };
}

/** Undefined for a buffer without values. Those of models of more than 2 GB lie behind the flatbuffer. */
function readBuffer(table: Table, file: FileBytes): FileRange | undefined {
  const offset = table.number(1, 'uint64', 0);
  if (offset > 1) return within(file, { offset, length: table.number(2, 'uint64', 0) });
  const range = table.range(0);
  return range === undefined || range.length === 0 ? undefined : range;
}

function within(file: FileBytes, range: FileRange): FileRange {
  if (range.offset + range.length > file.size)
    refuseMalformed(
      `the file is damaged: it refers to byte ${range.offset + range.length}, and it has ${file.size}`,
    );
  return range;
}

function readGraph(table: Table, context: Context): GraphMessage {
  const name = table.text(4) ?? '';
  const tensors = table.tables(0).map((tensor, index) => readTensor(tensor, index, context));
  const list = (owner: Table, slot: number, least: 0 | -1): readonly number[] => {
    const indices = owner.numbers(slot, 'int32') ?? [];
    const wrong = indices.find((index) => index < least || index >= tensors.length);
    if (wrong !== undefined)
      refuseMalformed(
        `the file is damaged: it refers to tensor ${wrong}, and the graph "${name}" has ${tensors.length}`,
      );
    return indices;
  };
  const operators = table.tables(3).map((operator): OperatorMessage => {
    const index = operator.number(0, 'uint32', 0);
    const code = context.codes[index];
    if (code === undefined) return refuseMalformed(`the file is damaged: it has no operator code ${index}`);
    return {
      ...code,
      inputs: list(operator, 1, -1),
      outputs: list(operator, 2, 0),
      intermediates: list(operator, 8, 0),
      options: readOptions(operator, context.file),
    };
  });
  return { name, tensors, inputs: list(table, 1, 0), outputs: list(table, 2, 0), operators };
}

function readOptions(operator: Table, file: FileBytes): Options {
  const second = operator.number(11, 'uint8', 0);
  const name = second === 0 ? optionName(0, operator.number(3, 'uint8', 0)) : optionName(1, second);
  const offset = operator.number(9, 'uint64', 0);
  return new Options(name, name === undefined ? undefined : operator.table(second === 0 ? 4 : 12), () =>
    offset > 1
      ? file.bytes({ offset, length: operator.number(10, 'uint64', 0) })
      : (operator.bytes(5) ?? new Uint8Array()),
  );
}

function readTensor(table: Table, index: number, { buffers }: Context): TensorMessage {
  const name = table.text(3) ?? '';
  const named = `tensor ${index} ("${name}")`;
  const number = table.number(1, 'int8', 0);
  const type = ELEMENT_TYPE_NAMES[number];
  if (type === undefined)
    throw new TfliteRefusal(unsupported(`${named} is of type number ${number}, which is not known`));
  const shape = table.numbers(0, 'int32') ?? [];
  const isValid =
    shape.every((size) => size >= 0) && shape.reduce((count, size) => count * size, 1) <= LARGEST;
  if (!isValid) refuseMalformed(`${named} has the shape [${shape.slice(0, 16)}]`);
  const signature = table.numbers(7, 'int32') ?? [];
  const buffer = table.number(2, 'uint32', 0);
  if (buffer !== 0 && buffer >= buffers.length) refuseMalformed(`${named}: there is no buffer ${buffer}`);
  const sparsity = table.table(6);
  return {
    name,
    type,
    shape,
    signature: signature.length === shape.length ? signature : shape,
    quantization: readQuantization(table.table(4), named),
    values: buffers[buffer],
    isVariable: table.number(5, 'uint8', 0) !== 0,
    sparsity: sparsity && readSparsity(sparsity, shape, named),
  };
}

/** Undefined for a tensor that is not quantized: many files give the range of values without a scale. */
function readQuantization(table: Table | undefined, named: string): TensorQuantization | undefined {
  if (table === undefined) return undefined;
  if (table.number(4, 'uint8', 0) !== 0)
    throw new TfliteRefusal(unsupported(`${named} is quantized in a way of its own, which is not known`));
  const scales = table.numbers(2, 'float32') ?? [];
  const zeros = table.numbers(3, 'int64') ?? [];
  if (scales.length === 0) return undefined;
  if (zeros.length > 1 && zeros.length !== scales.length)
    refuseMalformed(`${named} has ${scales.length} scales and ${zeros.length} zeros`);
  // Files have tensors whose scale is 0, which nothing reads as floats.
  if (scales.some((scale) => !Number.isFinite(scale) || scale < 0))
    refuseMalformed(`${named} has a scale that is not a positive number`);
  return {
    scales,
    zeros: scales.map((_, index) => zeros[index] ?? zeros[0] ?? 0),
    axis: table.number(6, 'int32', 0),
  };
}

function readSignature(table: Table, graphs: readonly GraphMessage[]): SignatureMessage {
  const key = table.text(2) ?? '';
  const graph = table.number(4, 'uint32', 0);
  const count = graphs[graph]?.tensors.length;
  if (count === undefined) refuseMalformed(`signature "${key}": there is no graph ${graph}`);
  const named = (slot: number) =>
    table.tables(slot).map((entry): NamedTensor => {
      const tensor = entry.number(1, 'uint32', 0);
      if (tensor >= count) refuseMalformed(`signature "${key}": there is no tensor ${tensor}`);
      return { name: entry.text(0) ?? '', tensor };
    });
  return { key, graph, inputs: named(0), outputs: named(1) };
}
