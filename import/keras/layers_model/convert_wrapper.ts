import type { JsonObject } from '../../../worker/model/json_object.ts';
import { isModelClass, type KerasObject, readKerasObject, unwrap } from '../keras_object.ts';
import type { ConversionContext, MemberConversion } from './conversion.ts';
import { convertLayer } from './convert_layer.ts';

const RECURRENT: ReadonlySet<string> = new Set(['ConvLSTM2D', 'GRU', 'LSTM', 'RNN', 'SimpleRNN']);

export function isWrapperClass(className: string): boolean {
  return (
    className === 'Bidirectional' ||
    className === 'TimeDistributed' ||
    className === 'RNN' ||
    RECURRENT.has(className)
  );
}

/** Converts a layer with inner layers: a wrapper, or a recurrent layer with its cell. */
export function convertWrapper(
  layer: KerasObject,
  context: ConversionContext,
  place: readonly string[],
): MemberConversion {
  switch (layer.className) {
    case 'Bidirectional':
      return convertBidirectional(layer, context, place);
    case 'TimeDistributed':
      return convertTimeDistributed(layer, context, place);
    case 'RNN':
      return convertRecurrent(layer, context);
    default:
      return within(convertLayer(layer, context.kerasMajor), 'cell');
  }
}

/** Returns the same conversion with the variables in a subgroup. */
function within(converted: MemberConversion, group: string): MemberConversion {
  if (converted.kind === 'refused') return converted;
  const groups = (converted.groups ?? ['']).map((inner) => joined(group, inner));
  return { ...converted, groups };
}

function joined(one: string, other: string): string {
  return other === '' ? one : `${one}/${other}`;
}

function convertBidirectional(
  { config }: KerasObject,
  context: ConversionContext,
  place: readonly string[],
): MemberConversion {
  const forward = readKerasObject(config.layer);
  if (forward === undefined || !RECURRENT.has(forward.className)) {
    return refused('layer Bidirectional around no recurrent layer');
  }
  const backward = readKerasObject(config.backward_layer);
  // tfjs creates the layer of the other direction itself from the first one.
  if (backward !== undefined && !isMirrored(forward, backward)) {
    return refused('layer Bidirectional with different layers for the two directions');
  }
  const converted = convertWrapper(forward, context, place);
  if (converted.kind === 'refused') return converted;
  const [inner, ...others] = converted.chain;
  if (inner === undefined || others.length > 0)
    return refused('layer Bidirectional around an activation of its own');
  return {
    ...converted,
    chain: [
      {
        className: 'Bidirectional',
        config: { layer: serialized(inner, forward), merge_mode: config.merge_mode ?? null },
      },
    ],
    groups: ['forward_layer', 'backward_layer'].flatMap((direction) =>
      (converted.groups ?? ['']).map((group) => joined(direction, group)),
    ),
  };
}

/** True if two layers have the same configuration except for their names and directions. */
function isMirrored(forward: KerasObject, backward: KerasObject): boolean {
  const { go_backwards: ahead, ...one } = comparable(forward);
  const { go_backwards: back, ...other } = comparable(backward);
  return (
    forward.className === backward.className &&
    ahead !== back &&
    JSON.stringify(one) === JSON.stringify(other)
  );
}

function comparable({ config }: KerasObject): JsonObject {
  const members = Object.entries(config)
    .filter(
      ([member]) =>
        member !== 'name' && !/_(initializer|regularizer|constraint)$/.test(member) && member !== 'dtype',
    )
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return { go_backwards: false, ...Object.fromEntries(members) };
}

function convertTimeDistributed(
  { config }: KerasObject,
  context: ConversionContext,
  place: readonly string[],
): MemberConversion {
  const inner = readKerasObject(config.layer);
  if (inner === undefined) return refused('layer TimeDistributed around nothing');
  if (isModelClass(inner.className)) {
    const model = context.convertModel(inner, place);
    // The problems were already added.
    if (model === undefined) return { kind: 'refused', reasons: [] };
    return {
      kind: 'converted',
      chain: [{ className: 'TimeDistributed', config: { layer: model.model } }],
      weighted: 0,
      members: model.sources,
      groups: ['layer'],
    };
  }
  const converted: MemberConversion = isWrapperClass(inner.className)
    ? convertWrapper(inner, context, place)
    : convertLayer(inner, context.kerasMajor);
  if (converted.kind === 'refused') return converted;
  return {
    ...converted,
    // Each layer is distributed over time.
    chain: converted.chain.map((link) => ({
      className: 'TimeDistributed',
      config: { layer: serialized(link, inner) },
    })),
    groups: (converted.groups ?? ['']).map((group) => joined('layer', group)),
  };
}

function convertRecurrent(layer: KerasObject, context: ConversionContext): MemberConversion {
  const cell = readKerasObject(layer.config.cell);
  if (cell === undefined) return refused('layer RNN without a cell');
  const cells =
    cell.className === 'StackedRNNCells' && Array.isArray(cell.config.cells)
      ? cell.config.cells.map(readKerasObject)
      : [cell];
  const reasons: string[] = [];
  const links: JsonObject[] = [];
  for (const one of cells) {
    if (one === undefined) return refused('layer RNN without a cell');
    if (!/^(LSTM|GRU|SimpleRNN)Cell$/.test(one.className)) {
      reasons.push(`cell ${one.className}, which tfjs does not have`);
      continue;
    }
    const converted = convertLayer(one, context.kerasMajor);
    if (converted.kind === 'refused') reasons.push(...converted.reasons);
    else if (converted.adjustment !== undefined) reasons.push('activation hard_sigmoid of Keras 3 in a cell');
    else {
      const [link] = converted.chain;
      if (link !== undefined) links.push(serialized(link, one));
    }
  }
  if (cell.className === 'StackedRNNCells' && layer.config.return_state === true) {
    reasons.push(
      'layer RNN with return_state true around several cells, whose states tfjs gives in another order',
    );
  }
  for (const member of ['stateful', 'time_major', 'zero_output_for_mask']) {
    if (layer.config[member] === true) reasons.push(`layer RNN with ${member} true`);
  }
  if (reasons.length > 0) return { kind: 'refused', reasons };
  const [first] = links;
  const { return_sequences, return_state, go_backwards, unroll } = layer.config;
  return {
    kind: 'converted',
    chain: [
      {
        className: 'RNN',
        config: {
          cell:
            cell.className === 'StackedRNNCells'
              ? { class_name: 'StackedRNNCells', config: { cells: links } }
              : first,
          return_sequences: return_sequences ?? false,
          return_state: return_state ?? false,
          go_backwards: go_backwards ?? false,
          unroll: unroll ?? false,
        },
      },
    ],
    weighted: 0,
    groups: cell.className === 'StackedRNNCells' ? stackedGroups(cells) : ['cell'],
  };
}

function stackedGroups(cells: readonly (KerasObject | undefined)[]): string[] {
  const counts = new Map<string, number>();
  return cells.map((cell) => {
    const name = (cell?.className ?? '')
      .replace('Cell', '_cell')
      .toLowerCase()
      .replace('simplernn', 'simple_rnn');
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return `cell/cells/${name}${count === 0 ? '' : `_${count}`}`;
  });
}

function serialized(
  { className, config }: { readonly className: string; readonly config: JsonObject },
  { config: original }: KerasObject,
): JsonObject {
  const name = unwrap(original.name);
  return {
    class_name: className,
    config: { ...config, ...(typeof name === 'string' ? { name } : {}) },
  };
}

function refused(reason: string): MemberConversion {
  return { kind: 'refused', reasons: [reason] };
}
