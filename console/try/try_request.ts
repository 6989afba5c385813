import type { Signature } from '../../worker/model/signature.ts';

/** A request to the predict Worker, to be sent and to be shown in several languages. */
export type TryRequest =
  | { readonly kind: 'json'; readonly path: string; readonly body: string }
  | { readonly kind: 'file'; readonly path: string; readonly file: File }
  | { readonly kind: 'text'; readonly path: string; readonly text: string };

/** The version that a request names: none, one by its number, or one by its label. */
export type Target =
  | { readonly kind: 'current' }
  | { readonly kind: 'version'; readonly version: string }
  | { readonly kind: 'label'; readonly label: string };

const VERBS = {
  'tensorflow/serving/predict': 'predict',
  'tensorflow/serving/classify': 'classify',
  'tensorflow/serving/regress': 'regress',
} as const satisfies Record<Signature['method'], string>;

/** Returns the path of TensorFlow Serving's API for a target. */
export function pathOf(model: string, target: Target, method: Signature['method']): string {
  const start = `/v1/models/${encodeURIComponent(model)}`;
  const verb = VERBS[method];
  switch (target.kind) {
    case 'current':
      return `${start}:${verb}`;
    case 'version':
      return `${start}/versions/${encodeURIComponent(target.version)}:${verb}`;
    case 'label':
      return `${start}/labels/${encodeURIComponent(target.label)}:${verb}`;
  }
}

/** Returns the body and the type under which it is sent. */
export function bodyOf(request: TryRequest): { readonly body: string | File; readonly type: string } {
  switch (request.kind) {
    case 'json':
      return { body: request.body, type: 'application/json' };
    case 'text':
      return { body: request.text, type: 'text/plain' };
    case 'file':
      return { body: request.file, type: imageType(request.file.type) };
  }
}

/** The server finds out from the bytes what an image is. It would read JSON under a type that is not an image's. */
function imageType(type: string): string {
  return type.startsWith('image/') ? type : 'image/x-unknown';
}
