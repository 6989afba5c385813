/** Numbers that JSON cannot express, as golden examples write them: in quotes. */
export const NOT_FINITE: readonly unknown[] = ['NaN', 'Infinity', '-Infinity'];

const TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses a response in TensorFlow Serving's JSON, which contains bare NaN, Infinity and -Infinity. They become strings.
 *
 * @throws SyntaxError
 */
export function parseTensorFlowJson(text: string): unknown {
  return JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}
