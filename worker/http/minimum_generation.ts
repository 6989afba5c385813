/** The generation that a client has seen in an answer. It accepts no older one. */
const MINIMUM_GENERATION = 'x-minimum-generation';

/** Why the header is invalid, as a sentence for the client. */
export const MINIMUM_GENERATION_FAULT = `${MINIMUM_GENERATION} is a generation: the whole number in the header x-model-generation of an answer`;

/** Returns the minimum generation that a client requires, undefined without the header, or NaN if it is invalid. */
export function minimumGeneration(headers: Headers): number | undefined {
  const text = headers.get(MINIMUM_GENERATION);
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
