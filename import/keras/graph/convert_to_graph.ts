import { DEFAULT_SIGNATURE } from '../../../worker/model/default_signature.ts';
import { isJsonObject } from '../../../worker/model/json_object.ts';
import type { Signature, TensorInfo } from '../../../worker/model/signature.ts';
import { type LookupTable, NodeBuilder, typeValue } from '../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import type { GraphFunction, GraphInitializer, GraphNode, Weight } from '../../graph/graph.ts';
import { readSources } from '../inbound_nodes.ts';
import { Problems, SAVED_MODEL_ADVICE } from '../keras_errors.ts';
import { isModelClass, type KerasObject, layerName, readKerasObject, unwrap } from '../keras_object.ts';
import type { ExpectedLayer } from '../weights/expected_weights.ts';
import type { WeightSource } from '../weights/weight_source.ts';
import { inputShape, inputType } from './input_layer.ts';
import type { GraphContext } from './layer_instance.ts';
import { DEEPEST, ModelInstance } from './model_instance.ts';

/** A Keras model as a graph, whose parameters are in the model's file. */
export interface KerasGraph {
  readonly nodes: readonly GraphNode[];
  readonly functions: readonly GraphFunction[];
  /** The constants that are in no file. */
  readonly constants: ReadonlyMap<string, Weight>;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly initializer?: GraphInitializer;
  readonly sources: readonly WeightSource[];
  readonly expected: readonly ExpectedLayer[];
}

/**
 * Converts the configuration of a Sequential or Functional model to the nodes of a graph.
 *
 * @param kerasMajor 1, 2 or 3
 * @param assets the texts of an archive's files, by their paths under `assets`
 * @returns a text that names all that stands in the way
 */
export function convertToGraph(
  configuration: unknown,
  kerasMajor: number,
  assets: ReadonlyMap<string, string> = new Map(),
): KerasGraph | string {
  const object = readKerasObject(configuration);
  if (object === undefined) return 'the configuration is not that of a model';
  if (!isModelClass(object.className) || !Array.isArray(object.config.layers)) {
    return `the model is a ${object.className}, a class of its own, which is Python code; ${SAVED_MODEL_ADVICE}`;
  }
  const problems = new Problems();
  const g = new NodeBuilder();
  const context: GraphContext = {
    g,
    kerasMajor,
    problems,
    assets,
    makeModel: (inner, at) => new ModelInstance(context, inner, at),
  };
  const model = new ModelInstance(context, object, { place: [], path: '', trainable: true });
  const found = problems.describe();
  if (found !== undefined) return found;
  const inputs = readInputs(object, model, g);
  if (typeof inputs === 'string') return inputs;
  const outputs = model.call(inputs.map(({ tensor }) => tensor));
  if (outputs === undefined) return problems.describe() ?? 'the configuration cannot be understood';
  const names = uniqueNames(model.outputNames);
  const named = outputs.map((output, index) => ({ name: names[index] ?? `output_${index}`, tensor: output }));
  return {
    nodes: g.nodes,
    functions: g.functions,
    constants: g.weights,
    ...(g.tables.length === 0 ? {} : { initializer: initializerOf(g.tables) }),
    signatures: {
      [DEFAULT_SIGNATURE]: {
        method: 'tensorflow/serving/predict',
        inputs: infos(inputs),
        // A node for each output: what gives it may be an input, or give another one too.
        outputs: infos(named.map(({ name, tensor }) => ({ name, tensor: outputOf(g, tensor) }))),
      },
    },
    sources: model.sources,
    expected: model.expected,
  };
}

/** Fills the tables; tfjs knows each by its node's name, in the graph and here. */
function initializerOf(tables: readonly LookupTable[]): GraphInitializer {
  return {
    nodes: tables.flatMap(({ name, keys, values }): GraphNode[] => {
      const [Tin, Tout] = [typeValue(keys.dtype), typeValue(values.dtype)];
      return [
        { name, op: 'HashTableV2', input: [], attr: { key_dtype: Tin, value_dtype: Tout } },
        { name: keys.ref, op: 'Const', input: [], attr: { dtype: Tin } },
        { name: values.ref, op: 'Const', input: [], attr: { dtype: Tout } },
        {
          name: `${name}/fill`,
          op: 'LookupTableImportV2',
          input: [name, keys.ref, values.ref],
          attr: { Tin, Tout },
        },
      ];
    }),
    outputs: Object.fromEntries(tables.map(({ name }) => [name, { name, resourceId: name }])),
  };
}

interface NamedTensor {
  readonly name: string;
  readonly tensor: SymbolicTensor;
}

function outputOf(g: NodeBuilder, tensor: SymbolicTensor): SymbolicTensor {
  return g.node('Identity', [tensor], { shape: tensor.shape });
}

function infos(tensors: readonly NamedTensor[]): Record<string, TensorInfo> {
  return Object.fromEntries(
    tensors.map(({ name, tensor: { ref, dtype, shape } }) => [
      name,
      { name: ref.includes(':') ? ref : `${ref}:0`, dtype, shape: shape.map((size) => size ?? -1) },
    ]),
  );
}

function readInputs(object: KerasObject, model: ModelInstance, g: NodeBuilder): NamedTensor[] | string {
  const inputs: NamedTensor[] = [];
  for (const layer of model.inputs) {
    const isInput = layer.className === 'InputLayer';
    const first = firstLayer(layer);
    const shape = inputShape(first) ?? (isInput ? undefined : builtShape(object));
    const own = layerName(layer) ?? 'input';
    if (shape === undefined) return `an input without a shape: "${own}"`;
    const type = inputType(first);
    if (typeof type !== 'string') return `${type.problem}: "${own}"`;
    const name = isInput ? own : `${own}_input`;
    inputs.push({ name, tensor: g.placeholder(name, type, shape) });
  }
  return inputs.length === 0 ? 'a model without inputs' : inputs;
}

/** The layer that takes what a layer does, which is a model's first one where that layer is a model. */
function firstLayer(layer: KerasObject): KerasObject {
  let first = layer;
  for (let depth = 0; isModelClass(first.className) && depth < DEEPEST; depth++) {
    const layers = Array.isArray(first.config.layers) ? first.config.layers : [];
    const [input] = readSources(first.config.input_layers) ?? [];
    const objects = layers.map(readKerasObject).filter((object) => object !== undefined);
    const next = objects.find((object) => layerName(object) === input?.[0]) ?? objects[0];
    if (next === undefined) break;
    first = next;
  }
  return first;
}

/** A Sequential that begins with another layer may know what it was called with. */
function builtShape({ config, json }: KerasObject): readonly (number | null)[] | undefined {
  const built = isJsonObject(json.build_config) ? json.build_config.input_shape : undefined;
  return inputShape({ config: { batch_shape: unwrap(config.build_input_shape ?? built) } });
}

/** As Keras calls the outputs of a model: by the layers that give them, and counted where one gives several. */
function uniqueNames(layers: readonly string[]): string[] {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return layers.map((layer) => {
    let name = layer;
    while (taken.has(name)) {
      const count = counts.get(layer) ?? 1;
      name = `${layer}_${count}`;
      counts.set(layer, count + 1);
    }
    taken.add(name);
    return name;
  });
}
