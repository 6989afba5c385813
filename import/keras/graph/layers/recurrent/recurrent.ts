import * as v from 'valibot';
import type { Cell } from '../../../../builder/recurrence/cell.ts';
import { runSequence } from '../../../../builder/recurrence/sequence.ts';
import { rank, sizeOf, withMask } from '../../../../builder/symbolic_tensor.ts';
import { type KerasObject, readKerasObject } from '../../../keras_object.ts';
import { groupCounter } from '../../../weights/group_counter.ts';
import { flag } from '../../config_entries.ts';
import {
  type Built,
  configReader,
  defineLayer,
  type LayerCall,
  type LayerDefinition,
  namedTensor,
  namedTensors,
  onlyInput,
} from '../../layer_definition.ts';
import { openSize } from '../core.ts';
import {
  type CellParts,
  configuredCell,
  gruCell,
  lstmCell,
  RESET,
  simpleCell,
  stackedCells,
  TRAINED,
  UNITS,
} from './cells.ts';

export const SEQUENCE = {
  return_sequences: flag(false),
  return_state: flag(false),
  go_backwards: flag(false),
  zero_output_for_mask: flag(false),
};

interface SequenceConfig {
  readonly return_sequences: boolean;
  readonly return_state: boolean;
  readonly go_backwards: boolean;
  readonly zero_output_for_mask: boolean;
}

const IGNORED = [...TRAINED, 'unroll', 'constants', 'num_constants'];

/** Lets a cell go over the input of a layer. */
export function recur(call: LayerCall, cell: Cell, config: SequenceConfig): Built {
  const { g, inputs, layer } = call;
  const x = onlyInput(call);
  const initial = [...inputs.slice(1), ...namedTensors(call, 'initial_state')];
  if (initial.length > 0 && initial.length !== cell.states.length) {
    return `layer ${layer.className} called with ${initial.length} initial states in place of ${cell.states.length}`;
  }
  const mask = namedTensor(call, 'mask') ?? x.mask;
  const { output, states } = runSequence(g, cell, x, {
    initial,
    mask,
    isBackwards: config.go_backwards,
    returnsSequence: config.return_sequences,
    zeroForMask: config.zero_output_for_mask,
  });
  const given = withMask(output, config.return_sequences ? mask : undefined);
  return config.return_state ? [given, ...states.map((state) => withMask(state, undefined))] : given;
}

type MakeCell = (
  parts: CellParts,
  config: { readonly units: number; readonly use_bias: boolean; readonly reset_after?: boolean },
) => Cell;

/** Defaults of activations are not linear, and changed between versions. */
const named = v.unknown();

function recurrent(make: MakeCell, activations: readonly string[]): LayerDefinition {
  return defineLayer(
    { ...UNITS, ...RESET, ...SEQUENCE },
    (call, config) => {
      const { g, layer, weights, activations: functions } = call;
      const missing = activations.find((member) => layer.config[member] === undefined);
      if (missing !== undefined) return `layer ${layer.className} without ${missing}`;
      const x = onlyInput(call);
      const inputSize = sizeOf(x, -1);
      if (rank(x) !== 3) return `layer ${layer.className} of a tensor of ${rank(x)} dimensions`;
      if (inputSize === null) return openSize(call);
      const owner = String(layer.config.name ?? '');
      // Keras 1 keeps the gates together if they were computed together.
      const kerasMajor = layer.config.consume_less === 'gpu' ? 2 : call.kerasMajor;
      const cell = make(
        {
          g,
          kerasMajor,
          weights: weights.in('cell', owner),
          inputSize,
          activations: functions,
        },
        config,
      );
      return recur(call, cell, config);
    },
    { activations, ignores: IGNORED },
  );
}

const readSequence = configReader({ ...SEQUENCE, cell: named }, { ignores: IGNORED });

/** Any cell, or several on top of each other. */
const RNN: LayerDefinition = {
  members: Object.keys(SEQUENCE),
  check(layer, config, kerasMajor) {
    const read = readSequence(layer, config, kerasMajor);
    return typeof read === 'string' ? read : undefined;
  },
  convert(given, config) {
    const call = { ...given, activations: {} };
    const read = readSequence(call.layer, config, call.kerasMajor);
    if (typeof read === 'string') return read;
    const x = onlyInput(call);
    const outer = readKerasObject(read.config.cell);
    if (outer === undefined) return 'layer RNN without a cell';
    const isStack = outer.className === 'StackedRNNCells' && Array.isArray(outer.config.cells);
    const members: readonly unknown[] = isStack
      ? Object.values(outer.config.cells ?? [])
      : [read.config.cell];
    const groups = groupCounter();
    const cells: Cell[] = [];
    let size = sizeOf(x, -1);
    for (const member of members) {
      const layer = readKerasObject(member);
      if (layer === undefined || size === null) return 'layer RNN without a cell';
      const weights = call.weights.in(
        isStack ? `cell/cells/${groups(layer.className)}` : 'cell',
        owner(layer),
      );
      const cell = configuredCell(layer, layer.config, call.kerasMajor, {
        g: call.g,
        weights,
        inputSize: size,
      });
      if (typeof cell === 'string') return cell;
      cells.push(cell);
      size = cell.outputSizes[0] ?? null;
    }
    const [only] = cells;
    if (only === undefined) return 'layer RNN without a cell';
    return recur(call, isStack ? stackedCells(cells) : only, read.config);
  },
};

const owner = ({ config }: KerasObject): string => String(config.name ?? '');

export const RECURRENT: Readonly<Record<string, LayerDefinition>> = {
  GRU: recurrent(gruCell, ['activation', 'recurrent_activation']),
  LSTM: recurrent(lstmCell, ['activation', 'recurrent_activation']),
  RNN,
  SimpleRNN: recurrent(simpleCell, ['activation']),
};
