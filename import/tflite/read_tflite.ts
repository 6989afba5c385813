import { basename, dirname } from 'node:path';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { isMemberName } from '../../worker/model/names.ts';
import type { Signature, TensorInfo } from '../../worker/model/signature.ts';
import { cast } from '../builder/elementwise.ts';
import { NodeBuilder } from '../builder/node_builder.ts';
import { findModelFile } from '../files/model_files.ts';
import type { Graph } from '../graph/graph.ts';
import { type Imported, type ImportProblem, inFile, malformed, read, unsupported } from '../import_result.ts';
import {
  convertOperators,
  describeTensor,
  type ModelContext,
  modelContext,
  tensorAt,
} from './conversion/convert_operators.ts';
import { TfliteRefusal } from './conversion/refusal.ts';
import { FileBytes } from './file/file_bytes.ts';
import { type GraphMessage, type ModelMessage, readModel, type SignatureMessage } from './file/model.ts';
import { readLabels } from './metadata/labels.ts';
import { readMetadata } from './metadata/metadata.ts';
import { codeRange, dataTypeOf } from './tensors/element_types.ts';
import { type TensorDescription, type TfliteTensor, typed } from './tensors/tflite_tensor.ts';

export interface ReadTflite {
  readonly graph: Graph;
  /** What a publisher has to know of the inputs and outputs, as sentences. */
  readonly notes: readonly string[];
}

/** TensorFlow's versions of GraphDef: any recent one has the operations' present meaning. */
const PRODUCER = 1087;

/**
 * Reads a TensorFlow Lite model as a graph of TensorFlow's operations. Its signatures are those of the file, or one with the
 * names of its tensors. Large weights are read on demand.
 */
export async function readTflite(path: string): Promise<Imported<ReadTflite>> {
  const file = await findModelFile(dirname(path), basename(path));
  if (file.kind !== 'read') return file;
  try {
    return inFile(path, await FileBytes.within(path, convert));
  } catch (error) {
    if (error instanceof TfliteRefusal) return inFile(path, error.problem);
    throw error;
  }
}

async function convert(file: FileBytes): Promise<Imported<ReadTflite>> {
  const model = readModel(file);
  const g = new NodeBuilder();
  const context = modelContext(file, model);
  const classes = await readLabels(file.path, readMetadata(file, model));
  const signatures: Record<string, Signature> = {};
  const leftOut: Record<string, string> = {};
  const notes = new Set<string>();
  let problem: ImportProblem | undefined;
  for (const described of signaturesOf(model)) {
    const key = described.key === '' ? DEFAULT_SIGNATURE : described.key;
    const signature = convertSignature(context, g, described, classes);
    if (signature.kind === 'read') {
      signatures[key] = signature.value.signature;
      for (const note of signature.value.notes) notes.add(note);
    } else {
      problem ??= signature;
      leftOut[key] = signature.message;
    }
  }
  if (problem !== undefined && Object.keys(signatures).length === 0) return problem;
  return read({
    graph: {
      nodes: g.nodes,
      functions: g.functions,
      weights: g.weights,
      signatures,
      producer: PRODUCER,
      ...(problem === undefined ? {} : { leftOut }),
    },
    notes: [...notes],
  });
}

/** Files of before there were signatures have one graph, whose tensors have names. */
function signaturesOf({ signatures, graphs }: ModelMessage): readonly SignatureMessage[] {
  const [main] = graphs;
  if (signatures.length > 0 || main === undefined) return signatures;
  const named = (indices: readonly number[], kind: string) =>
    indices.map((tensor, place) => ({ tensor, name: main.tensors[tensor]?.name || `${kind}_${place}` }));
  return [
    {
      key: DEFAULT_SIGNATURE,
      graph: 0,
      inputs: named(main.inputs, 'input'),
      outputs: named(main.outputs, 'output'),
    },
  ];
}

interface ConvertedSignature {
  readonly signature: Signature;
  readonly notes: readonly string[];
}

function convertSignature(
  context: ModelContext,
  g: NodeBuilder,
  described: SignatureMessage,
  classes: ReadonlyMap<number, readonly string[]>,
): Imported<ConvertedSignature> {
  const graph = context.model.graphs[described.graph];
  if (graph === undefined)
    return malformed(`signature "${described.key}": there is no graph ${described.graph}`);
  try {
    return convertGraph(context, g, graph, described, classes);
  } catch (error) {
    if (error instanceof TfliteRefusal) return error.problem;
    throw error;
  }
}

function convertGraph(
  context: ModelContext,
  g: NodeBuilder,
  graph: GraphMessage,
  { inputs, outputs, graph: index }: SignatureMessage,
  classes: ReadonlyMap<number, readonly string[]>,
): Imported<ConvertedSignature> {
  const values = new Map<number, TfliteTensor>();
  const infos = { inputs: new Map<string, TensorInfo>(), outputs: new Map<string, TensorInfo>() };
  const notes: string[] = [];
  for (const { name, tensor } of inputs) {
    const message = graph.tensors[tensor];
    if (message === undefined || !isMemberName(name))
      return unsupported(`input "${name}": its name cannot be used`);
    if (infos.inputs.has(name)) return malformed(`it has two inputs "${name}"`);
    const description = describeTensor(message);
    const dtype = requestType(description);
    if (dtype === undefined)
      return unsupported(`input "${name}" is of type ${description.type}, which a request cannot have`);
    const given = g.placeholder(name, dtype, description.shape);
    const { type, quantization } = description;
    const range = codeRange(type);
    infos.inputs.set(name, { ...tensorInfo(given), ...(range === undefined ? {} : { range: [...range] }) });
    notes.push(...codesNote('input', name, description));
    const value = typed(cast(g, given, dataTypeOf(type) ?? dtype), type);
    values.set(tensor, quantization === undefined ? value : { ...value, quantization });
  }
  convertOperators(context, g, graph, values);
  for (const { name, tensor } of outputs) {
    if (!isMemberName(name)) return unsupported(`output "${name}": its name cannot be used`);
    if (infos.outputs.has(name)) return malformed(`it has two outputs "${name}"`);
    const value = tensorAt(context, g, graph, values, tensor);
    const dtype = requestType(value);
    if (dtype === undefined)
      return unsupported(`output "${name}" is of type ${value.type}, which an answer cannot have`);
    const output = g.node('Identity', [cast(g, value, dtype)], { shape: value.shape });
    const labels = index === 0 ? classes.get(graph.outputs.indexOf(tensor)) : undefined;
    const isLabeled = labels !== undefined && labels.length === value.shape.at(-1);
    infos.outputs.set(name, { ...tensorInfo(output), ...(isLabeled ? { classes: [...labels] } : {}) });
    notes.push(...codesNote('output', name, { ...value, name }));
  }
  if (infos.outputs.size === 0) return malformed('the graph has no output');
  return read({
    signature: {
      method: 'tensorflow/serving/predict',
      inputs: Object.fromEntries(infos.inputs),
      outputs: Object.fromEntries(infos.outputs),
    },
    notes,
  });
}

/** The dtype in requests and answers: quantized numbers are integers there. */
function requestType({ type }: Pick<TensorDescription, 'type'>) {
  return codeRange(type) === undefined ? dataTypeOf(type) : 'int32';
}

function codesNote(
  kind: 'input' | 'output',
  name: string,
  { type, quantization }: Omit<TensorDescription, 'shape'>,
): string[] {
  const range = codeRange(type);
  const [scale, another] = quantization?.scales ?? [];
  if (range === undefined || scale === undefined || another !== undefined) return [];
  const [least, most] = range;
  const zero = quantization?.zeros[0] ?? 0;
  return [`The ${kind} "${name}" has integers from ${least} to ${most}: (integer - ${zero}) * ${scale}`];
}

function tensorInfo({ ref, dtype, shape }: Pick<TfliteTensor, 'ref' | 'dtype' | 'shape'>): TensorInfo {
  return { name: `${ref}:0`, dtype, shape: shape.map((size) => size ?? -1) };
}
