import { isName } from '../../worker/model/names.ts';

export const TABS = ['versions', 'try', 'history', 'compare', 'traffic'] as const;
export type Tab = (typeof TABS)[number];

/** The page that the address names. */
export type Route =
  | { readonly page: 'models' }
  | { readonly page: 'model'; readonly model: string; readonly tab: Tab };

/** Reads the fragment of the address. What is not a page of the console is the list of models. */
export function parseRoute(fragment: string): Route {
  const [start, page, model = '', name = 'versions', ...rest] = fragment.split('/');
  const tab = TABS.find((known) => known === name);
  const isModel = start === '#' && page === 'models' && isName(model) && rest.length === 0;
  return isModel && tab !== undefined ? { page: 'model', model, tab } : { page: 'models' };
}

export const MODELS_LINK = '#/';

export function modelLink(model: string, tab: Tab = 'versions'): string {
  return `#/models/${model}/${tab}`;
}
