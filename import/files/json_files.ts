import * as v from 'valibot';
import { type Imported, malformed, read } from '../import_result.ts';
import { describeIssue } from '../schema_problem.ts';
import { type ModelFile, readText } from './model_files.ts';

/** The most bytes of a JSON file: far more than any topology, and few enough for several copies in memory. */
export const LARGEST_JSON = 256 * 1024 * 1024;

export async function readJson(file: ModelFile): Promise<Imported<unknown>> {
  if (file.bytes > LARGEST_JSON) {
    return malformed(
      `${file.absolutePath}: has ${file.bytes} bytes, and a JSON file of a model may have ${LARGEST_JSON}`,
    );
  }
  const text = await readText(file);
  try {
    return read(JSON.parse(text));
  } catch {
    return malformed(`${file.absolutePath}: is not JSON`);
  }
}

export function validate<Schema extends v.GenericSchema>(
  file: ModelFile,
  json: unknown,
  schema: Schema,
): Imported<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, json);
  return parsed.success
    ? read(parsed.output)
    : malformed(`${file.absolutePath}: ${describeIssue(parsed.issues[0])}`);
}
