/** The scopes of a caller. Every caller may read. */
export const SCOPES = ['read', 'publish', 'flip'] as const;
export type Scope = (typeof SCOPES)[number];
