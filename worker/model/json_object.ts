import * as v from 'valibot';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object from JSON whose members are not validated yet. */
export const JsonObjectSchema = v.custom<JsonObject>(isJsonObject, 'is not an object');
