import { readdir } from 'node:fs/promises';
import * as v from 'valibot';
import type { GoldenExample, Warmup } from '../../worker/model/content.ts';
import type { ImageInput } from '../../worker/model/image_input.ts';
import type { Signature } from '../../worker/model/signature.ts';
import { embedFiles } from '../examples/embed_files.ts';
import {
  GoldenFileSchema,
  goldenExamples,
  WarmupFileSchema,
  warmupRequests,
  zeroRequests,
} from '../examples/examples.ts';
import { type Imported, read } from '../import_result.ts';
import { withClasses } from './classes.ts';
import { type ImageFile, ImageFileSchema, imageInput } from './image_file.ts';
import { readJson, validate } from './json_files.ts';
import { findModelFile } from './model_files.ts';

/** The sidecar files of a model of any format. */
const WARMUP_FILE = 'warmup.json';
export const GOLDEN_FILE = 'golden.json';
const CLASSES_FILE = 'classes.json';
const IMAGE_FILE = 'image.json';

export function isExampleFile(name: string): boolean {
  return [WARMUP_FILE, GOLDEN_FILE, CLASSES_FILE, IMAGE_FILE].includes(name);
}

export interface SidecarFiles {
  readonly signatures: Record<string, Signature>;
  readonly warmup: Warmup[];
  readonly golden: GoldenExample[];
  /** Absent where there is no image.json. */
  readonly image?: ImageInput;
}

/**
 * Reads the examples next to a model and checks them against its signatures. Without warmup requests, it makes requests
 * of zeros. It adds the names of classes to the signatures.
 *
 * @param implied how an image becomes the model's input, as the model itself states it, for a model without image.json
 */
export async function readSidecarFiles(
  directory: string,
  signatures: Readonly<Record<string, Signature>>,
  implied?: ImageFile,
): Promise<Imported<SidecarFiles>> {
  const classified = await readFile(directory, CLASSES_FILE, v.array(v.string()), (classes) =>
    nameClasses(signatures, classes),
  );
  if (classified.kind !== 'read') return classified;
  const named = classified.value ?? { ...signatures };
  const written = await readFile(directory, IMAGE_FILE, ImageFileSchema, (file) => imageInput(file, named));
  if (written.kind !== 'read') return written;
  const image = written.value ?? impliedImage(implied, named);
  const warmup = await readFile(directory, WARMUP_FILE, WarmupFileSchema, (file) =>
    warmupRequests(file, named),
  );
  if (warmup.kind !== 'read') return warmup;
  const golden = await readFile(directory, GOLDEN_FILE, GoldenFileSchema, (file) =>
    goldenExamples(file, named, image),
  );
  if (golden.kind !== 'read') return golden;
  return read({
    signatures: named,
    warmup: warmup.value ?? zeroRequests(named),
    golden: golden.value ?? [],
    ...(image === undefined ? {} : { image }),
  });
}

/** Undefined also where the shape of the input leaves a doubt. */
function impliedImage(
  implied: ImageFile | undefined,
  signatures: Readonly<Record<string, Signature>>,
): ImageInput | undefined {
  const image = implied && imageInput(implied, signatures);
  return image?.kind === 'read' ? image.value : undefined;
}

function nameClasses(
  signatures: Readonly<Record<string, Signature>>,
  classes: string[],
): Imported<Record<string, Signature>> {
  const named: Record<string, Signature> = {};
  for (const [name, signature] of Object.entries(signatures)) {
    const classified = withClasses(signature, { classes });
    if (classified.kind !== 'read') return classified;
    named[name] = classified.value;
  }
  return read(named);
}

/** Reads a sidecar file, or returns undefined if it does not exist. */
async function readFile<Schema extends v.GenericSchema, T>(
  directory: string,
  name: string,
  schema: Schema,
  interpret: (file: v.InferOutput<Schema>) => Imported<T>,
): Promise<Imported<T | undefined>> {
  if (!(await readdir(directory)).includes(name)) return read(undefined);
  const file = await findModelFile(directory, name);
  if (file.kind !== 'read') return { ...file, message: `${directory}: ${file.message}` };
  const json = await readJson(file.value);
  if (json.kind !== 'read') return json;
  const whole = await embedFiles(json.value, directory);
  if (whole.kind !== 'read') return { ...whole, message: `${file.value.absolutePath}: ${whole.message}` };
  const document = validate(file.value, whole.value, schema);
  if (document.kind !== 'read') return document;
  const interpreted = interpret(document.value);
  return interpreted.kind === 'read'
    ? interpreted
    : { ...interpreted, message: `${file.value.absolutePath}: ${interpreted.message}` };
}
