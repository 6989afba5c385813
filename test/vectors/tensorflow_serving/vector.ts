/** A request and what a server compatible with TensorFlow Serving answers. */
export interface Vector {
  /** What the case shows. */
  readonly shows: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'OPTIONS';
  readonly path: string;
  readonly body?: string;
  readonly status: number;
  /** The answer's text, to the byte. */
  readonly text?: string;
  /** The answer as JSON. */
  readonly json?: unknown;
  /** Words that the error must have. */
  readonly words?: string;
}

const MODEL = '/v1/models/echo';

/** A request to predict under a signature, whose members besides the signature's name are given as JSON. */
export function predict(
  signature: string,
  members: string,
): { readonly path: string; readonly body: string } {
  return { path: `${MODEL}:predict`, body: `{"signature_name": "${signature}", ${members}}` };
}
