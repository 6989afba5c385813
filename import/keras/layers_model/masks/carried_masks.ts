import type { JsonObject } from '../../../../worker/model/json_object.ts';
import { type KerasObject, readKerasObject } from '../../keras_object.ts';

/** A layer of a model and its conversion, as far as masks matter. */
export interface MaskedLayer {
  readonly name: string;
  readonly object: KerasObject;
  /** Its classes in tfjs. */
  readonly classes: readonly string[];
  /** The layers whose outputs are its inputs. */
  readonly inputs: readonly string[];
  /** True for a model whose output may have a mask. */
  readonly masksOutput: boolean;
}

export interface CarriedMasks {
  /** The layers that use a mask in Keras but would not use the same one in tfjs. */
  readonly problems: readonly { readonly layer: string; readonly reason: string }[];
  /** The layers whose output has a mask. */
  readonly masked: ReadonlySet<string>;
}

/** `own`: tfjs has the same mask. `differs`: tfjs has none or a different one. */
type Mask = 'own' | 'differs';

const RECURRENT: ReadonlySet<string> = new Set([
  'Bidirectional',
  'ConvLSTM2D',
  'GRU',
  'LSTM',
  'RNN',
  'SimpleRNN',
]);

/** tfjs's classes that pass on the mask of their input, as in Keras. */
const CARRYING: ReadonlySet<string> = new Set([
  ...RECURRENT,
  'Activation',
  'BatchNormalization',
  'Concatenate',
  'Dense',
  'LayerNormalization',
  'PReLU',
  'ReLU',
  'TimeDistributed',
]);

/** Layers that pass on masks in Keras, but lose or confuse them in tfjs. */
const ONLY_IN_KERAS: ReadonlySet<string> = new Set([
  'Activation',
  'Add',
  'Average',
  'Dense',
  'ELU',
  'LeakyReLU',
  'Maximum',
  'Minimum',
  'Multiply',
  'ReLU',
  'Rescaling',
  'Softmax',
  'ThresholdedReLU',
]);

/**
 * Follows the masks of Embedding and Masking layers through a model to the layers that use them. tfjs's layers use
 * fewer masks than Keras's and silently ignore the others.
 */
export function carriedMasks(layers: readonly MaskedLayer[]): CarriedMasks {
  const takers = new Map<string, MaskedLayer[]>();
  for (const layer of layers) {
    for (const input of new Set(layer.inputs)) {
      const found = takers.get(input);
      if (found === undefined) takers.set(input, [layer]);
      else found.push(layer);
    }
  }
  const masks = new Map<string, Mask>();
  const reasons = new Map<string, string>();
  const changed: string[] = [];
  const mark = (name: string, mask: Mask | undefined) => {
    const before = masks.get(name);
    // For a layer with several calls, the worst one counts.
    if (mask === undefined || before === mask || before === 'differs') return;
    masks.set(name, mask);
    changed.push(name);
  };
  for (const layer of layers) mark(layer.name, madeBy(layer));
  for (let name = changed.pop(); name !== undefined; name = changed.pop()) {
    const mask = masks.get(name) ?? 'own';
    for (const taker of takers.get(name) ?? []) {
      const reason = reasonAgainst(taker, mask);
      if (reason !== undefined) reasons.set(taker.name, reason);
      mark(taker.name, givenOn(taker, mask));
    }
  }
  return {
    problems: [...reasons].map(([layer, reason]) => ({ layer, reason })),
    masked: new Set(masks.keys()),
  };
}

function madeBy({ object: { className, config }, masksOutput }: MaskedLayer): Mask | undefined {
  if (masksOutput) return 'differs';
  return className === 'Masking' || (className === 'Embedding' && config.mask_zero === true)
    ? 'own'
    : undefined;
}

function reasonAgainst({ object, masksOutput: _, ...layer }: MaskedLayer, mask: Mask): string | undefined {
  const { className } = object;
  const described = (what: string) =>
    `layer ${className} ${what}; export the model as a SavedModel and publish that`;
  if (/^Global(Average|Avg)(Pooling|Pool)1D$/.test(className) || className === 'Softmax') {
    return described('of what is masked, where tfjs would count the masked steps too');
  }
  if (layer.classes.some((name) => name === 'Model' || name === 'Sequential')) {
    return described('that takes what is masked, where tfjs would not hand the mask on to its layers');
  }
  if (className === 'TimeDistributed' && isMaskSensitive(object.config)) {
    return described('around a layer that looks at masks');
  }
  if (RECURRENT.has(className) && mask === 'differs') {
    return described('of what is masked, where tfjs would lose the mask on the way');
  }
  return undefined;
}

function isMaskSensitive(config: JsonObject): boolean {
  const className = readKerasObject(config.layer)?.className ?? '';
  return (
    RECURRENT.has(className) || /^(Model|Functional|Sequential|Masking|Softmax|Global.*1D)$/.test(className)
  );
}

/** Returns the mask of a layer's output for that of its input. */
function givenOn({ object, classes }: MaskedLayer, mask: Mask): Mask | undefined {
  const { className, config } = object;
  // These layers make their own mask or none.
  if (className === 'Embedding' || className === 'Masking') return undefined;
  if (RECURRENT.has(className)) {
    const { config: own } = readKerasObject(config.layer) ?? object;
    return own.return_sequences === true ? mask : undefined;
  }
  if (classes.every((name) => CARRYING.has(name))) return mask;
  return ONLY_IN_KERAS.has(className) ? 'differs' : undefined;
}
