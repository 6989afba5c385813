import type { JsonObject } from '../../../worker/model/json_object.ts';
import { type KerasObject, readKerasObject } from '../keras_object.ts';

/** A layer of one model with what it became, as far as masks go. */
export interface MaskedLayer {
  readonly name: string;
  readonly object: KerasObject;
  /** The classes of tfjs that it became. */
  readonly classes: readonly string[];
  /** The layers whose tensors it takes. */
  readonly inputs: readonly string[];
  /** Whether it is a model whose output may have a mask. */
  readonly masksOutput: boolean;
}

export interface CarriedMasks {
  /** Where a mask would count in Keras, and tfjs would not compute with the same one. */
  readonly problems: readonly { readonly layer: string; readonly reason: string }[];
  /** The layers that give a tensor with a mask. */
  readonly masked: ReadonlySet<string>;
}

/** `own` is what tfjs carries too; another one is only in Keras, or not the same in tfjs. */
type Mask = 'own' | 'differs';

const RECURRENT: ReadonlySet<string> = new Set([
  'Bidirectional',
  'ConvLSTM2D',
  'GRU',
  'LSTM',
  'RNN',
  'SimpleRNN',
]);

/** tfjs's classes that give on the mask of what they take, as Keras's do. */
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

/** Layers that give on masks in Keras, and in tfjs lose them or mix them up. */
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
 * Follows the masks that Embedding and Masking layers make through a model, to the layers that compute with them.
 * tfjs's layers compute with fewer masks than Keras's, and it passes over the others without a word.
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
    // A layer that is called more than once is taken at its worst.
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

/** The mask of what a layer gives, of that of what it takes. */
function givenOn({ object, classes }: MaskedLayer, mask: Mask): Mask | undefined {
  const { className, config } = object;
  // These make their own, or none.
  if (className === 'Embedding' || className === 'Masking') return undefined;
  if (RECURRENT.has(className)) {
    const { config: own } = readKerasObject(config.layer) ?? object;
    return own.return_sequences === true ? mask : undefined;
  }
  if (classes.every((name) => CARRYING.has(name))) return mask;
  return ONLY_IN_KERAS.has(className) ? 'differs' : undefined;
}
