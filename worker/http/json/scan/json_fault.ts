/** The position and the reason of a syntax error. Functions that take one set it when they return MALFORMED. */
export interface JsonFault {
  offset: number;
  reason: string;
}

export const MALFORMED = -1;

export function malformed(fault: JsonFault, offset: number, reason: string): typeof MALFORMED {
  fault.offset = offset;
  fault.reason = reason;
  return MALFORMED;
}

export const AFTER_NAME = 'Missing a colon after a name of object member.';
export const AFTER_MEMBER = 'Missing a comma or } after an object member.';
export const AFTER_ELEMENT = 'Missing a comma or ] after an array element.';
