/** The types of values in a flexbuffer, each of four bytes. */
const [INT, FLOAT, MAP, BOOL] = [1, 3, 9, 26].map((kind) => (kind << 2) | 2);

/** A flexbuffer that is a map, in which everything has four bytes. Source: flatbuffers.dev, "FlexBuffers". */
export function flexMap(members: Readonly<Record<string, number | boolean>>): Uint8Array {
  const entries = Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1));
  const texts = Buffer.from(entries.map(([key]) => `${key}\0`).join(''));
  const keysAt = Math.ceil(texts.length / 4) * 4 + 4;
  const valuesAt = keysAt + 4 * entries.length + 12;
  const typesAt = valuesAt + 4 * entries.length;
  const bytes = Buffer.alloc(typesAt + entries.length + 6);
  bytes.set(texts);
  bytes.writeUInt32LE(entries.length, keysAt - 4);
  bytes.writeUInt32LE(valuesAt - 12 - keysAt, valuesAt - 12);
  bytes.writeUInt32LE(4, valuesAt - 8);
  bytes.writeUInt32LE(entries.length, valuesAt - 4);
  let key = 0;
  for (const [index, [name, value]] of entries.entries()) {
    const [place, at] = [keysAt + 4 * index, valuesAt + 4 * index];
    bytes.writeUInt32LE(place - key, place);
    key += name.length + 1;
    const isWhole = Number.isInteger(Number(value));
    if (isWhole) bytes.writeInt32LE(Number(value), at);
    else bytes.writeFloatLE(Number(value), at);
    bytes.writeUInt8((typeof value === 'boolean' ? BOOL : isWhole ? INT : FLOAT) ?? 0, typesAt + index);
  }
  const root = typesAt + entries.length;
  bytes.writeUInt32LE(root - valuesAt, root);
  bytes.writeUInt8(MAP ?? 0, root + 4);
  bytes.writeUInt8(4, root + 5);
  return Uint8Array.from(bytes);
}
