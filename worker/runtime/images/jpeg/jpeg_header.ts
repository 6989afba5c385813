import { refuseImage } from '../pixels.ts';

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Coefficients of all components together, for each pixel: chroma often has fewer than luminance. */
  readonly coefficients: number;
  readonly isProgressive: boolean;
  /** How often the decoder goes over the image. */
  readonly scans: number;
  /** With Adobe's marker, the inks of a CMYK image are inverted. */
  readonly hasAdobeMarker: boolean;
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
const APPLICATION_14 = 0xee;
const ADOBE = [0x41, 0x64, 0x6f, 0x62, 0x65];
/** Of what lies at SOF0 to SOF15: Huffman tables, a reserved marker, arithmetic conditioning. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];
const PROGRESSIVE_FRAMES = [0xc2, 0xc6, 0xca, 0xce];

/** Reads the markers before the first scan. @throws ExecutionError where there is no frame before it */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Frame | undefined;
  let hasAdobeMarker = false;
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    if (at + 4 > bytes.length) refuseImage('JPEG', 'is cut off before its pixels');
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === END_OF_IMAGE) refuseImage('JPEG', 'has no pixels');
    if (marker === START_OF_SCAN) break;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    const segment = bytes.subarray(at + 4, at + 2 + uint16(bytes, at + 2));
    if (isFrame(marker)) frame ??= readFrame(marker, segment);
    if (marker === APPLICATION_14 && ADOBE.every((byte, index) => segment[index] === byte))
      hasAdobeMarker = true;
    at += 2 + Math.max(2, uint16(bytes, at + 2));
  }
  return frame === undefined
    ? refuseImage('JPEG', 'has no frame header')
    : { ...frame, hasAdobeMarker, scans: countScans(bytes, at) };
}

type Frame = Omit<JpegHeader, 'hasAdobeMarker' | 'scans'>;

/** No data between markers has such bytes; tables might, and count too. */
function countScans(bytes: Uint8Array, from: number): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1))
    if (bytes[at + 1] === START_OF_SCAN) scans += 1;
  return scans;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
}

function readFrame(marker: number, segment: Uint8Array): Frame {
  if (segment.length < 6) refuseImage('JPEG', 'is cut off in its frame header');
  const [bits] = segment;
  if (bits !== 8) refuseImage('JPEG', `has samples of ${bits} bits, and 8 are decoded`);
  return {
    height: uint16(segment, 1),
    width: uint16(segment, 3),
    components: segment[5] ?? 0,
    coefficients: coefficientsOf(segment),
    isProgressive: PROGRESSIVE_FRAMES.includes(marker),
  };
}

/** By the sampling factors of the components. */
function coefficientsOf(segment: Uint8Array): number {
  const components = Array.from({ length: segment[5] ?? 0 }, (_, index) => {
    const factors = segment[7 + 3 * index] ?? 0x11;
    return { across: factors >> 4, down: factors & 15 };
  });
  const most =
    Math.max(...components.map(({ across }) => across)) * Math.max(...components.map(({ down }) => down));
  return components.reduce((sum, { across, down }) => sum + (across * down) / most, 0);
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
