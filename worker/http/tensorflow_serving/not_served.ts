import type { NotServed, ServingTarget } from '../../serving/api.ts';
import { withClause } from '../alternatives.ts';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/**
 * Returns the error of a request for a servable that is not served, with TensorFlow Serving's codes and words.
 *
 * @param existing the names that exist instead, as a clause, or ''
 */
export function notServed(target: ServingTarget, outcome: NotServed, existing: string): Refusal {
  const { status, message } = refusalOf(target, outcome);
  return { status, message: withClause(message, existing) };
}

function refusalOf({ model, selector }: ServingTarget, outcome: NotServed): Refusal {
  switch (outcome.kind) {
    case 'unknown label':
      return unknownLabel(outcome.label);
    case 'unknown version':
      return notFound(`Servable not found for request: Specific(${model}, ${outcome.version})`);
    case 'unknown model':
      if (selector.kind === 'version') {
        return notFound(`Servable not found for request: Specific(${model}, ${selector.version})`);
      }
      // Labels are looked up before the model, and an unknown model has no labels.
      if (selector.kind === 'label') return unknownLabel(selector.label);
      return notFound(`Servable not found for request: Latest(${model})`);
    case 'not by number':
      return notByNumber(model, outcome.version, outcome.reason);
    case 'unavailable':
      return unavailable(model, outcome.version, outcome.reason);
  }
}

/** The same for a request for the status of versions. */
export function statusNotServed(
  { model, selector }: ServingTarget,
  outcome: NotServed,
  existing: string,
): Refusal {
  if (outcome.kind === 'unavailable') return unavailable(model, outcome.version, outcome.reason);
  if (outcome.kind === 'not by number') return notByNumber(model, outcome.version, outcome.reason);
  const message =
    selector.kind === 'version'
      ? `Could not find version ${selector.version} of model ${model}`
      : `Could not find any versions of model ${model}`;
  return notFound(withClause(message, existing));
}

function notFound(message: string): Refusal {
  return { status: 404, message };
}

function unknownLabel(label: string): Refusal {
  return { status: 400, message: `Unrecognized servable version label: ${label}` };
}

function notByNumber(model: string, version: string, reason: string): Refusal {
  return {
    status: 403,
    message: `Version ${version} of model ${model} cannot be requested by number: ${reason}`,
  };
}

function unavailable(model: string, version: string | undefined, reason: string): Refusal {
  const servable = version === undefined ? `Model ${model}` : `Version ${version} of model ${model}`;
  return { status: 503, message: `${servable} cannot be served now: ${reason}` };
}
