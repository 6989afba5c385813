import { ALIASES, IDENTITIES, LAYER_RULES, type LayerRule } from '../../../import/keras/layer_rules.ts';
import { REFUSED_FORMS } from '../../../import/operations/refused_attributes.ts';
import { OPERATION_GROUPS } from '../../../import/operations/supported_operations.ts';
import { WAYS_ROUND } from '../../../import/operations/unsupported_operations.ts';
import { code, table } from './markdown.ts';

/** TensorFlow's operations that can be served, each with the forms that are refused. */
export function operationsTable(): string {
  const rows = Object.entries(OPERATION_GROUPS).flatMap(([group, operations]) =>
    [...operations].sort().map((name) => [code(name), group, refusedForms(name)]),
  );
  return table(['operation', 'group', 'refused'], rows);
}

function refusedForms(operation: string): string {
  return REFUSED_FORMS.filter(({ operations }) => operations.includes(operation))
    .map(({ reason }) => reason)
    .join('; ');
}

/** Operations that are often met and cannot be served, with what to do instead. */
export function refusedOperationsTable(): string {
  return table(
    ['operation', 'a way round'],
    [...WAYS_ROUND].sort().map(([name, wayRound]) => [code(name), wayRound]),
  );
}

/** The Keras layers that can be converted, with what of their configuration is taken. */
export function layersTable(): string {
  const rows = Object.entries(LAYER_RULES)
    .filter(([name]) => !IDENTITIES.has(name))
    .map(([name, rule]) => [code(name), otherNames(name), configured(rule), conditions(rule)]);
  return table(['layer', 'also called', 'configured by', 'only with'], rows);
}

export function identityLayers(): string {
  return [...IDENTITIES].map(code).join(', ');
}

function otherNames(layer: string): string {
  return Object.entries(ALIASES)
    .filter(([, name]) => name === layer)
    .map(([alias]) => code(alias))
    .join(', ');
}

function configured({ keeps = [], activations = [] }: LayerRule): string {
  return [...keeps, ...activations].map(code).join(', ');
}

function conditions({ neutral = {} }: LayerRule): string {
  return Object.entries(neutral)
    .map(([member, values]) => `${code(member)} ${values.map((value) => JSON.stringify(value)).join(' or ')}`)
    .join('; ');
}
