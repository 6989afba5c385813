import type { JsonObject } from '../../../worker/model/json_object.ts';
import type { Adjustment } from '../weights/weight_source.ts';
import { type Activation, HARD_SIGMOID_FACTOR } from './activations.ts';
import type { LayerConversion, TfjsLayer } from './tfjs_layer.ts';

interface PlacedActivation {
  readonly before?: readonly TfjsLayer[];
  readonly after?: readonly TfjsLayer[];
  readonly adjustment?: Adjustment;
}

/** How many parts the last dimension of a recurrent layer's weights has, and which of them the gates are. */
const GATES: Readonly<Record<string, readonly boolean[]>> = {
  ConvLSTM2D: [true, true, false, true],
  GRU: [true, true, false],
  GRUCell: [true, true, false],
  LSTM: [true, true, false, true],
  LSTMCell: [true, true, false, true],
};
const RECURRENT_WEIGHTS = ['kernel', 'recurrent_kernel', 'bias'];
const OUTPUT_WEIGHTS: Readonly<Record<string, readonly string[]>> = {
  DepthwiseConv2D: ['depthwise_kernel', 'bias'],
  SeparableConv2D: ['pointwise_kernel', 'bias'],
  SimpleRNN: RECURRENT_WEIGHTS,
  SimpleRNNCell: RECURRENT_WEIGHTS,
};

/** Expresses an activation that tfjs has no name for, or says why that cannot be done. */
export function placeActivation(
  className: string,
  activation: Exclude<Activation, { kind: 'named' }>,
  member: string,
  isOwn: boolean,
  convert: (className: string, config: JsonObject) => LayerConversion,
): PlacedActivation | string {
  const gates = GATES[className];
  const isRecurrent = gates !== undefined || className.startsWith('SimpleRNN');
  switch (activation.kind) {
    case 'unknown':
      return `activation ${activation.name}, which tfjs does not have`;
    case 'layer': {
      if (isRecurrent || !isOwn) return `activation ${activation.className} inside of ${className}`;
      const layer = convert(activation.className, activation.config);
      if (layer.kind === 'refused') return layer.reasons.join('; ');
      return activation.className === 'PReLU'
        ? 'activation PReLU, which has weights of its own'
        : { after: layer.chain };
    }
    case 'scaled hard sigmoid': {
      const scaled = (weights: readonly string[], factors: readonly number[]) => ({
        adjustment: { weights, factors },
      });
      if (gates === undefined) {
        if (className === 'Activation') {
          const config = { scale: HARD_SIGMOID_FACTOR, offset: 0 };
          return { before: [{ className: 'Rescaling', config }] };
        }
        return scaled(OUTPUT_WEIGHTS[className] ?? ['kernel', 'bias'], [HARD_SIGMOID_FACTOR]);
      }
      if (member === 'recurrent_activation') {
        return scaled(
          RECURRENT_WEIGHTS,
          gates.map((isGate) => (isGate ? HARD_SIGMOID_FACTOR : 1)),
        );
      }
      // A GRU applies it to what its weights give, an LSTM also to its state.
      return className.startsWith('GRU')
        ? scaled(
            RECURRENT_WEIGHTS,
            gates.map((isGate) => (isGate ? 1 : HARD_SIGMOID_FACTOR)),
          )
        : `activation hard_sigmoid of Keras 3 inside of ${className}`;
    }
  }
}

/** Both at once. */
export function mergedAdjustments(one: Adjustment | undefined, other: Adjustment): Adjustment {
  if (one === undefined) return other;
  return {
    weights: one.weights,
    factors: one.factors.map((factor, index) => factor * (other.factors[index] ?? 1)),
  };
}
