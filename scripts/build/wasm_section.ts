/** Appends a custom section to a module: 0, the length of the rest, the length of the name, the name, the contents. */
export function withSection(module: Uint8Array, name: string, contents: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...module, ...sectionOf(name, contents)]);
}

/** Returns a module without its last section, which must have this name and contents of this length. */
export function withoutLastSection(module: Uint8Array, name: string, contents: string): Uint8Array {
  return module.subarray(0, module.length - sectionOf(name, contents).length);
}

/** Returns the contents of a custom section, or undefined if there is none of this name. */
export function sectionText(module: WebAssembly.Module, name: string): string | undefined {
  const [section] = WebAssembly.Module.customSections(module, name);
  return section && new TextDecoder().decode(section);
}

function sectionOf(name: string, contents: string): number[] {
  const encoder = new TextEncoder();
  const nameBytes = encoder.encode(name);
  const body = [...unsigned(nameBytes.length), ...nameBytes, ...encoder.encode(contents)];
  return [0, ...unsigned(body.length), ...body];
}

/** Encodes an unsigned integer in LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}
