/** The request is invalid. The message says what is wrong and where. */
export interface Invalid {
  readonly kind: 'invalid';
  readonly message: string;
}

/** Messages quote names and values of the request, whose length is not limited. */
const LONGEST_MESSAGE = 400;

export function invalid(message: string): Invalid {
  const text = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
  return { kind: 'invalid', message: text.toWellFormed() };
}
