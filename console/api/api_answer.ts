/** The outcome of a request to the management Worker. */
export type ApiAnswer<Value> = { readonly kind: 'answered'; readonly value: Value } | ApiRefusal;

export interface ApiRefusal {
  readonly kind: 'refused';
  /** The HTTP status; 0 if no answer came. */
  readonly status: number;
  readonly message: string;
}
