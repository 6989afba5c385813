import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LAYER_DEFINITIONS } from '../../../import/keras/graph/layers/definitions.ts';
import { ALIASES, IDENTITIES } from '../../../import/keras/keras_layers.ts';
import { REFUSED_FORMS } from '../../../import/operations/refused_attributes.ts';
import { OPERATION_GROUPS } from '../../../import/operations/supported_operations.ts';
import { WAYS_ROUND } from '../../../import/operations/ways_round.ts';
import { GATE_CASES } from '../../runtime/gate/gate_cases/cases.ts';
import { OPERATION_CASES } from '../../runtime/operations/operation_cases/all.ts';
import { code, table } from './markdown.ts';

/** The TensorFlow operations that can be served, each with its refused forms. */
export function operationsTable(): string {
  const cases = operationCases();
  const rows = Object.entries(OPERATION_GROUPS).flatMap(([group, operations]) =>
    [...operations]
      .sort()
      .map((name) => [code(name), group, String(cases.get(name) ?? 0), refusedForms(name)]),
  );
  return table(['operation', 'group', 'cases', 'refused'], rows);
}

/** How many requests with known answers or refusals ask for each operation. */
function operationCases(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { nodes, asked } of [...OPERATION_CASES, ...GATE_CASES]) {
    for (const operation of new Set(nodes.map(({ op }) => String(op)))) {
      counts.set(operation, (counts.get(operation) ?? 0) + asked.length);
    }
  }
  return counts;
}

function refusedForms(operation: string): string {
  return REFUSED_FORMS.filter(({ operations }) => operations.includes(operation))
    .map(({ reason }) => reason)
    .join('; ');
}

/** Common operations that cannot be served, with alternatives. */
export function refusedOperationsTable(): string {
  return table(
    ['operation', 'a way round'],
    [...WAYS_ROUND].sort().map(([name, wayRound]) => [code(name), wayRound]),
  );
}

/** The Keras layers that can be converted, with the supported configuration. */
export function layersTable(): string {
  const cases = layerCases();
  const rows = Object.entries(LAYER_DEFINITIONS)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { members }]) => [
      code(name),
      otherNames(name),
      members.map(code).join(', '),
      String(cases.get(name) ?? 0),
    ]);
  return table(['layer', 'also called', 'configured by', 'cases'], rows);
}

const VECTORS = path.join(import.meta.dirname, '../../fixtures/keras/vectors');

/** In how many vectors of known answers each layer is. */
function layerCases(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of readdirSync(VECTORS)) {
    for (const line of readFileSync(path.join(VECTORS, file), 'utf8').trim().split('\n')) {
      const named = line.matchAll(/"class_name":"(\w+)"/g);
      for (const name of new Set([...named].map(([, found = '']) => ALIASES[found] ?? found))) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
  }
  return counts;
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
