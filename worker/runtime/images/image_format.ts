/** The formats of images that are told by their first bytes. */
export type ImageFormat = 'JPEG' | 'PNG' | 'GIF' | 'BMP' | 'WebP';

/** Undefined stands for any byte. */
const SIGNATURES: readonly (readonly [ImageFormat, readonly (number | undefined)[]])[] = [
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['GIF', [0x47, 0x49, 0x46, 0x38]],
  ['BMP', [0x42, 0x4d]],
  ['WebP', [0x52, 0x49, 0x46, 0x46, ...Array.from({ length: 4 }, () => undefined), 0x57, 0x45, 0x42, 0x50]],
];

/** The format of a file, as TensorFlow tells it, whatever the file is called. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return SIGNATURES.find(([, signature]) =>
    signature.every((byte, index) => byte === undefined || bytes[index] === byte),
  )?.[0];
}
