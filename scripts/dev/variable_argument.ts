import { InvalidArgumentError } from 'commander';
import { PREDICT_VARIABLES } from '../deploy/worker_variables.ts';

/** Checks a variable of the Worker, `NAME:VALUE`. */
export function parseVariableArgument(text: string): string {
  if (!/^[A-Za-z_]\w*:/.test(text)) {
    throw new InvalidArgumentError(
      'A variable is NAME:VALUE, and its name consists of letters, digits and _.',
    );
  }
  // The Worker ignores unknown variables, so that a misspelled name would have no effect.
  const name = text.slice(0, text.indexOf(':'));
  if (!PREDICT_VARIABLES.includes(name)) {
    throw new InvalidArgumentError(
      `The Worker has no variable ${name}; its variables are ${PREDICT_VARIABLES.join(', ')}.`,
    );
  }
  return text;
}
