/** The request is at fault; the message says where and how. */
export interface Invalid {
  readonly kind: 'invalid';
  readonly message: string;
}

/** Messages quote names and values of the request, which may be of any length. */
const LONGEST_MESSAGE = 400;

export function invalid(message: string): Invalid {
  const text = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
  return { kind: 'invalid', message: text.toWellFormed() };
}
