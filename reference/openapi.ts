import { isJsonObject } from '../worker/model/json_object.ts';

/** An operation of an OpenAPI document, as far as a form needs it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly bodies: readonly BodyType[];
}

export interface Parameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header';
  readonly description: string;
  readonly isRequired: boolean;
  readonly isBoolean: boolean;
  /** Values by their names. */
  readonly examples: Readonly<Record<string, unknown>>;
}

export interface BodyType {
  readonly contentType: string;
  /** Values by the models that they are for. */
  readonly examples: Readonly<Record<string, unknown>>;
}

/** Reads an operation. What the document lacks is empty. */
export function operationOf(document: unknown, path: string, method: string): Operation {
  const operation = member(member(member(document, 'paths'), path), method);
  const content = member(member(operation, 'requestBody'), 'content');
  return {
    method,
    path,
    parameters: listOf(member(operation, 'parameters')).flatMap(parameterOf),
    bodies: entriesOf(content).map(([contentType, body]) => ({ contentType, examples: examplesOf(body) })),
  };
}

/** Returns the names of the models in the document's examples. */
export function modelNames(document: unknown): string[] {
  const { parameters } = operationOf(document, '/v1/models/{model}', 'get');
  return Object.keys(parameters.find(({ name }) => name === 'model')?.examples ?? {});
}

function parameterOf(parameter: unknown): Parameter[] {
  const place = member(parameter, 'in');
  if (place !== 'path' && place !== 'query' && place !== 'header') return [];
  return [
    {
      place,
      name: String(member(parameter, 'name')),
      description: String(member(parameter, 'description') ?? ''),
      isRequired: member(parameter, 'required') === true,
      isBoolean: member(member(parameter, 'schema'), 'type') === 'boolean',
      examples: examplesOf(parameter),
    },
  ];
}

function examplesOf(of: unknown): Record<string, unknown> {
  return Object.fromEntries(
    entriesOf(member(of, 'examples')).map(([name, each]) => [name, member(each, 'value')]),
  );
}

function member(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isJsonObject(value) ? Object.entries(value) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
