/** The generation that a client has seen in an answer, and of which it wants no older one. */
const MINIMUM_GENERATION = 'x-minimum-generation';

/** Returns why the header is invalid, as a sentence for the client, or undefined if it is valid or missing. */
export function minimumGenerationFault(headers: Headers): string | undefined {
  const text = headers.get(MINIMUM_GENERATION);
  if (text === null || /^\d{1,15}$/.test(text)) return undefined;
  return `${MINIMUM_GENERATION} is a generation: the whole number in the header x-model-generation of an answer`;
}

/** Returns the minimum generation that a client requires, or undefined without the header. */
export function minimumGeneration(headers: Headers): number | undefined {
  const text = headers.get(MINIMUM_GENERATION);
  return text === null ? undefined : Number(text);
}
