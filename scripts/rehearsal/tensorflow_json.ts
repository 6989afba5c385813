/** What JSON has no number for, as golden examples write it: in quotes. */
export const NOT_FINITE: readonly unknown[] = ['NaN', 'Infinity', '-Infinity'];

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses an answer in TensorFlow Serving's JSON, which has bare NaN, Infinity and -Infinity. They become those
 * words as strings.
 *
 * @throws SyntaxError
 */
export function parseTensorFlowJson(text: string): unknown {
  return JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}
