import { isJsonObject } from '../../../worker/model/json_object.ts';
import { isMemberName } from '../../../worker/model/names.ts';
import { isSymbolicTensor, type SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { keysOfOutputs, readSources, type TensorSource } from '../inbound_nodes.ts';
import { isModelClass, type KerasObject, layerName, readKerasObject } from '../keras_object.ts';
import type { ExpectedLayer } from '../weights/expected_weights.ts';
import { groupCounter } from '../weights/group_counter.ts';
import type { WeightSource } from '../weights/weight_source.ts';
import { type CallArguments, readCalls, referencesIn, resolved } from './call_arguments.ts';
import { type GraphContext, LayerInstance, type Location } from './layer_instance.ts';

/** Deeper than anybody nests models, and not too deep for the stack. */
export const DEEPEST = 32;

interface Member {
  readonly name: string;
  readonly object: KerasObject;
  readonly layer: LayerInstance;
  readonly calls: readonly CallArguments[];
}

/** A model, outermost or in another, whose layers are there once, however often it is called. */
export class ModelInstance {
  readonly #context: GraphContext;
  readonly #model: KerasObject;
  readonly #at: Location;
  readonly #members: readonly Member[] | undefined;

  constructor(context: GraphContext, model: KerasObject, at: Location) {
    this.#context = context;
    this.#model = model;
    this.#at = { ...at, trainable: at.trainable && model.config.trainable !== false };
    this.#members = this.#makeMembers();
  }

  #makeMembers(): Member[] | undefined {
    const { problems } = this.#context;
    const { className, config } = this.#model;
    const layers = Array.isArray(config.layers) ? config.layers : [];
    if (this.#at.place.length > DEEPEST) {
      problems.add('models nested too deeply', this.#at.place.slice(0, 1));
      return undefined;
    }
    if (!isModelClass(className) || layers.length === 0) {
      problems.add(`model ${className} without layers`, this.#at.place);
      return undefined;
    }
    const objects = layers.map(readKerasObject);
    const names = new Set(objects.map((object) => (object && layerName(object)) ?? ''));
    const members: Member[] = [];
    const taken = new Set<string>();
    const groupOf = groupCounter();
    for (const [index, object] of objects.entries()) {
      const name = (object && layerName(object)) ?? '';
      const place = [name === '' ? `number ${index}` : name, ...this.#at.place];
      if (object === undefined || name === '' || !isMemberName(name) || taken.has(name)) {
        problems.add(taken.has(name) ? 'a name that another layer has' : 'no layer', place);
        return undefined;
      }
      taken.add(name);
      const calls = readCalls(object.json.inbound_nodes, (other) => names.has(other));
      if (typeof calls === 'string') {
        problems.add(`layer ${object.className}, whose ${calls}`, place);
        return undefined;
      }
      const path = [this.#at.path, 'layers', groupOf(object.className)]
        .filter((part) => part !== '')
        .join('/');
      const layer = new LayerInstance(this.#context, object, name, { ...this.#at, place, path });
      layer.check();
      members.push({ name, object, calls, layer });
    }
    return members;
  }

  get sources(): WeightSource[] {
    return (this.#members ?? []).map(({ layer }) => layer.source);
  }

  get expected(): ExpectedLayer[] {
    return (this.#members ?? []).map(({ layer }) => layer.expected);
  }

  /** The layers that take what the model is given, in its order. */
  get inputs(): readonly KerasObject[] {
    const members = this.#members ?? [];
    if (this.#model.className === 'Sequential') return members.slice(0, 1).map(({ object }) => object);
    const names = (readSources(this.#model.config.input_layers) ?? []).map(([name]) => name);
    return names.flatMap((name) => members.find((member) => member.name === name)?.object ?? []);
  }

  /** What the model's outputs are called: as its dictionary says, or by the layers that give them, in its order. */
  get outputNames(): string[] {
    const members = this.#members ?? [];
    if (this.#model.className === 'Sequential') return members.slice(-1).map(({ name }) => name);
    const outputs = this.#model.config.output_layers;
    return keysOfOutputs(outputs) ?? (readSources(outputs) ?? []).map(([name]) => name);
  }

  /** What the model makes of tensors; undefined where the problems say why that is not known. */
  call(inputs: readonly SymbolicTensor[]): readonly SymbolicTensor[] | undefined {
    if (this.#members === undefined) return undefined;
    return this.#model.className === 'Sequential'
      ? this.#callInTurn(this.#members, inputs)
      : this.#callByCalls(this.#members, inputs);
  }

  #callInTurn(
    members: readonly Member[],
    inputs: readonly SymbolicTensor[],
  ): readonly SymbolicTensor[] | undefined {
    let tensors = inputs;
    for (const { object, layer } of members) {
      if (object.className === 'InputLayer') continue;
      const next = layer.call(tensors, tensors, {});
      if (next === undefined) return undefined;
      tensors = next;
    }
    return tensors;
  }

  #callByCalls(
    members: readonly Member[],
    inputs: readonly SymbolicTensor[],
  ): readonly SymbolicTensor[] | undefined {
    const { problems } = this.#context;
    const sources = readSources(this.#model.config.input_layers);
    const outputs = readSources(this.#model.config.output_layers);
    if (sources === undefined || outputs === undefined || sources.length === 0 || outputs.length === 0) {
      problems.add('a model without a list of inputs and outputs', this.#at.place);
      return undefined;
    }
    if (sources.length !== inputs.length) {
      problems.add(
        `a model of ${sources.length} inputs that is called with ${inputs.length}`,
        this.#at.place,
      );
      return undefined;
    }
    const given = new Map(sources.map(([name], index) => [name, inputs[index]]));
    const tensors = this.#compute(members, given, firstCalls(members, outputs));
    const results = outputs.map((source) => tensors(source));
    const known = results.filter((result) => result !== undefined);
    return known.length === results.length ? known : undefined;
  }

  /** Makes the calls that can be made until all are made or none can be. */
  #compute(
    members: readonly Member[],
    given: ReadonlyMap<string, SymbolicTensor | undefined>,
    first: ReadonlyMap<string, number>,
  ): (source: TensorSource) => SymbolicTensor | undefined {
    const results = new Map<string, readonly SymbolicTensor[] | undefined>();
    for (const [name, tensor] of given) results.set(`${name}/0`, tensor && [tensor]);
    const key = (name: string, call: number) => `${name}/${call - (first.get(name) ?? 0)}`;
    const find = ([name, call, output]: TensorSource) => results.get(key(name, call))?.[output];
    const isMade = ([name, call]: TensorSource) => results.has(key(name, call));
    let waiting = members.flatMap((member) =>
      given.has(member.name) ? [] : member.calls.map((call, index) => ({ member, call, index })),
    );
    for (let progress = true; progress && waiting.length > 0; ) {
      const left: typeof waiting = [];
      for (const each of waiting) {
        const { member, call, index } = each;
        const references = referencesIn([call.args, call.kwargs]);
        if (!references.every(({ source }) => isMade(source))) {
          left.push(each);
          continue;
        }
        const isKnown = references.every(({ source }) => find(source) !== undefined);
        results.set(`${member.name}/${index}`, isKnown ? this.#callMember(member, call, find) : undefined);
      }
      progress = left.length < waiting.length;
      waiting = left;
    }
    const [stuck] = waiting;
    if (stuck !== undefined) {
      this.#context.problems.add('takes what is not there, or waits for itself', [
        stuck.member.name,
        ...this.#at.place,
      ]);
    }
    return find;
  }

  #callMember(
    { layer }: Member,
    { args, kwargs }: CallArguments,
    find: (source: TensorSource) => SymbolicTensor | undefined,
  ): readonly SymbolicTensor[] | undefined {
    const plain = resolved(args, ({ source }) => find(source));
    const named = resolved(kwargs, ({ source }) => find(source));
    const values = Array.isArray(plain) ? plain : [];
    const byName = isJsonObject(named) ? named : {};
    const { inputs, ...others } = byName;
    return layer.call(tensorsIn(inputs === undefined ? values : [...values, inputs]), values, others);
  }
}

function tensorsIn(value: unknown): SymbolicTensor[] {
  if (isSymbolicTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(tensorsIn) : [];
}

/**
 * By which number the first call of each model in the model is known: Keras counts the making of some as a call, so
 * that nobody refers to the number 0 then.
 */
function firstCalls(
  members: readonly Member[],
  outputs: readonly TensorSource[],
): ReadonlyMap<string, number> {
  const references = [
    ...members.flatMap(({ calls }) =>
      calls.flatMap(({ args, kwargs }) => referencesIn([args, kwargs]).map(({ source }) => source)),
    ),
    ...outputs,
  ];
  const zero = new Set(references.filter(([, call]) => call === 0).map(([name]) => name));
  return new Map(
    members
      .filter(({ name, object }) => isModelClass(object.className) && !zero.has(name))
      .map(({ name }) => [name, 1]),
  );
}
