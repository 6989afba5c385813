import * as v from 'valibot';
import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { ActivationFunction } from '../../builder/activations.ts';
import { cast } from '../../builder/elementwise.ts';
import type { NodeBuilder } from '../../builder/node_builder.ts';
import { isSymbolicTensor, type SymbolicTensor } from '../../builder/symbolic_tensor.ts';
import { IGNORED_EVERYWHERE } from '../keras_layers.ts';
import type { KerasObject } from '../keras_object.ts';
import type { LayerWeights } from './layer_weights.ts';
import { readActivationFunction } from './read_activation.ts';

/** What a layer gives: tensors, or a text that says why it cannot be converted. */
export type Built = SymbolicTensor | readonly SymbolicTensor[] | string;

/** One call of a layer. */
export interface LayerCall {
  readonly g: NodeBuilder;
  /** 1, 2 or 3. */
  readonly kerasMajor: number;
  readonly layer: KerasObject;
  readonly inputs: readonly SymbolicTensor[];
  /** What it is given by name: tensors, lists of them, and plain values. */
  readonly named: Readonly<Record<string, unknown>>;
  readonly weights: LayerWeights;
  /** The functions in the members of the configuration that name some. */
  readonly activations: Readonly<Record<string, ActivationFunction>>;
  /** The text of a file that the archive has for this layer; undefined where there is none. */
  readonly asset: (name: string) => string | undefined;
  /** Calls a layer within this one, whose weights are in a group of this one's. */
  readonly callInner: (inner: InnerCall) => Built;
}

export interface InnerCall {
  readonly layer: KerasObject;
  readonly inputs: readonly SymbolicTensor[];
  readonly named?: Readonly<Record<string, unknown>>;
  readonly weights: LayerWeights;
  /** The group in which a model's layers are. */
  readonly group: string;
}

/** How a layer becomes nodes. */
export interface LayerDefinition {
  /** The members of the configuration that count. */
  readonly members: readonly string[];
  /** Why a layer so configured cannot be converted, as far as that is known before it is called. */
  check(layer: KerasObject, config: JsonObject, kerasMajor: number): string | undefined;
  convert(call: Omit<LayerCall, 'activations'>, config: JsonObject): Built;
}

interface Options {
  /** Members that only training uses. */
  readonly ignores?: readonly string[];
  /** Members that name functions. */
  readonly activations?: readonly string[];
  /** Whether it gives on tensors of any type; others compute with floats. */
  readonly anyType?: boolean;
}

/** What a configuration says, or why it cannot be converted. */
export type ConfigReader<Config> = (
  layer: KerasObject,
  config: JsonObject,
  kerasMajor: number,
) => { readonly config: Config; readonly activations: LayerCall['activations'] } | string;

/**
 * Reads the members of a configuration. One that is neither among them nor null or false could change what is
 * computed: the layer is refused then.
 */
export function configReader<const Entries extends v.ObjectEntries>(
  entries: Entries,
  { ignores = [], activations = [] }: Options = {},
): ConfigReader<v.InferOutput<v.ObjectSchema<Entries, undefined>>> {
  const schema = v.object(entries);
  const known = new Set([...Object.keys(entries), ...ignores, ...activations]);
  return ({ className }, config, kerasMajor) => {
    const reasons = unknownMembers(className, config, known);
    const parsed = v.safeParse(schema, config);
    if (!parsed.success) {
      const [{ path, message }] = parsed.issues;
      const place = path?.map(({ key }) => String(key)).join('.') ?? '';
      reasons.push(`layer ${className} with ${place} ${shown(config[place])}, which ${message}`);
    }
    const functions: Record<string, ActivationFunction> = {};
    for (const member of activations) {
      const read = readActivationFunction(config[member], kerasMajor);
      if (typeof read === 'string') reasons.push(`${read} in layer ${className}`);
      else functions[member] = read;
    }
    if (reasons.length > 0 || !parsed.success) return reasons.join(', and ');
    return { config: parsed.output, activations: functions };
  };
}

/** A layer by the members of its configuration and what it makes of them. */
export function defineLayer<const Entries extends v.ObjectEntries>(
  entries: Entries,
  build: (call: LayerCall, config: v.InferOutput<v.ObjectSchema<Entries, undefined>>) => Built,
  options: Options = {},
): LayerDefinition {
  const read = configReader(entries, options);
  return {
    members: [...Object.keys(entries), ...(options.activations ?? [])],
    check(layer, config, kerasMajor) {
      const configured = read(layer, config, kerasMajor);
      return typeof configured === 'string' ? configured : undefined;
    },
    convert(call, config) {
      const configured = read(call.layer, config, call.kerasMajor);
      if (typeof configured === 'string') return configured;
      const inputs = options.anyType ? call.inputs : call.inputs.map((input) => asFloats(call.g, input));
      return build({ ...call, inputs, activations: configured.activations }, configured.config);
    },
  };
}

function asFloats(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return x.dtype === 'string' ? x : { ...cast(g, x, 'float32'), mask: x.mask };
}

function unknownMembers(className: string, config: JsonObject, known: ReadonlySet<string>): string[] {
  return Object.entries(config)
    .filter(([member, value]) => {
      if (known.has(member) || IGNORED_EVERYWHERE.has(member)) return false;
      if (/_(initializer|regularizer|constraint)$/.test(member)) return false;
      return value !== null && value !== false;
    })
    .map(([member, value]) => `layer ${className} with ${member} ${shown(value)}${adviceFor(member)}`);
}

function adviceFor(member: string): string {
  return member === 'stateful'
    ? ', which would carry state from one request into the next; save the model with stateful=False'
    : '';
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 60);
}

/** The only input of a layer that takes one. */
export function onlyInput({ inputs }: LayerCall): SymbolicTensor {
  const [input] = inputs;
  if (input === undefined) throw new Error('a layer is called with tensors');
  return input;
}

/** A tensor that a layer is given by name. */
export function namedTensor({ named }: LayerCall, name: string): SymbolicTensor | undefined {
  const value = named[name];
  return isSymbolicTensor(value) ? value : undefined;
}

/** The tensors that a layer is given by name, one or a list of them. */
export function namedTensors({ named }: LayerCall, name: string): readonly SymbolicTensor[] {
  const value = named[name];
  return (Array.isArray(value) ? value : [value]).filter(isSymbolicTensor);
}
