import * as v from 'valibot';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object out of JSON whose members nobody has looked at yet. */
export const JsonObjectSchema = v.custom<JsonObject>(isJsonObject, 'is not an object');
