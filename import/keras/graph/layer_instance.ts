import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { type Problems, SAVED_MODEL_ADVICE, withWayOut } from '../keras_errors.ts';
import { isModelClass, isOwnClass, type KerasObject, unwrap } from '../keras_object.ts';
import { quantizedReason } from '../quantized_layer.ts';
import type { ExpectedLayer } from '../weights/expected_weights.ts';
import type { WeightSource } from '../weights/weight_source.ts';
import type { Built, InnerCall, LayerCall } from './layer_definition.ts';
import { LayerWeights } from './layer_weights.ts';
import { layerDefinition } from './layers/definitions.ts';
import { isOperation, operate } from './operations/operate.ts';

/** A model in a model. */
export interface InnerModel {
  readonly sources: readonly WeightSource[];
  readonly expected: readonly ExpectedLayer[];
  call(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] | undefined;
}

/** Where a layer or a model is. */
export interface Location {
  /** Its name and those of the models around it, the innermost first; none for the outermost model. */
  readonly place: readonly string[];
  /** The path of its group in an archive. */
  readonly path: string;
  readonly trainable: boolean;
}

/** What one conversion shares. */
export interface GraphContext {
  readonly g: NodeBuilder;
  /** 1, 2 or 3. */
  readonly kerasMajor: number;
  readonly problems: Problems;
  /** The texts of the archive's files, by their paths under `assets`. */
  readonly assets: ReadonlyMap<string, string>;
  readonly makeModel: (model: KerasObject, at: Location) => InnerModel;
}

/** A layer of a model, which may be called more than once. */
export class LayerInstance {
  readonly #context: GraphContext;
  readonly #layer: KerasObject;
  readonly #name: string;
  readonly #at: Location;
  readonly #weights: LayerWeights;
  readonly #models = new Map<string, InnerModel>();

  constructor(context: GraphContext, layer: KerasObject, name: string, at: Location) {
    this.#context = context;
    this.#layer = layer;
    this.#name = name;
    this.#at = { ...at, trainable: at.trainable && layer.config.trainable !== false };
    this.#weights = LayerWeights.of(context.g, name, this.#at.trainable);
  }

  /** Adds what stands in the way of the layer to the problems, as far as that is known before it is called. */
  check(): void {
    const { kerasMajor, problems } = this.#context;
    const layer = this.#layer;
    if (isModelClass(layer.className)) this.#model(layer, '');
    else if (layer.className !== 'InputLayer' && !isOperation(layer)) {
      const config = plainConfig(layer.config);
      const reason = refusalOf(layer) ?? layerDefinition(layer.className)?.check(layer, config, kerasMajor);
      if (reason !== undefined) problems.add(withWayOut(reason), this.#at.place);
    }
  }

  /** What the layer makes of tensors; undefined where the problems say why that is not known. */
  call(
    inputs: readonly SymbolicTensor[],
    args: readonly unknown[],
    named: Readonly<Record<string, unknown>>,
  ): readonly SymbolicTensor[] | undefined {
    const { g, problems } = this.#context;
    const built = g.within(this.#name, () =>
      isOperation(this.#layer)
        ? operate({
            g,
            layer: this.#layer,
            args,
            named,
            asLayer: (className, config, given) =>
              this.#call({
                layer: { ...this.#layer, className, config, module: undefined },
                inputs: given,
                weights: this.#weights,
                group: '',
              }),
          })
        : this.#call({ layer: this.#layer, inputs, named, weights: this.#weights, group: '' }),
    );
    if (typeof built !== 'string') return 'ref' in built ? [built] : built;
    if (built !== '') problems.add(withWayOut(built), this.#at.place);
    return undefined;
  }

  #call({ layer, inputs, named = {}, weights, group }: InnerCall): Built {
    const { g, kerasMajor, assets } = this.#context;
    const own = { ...layer, config: { ...layer.config, name: layer.config.name ?? this.#name } };
    if (isModelClass(layer.className)) return this.#model(layer, group).call(inputs) ?? '';
    const refusal = refusalOf(layer);
    if (refusal !== undefined) return refusal;
    const call: Omit<LayerCall, 'activations'> = {
      g,
      kerasMajor,
      layer: own,
      inputs,
      named,
      weights,
      asset: (file) => assets.get([this.#at.path, group, file].filter((part) => part !== '').join('/')),
      callInner: (inner) =>
        this.#call({ ...inner, group: group === '' ? inner.group : `${group}/${inner.group}` }),
    };
    return layerDefinition(layer.className)?.convert(call, plainConfig(layer.config)) ?? '';
  }

  #model(layer: KerasObject, group: string): InnerModel {
    const known = this.#models.get(group);
    if (known !== undefined) return known;
    const made = this.#context.makeModel(layer, {
      ...this.#at,
      path: group === '' ? this.#at.path : `${this.#at.path}/${group}`,
    });
    this.#models.set(group, made);
    return made;
  }

  /** Where its weights come from. */
  get source(): WeightSource {
    const [inner] = this.#models;
    const own = { name: this.#name, kerasName: this.#name, kerasClass: this.#layer.className };
    if (inner === undefined) return { ...own, groups: this.#weights.groups };
    const [group, model] = inner;
    return { ...own, groups: group === '' ? [] : [group], members: model.sources };
  }

  /** The weights it waits for, those of models in it among them, frozen ones last. */
  get expected(): ExpectedLayer {
    const members = [...this.#models.values()].flatMap((model) => model.expected);
    const all = [...this.#weights.expected, ...members.flatMap(({ weights }) => weights)];
    return {
      name: this.#name,
      weights: [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)],
      members,
    };
  }
}

function refusalOf(layer: KerasObject): string | undefined {
  const { className } = layer;
  if (className === 'Lambda') return `Lambda layers are Python code; ${SAVED_MODEL_ADVICE}`;
  if (isOwnClass(layer)) return `custom layer ${className}, which is Python code; ${SAVED_MODEL_ADVICE}`;
  if (layerDefinition(className) !== undefined) return quantizedReason(layer);
  return `layer ${className}, which is not known; ${SAVED_MODEL_ADVICE}`;
}

/** Members as they are, without Keras's wrappers and without what is undefined. */
function plainConfig(config: JsonObject): JsonObject {
  const { dtype: _, ...members } = config;
  return Object.fromEntries(Object.entries(members).map(([member, value]) => [member, unwrap(value)]));
}
