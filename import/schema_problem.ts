import * as v from 'valibot';

const TYPE_WORDS: Readonly<Record<string, string>> = {
  Array: 'a list',
  Object: 'an object',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

/**
 * What a document breaks of its schema, as a sentence with the place in it: `weightsManifest.0.paths is missing`.
 *
 * @param place where the document is, in the words of its reader; the issue's own path is appended
 */
export function describeIssue(issue: v.BaseIssue<unknown>, place = ''): string {
  const path = v.getDotPath(issue);
  const where = [place, path ?? ''].filter((part) => part !== '').join('.');
  const fault = describeFault(issue);
  return where === '' ? fault : `${where} ${fault}`;
}

function describeFault({ message, expected, received, input }: v.BaseIssue<unknown>): string {
  // A message of the schema's own says it already.
  if (!message.startsWith('Invalid ') || expected === null) return message;
  if (input === undefined) return 'is missing';
  return `must be ${inWords(expected)} and is ${inWords(received)}`;
}

/** valibot's names of types, and `(a | b)` of alternatives; values are written as they are. */
function inWords(text: string): string {
  const alternatives = text.replace(/^\((.*)\)$/, '$1').split(' | ');
  return alternatives.map((name) => TYPE_WORDS[name] ?? name).join(' or ');
}
