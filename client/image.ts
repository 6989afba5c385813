/** An image: the bytes of a JPEG, PNG, GIF, BMP or WebP file, where to fetch them, or pixels of a page. */
export type ImageSource = Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | URL | ImageBitmap;

/** The server looks at the bytes. It only needs to know that the body is an image. */
const SOME_IMAGE = 'image/jpeg';

/** Only browsers have bitmaps. */
function isBitmap(source: ImageSource): source is ImageBitmap {
  return typeof ImageBitmap !== 'undefined' && source instanceof ImageBitmap;
}

/** Returns an image as a file with a type. */
export async function imageBlob(source: ImageSource, signal: AbortSignal | undefined): Promise<Blob> {
  if (source instanceof URL) {
    const response = await fetch(source, signal === undefined ? {} : { signal });
    if (!response.ok) throw new Error(`${source} answered ${response.status}`);
    return imageBlob(await response.blob(), signal);
  }
  if (isBitmap(source)) {
    const canvas = new OffscreenCanvas(source.width, source.height);
    canvas.getContext('2d')?.drawImage(source, 0, 0);
    return canvas.convertToBlob({ type: 'image/png' });
  }
  if (source instanceof Blob) {
    return source.type.startsWith('image/') ? source : new Blob([source], { type: SOME_IMAGE });
  }
  return new Blob([source], { type: SOME_IMAGE });
}
