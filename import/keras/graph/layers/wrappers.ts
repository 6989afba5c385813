import * as v from 'valibot';
import { add, multiply } from '../../../builder/elementwise.ts';
import { reduce } from '../../../builder/reductions.ts';
import { concatenate, dimension, reshape, reverse } from '../../../builder/shaping.ts';
import { rank, type SymbolicTensor, withMask } from '../../../builder/symbolic_tensor.ts';
import { SAVED_MODEL_ADVICE } from '../../keras_errors.ts';
import { type KerasObject, readKerasObject } from '../../keras_object.ts';
import { groupCounter } from '../../weights/group_counter.ts';
import { count } from '../config_entries.ts';
import {
  type Built,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  namedTensor,
  namedTensors,
  onlyInput,
} from '../layer_definition.ts';
import { openSize } from './core.ts';

const wrapped = v.unknown();

/** A layer by another name. */
function called(layer: KerasObject, name: string): KerasObject {
  return { ...layer, config: { ...layer.config, name } };
}

const BIDIRECTIONAL = defineLayer(
  {
    layer: wrapped,
    backward_layer: v.optional(wrapped),
    merge_mode: v.optional(v.nullable(v.picklist(['concat', 'sum', 'ave', 'mul'])), 'concat'),
  },
  (call, config): Built => {
    const inner = readKerasObject(config.layer);
    if (inner === undefined) return 'layer Bidirectional around no recurrent layer';
    const name = String(inner.config.name ?? '').replace(/^forward_/, '');
    const forward = called(inner, `forward_${name}`);
    const other = readKerasObject(config.backward_layer);
    const mirrored = {
      ...inner,
      config: { ...inner.config, go_backwards: inner.config.go_backwards !== true },
    };
    const backward = called(other ?? mirrored, String(other?.config.name ?? `backward_${name}`));
    const outer = String(call.layer.config.name ?? '');
    const initial = [...call.inputs.slice(1), ...namedTensors(call, 'initial_state')];
    const half = initial.length / 2;
    const results: (readonly SymbolicTensor[])[] = [];
    for (const [group, layer, states] of [
      ['forward_layer', forward, initial.slice(0, half)],
      ['backward_layer', backward, initial.slice(half)],
    ] as const) {
      const built = call.callInner({
        layer,
        inputs: call.inputs.slice(0, 1),
        named: { ...call.named, initial_state: states },
        weights: call.weights.in(group, outer),
        group,
      });
      if (typeof built === 'string') return built;
      results.push('length' in built ? built : [built]);
    }
    const [[ahead, ...aheadStates] = [], [back, ...backStates] = []] = results;
    if (ahead === undefined || back === undefined) return 'layer Bidirectional around no recurrent layer';
    const isSequence = inner.config.return_sequences === true;
    const { g } = call;
    const inOrder = isSequence ? reverse(g, back, 1) : back;
    const mask = isSequence ? ahead.mask : undefined;
    const merged = merge(call, ahead, inOrder, config.merge_mode).map((each) => withMask(each, mask));
    const all = [...merged, ...aheadStates, ...backStates];
    const [only] = all;
    return all.length === 1 && only !== undefined ? only : all;
  },
);

function merge(
  { g }: LayerCall,
  one: SymbolicTensor,
  other: SymbolicTensor,
  mode: 'concat' | 'sum' | 'ave' | 'mul' | null,
): SymbolicTensor[] {
  switch (mode) {
    case 'concat':
      return [concatenate(g, [one, other], rank(one) - 1)];
    case 'sum':
      return [add(g, one, other)];
    case 'ave':
      return [multiply(g, add(g, one, other), 0.5)];
    case 'mul':
      return [multiply(g, one, other)];
    case null:
      return [one, other];
  }
}

/** Layers that would need to know which of their own steps count. */
const LOOKS_AT_MASKS =
  /^(LSTM|GRU|SimpleRNN|RNN|Bidirectional|ConvLSTM\dD|Functional|Model|Sequential|Softmax|Global.*1D)$/;

const TIME_DISTRIBUTED = defineLayer(
  { layer: wrapped },
  (call, config): Built => {
    const { g } = call;
    const inner = readKerasObject(config.layer);
    if (inner === undefined) return 'layer TimeDistributed around nothing';
    const x = onlyInput(call);
    const mask = namedTensor(call, 'mask') ?? x.mask;
    const isOfSteps = mask !== undefined && rank(mask) === 2;
    if (isOfSteps && LOOKS_AT_MASKS.test(inner.className)) {
      return `layer TimeDistributed around a layer that looks at masks; ${SAVED_MODEL_ADVICE}`;
    }
    const rest = x.shape.slice(2).filter((size) => size !== null);
    if (rank(x) < 3 || rest.length < rank(x) - 2) return openSize(call);
    const [batch, steps] = [dimension(g, x, 0), dimension(g, x, 1)];
    const isKnown = typeof batch === 'number' && typeof steps === 'number';
    const rows = isKnown ? batch * steps : typeof batch === 'number' ? steps : batch;
    const ofMask = mask?.shape.slice(2).filter((size) => size !== null) ?? [];
    if (mask !== undefined && ofMask.length < rank(mask) - 2) return openSize(call);
    const innerMask = mask === undefined || isOfSteps ? undefined : reshape(g, mask, [rows, ...ofMask]);
    const built = call.callInner({
      layer: inner,
      inputs: [withMask(reshape(g, x, [rows, ...rest]), innerMask)],
      weights: call.weights.in('layer', String(inner.config.name ?? '')),
      group: 'layer',
    });
    if (typeof built === 'string') return built;
    const [output, ...others] = 'length' in built ? built : [built];
    if (output === undefined || others.length > 0)
      return 'layer TimeDistributed around a layer of several outputs';
    const sizes = output.shape.slice(1).filter((size) => size !== null);
    if (sizes.length < rank(output) - 1) return openSize(call);
    const whole = reshape(g, output, [batch, steps, ...sizes]);
    if (mask === undefined || isOfSteps) return withMask(whole, mask);
    // A step counts where anything in it does, if the layer within keeps no mask.
    const given = output.mask && reshape(g, output.mask, [batch, steps, ...ofMask]);
    const counted = given ?? reduce(g, 'Any', mask, [...mask.shape.keys()].slice(2));
    return withMask(whole, counted);
  },
  { anyType: true },
);

/** In prediction the layer within, whose weights are stored as they were normalized last. */
const SPECTRAL_NORMALIZATION = defineLayer(
  { layer: wrapped, power_iterations: count },
  (call, config): Built => {
    const inner = readKerasObject(config.layer);
    if (inner === undefined) return 'layer SpectralNormalization around nothing';
    return call.callInner({
      layer: inner,
      inputs: call.inputs,
      named: call.named,
      weights: call.weights.in('layer', String(inner.config.name ?? '')),
      group: 'layer',
    });
  },
  { anyType: true },
);

/** Layers of images one after the other. */
const PIPELINE = defineLayer(
  { layers: v.array(wrapped) },
  (call, config): Built => {
    const groups = groupCounter();
    let tensors = call.inputs;
    for (const member of config.layers) {
      const inner = readKerasObject(member);
      if (inner === undefined) return 'layer Pipeline of what is no layer';
      const group = `_pipeline_layers/${groups(inner.className)}`;
      const built = call.callInner({
        layer: inner,
        inputs: tensors,
        weights: call.weights.in(group, String(inner.config.name ?? '')),
        group,
      });
      if (typeof built === 'string') return built;
      tensors = 'length' in built ? built : [built];
    }
    return tensors;
  },
  { anyType: true },
);

export const WRAPPERS: Readonly<Record<string, LayerDefinition>> = {
  Bidirectional: BIDIRECTIONAL,
  Pipeline: PIPELINE,
  SpectralNormalization: SPECTRAL_NORMALIZATION,
  TimeDistributed: TIME_DISTRIBUTED,
};
