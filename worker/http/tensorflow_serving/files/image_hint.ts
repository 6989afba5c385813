import { type ImageFormat, imageFormat } from '../../../runtime/images/image_format.ts';
import { asciiText } from '../../json/ascii.ts';

const CONTENT_TYPES: Readonly<Record<ImageFormat, string>> = {
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  GIF: 'image/gif',
  BMP: 'image/bmp',
  WebP: 'image/webp',
};

const LINE_ENDS = "curl's option -d removes line ends; use --data-binary";
/** What is left of the first bytes of a PNG file without its line ends. */
const STRIPPED_PNG = [0x89, 0x50, 0x4e, 0x47, 0x1a];
const FILE_NAME = /^@?[\w./\\ -]{1,200}\.(?:jpe?g|png|gif|bmp|webp)\s*$/i;

/** Returns what to do about a body that was read as JSON and is an image, as the end of a sentence; else ''. */
export function unreadImageHint(body: Uint8Array): string {
  if (isStrippedPng(body))
    return `; the body was a PNG image: ${LINE_ENDS}, and the header content-type: image/png`;
  const format = imageFormat(body);
  if (format === undefined) return '';
  const header = `content-type: ${CONTENT_TYPES[format]}`;
  return `; the body is a ${format} image, which needs the header ${header} (curl: --data-binary @FILE -H '${header}')`;
}

/** Returns what to do about a file that could not be decoded, as the end of a sentence; '' if nothing is known. */
export function undecodedImageHint(file: Uint8Array): string {
  if (isStrippedPng(file)) return `; it was a PNG image: ${LINE_ENDS}`;
  const start = file.length > 256 ? '' : asciiText(file, 0, file.length);
  if (FILE_NAME.test(start))
    return `; it is the name of a file: with curl, write --data-binary @${start.trim().replace('@', '')}`;
  return imageFormat(file) === undefined ? '' : `; if curl sent it: ${LINE_ENDS}`;
}

function isStrippedPng(bytes: Uint8Array): boolean {
  return STRIPPED_PNG.every((byte, index) => bytes[index] === byte);
}
