import * as v from 'valibot';

const TYPE_WORDS: Readonly<Record<string, string>> = {
  Array: 'a list',
  Object: 'an object',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

/**
 * Describes an issue of a document as a sentence with its position: `weightsManifest.0.paths is missing`.
 *
 * @param place the name of the document in the message, to which the issue's path is appended
 */
export function describeIssue(issue: v.BaseIssue<unknown>, place = ''): string {
  const path = v.getDotPath(issue);
  const where = [place, path ?? ''].filter((part) => part !== '').join('.');
  const fault = describeFault(issue);
  return where === '' ? fault : `${where} ${fault}`;
}

function describeFault({ type, message, expected, received, input }: v.BaseIssue<unknown>): string {
  // A message of the schema itself is already a sentence.
  if (!message.startsWith('Invalid ')) return message;
  if (type === 'safe_integer' || type === 'integer') return `must be an integer and is ${received}`;
  if (expected === null) return message;
  // What a closed schema expects of a member that it does not have.
  if (expected === 'never') return 'is not a known member';
  if (input === undefined) return 'is missing';
  return `must be ${inWords(expected)} and is ${inWords(received)}`;
}

/** Words valibot's names of types and its alternatives `(a | b)`. Values are unchanged. */
function inWords(text: string): string {
  const alternatives = text.replace(/^\((.*)\)$/, '$1').split(' | ');
  return alternatives.map((name) => TYPE_WORDS[name] ?? name).join(' or ');
}
