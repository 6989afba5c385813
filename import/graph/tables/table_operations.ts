/** Operations that fill the table that is their first input with keys and values, their second and third. */
export const TABLE_FILLERS: ReadonlySet<string> = new Set([
  'InitializeTable',
  'InitializeTableV2',
  'LookupTableImport',
  'LookupTableImportV2',
]);
