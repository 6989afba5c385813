export type JsonExtent =
  /** The first value is whole and ends before `end`; something else follows it. */
  | { readonly kind: 'whole'; readonly end: number }
  | { readonly kind: 'malformed'; readonly offset: number; readonly reason: string };

/**
 * Finds how far a text is JSON, for the error message about one that JSON.parse refused. The reasons are
 * RapidJSON's, which TensorFlow Serving quotes. Without recursion: depth costs one array element a level.
 */
export function jsonExtent(text: string): JsonExtent {
  const closers: string[] = [];
  let at = afterSpace(text, 0);
  if (at === text.length) return malformed(at, 'The document is empty.');
  for (;;) {
    const opener = text[at];
    if (opener === '[' || opener === '{') {
      const closer = opener === '[' ? ']' : '}';
      at = afterSpace(text, at + 1);
      if (text[at] !== closer) {
        closers.push(closer);
        if (closer === ']') continue;
        const name = nameEnd(text, at);
        if (name.kind === 'malformed') return name;
        at = name.end;
        continue;
      }
      at += 1;
    } else {
      const scalar = scalarEnd(text, at);
      if (scalar.kind === 'malformed') return scalar;
      at = scalar.end;
    }

    // After a value: close what ends here, then go to the next value.
    for (;;) {
      const closer = closers.at(-1);
      if (closer === undefined) return { kind: 'whole', end: at };
      at = afterSpace(text, at);
      if (text[at] === closer) {
        closers.pop();
        at += 1;
        continue;
      }
      if (text[at] !== ',') {
        const kind = closer === ']' ? 'an array element' : 'an object member';
        return malformed(at, `Missing a comma or ${closer} after ${kind}.`);
      }
      at = afterSpace(text, at + 1);
      if (closer === ']') break;
      const name = nameEnd(text, at);
      if (name.kind === 'malformed') return name;
      at = name.end;
      break;
    }
  }
}

function malformed(offset: number, reason: string): JsonExtent {
  return { kind: 'malformed', offset, reason };
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return at;
}

/** Where the value of an object's member begins. */
function nameEnd(text: string, start: number): JsonExtent {
  if (text[start] !== '"') return malformed(start, 'Missing a name for object member.');
  const name = stringEnd(text, start);
  if (name.kind === 'malformed') return name;
  const at = afterSpace(text, name.end);
  if (text[at] !== ':') return malformed(at, 'Missing a colon after a name of object member.');
  return { kind: 'whole', end: afterSpace(text, at + 1) };
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function scalarEnd(text: string, start: number): JsonExtent {
  switch (text[start]) {
    case '"':
      return stringEnd(text, start);
    case 't':
      return literalEnd(text, start, 'true');
    case 'f':
      return literalEnd(text, start, 'false');
    case 'n':
      return literalEnd(text, start, 'null');
  }
  NUMBER.lastIndex = start;
  if (!NUMBER.test(text)) return malformed(start, 'Invalid value.');
  const end = NUMBER.lastIndex;
  const next = text[end];
  if (next === 'e' || next === 'E') return malformed(end + 1, 'Miss exponent in number.');
  if (next === '.' && !/[.eE]/.test(text.slice(start, end))) {
    return malformed(end + 1, 'Miss fraction part in number.');
  }
  return { kind: 'whole', end };
}

function literalEnd(text: string, start: number, literal: string): JsonExtent {
  if (!text.startsWith(literal, start)) return malformed(start, 'Invalid value.');
  return { kind: 'whole', end: start + literal.length };
}

function stringEnd(text: string, start: number): JsonExtent {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '"') return { kind: 'whole', end: at + 1 };
    if (character === undefined || character < ' ') return malformed(at, 'Invalid encoding in string.');
    if (character !== '\\') continue;
    at += 1;
    const escaped = text[at] ?? '';
    if (escaped === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) {
        return malformed(at - 1, 'Incorrect hex digit after \\u escape in string.');
      }
      at += 4;
    } else if (escaped === '' || !'"\\/bfnrt'.includes(escaped)) {
      return malformed(at - 1, 'Invalid escape character in string.');
    }
  }
  return malformed(text.length, 'Missing a closing quotation mark in string.');
}
