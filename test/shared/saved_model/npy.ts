import { readFileSync } from 'node:fs';

/** Reads numpy's format, as far as it holds float32 in row-major order. */
export function readNpy(path: string): { readonly shape: number[]; readonly values: Float32Array } {
  const bytes = readFileSync(path);
  const headerBytes = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + headerBytes);
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False")) {
    throw new Error(`${path}: ${header}`);
  }
  const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '').split(',').filter((size) => size.trim() !== '');
  const data = bytes.subarray(10 + headerBytes);
  return { shape: shape.map(Number), values: new Float32Array(Uint8Array.from(data).buffer) };
}
