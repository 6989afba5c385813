import type { NotServed, ServingTarget } from '../../serving/api.ts';
import { withClause } from '../alternatives.ts';

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/**
 * Returns the error of a request for a model that is not served, in KServe's and MLServer's words.
 *
 * @param existing the names that exist instead, as a clause, or ''
 */
export function notServed(target: ServingTarget, outcome: NotServed, existing: string): Refusal {
  const { status, message } = refusalOf(target, outcome);
  return { status, message: withClause(message, existing) };
}

function refusalOf({ model, selector }: ServingTarget, outcome: NotServed): Refusal {
  switch (outcome.kind) {
    case 'unknown model':
      if (selector.kind === 'version') return unknownVersion(model, selector.version);
      return { status: 404, message: `Model with name ${model} does not exist.` };
    case 'unknown version':
      return unknownVersion(model, outcome.version);
    case 'unknown label':
      return { status: 404, message: `Model ${model} has no label ${outcome.label}` };
    case 'not by number': {
      const { version, reason } = outcome;
      return {
        status: 403,
        message: `Model ${model} with version ${version} cannot be requested by number: ${reason}`,
      };
    }
    case 'unavailable': {
      const version = outcome.version === undefined ? '' : ` Version ${outcome.version}:`;
      return { status: 503, message: `Model with name ${model} is not ready.${version} ${outcome.reason}` };
    }
  }
}

export function unknownVersion(model: string, version: string): Refusal {
  return { status: 404, message: `Model ${model} with version ${version} not found` };
}
