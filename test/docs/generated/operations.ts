import { LAYER_DEFINITIONS } from '../../../import/keras/graph/layers/definitions.ts';
import { ALIASES, IDENTITIES } from '../../../import/keras/keras_layers.ts';
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
  const rows = Object.entries(LAYER_DEFINITIONS)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { members }]) => [code(name), otherNames(name), members.map(code).join(', ')]);
  return table(['layer', 'also called', 'configured by'], rows);
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
