import { basename, dirname } from 'node:path';
import { DEFAULT_SIGNATURE } from '../../worker/model/default_signature.ts';
import { isMemberName } from '../../worker/model/names.ts';
import type { TensorInfo } from '../../worker/model/signature.ts';
import { NodeBuilder } from '../builder/node_builder.ts';
import { channelsFirst, channelsLast } from '../builder/spatial/channels.ts';
import type { Shape } from '../builder/symbolic_tensor.ts';
import { findModelFile } from '../files/model_files.ts';
import type { Graph } from '../graph/graph.ts';
import { type Imported, inFile, malformed, read, unsupported } from '../import_result.ts';
import { convertNodes, functionKey, type ModelContext, opsetsOf } from './conversion/convert_nodes.ts';
import type { Values } from './conversion/subgraph.ts';
import {
  decodeOnnxMessage,
  type GraphMessage,
  GraphProtoSchema,
  ModelProtoSchema,
  OptionalTypeSchema,
  type ValueInfoMessage,
} from './file/messages.ts';
import { readSkeleton, type Skeleton } from './file/skeleton.ts';
import { constantOf } from './values/constants.ts';
import {
  dataTypeOf,
  describeElementType,
  type ElementTypeName,
  elementTypeName,
  integerRange,
} from './values/element_types.ts';
import { type OnnxTensor, typed } from './values/onnx_tensor.ts';
import { isTensor } from './values/onnx_value.ts';
import { readTensor } from './values/read_tensor.ts';
import { OnnxRefusal } from './values/refusal.ts';

/** The order of dimensions in a signature: ONNX's own is that of channels first. */
export type OnnxLayout = 'nhwc';

export interface ReadOnnx {
  readonly graph: Graph;
  /** Differences from the file, as sentences for the publisher. */
  readonly notes: readonly string[];
}

const INT32_RANGE = [-(2 ** 31), 2 ** 31 - 1] as const;

/** TensorFlow's versions of GraphDef: any recent one has the operations' present meaning. */
const PRODUCER = 1087;

/**
 * Reads an ONNX model as a graph of TensorFlow's operations. Its signature has the names, types and shapes of the file.
 * Large weights are read on demand.
 *
 * @param layout of the inputs and outputs that have four or five dimensions; that of the file by default
 */
export async function readOnnx(path: string, layout?: OnnxLayout): Promise<Imported<ReadOnnx>> {
  const file = await findModelFile(dirname(path), basename(path));
  if (file.kind !== 'read') return file;
  const skeleton = await readSkeleton(path);
  if (skeleton.kind !== 'read') return inFile(path, skeleton);
  try {
    return inFile(path, await convert(skeleton.value, path, layout));
  } catch (error) {
    if (error instanceof OnnxRefusal) return inFile(path, error.problem);
    throw error;
  }
}

async function convert(
  skeleton: Skeleton,
  path: string,
  layout: OnnxLayout | undefined,
): Promise<Imported<ReadOnnx>> {
  const model = decodeOnnxMessage('ModelProto', skeleton.model, ModelProtoSchema, path);
  if (model.kind !== 'read') return model;
  const decoded = decodeOnnxMessage('GraphProto', skeleton.graph, GraphProtoSchema, path);
  if (decoded.kind !== 'read') return decoded;
  const graph = decoded.value;
  if (graph.sparseInitializer.length > 0) return unsupported('it has sparse weights, which are not read');
  const g = new NodeBuilder();
  const values: Values = new Map();
  for (const initializer of skeleton.initializers) {
    const stored = await readTensor(initializer, { directory: dirname(path), path }, 'weight');
    if (stored.kind !== 'read') return stored;
    values.set(stored.value.name, constantOf(g, stored.value));
  }
  const inputs = readInputs(graph, g, values, layout);
  if (inputs.kind !== 'read') return inputs;
  const context: ModelContext = {
    opsets: opsetsOf(model.value.opsetImport),
    converted: { count: 0 },
    functions: new Map(model.value.functions.map((each) => [functionKey(each), each])),
  };
  convertNodes(context, g, graph.node, values);
  const outputs = readOutputs(graph, g, values, layout);
  if (outputs.kind !== 'read') return outputs;
  return read({
    graph: {
      nodes: g.nodes,
      functions: g.functions,
      weights: g.weights,
      signatures: {
        [DEFAULT_SIGNATURE]: {
          method: 'tensorflow/serving/predict',
          inputs: inputs.value.infos,
          outputs: outputs.value,
        },
      },
      producer: PRODUCER,
    },
    notes: inputs.value.notes,
  });
}

interface Inputs {
  readonly infos: Record<string, TensorInfo>;
  readonly notes: readonly string[];
}

/** What a request gives: the graph's inputs without those that have a value. */
function readInputs(
  graph: GraphMessage,
  g: NodeBuilder,
  values: Values,
  layout: OnnxLayout | undefined,
): Imported<Inputs> {
  const infos: Record<string, TensorInfo> = {};
  for (const info of graph.input) {
    if (values.has(info.name)) continue;
    const { name } = info;
    if (!isMemberName(name)) return unsupported(`input "${name}": its name cannot be used`);
    const described = describeInput(info);
    if (described.kind !== 'read') return described;
    const { type, shape } = described.value;
    const isTurned = layout !== undefined && hasChannels(shape);
    const given = g.placeholder(name, dataTypeOf(type), isTurned ? withChannelsLast(shape) : shape);
    values.set(name, typed(isTurned ? channelsFirst(g, given) : given, type));
    infos[name] = { ...tensorInfo(given), ...rangeOf(type) };
  }
  return read({ infos, notes: [] });
}

/** The integers that a request may have for a type, where these are not all of int32. */
function rangeOf(type: ElementTypeName): Pick<TensorInfo, 'range'> {
  const [least, most] = integerRange(type) ?? INT32_RANGE;
  const range: [number, number] = [Math.max(least, INT32_RANGE[0]), Math.min(most, INT32_RANGE[1])];
  return range[0] === INT32_RANGE[0] && range[1] === INT32_RANGE[1] ? {} : { range };
}

/** Images and volumes, and what stands for them within a network: [batch, channels, ...space]. */
function hasChannels(shape: Shape): boolean {
  return shape.length === 4 || shape.length === 5;
}

function withChannelsLast([batch = null, channels = null, ...space]: Shape): Shape {
  return [batch, ...space, channels];
}

function describeInput({ name, type }: ValueInfoMessage): Imported<Pick<OnnxTensor, 'type' | 'shape'>> {
  const tensor = type?.tensorType ?? elementOfOptional(type?.optionalType);
  if (tensor === undefined) {
    const kind = type?.sequenceType
      ? 'a sequence'
      : type?.optionalType
        ? 'optional'
        : 'of no type that is read';
    return unsupported(`input "${name}" is ${kind}; only tensors can be sent in a request`);
  }
  const known = elementTypeName(tensor.elemType);
  if (known === undefined) {
    return unsupported(
      `input "${name}" is of type ${describeElementType(tensor.elemType)}, which a request cannot have`,
    );
  }
  if (tensor.shape === null) {
    return unsupported(`input "${name}" has no shape; export the model with one, in which sizes may be open`);
  }
  const shape: Shape = tensor.shape.dim.map(({ dimValue }) =>
    dimValue === undefined || dimValue < 0n ? null : Number(dimValue),
  );
  return read({ type: known, shape });
}

/** The tensor in an optional one. A request has to send it. */
function elementOfOptional(type: Uint8Array | undefined) {
  if (type === undefined) return undefined;
  const decoded = decodeOnnxMessage('OptionalType', type, OptionalTypeSchema, 'a type');
  return decoded.kind === 'read' ? decoded.value.elemType?.tensorType : undefined;
}

/** A node for each output: what gives it may be an input or a constant, or give another output too. */
function readOutputs(
  graph: GraphMessage,
  g: NodeBuilder,
  values: Values,
  layout: OnnxLayout | undefined,
): Imported<Record<string, TensorInfo>> {
  const infos: Record<string, TensorInfo> = {};
  const given = new Set<string>();
  const computed = new Set(g.nodes.flatMap(({ name, op }) => (isGiven(op) ? [] : [name])));
  for (const { name } of graph.output) {
    if (!isMemberName(name)) return unsupported(`output "${name}": its name cannot be used`);
    const value = values.get(name);
    if (value === undefined) return malformed(`output "${name}" is given by no node`);
    if (!isTensor(value)) {
      return unsupported(`output "${name}" is a sequence or an optional value; only tensors can be answered`);
    }
    const turned = layout !== undefined && hasChannels(value.shape) ? channelsLast(g, value) : value;
    const isOwn = turned.ref !== value.ref || (computed.has(value.ref) && !given.has(value.ref));
    const output = isOwn ? turned : g.node('Identity', [turned], { shape: turned.shape });
    given.add(output.ref);
    infos[name] = {
      ...tensorInfo(output),
      ...(value.classes === undefined ? {} : { classes: [...value.classes] }),
    };
  }
  return Object.keys(infos).length === 0 ? malformed('the graph has no output') : read(infos);
}

const isGiven = (op: string): boolean => op === 'Const' || op === 'Placeholder';

function tensorInfo({ ref, dtype, shape }: Pick<OnnxTensor, 'ref' | 'dtype' | 'shape'>): TensorInfo {
  return { name: `${ref}:0`, dtype, shape: shape.map((size) => size ?? -1) };
}
